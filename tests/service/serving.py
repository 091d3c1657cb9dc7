"""The service behind a real server on a port of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from graph_schema.database.graph import Graph
from loaders.submissions import SubmissionWriter
from service.app import create_app
from service.cli.serve import listen
from service.searches.watching import Watch
from service.settings import ServiceSettings

TOKEN = "a token for writers"


@dataclass(frozen=True)
class Served:
    """A service that runs."""

    app: FastAPI
    http: str
    """Address of the endpoint."""

    @property
    def ws(self) -> str:
        """Address of the endpoint for WebSockets."""
        return self.http.replace("http", "ws", 1)

    @property
    def watch(self) -> Watch:
        """What counts its subscribers."""
        watch = self.app.state.watch
        assert isinstance(watch, Watch)
        return watch

    async def idle(self) -> None:
        """Wait until nobody subscribes any more."""
        await until(lambda: not self.watch.subscribers)

    async def busy(self, subscribers: int = 1) -> None:
        """Wait until so many subscribe."""
        await until(lambda: self.watch.subscribers >= subscribers)


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  what is looked at sets no event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(graph: Graph, **settings: Any) -> AsyncIterator[Served]:
    """A service that polls often, with a writer."""
    values = {"poll_seconds": 0.1, "write_token": SecretStr(TOKEN), **settings}
    app = create_app(ServiceSettings(**values), graph, make_writer=SubmissionWriter)
    async with listening(app) as address:
        yield Served(app, address)


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """An application behind a server; gives the address of its endpoint."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def writing(graph: Graph, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may write, of a service that runs."""
    async with serving(graph, **settings) as service:
        headers = {"authorization": f"Bearer {TOKEN}"}
        base = service.http.removesuffix("/graphql")
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60, trust_env=False) as http:
            yield http
