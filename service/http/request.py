"""A GraphQL request out of an HTTP request, as the GraphQL over HTTP specification has it."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.requests import ClientDisconnect, Request

from graph_schema.errors import ChokepointError
from service.errors import extensions_of, problem_entry
from service.observability.observation import note_refused

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"


class BadRequest(Exception):
    """The HTTP request is not a GraphQL request that this service answers."""

    def __init__(self, status: int, message: str, code: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers


def refusal(problem: BadRequest | ChokepointError) -> dict[str, Any]:
    """The entry of `errors` of a request that does not run."""
    note_refused()
    if isinstance(problem, BadRequest):
        return problem_entry(problem.message, {"code": problem.code})
    return problem_entry(str(problem), extensions_of(problem))


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation to run."""

    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any]
    document_id: str | None = None
    """`sha256:` and the hash of a trusted document, in place of its text."""


def accepted_type(request: Request) -> str:
    """The media type to answer in. Raises BadRequest (406) when the client admits neither of ours."""
    best = _offered(request.headers.get("accept", "") or "*/*")
    if best is None:
        raise BadRequest(406, f"this API answers in {RESPONSE_JSON} or {JSON}", "NOT_ACCEPTABLE")
    return best


@lru_cache(1_000)
def _offered(header: str) -> str | None:
    """Which of our media types an Accept header likes most."""
    best, best_weight = None, 0.0
    for entry in header.split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        match name.lower():
            case "*/*" | "application/*" | "application/json":
                offered = JSON
            case "application/graphql-response+json":
                offered = RESPONSE_JSON
            case _:
                continue
        if weight > best_weight:
            best, best_weight = offered, weight
    return best


async def read_request(request: Request, *, most_bytes: int) -> GraphQLRequest:
    """The operation that a GET or POST asks for. Raises BadRequest."""
    match request.method:
        case "GET" | "HEAD":
            parameters = dict(request.query_params)
            for name in ("variables", "extensions"):
                if parameters.get(name):
                    parameters[name] = _parse(parameters[name], name)
            return checked_request(parameters)
        case "POST":
            kind = request.headers.get("content-type", "").partition(";")
            if kind[0].strip().lower() != JSON:
                raise BadRequest(415, f"send {JSON}", "UNSUPPORTED_MEDIA_TYPE")
            if "charset=" in (rest := kind[2].replace(" ", "").lower()) and "charset=utf-8" not in rest:
                raise BadRequest(415, "send UTF-8", "UNSUPPORTED_MEDIA_TYPE")
            body = _parse((await _body(request, most_bytes)).decode("utf-8", "replace"), "the body")
            if not isinstance(body, dict):
                raise BadRequest(400, "the body must be a JSON object", "BAD_REQUEST")
            return checked_request(body)
    raise BadRequest(405, "use GET or POST", "METHOD_NOT_ALLOWED", allow="GET, POST")


async def _body(request: Request, most: int) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise BadRequest(413, f"the body is larger than {most} bytes", "REQUEST_TOO_LARGE")
            parts.append(part)
    except ClientDisconnect as error:
        raise BadRequest(400, "the body ended early", "BAD_REQUEST") from error
    return b"".join(parts)


def _parse(text: Any, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRequest(400, f"{what} is not JSON: {error}", "BAD_REQUEST") from error


def checked_request(fields: dict[str, Any]) -> GraphQLRequest:
    """The operation that the fields of a request ask for. Raises BadRequest when one is of the wrong type."""
    for name, kind, expected in (
        ("query", str, "a string"),
        ("operationName", str, "a string"),
        ("documentId", str, "a string"),
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
    ):
        value = fields.get(name)
        if value is not None and value != "" and not isinstance(value, kind):
            raise BadRequest(400, f"{name} must be {expected}", "BAD_REQUEST")
    return GraphQLRequest(
        query=fields.get("query") or None,
        variables=fields.get("variables") or None,
        operation_name=fields.get("operationName") or None,
        extensions=fields.get("extensions") or {},
        document_id=fields.get("documentId") or None,
    )


def bearer(value: str) -> str | None:
    """The token of an `Authorization: Bearer …`."""
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
