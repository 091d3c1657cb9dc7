"""`chokepoint audit` as a shell sees it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chokepoint import app
from graph_schema.errors import QuestionError
from service.access.audit import AuditLog


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHOKEPOINT_ACCESS_AUDIT_FOLDER", str(tmp_path))
    audit = AuditLog(tmp_path, most_bytes=1_000_000, files=3)
    audit.tell({"event": "document", "document": "a" * 64, "text": "{ jobs { name } }"})
    asked = {"event": "operation", "who": "desk\x1b[31m", "key": "1", "from": "192.0.2.7", "operation": "Jobs"}
    audit.tell({**asked, "document": "a" * 64, "results": {"jobs": 3}, "graphVersion": 7, "cost": 10, "errors": []})
    change = {"change": "startJob", "job": "daily"}
    audit.tell({**asked, "event": "mutation", "who": "writer", "changes": [change], "errors": ["JOB_RUNNING"]})
    audit.flush()
    return tmp_path


def run(*arguments: str) -> list[str]:
    done = CliRunner().invoke(app, ["audit", *arguments])
    if done.exception is not None:
        raise done.exception
    return done.stdout.splitlines()


def test_for_people_an_entry_is_a_line_that_no_terminal_obeys(folder: Path) -> None:
    asked, changed = run()
    assert asked.partition("  ")[2] == "operation  desk\\x1b[31m  192.0.2.7  Jobs  jobs:3  version 7  10 points"
    assert changed.endswith("mutation  writer  192.0.2.7  Jobs  job=daily  JOB_RUNNING")


def test_as_json_the_lines_are_whole(folder: Path) -> None:
    assert [json.loads(line)["event"] for line in run("--json")] == ["document", "operation", "mutation"]
    assert [json.loads(line)["who"] for line in run("--json", "--changes")] == ["writer"]
    assert run("--since", "2999-01-01") == []
    with pytest.raises(QuestionError, match="soon"):
        run("--until", "soon")
