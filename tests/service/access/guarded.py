"""Services that ask for keys, and the keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from graph_schema.database.graph import Graph
from loaders.submissions import SubmissionWriter
from service.access.keys import KeyFile, KeyScope
from service.access.settings import AccessSettings, Anonymous
from service.app import create_app
from service.settings import ServiceSettings

VERSION = {"query": "{ graphVersion }"}
WRITE = {"query": 'mutation { retractRun(id: "run:none") { counts { name } } }'}
WRITE_TOKEN = "the old token of writers"


def shown(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Guarded:
    """What a service that asks for keys is made of."""

    access: AccessSettings
    keys: KeyFile

    def key(self, name: str = "desk", scope: KeyScope = KeyScope.READ) -> str:
        """The text of a new key."""
        return self.keys.create(name, scope)[1]

    def app(self, graph: Graph, settings: Mapping[str, Any] | None = None, **access: Any) -> FastAPI:
        """The application."""
        chosen = self.access.model_copy(update=access)
        return create_app(self.settings(**(settings or {})), graph, make_writer=SubmissionWriter, access=chosen)

    def settings(self, **settings: Any) -> ServiceSettings:
        """The service's settings, with the write token."""
        return ServiceSettings(**{"write_token": SecretStr(WRITE_TOKEN), **settings})

    def client(self, graph: Graph, *, address: str = "192.0.2.7", **access: Any) -> httpx.AsyncClient:
        """A client at this address."""
        transport = httpx.ASGITransport(self.app(graph, **access), client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://service")


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    """A service that nobody asks without a key, from wherever."""
    path = tmp_path / "keys.json"
    return Guarded(AccessSettings(anonymous=Anonymous.NEVER, keys=path, audit_folder=tmp_path / "audit"), KeyFile(path))
