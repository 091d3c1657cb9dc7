"""`chokepoint ask` as a user types it."""

import json
from collections.abc import Callable

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from service.cli.ask import ask
from tests.service.build import GraphBuilder, story

app = Typer()
app.command()(ask)


@pytest.fixture(autouse=True)
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of the examples, named by the environment."""
    given_graph(story())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_operation_is_shown_before_the_answer() -> None:
    result = run("Is Intel exposed to sanctions?")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[:3] == ['exposure(id: "company:intel", first: 10)', "FOUND", "ACM Research Shanghai"]
    assert "  “Intel tested tools from ACM Research.” (Chip Wire, 2026-11-03)" in lines


def test_what_is_not_understood_exits_4_with_questions_that_are() -> None:
    result = run("Who supplies Atlantis Dynamics?")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "I cannot answer that: no entity 'Atlantis Dynamics'" in result.stderr
    assert "Who supplies TSMC?" in result.stderr


def test_what_is_not_found_exits_1() -> None:
    result = run("How is Intel tied to Unconnected Works?")
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (1, ["NO_PATH"])


def test_json_holds_the_call_and_the_answer_with_its_citations() -> None:
    told = json.loads(run("Who supplies TSMC?", "--json").stdout)
    refused = json.loads(run("Who will win?", "--json").stdout)
    assert (told["understood"], told["by"], told["answer"]["entities"]) == (True, "FORMS", ["Gudeng Precision"])
    assert told["answer"]["citations"][0]["quotation"] == "Gudeng supplies wafer pods to TSMC."
    assert (refused["understood"], refused["reason"]) == (False, "no form of question fits")
