"""`chokepoint ownership`, run as a user runs it."""

import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner, Result

from graph_schema.errors import EntityNotFound, UnknownTerm
from service.cli.ownership import ownership
from service.cli.path import path
from tests.service.build import GraphBuilder
from tests.service.holdings_build import owners

app = typer.Typer()
app.command()(ownership)
app.command()(path)


@pytest.fixture(autouse=True)
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of who owns whom, named by the environment."""
    given_graph(owners())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ownership", *arguments], env={"COLUMNS": "200"})


def test_the_verdict_stands_above_the_holdings_with_their_sentences() -> None:
    result = run("Steel Works", "Corner Shop")
    assert result.exit_code == 0, result.output
    for part in (
        "Steel Works: YES, 58.51 % held",
        "Iron Bank → Steel Works",
        "30 %",
        "company:iron-bank OWNS company:steel-works.",
        "Register, 2021-05-01",
        "Corner Shop: POSSIBLE, 0 to 55 % held",
    ):
        assert part in result.output


def test_json_has_the_names_of_the_api() -> None:
    result = run("Rolling Mill", "--reading", "control", "--by", "United States", "--json")
    (answer,) = json.loads(result.stdout)
    assert (answer["verdict"], answer["lower"], answer["report"]["graphVersion"]) == ("YES", 0.6, 7)
    first = answer["holdings"][0]
    assert (first["owner"]["name"], first["claims"][0]["share"], first["partLower"]) == ("Steel Works", 0.6, None)
    assert answer["parties"][0]["listings"][0]["type"] == "SANCTIONS"


def test_a_named_owner_a_day_and_a_threshold() -> None:
    assert "Steel Works: NO, 31.91 % held" in run("Steel Works", "--owner", "Iron Bank").output
    assert "Steel Works: YES" in run("Steel Works", "--owner", "Iron Bank", "--threshold", "0.3").output
    assert "Steel Works: NO, 0 % held" in run("Steel Works", "--as-of", "2019-01-01").output


def test_wrong_names_are_told() -> None:
    assert isinstance(run("Nobody's Works").exception, EntityNotFound)
    assert isinstance(run("Steel Works", "--reading", "guess").exception, UnknownTerm)
