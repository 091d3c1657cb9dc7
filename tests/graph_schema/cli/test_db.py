"""`chokepoint db`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graph_schema.cli.db import app
from graph_schema.database.embedded import EmbeddedNeo4j

pytestmark = pytest.mark.xdist_group("embedded")


def db(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=answer)


@pytest.fixture
def running(embedded_server: EmbeddedNeo4j, monkeypatch: pytest.MonkeyPatch) -> EmbeddedNeo4j:
    monkeypatch.setenv("CHOKEPOINT_HOME", str(embedded_server.path))
    return embedded_server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHOKEPOINT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_status_of_a_running_server_names_addresses_login_process_and_disk(running: EmbeddedNeo4j) -> None:
    now = running.status()
    result = db("status")
    assert result.exit_code == 0
    for part in (now.version, now.uri, now.browser, str(running.layout.password), str(now.pid), "MB"):
        assert str(part) in result.stdout
    assert running.password.get_secret_value() not in result.stdout


def test_the_password_is_printed_only_when_asked_for(running: EmbeddedNeo4j) -> None:
    secret = running.password.get_secret_value()
    assert secret not in db("status", "--json").stdout
    assert f"neo4j / {secret}" in db("status", "--show-password").stdout
    assert json.loads(db("status", "--json", "--show-password").stdout)["password"] == secret


def test_start_on_a_running_server_prints_the_same_as_status(running: EmbeddedNeo4j) -> None:
    started, status = (json.loads(db(command, "--json").stdout) for command in ("start", "status"))
    changing = ("uptime_s", "data_bytes")
    assert {k: v for k, v in started.items() if k not in changing} == {
        k: v for k, v in status.items() if k not in changing
    }


def test_status_exits_1_when_nothing_runs(home: Path) -> None:
    assert db("status").exit_code == 1
    assert "not running" in db("status").stdout
    assert json.loads(db("status", "--json").stdout)["running"] is False


def test_stopping_what_does_not_run_is_no_error(home: Path) -> None:
    result = db("stop")
    assert (result.exit_code, result.stdout) == (0, "it was not running\n")
    assert json.loads(db("stop", "--json").stdout) == {"stopped": False}


def test_reset_asks_before_it_deletes(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    refused = db("reset", answer="n\n")
    assert refused.exit_code == 1
    assert (home / "data").exists()
    assert db("reset", answer="y\n").exit_code == 0
    assert not (home / "data").exists()


def test_reset_with_yes_does_not_ask(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    assert json.loads(db("reset", "--yes", "--json").stdout) == {"reset": str(home)}
    assert not (home / "data").exists()


def test_path_is_the_home(home: Path) -> None:
    assert db("path").stdout == f"{home}\n"
    assert json.loads(db("path", "--json").stdout)["logs"] == str(home / "logs")
