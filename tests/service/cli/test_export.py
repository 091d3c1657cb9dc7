"""`chokepoint export`, run as a user runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from graph_schema.errors import QuestionError, UnknownTerm
from service.cli.export import export
from service.cli.path import path
from service.export.files import ExportUnusable
from tests.service.build import GraphBuilder, story

app = typer.Typer()
app.command()(export)
app.command()(path)


@pytest.fixture(autouse=True)
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of the examples, named by the environment."""
    given_graph(story())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["export", *arguments])


def test_files_and_counts_are_told(tmp_path: Path) -> None:
    result = run("csv", str(tmp_path / "tables"))
    assert result.exit_code == 0, result.output
    assert "of version 7" in result.stdout
    assert str(tmp_path / "tables" / "relations.csv") in result.stdout
    told = json.loads(run("csv", str(tmp_path / "tables"), "--overwrite", "--evidence", "--json").stdout)
    assert set(told["rows"]) == {"entities", "relations", "claims", "documents"}
    assert len(told["files"]) == 4


def test_one_file_may_go_to_standard_output_and_the_counts_do_not() -> None:
    result = run("jsonl", "-")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0] == {"kind": "graph", "graphVersion": 7}
    assert "of version 7" in result.stderr


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    assert isinstance(run("xlsx", str(tmp_path / "g")).exception, UnknownTerm)
    assert isinstance(run("csv", "-").exception, ExportUnusable)
    (tmp_path / "g.gexf").touch()
    assert isinstance(run("gexf", str(tmp_path / "g.gexf")).exception, ExportUnusable)


def test_an_answer_is_exported_and_two_questions_are_not(tmp_path: Path) -> None:
    told = json.loads(
        run("csv", str(tmp_path / "path"), "--path", "Intel", "United States", "-k", "1", "--json").stdout
    )
    assert told["rows"]["entities"] == told["rows"]["relations"] + 1 >= 2
    for question in ("--exposure", "--neighbors"):
        result = run("jsonl", str(tmp_path / f"answer{question}.jsonl"), question, "Intel")
        assert result.exit_code == 0, result.output
    assert isinstance(run("jsonl", "-", "--exposure", "Intel", "--neighbors", "Intel").exception, QuestionError)
    assert isinstance(run("jsonl", "-", "--min-confidence", "0.5").exception, QuestionError)
