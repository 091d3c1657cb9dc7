"""A source is declared once: its command and its job take the same, its refused records come back, a new one is one file."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import neo4j
import pytest
from typer.main import get_command

from graph_schema.errors import SettingsError, SourceError
from graph_schema.settings import GraphSettings
from loaders.cli import load as load_cli
from loaders.extraction.choosing import ExtractorKind
from loaders.jobs.definition import JobDefinition
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input, Taken, TextInput, arguments_of, make_input
from loaders.loading.pipeline import check
from loaders.loading.retrying import retried
from loaders.settings import LoadSettings
from loaders.sources.definition import definitions
from loaders.sources.feed import FeedReader

DATA = Path(__file__).parents[2] / "data"
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-source.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", definitions())
def test_a_command_and_a_job_have_the_same_arguments_and_defaults(name: str) -> None:
    options = {parameter.name: parameter for parameter in get_command(load_cli.app).commands[name].params}  # type: ignore[attr-defined]
    fields = arguments_of(definitions()[name]).model_fields
    assert fields.keys() <= options.keys()
    for field_name, field in fields.items():
        assert options[field_name].required == field.is_required(), field_name
        if not field.is_required():
            assert (options[field_name].default or None) == (field.default or None), field_name
    job = JobDefinition(name="x", source=name, schedule="PT1H")
    assert job.is_full == (options["full"].default if "full" in options else False)


def test_the_extractor_is_that_of_the_arguments_else_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Intel makes Xeon.")
    settings = LoadSettings(extractor=ExtractorKind.LLM)
    given = {"paths": [str(tmp_path)]}
    with pytest.raises(SettingsError, match="CHOKEPOINT_LLM_"):
        make_input("news", given, settings)
    made = make_input("news", {**given, "extractor": "spacy", "processes": 2}, settings)
    assert isinstance(made, TextInput)
    assert made.extractor.name.startswith("spacy")
    with pytest.raises(SettingsError, match="CHOKEPOINT_LLM_CONCURRENCY"):
        make_input("news", {**given, "processes": 2}, settings)


@pytest.mark.parametrize(
    ("source", "file", "good", "bad"),
    [
        pytest.param("triples", "a.csv", "Intel,makes,Xeon", "Intel,,Xeon", id="table of triples"),
        pytest.param(
            "triples",
            "b.jsonl",
            '{"subject": "Intel", "predicate": "makes", "object": "Xeon"}',
            '{"subject": "Intel", "predicate": "", "object": "Xeon"}',
            id="lines of triples",
        ),
        pytest.param("news", "c.jsonl", '{"text": "Intel makes Xeon."}', '{"text": ""}', id="news"),
        pytest.param(
            "ftm",
            "d.ftm.json",
            '{"id": "a", "schema": "Company", "properties": {"name": ["Zorg"], "country": ["us"]}}',
            '{"id": "a", "properties": {"name": ["Zorg"], "country": ["us"]}}',
            id="FollowTheMoney",
        ),
    ],
)
def test_a_mended_record_states_what_it_would_have_stated(
    source: str, file: str, good: str, bad: str, tmp_path: Path
) -> None:
    header = "subject,predicate,object\n" if file.endswith(".csv") else ""
    path = tmp_path / file
    path.write_text(f"{header}{good}\n")
    (wanted,) = taken(make_input(source, {"paths": [str(path)]}, LoadSettings()))
    path.write_text(f"{header}{bad}\n")
    assert mended(make_input(source, {"paths": [str(path)]}, LoadSettings()), bad, good, tmp_path, []) == [wanted]


def test_a_mended_row_of_eto_finds_what_it_refers_to(tmp_path: Path) -> None:
    folder = tmp_path / "eto"
    folder.mkdir()
    for table in (DATA / "eto").glob("*.csv"):
        (folder / table.name).write_bytes(table.read_bytes())
    good, bad = "Example Beams,P3,Beam tools,N1,61%,", "Example Beams,P3,Beam tools,N1,most,"
    provision = folder / "provision.csv"
    wanted = taken(make_input("eto", {"folder": str(folder)}, LoadSettings()))
    provision.write_text(provision.read_text().replace(good, bad))
    broken = make_input("eto", {"folder": str(folder)}, LoadSettings())
    with pytest.raises(SettingsError, match="--base"):
        mended(broken, bad, good, tmp_path, [])
    (again,) = mended(broken, bad, good, tmp_path, [str(folder)])
    assert again in wanted
    assert again.statements[0].claim.share == 0.61


def test_a_mended_row_of_gdelt_is_an_event_or_a_mention_of_one(tmp_path: Path) -> None:
    export, mentions = DATA / "gdelt" / "events.export.CSV", DATA / "gdelt" / "mentions.CSV"
    wanted = taken(make_input("gdelt", {"exports": [str(export)], "mentions": [str(mentions)]}, LoadSettings()))
    event, mention = export.read_text().splitlines()[0], mentions.read_text().splitlines()[0]
    bad_event, bad_mention = (line.replace("\t2026", "\tsome", 2) for line in (event, mention))
    (tmp_path / "e.CSV").write_text(bad_event + "\n")
    (tmp_path / "m.CSV").write_text(bad_mention + "\n")
    files = {"exports": [str(tmp_path / "e.CSV")], "mentions": [str(tmp_path / "m.CSV")]}
    broken = make_input("gdelt", files, LoadSettings())
    (again,) = mended(broken, bad_event, event, tmp_path, [])
    assert again in wanted
    with pytest.raises(SettingsError, match="--base"):
        mended(broken, bad_mention, mention, tmp_path, [])
    (again,) = mended(broken, bad_mention, mention, tmp_path, [str(export)])
    assert again in wanted


def test_a_page_that_did_not_answer_is_fetched_again(tmp_path: Path) -> None:
    letters = DeadLetterFile(tmp_path / "refused.jsonl")
    broken = make_input(
        "feed", {"urls": ["http://127.0.0.1:1/"], "allow_private": True}, LoadSettings(feed_state=tmp_path / "s.json")
    )
    problem = {"source": "http://127.0.0.1:1/", "line": 1, "field": None, "reason": "no answer", "header": None}
    letters.path.write_text(
        json.dumps({"kind": "feed", "input": broken.source, **problem, "raw": "http://127.0.0.1:1/"}) + "\n"
    )
    with retried(str(letters.path), base=[], settings=LoadSettings()) as inputs:
        (again,) = inputs
        assert isinstance(again, TextInput)
        assert isinstance(again.texts, FeedReader)
        assert list(again.texts.urls) == ["http://127.0.0.1:1/"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("{}", "r.jsonl:1: is no dead letter: kind", id="fields"),
        pytest.param("x", "r.jsonl:1: is not JSON", id="JSON"),
        pytest.param('{"kind": "x", "input": "a", "source": "a", "raw": "b"}', "of the source 'x'", id="source"),
        pytest.param('{"kind": "news", "input": "a", "source": "a", "raw": ""}', "was not kept", id="raw"),
    ],
)
def test_what_is_no_dead_letter_is_told_by_its_line(line: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(line + "\n")
    with (
        pytest.raises(SourceError, match=problem),
        retried(str(tmp_path / "r.jsonl"), base=[], settings=LoadSettings()),
    ):
        pass


def taken(input: Input) -> list[Taken]:
    return [record for record in input.records() if isinstance(record, Taken)]


def refused(input: Input, folder: Path) -> Path:
    letters = DeadLetterFile(folder / "refused.jsonl")
    letters.path.unlink(missing_ok=True)  # of an earlier try
    letters.write(input.kind, input.source, check(input)[2])
    return letters.path


def mended(input: Input, bad: str, good: str, folder: Path, base: list[str]) -> list[Taken]:
    """What the refused records of an input state, once `bad` was made `good`."""
    letters = refused(input, folder)
    rows = [json.loads(letter) for letter in letters.read_text().splitlines()]
    mended_rows = [{**row, "raw": good} for row in rows if row["raw"] == bad]
    assert mended_rows
    letters.write_text("".join(json.dumps(row) + "\n" for row in mended_rows))
    with retried(str(letters), base=base, settings=LoadSettings()) as inputs:
        return [one for each in inputs for one in taken(each)]


def test_a_source_from_empty_file_to_job_is_one_file(
    neo4j_settings: GraphSettings, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    """The page on writing a source, run as it stands."""
    neo4j_session.run("MATCH (n) DETACH DELETE n").consume()
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    program = tmp_path / "bin" / "chokepoint"
    program.parent.mkdir()
    more = tmp_path / "sources"
    more.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport loaders.sources\n"
        f"loaders.sources.__path__.append({str(more)!r})\nimport chokepoint\nchokepoint.main()\n"
    )
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PAGE.parents[2]),
        "CHOKEPOINT_NEO4J_URI": neo4j_settings.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": neo4j_settings.password.get_secret_value(),
    }
    shown = []
    files = {"python": more / "fabs.py", "csv": tmp_path / "fabs.csv", "yaml": tmp_path / "jobs.yaml"}
    for language, block in BLOCK.findall(PAGE.read_text("utf-8")):
        if language in files:
            files[language].write_text(block, "utf-8")
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", block], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        shown.append(done.stdout + done.stderr)
    assert "fabs.csv:4: owner is empty" in shown[0]
    owned: list[dict[str, Any]] = neo4j_session.run(
        "MATCH (owner)-[r:OWNS]->(fab) RETURN owner.name AS owner, fab.name AS fab, toString(r.valid_from) AS since ORDER BY fab"
    ).data()
    assert [(row["owner"], row["fab"], row["since"]) for row in owned] == [
        ("TSMC", "Fab 21", "2024-10-01"),
        ("Intel", "Fab 34", "2023-09-29"),
        ("Samsung", "Fab 99", None),
    ]
    runs = neo4j_session.run("MATCH (r:LoadRun) RETURN DISTINCT r.source AS source, r.status AS status").data()
    assert runs == [{"source": "fabs", "status": "finished"}]
