"""`chokepoint screen`, run as a user runs it."""

import csv
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from graph_schema.errors import MalformedRecord, QuestionError
from graph_schema.screening import AskedName
from loaders.screened_names import NamesIntake
from service.cli.path import path
from service.cli.screen import screen_with
from tests.service.build import GraphBuilder
from tests.service.holdings_build import owners

app = typer.Typer()
app.command()(screen_with(NamesIntake))
app.command()(path)

NAMES = ["Steel Works", "Iron Bank", "Corner Shop", "Nobody At All", "Joint Venture"]


@pytest.fixture(autouse=True)
def database(given_graph: Callable[[GraphBuilder], None]) -> None:
    """The graph of who owns whom, named by the environment."""
    given_graph(owners())


def run(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["screen", *arguments], input=input, env={"COLUMNS": "200"})


def test_a_table_comes_out_as_csv_with_explanations_and_bad_rows_are_kept(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("name,type\nSteel Works,Company\nIron Bank,Wizard\nNobody At All,\n")
    out = tmp_path / "out.csv"
    result = run(str(tmp_path / "in.csv"), "-o", str(out))
    assert result.exit_code == 3, result.output
    assert "in.csv:3: type is 'Wizard'" in result.stderr
    assert "3 names screened: 1 match, 1 no match, 1 refused" in result.stderr
    works, nobody = csv.DictReader(out.read_text().splitlines())
    assert (works["outcome"], works["entity_id"], works["ownership_control"]) == ("MATCH", "company:steel-works", "YES")
    assert "58.51 % held by listed parties: Iron Bank, Black Banker (Iron Bank → Steel Works 30 %" in works["sum_why"]
    assert "OWNED: Steel Works ←OWNS— Iron Bank" in works["exposure"]
    assert (nobody["row"], nobody["outcome"]) == ("3", "NO_MATCH")
    (letter,) = map(json.loads, (tmp_path / "out.csv.refused.jsonl").read_text().splitlines())
    assert (letter["kind"], letter["line"], letter["raw"]) == ("screen", 3, "Iron Bank,Wizard")


def test_standard_input_goes_to_standard_output() -> None:
    result = run("-", input="Iron Bank\n")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["matches"][0]["listings"][0]["by"]["name"] == "United States"
    assert told["matches"][0]["exposure"]["nearest"][0]["explanation"].startswith("Iron Bank is listed itself")


class TornOff(NamesIntake):
    """A list of which the first four names are read before the run is killed."""

    def names(self, path: str) -> Iterator[AskedName | MalformedRecord]:
        yield from itertools.islice(super().names(path), 4)
        raise KeyboardInterrupt


def test_a_run_that_was_killed_goes_on_and_nothing_is_doubled(tmp_path: Path) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("\n".join(NAMES) + "\n")
    assert run(str(file), "-o", str(tmp_path / "whole.jsonl")).exit_code == 0
    killed = typer.Typer()
    killed.command()(screen_with(TornOff, batch=2))
    CliRunner().invoke(killed, [str(file), "-o", str(out)])
    assert not out.exists()
    result = run(str(file), "-o", str(out), "--json")
    assert "going on after 4 records" in result.stderr
    assert json.loads(result.stdout) == {"match": 4, "no_match": 1}
    assert out.read_text() == (tmp_path / "whole.jsonl").read_text()
    assert "exists" in str(run(str(file), "-o", str(out)).exception)


def test_wrong_options_are_told() -> None:
    assert isinstance(run("-", "--cutoff", "2").exception, QuestionError)
    assert "valid: jsonl, csv" in str(run("-", "--format", "xml").exception)
