"""`chokepoint pack`, run as a user runs it."""

import asyncio
import json
from pathlib import Path

import neo4j
import pytest
import typer
from typer.testing import CliRunner, Result

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from graph_schema.settings import GraphSettings
from service.cli.pack import pack
from service.cli.path import path
from service.cli.resumed import OutputUnusable
from tests.service.build import story

app = typer.Typer()
app.command()(pack)
app.command()(path)


@pytest.fixture(autouse=True)
def database(neo4j_settings: GraphSettings, neo4j_session: neo4j.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph of the examples, named by the environment."""
    neo4j_session.run("MATCH (n) DETACH DELETE n").consume()

    async def write() -> None:
        async with Graph.connect(neo4j_settings) as graph:
            await story().write(graph)

    asyncio.run(write())
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    monkeypatch.setenv("CHOKEPOINT_NEO4J_URI", neo4j_settings.uri)
    monkeypatch.setenv("CHOKEPOINT_NEO4J_USER", neo4j_settings.user)
    monkeypatch.setenv("CHOKEPOINT_NEO4J_PASSWORD", neo4j_settings.password.get_secret_value())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["pack", *arguments], env={"COLUMNS": "200"})


def test_the_same_question_is_the_same_file_and_one_that_exists_stays(tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    done = run("Intel", "United States", "-o", str(first), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["paths"], told["signed"]) == (1, False)
    again = run("Intel", "United States", "-o", str(second))
    assert told["sha256"] in again.stdout
    assert first.read_bytes() == second.read_bytes()
    assert isinstance(run("Intel", "United States", "-o", str(first)).exception, OutputUnusable)


def test_what_cannot_be_packed_is_told(tmp_path: Path) -> None:
    out = str(tmp_path / "x.zip")
    assert isinstance(run("Intel", "-o", out).exception, QuestionError)
    assert "no filters" in str(run("path:a>b", "--min-confidence", "0.5", "-o", out).exception)
    assert "nothing to pack" in str(run("path:company:intel>company:x", "-o", out).exception)
