"""The service over the graph of the examples, asked over HTTP inside the process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import httpx
import neo4j
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings
from service.app import create_app
from service.settings import ServiceSettings
from tests.service.build import GraphBuilder, story


class Ask(Protocol):
    """Sends a GraphQL document and gives back the whole answer."""

    async def __call__(self, query: str, **variables: Any) -> dict[str, Any]: ...


@pytest.fixture
def given_graph(
    neo4j_settings: GraphSettings, neo4j_session: neo4j.Session, monkeypatch: pytest.MonkeyPatch
) -> Callable[[GraphBuilder], None]:
    """Puts a graph in place of what is there, and names the database to commands, which find it in the environment."""

    def give(build: GraphBuilder) -> None:
        neo4j_session.run("MATCH (n) DETACH DELETE n").consume()

        async def write() -> None:
            async with Graph.connect(neo4j_settings) as graph:
                await build.write(graph)

        asyncio.run(write())
        assert neo4j_settings.uri is not None
        assert neo4j_settings.password is not None
        monkeypatch.setenv("CHOKEPOINT_NEO4J_URI", neo4j_settings.uri)
        monkeypatch.setenv("CHOKEPOINT_NEO4J_USER", neo4j_settings.user)
        monkeypatch.setenv("CHOKEPOINT_NEO4J_PASSWORD", neo4j_settings.password.get_secret_value())

    return give


@pytest.fixture
async def story_graph(graph: Graph) -> Graph:
    """The graph of the examples."""
    await story().write(graph)
    return graph


@pytest.fixture
def client_of() -> Callable[..., httpx.AsyncClient]:
    """Makes a client of a service over a graph."""

    def make(graph: Graph, **settings: Any) -> httpx.AsyncClient:
        app = create_app(ServiceSettings(**settings), graph)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")

    return make


@pytest.fixture
async def client(story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service over the graph of the examples."""
    async with client_of(story_graph) as http:
        yield http


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """Asks the service over the graph of the examples."""
    return asker(client)


@pytest.fixture
async def ask_graph(graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> AsyncIterator[Ask]:
    """Asks the service over whatever the graph holds by then; its schema is up to date."""
    await schema.apply(graph)
    async with client_of(graph) as http:
        yield asker(http)


def asker(client: httpx.AsyncClient) -> Ask:
    async def send(query: str, **variables: Any) -> dict[str, Any]:
        response = await client.post("/graphql", json={"query": query, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    return send
