"""`chokepoint pack`, run as a user runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from graph_schema.errors import QuestionError
from service.cli.pack import pack
from service.cli.path import path
from service.cli.resumed import OutputUnusable
from tests.service.build import GraphBuilder, story

app = typer.Typer()
app.command()(pack)
app.command()(path)


@pytest.fixture(autouse=True)
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of the examples, named by the environment."""
    given_graph(story())


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
