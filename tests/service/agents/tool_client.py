"""Tools as an agent calls them, and what every answer of theirs must keep to."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from mcp import Client
from mcp.types import CallToolResult

from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings
from service.agents.server import build_server
from service.app import create_app
from service.http.client import ApiClient
from service.settings import ServiceSettings


@asynccontextmanager
async def agent(graph: Graph, **settings: Any) -> AsyncIterator[Client]:
    """The official client of tools over a graph, inside this process."""
    app = create_app(ServiceSettings(**settings), graph)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http,
        Client(build_server(ApiClient(http))) as client,
    ):
        yield client


def environment(settings: GraphSettings) -> dict[str, str]:
    """Of a command that works on this database."""
    assert settings.uri is not None
    assert settings.password is not None
    return {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "CHOKEPOINT_NEO4J_URI": settings.uri,
        "CHOKEPOINT_NEO4J_USER": settings.user,
        "CHOKEPOINT_NEO4J_PASSWORD": settings.password.get_secret_value(),
    }


async def answer_of(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers; each statement in it is cited."""
    return cited(await client.call_tool(tool, arguments))


def cited(result: CallToolResult) -> dict[str, Any]:
    """An answer, each statement of which is cited."""
    assert not result.is_error, told(result)
    answer: dict[str, Any] = result.structured_content or {}
    assert_cited(answer)
    return answer


def told(result: CallToolResult) -> str:
    """The text of a result."""
    (content,) = result.content
    assert content.type == "text"
    return str(content.text)


def assert_cited(answer: dict[str, Any]) -> None:
    """Each statement names citations that are there, and each citation a sentence and its document."""
    citations = {one["number"]: one for one in answer["citations"]}
    for statement in answer["statements"]:
        assert statement["citations"], statement
        for number in statement["citations"]:
            assert citations[number]["quotation"].strip(), citations[number]
            assert citations[number]["document"]["id"].startswith("doc:")


def lines(answer: dict[str, Any]) -> dict[str, str]:
    """How each statement stands, by `subject RELATION object`."""
    return {
        f"{one['subject']['name']} {one['relation']} {one['object']['name']}": one["status"]
        for one in answer["statements"]
    }
