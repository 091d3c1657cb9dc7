"""The commands `path` and `serve`, run as a user runs them."""

import json
import re
import socket
from collections.abc import Callable

import neo4j
import pytest
import typer
from typer.testing import CliRunner, Result

from graph_schema.errors import ChokepointError, EntityNotFound, QuestionError, UnknownTerm
from service.cli.path import path
from service.cli.serve import serve
from service.errors import ServicePortTaken
from tests.service.build import GraphBuilder, story

app = typer.Typer()
app.command()(serve)
app.command()(path)


@pytest.fixture
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of the examples, named by the environment."""
    given_graph(story())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})


def told(result: Result) -> ChokepointError:
    assert isinstance(result.exception, ChokepointError), result.output
    return result.exception


@pytest.mark.usefixtures("database")
class TestPath:
    def test_each_hop_is_printed_with_its_sentence(self) -> None:
        result = run("path", "Intel", "United States")
        assert result.exit_code == 0
        for part in (
            "Intel —TESTED→ ACM Research",
            "Intel tested tools from ACM Research.",
            "Chip Wire, 2026-11-03",
            "0.90",
            "←SANCTIONS— United",
        ):
            assert part in result.output

    def test_json_holds_report_paths_hops_relations_and_claims(self) -> None:
        result = run("path", "Intel", "United States", "--json")
        answer = json.loads(result.stdout)
        assert answer["report"]["status"] == "FOUND"
        assert answer["report"]["graphVersion"] == 7
        (path,) = answer["paths"]
        sentences = [c["sentence"] for hop in path["hops"] for one in hop["relations"] for c in one["claims"]]
        assert len(path["hops"]) == 3
        assert sentences[0] == "Intel tested tools from ACM Research."
        assert path["hops"][0]["relations"][0]["claims"][0]["document"]["publisher"] == "Chip Wire"

    def test_no_path_exits_1_and_says_why(self) -> None:
        result = run("path", "Intel", "Unconnected Works")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("NO_PATH: no path of any length")

    def test_filters_are_options(self) -> None:
        assert run("path", "Intel", "US", "--valid-at", "2020-01-01", "--json").exit_code == 0
        assert run("path", "Intel", "US", "--direction", "out").exit_code == 1
        assert run("path", "Intel", "US", "--type", "tested", "--type", "RESTRICTS-EXPORTS-TO").exit_code == 1
        assert run("path", "Intel", "US", "--avoid", "盛美上海", "--avoid", "Huawei").exit_code == 1

    def test_an_unknown_entity_is_told_with_close_names(self) -> None:
        error = told(run("path", "Intl", "United States"))
        assert (type(error), error.exit_code, str(error)) == (EntityNotFound, 4, "no entity 'Intl'; close: Intel")

    def test_an_empty_graph_says_that_it_is_empty(self, neo4j_session: neo4j.Session) -> None:
        neo4j_session.run("MATCH (n:Entity) DETACH DELETE n").consume()
        assert str(told(run("path", "Intel", "United States"))) == (
            "no entity 'Intel': the graph is empty; fill it with chokepoint load"
        )

    def test_a_name_that_is_no_text_is_refused(self) -> None:
        error = told(run("path", "Int\udcffl", "United States"))
        assert (type(error), str(error)) == (QuestionError, r"a text is no valid Unicode: Int\udcffl")

    def test_unknown_terms_and_days_are_refused(self) -> None:
        assert isinstance(told(run("path", "Intel", "US", "--type", "LOVES")), UnknownTerm)
        assert "write it as 2026-11-24" in str(told(run("path", "Intel", "US", "--valid-at", "soon")))


@pytest.mark.usefixtures("database")
class TestServe:
    def test_once_prints_the_path_as_the_running_endpoint_answers_it_and_ends(self) -> None:
        result = run("serve", "--port", "0", "--show-path", "Intel", "United States", "--once")
        assert result.exit_code == 0, result.output
        assert "Intel —TESTED→ ACM Research" in result.output
        assert re.search(r"http://127\.0\.0\.1:\d+/graphql", result.output)

    def test_a_taken_port_is_told_with_a_free_one(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            error = told(run("serve", "--port", str(taken.getsockname()[1])))
        assert isinstance(error, ServicePortTaken)
        assert error.exit_code == 2
        assert re.search(r"port \d+ is free", str(error))
