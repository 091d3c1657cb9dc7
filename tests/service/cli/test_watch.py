"""`chokepoint watch` as a user types it."""

import json
from collections.abc import Callable
from pathlib import Path

import neo4j
import pytest
from typer.testing import CliRunner, Result

from graph_schema.errors import ChokepointError
from service.cli.watch import app
from tests.service.build import GraphBuilder, story
from tests.service.watchlists.test_keeper import NEW, VERSION


@pytest.fixture(autouse=True)
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of the examples, named by the environment."""
    given_graph(story())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "watch.yaml"
    file.write_text(
        "watch:\n  - {name: intel, entities: [Intel]}\n  - {name: huawei, entities: [華為], watched: [exposure]}\n"
    )
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def told(result: Result) -> str:
    assert isinstance(result.exception, ChokepointError), result.output
    return str(result.exception)


def test_the_answer_to_a_question_is_watched(tmp_path: Path, neo4j_session: neo4j.Session) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text("watch:\n  - {name: rivals, question: 'Who competes with Intel?'}\n")
    assert run("apply", str(file)).exit_code == 0
    assert run("run", "--once").stdout == "0 new notices, 0 delivered, 0 not delivered\n"
    for query in (NEW, VERSION):
        neo4j_session.run(query, version=8).consume()
    assert run("run", "--once").stdout == "1 new notices, 0 delivered, 0 not delivered\n"
    assert run("notices", "rivals").stdout.endswith("new in the answer: TSMC\n")
    assert "Who competes with Intel?" in run("list").stdout


def test_from_a_file_to_a_notice(file: Path, neo4j_session: neo4j.Session) -> None:
    assert run("apply", str(file)).stdout == "2 watch lists stored: intel, huawei\n"
    assert run("run", "--once").stdout == "0 new notices, 0 delivered, 0 not delivered\n"
    for query in (NEW, VERSION):
        neo4j_session.run(query, version=8).consume()
    assert run("run", "--once").stdout == "1 new notices, 0 delivered, 0 not delivered\n"
    assert run("run", "--once").stdout == "0 new notices, 0 delivered, 0 not delivered\n"
    shown = run("notices", "intel").stdout
    assert shown.endswith("first relation of its type: Intel COMPETES_WITH TSMC (planned, 2 sources)\n")
    (notice,) = map(json.loads, run("notices", "intel", "--json").stdout.splitlines())
    assert (notice["number"], notice["kind"], notice["entity"]) == (1, "NEW_RELATION_TYPE", "company:intel")
    assert run("notices", "intel", "--after", "1").stdout == ""
    lists = json.loads(run("list", "--json").stdout)
    assert [(one["name"], one["graphVersion"], one["error"]) for one in lists] == [
        ("huawei", 8, None),
        ("intel", 8, None),
    ]
    assert "intel" in run("list").stdout
    assert run("remove", "intel").stdout == "intel is removed\n"
    assert told(run("remove", "intel")).startswith("no watch list is called 'intel'")
    assert told(run("notices", "intel")).startswith("no watch list is called 'intel'")


def test_a_delivery_that_fails_ends_with_exit_code_1_and_is_listed(
    tmp_path: Path, neo4j_session: neo4j.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHOKEPOINT_WATCH_ATTEMPTS", "1")
    file = tmp_path / "watch.yaml"
    file.write_text("watch:\n  - {name: intel, entities: [Intel], email: desk@example.org}\n")
    run("apply", str(file))
    run("run", "--once")
    for query in (NEW, VERSION):
        neo4j_session.run(query, version=8).consume()
    failed = run("run", "--once")
    assert (failed.exit_code, failed.stdout.splitlines()[-1]) == (1, "1 new notices, 0 delivered, 1 not delivered")
    assert run("dead").stdout.startswith("intel 1 by email: CHOKEPOINT_WATCH_MAIL_HOST names no mail server")
    assert run("retry").stdout == "1 deliveries are due again\n"
    assert run("dead").stdout == ""


def test_an_unknown_entity_stores_nothing(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text("watch:\n  - {name: a, entities: [Intel]}\n  - {name: b, entities: [Nobody At All]}\n")
    assert "Nobody At All" in told(run("apply", str(file)))
    assert run("list").stdout == "no watch lists: chokepoint watch apply watch.yaml\n"
