"""A source is declared once: its command and its job take the same, and a new one is one file."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import neo4j
import pytest
from typer.core import TyperGroup
from typer.main import get_command

from graph_schema.errors import SettingsError
from graph_schema.settings import GraphSettings
from loaders.cli import load as load_cli
from loaders.extraction.choosing import ExtractorKind
from loaders.jobs.definition import JobDefinition
from loaders.loading.inputs import TextInput, arguments_of, make_input
from loaders.settings import LoadSettings
from loaders.sources.definition import definitions

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-source.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", definitions())
def test_a_command_and_a_job_have_the_same_arguments_and_defaults(name: str) -> None:
    group = get_command(load_cli.app)
    assert isinstance(group, TyperGroup)
    options = {parameter.name: parameter for parameter in group.commands[name].params}
    fields = arguments_of(definitions()[name]).model_fields
    assert fields.keys() <= options.keys()
    for field_name, field in fields.items():
        assert options[field_name].required == field.is_required(), field_name
        if not field.is_required():
            assert (options[field_name].default or None) == (field.default or None), field_name
    job = JobDefinition(name="x", source=name, schedule="PT1H")
    assert job.is_full == (options["full"].default if "full" in options else False)


def test_the_extractor_is_that_of_the_arguments_else_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Intel makes Xeon.")
    settings = LoadSettings(extractor=ExtractorKind.LLM)
    given = {"paths": [str(tmp_path)]}
    with pytest.raises(SettingsError, match="CHOKEPOINT_LLM_"):
        make_input("news", given, settings)
    made = make_input("news", {**given, "extractor": "rules", "processes": 2}, settings)
    assert isinstance(made, TextInput)
    assert made.extractor.name.startswith("spacy")
    monkeypatch.setenv("CHOKEPOINT_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("CHOKEPOINT_LLM_MODEL", "tiny")
    with pytest.raises(SettingsError, match="CHOKEPOINT_LLM_CONCURRENCY"):
        make_input("news", {**given, "processes": 2}, settings)


def test_a_load_that_asks_for_surer_statements_does_not_go_on_where_another_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Intel makes Xeon.")
    given = {"paths": [str(tmp_path / "a.txt")], "extractor": "rules"}
    told = [
        make_input("news", given, LoadSettings()),
        make_input("news", {**given, "min_confidence": 0.8}, LoadSettings()),
        make_input("news", given, LoadSettings(min_confidence=0.8)),
        make_input("news", {**given, "min_confidence": 0.9}, LoadSettings(min_confidence=0.8)),
    ]
    plain, surer, by_settings, surest = [one.fingerprint() for one in told]
    assert surer == by_settings
    assert len({plain, surer, surest}) == 3


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
