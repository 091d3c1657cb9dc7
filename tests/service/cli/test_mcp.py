"""`chokepoint mcp` as a user starts it."""

import asyncio
import signal
import sys

import pytest
from mcp import Client
from typer import Typer
from typer.testing import CliRunner

from graph_schema.database.graph import Graph
from graph_schema.errors import SettingsError
from graph_schema.settings import GraphSettings
from service.cli.mcp import mcp
from tests.service.agents.tool_client import answer_of, environment


@pytest.mark.anyio
async def test_http_prints_its_address_and_ends_when_it_is_told_to(
    story_graph: Graph, neo4j_settings: GraphSettings
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chokepoint", "mcp", "--http", "--port", "0"),
        env=environment(neo4j_settings),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        address = (await process.stdout.readline()).decode().strip()
        async with Client(address) as client:
            answer = await answer_of(client, "find_entity", name="Intel")
        assert answer["candidates"][0]["entity"]["id"] == "company:intel"
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


def test_without_its_package_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Typer()
    app.command()(mcp)
    monkeypatch.delitem(sys.modules, "service.agents.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    result = CliRunner().invoke(app, [])
    assert isinstance(result.exception, SettingsError)
    assert "pip install 'chokepoint[agents]'" in str(result.exception)
