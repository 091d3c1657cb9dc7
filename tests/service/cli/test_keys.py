"""`chokepoint keys` as a shell sees it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chokepoint import app
from graph_schema.errors import SettingsError
from service.access.keys import ApiKeyNotFound, KeyFile


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHOKEPOINT_ACCESS_KEYS", str(tmp_path / "keys.json"))
    return tmp_path / "keys.json"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["keys", *arguments])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_a_key_is_made_listed_and_revoked(path: Path) -> None:
    made = json.loads(run("create", "desk", "--scope", "write", "--days", "30", "--json"))
    found = KeyFile(path).find(made["key"])
    assert found is not None
    assert (found.name, found.scope, found.id) == ("desk", "write", made["id"])
    (listed,) = json.loads(run("list", "--json"))
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert listed["inForce"]
    assert not json.loads(run("revoke", "desk", "--json"))["inForce"]
    assert KeyFile(path).find(made["key"]) is None


def test_for_people_the_key_is_one_line_and_the_list_a_table_that_shows_none(path: Path) -> None:
    text = run("create", "[red]desk").strip()
    assert KeyFile(path).find(text) is not None
    table = run("list")
    assert "[red]desk" in table
    assert text not in table
    assert run("revoke", "[red]desk").startswith("[red]desk (")


def test_no_keys_and_no_such_key_are_told(path: Path) -> None:
    assert run("list") == "no keys: chokepoint keys create NAME\n"
    with pytest.raises(ApiKeyNotFound):
        run("revoke", "nobody")
    path.write_text("{}")
    with pytest.raises(SettingsError):
        run("list")
    assert CliRunner().invoke(app, ["keys", "create", "desk", "--days", "1e12"]).exit_code == 2
