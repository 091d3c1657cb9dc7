"""A client of the API for our own commands: the documents of the package go in, answers and what they cost come out.

The service that answers runs in this process, over the graph that the environment names, or elsewhere, at an address.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from graph_schema.database.connection import open_graph
from graph_schema.errors import QuestionError
from graph_schema.settings import read_settings
from service.access.settings import AccessSettings, Anonymous
from service.app import create_app
from service.errors import ServiceUnreachable
from service.http.documents import packaged_documents, sha256
from service.http.endpoint import COST_HEADER
from service.settings import ServiceSettings

_HERE = "http://localhost"
_SLACK_S = 10.0
"""How much longer than the service grants a query a client waits for its answer."""


class QuestionRefused(QuestionError):
    """The API refuses a question; `reason` is the code that it gives."""

    code = "QUESTION_REFUSED"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reply:
    """What the API answered."""

    data: Mapping[str, Any]
    points: int
    """What the document cost, in the API's points."""


class ApiClient:
    """Asks by documents of the package; each call is one request."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def ask(self, document: str, **variables: Any) -> Reply:
        """The answer to a document of the package, by its name; variables that are None are left out.

        Raises QuestionRefused, and ServiceUnreachable when the service or its database cannot answer now.
        """
        given = {name: value for name, value in variables.items() if value is not None}
        return await self.send(packaged_documents()[document], given)

    async def send(self, text: str, variables: Mapping[str, Any]) -> Reply:
        """The answer to a document of the package, by its text. Raises as `ask` does."""
        asked = {"documentId": f"sha256:{sha256(text)}", "variables": variables}
        try:
            response = await self._http.post("/graphql", json=asked)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceUnreachable(f"no answer from {self._http.base_url}: {error}") from error
        if errors := answer.get("errors"):
            raise _refusal(errors[0])
        return Reply(answer["data"], int(response.headers.get(COST_HEADER, 0)))


def _refusal(error: Mapping[str, Any]) -> QuestionRefused | ServiceUnreachable:
    more = error.get("extensions", {})
    if more.get("retryable") or more.get("code") == "INTERNAL_ERROR":
        return ServiceUnreachable(error["message"])
    return QuestionRefused(error["message"], more.get("code", "BAD_QUESTION"))


@asynccontextmanager
async def api_here(settings: ServiceSettings) -> AsyncIterator[ApiClient]:
    """A client of a service inside this process, over the graph that the environment names.

    Raises SettingsError, GraphUnavailable, EmbeddedError.
    """
    # Whoever may start this process may ask it.
    app = create_app(settings, access=read_settings(AccessSettings).model_copy(update={"anonymous": Anonymous.ALWAYS}))
    async with app.router.lifespan_context(app), api_of(app) as client:
        yield client


@asynccontextmanager
async def api_once(settings: ServiceSettings) -> AsyncIterator[ApiClient]:
    """As `api_here`, for a few questions: no index is built for them, and nothing goes on beside them."""
    async with open_graph() as graph, api_of(create_app(settings.model_copy(update={"index": False}), graph)) as client:
        yield client


@asynccontextmanager
async def api_of(app: FastAPI) -> AsyncIterator[ApiClient]:
    """A client of an application in this process."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=_HERE) as http:
        yield ApiClient(http)


@asynccontextmanager
async def api_at(address: str, settings: ServiceSettings) -> AsyncIterator[ApiClient]:
    """A client of the service at `address`, the part before `/graphql`; it shows the key that the environment names."""
    timeout = settings.max_query_seconds + _SLACK_S
    key = read_settings(AccessSettings).key
    headers = {} if key is None else {"authorization": f"Bearer {key.get_secret_value()}"}
    async with httpx.AsyncClient(base_url=address.removesuffix("/"), timeout=timeout, headers=headers) as http:
        yield ApiClient(http)
