"""Settings come from the environment or from files, and a wrong one is named."""

from pathlib import Path

import pytest

from graph_schema.errors import SettingsError
from graph_schema.settings import EmbeddedSettings, GraphSettings, read_settings


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHOKEPOINT_SECRETS", str(tmp_path))
    monkeypatch.setenv("CHOKEPOINT_NEO4J_URI", "bolt://db:7687")
    monkeypatch.setenv("CHOKEPOINT_NEO4J_PASSWORD", "")
    return tmp_path


def test_a_password_may_come_as_a_file(secrets: Path) -> None:
    (secrets / "chokepoint_neo4j_password").write_text("from the file\n")
    password = read_settings(GraphSettings).password
    assert password is not None
    assert password.get_secret_value() == "from the file"


def test_the_environment_goes_before_the_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "chokepoint_neo4j_password").write_text("from the file")
    monkeypatch.setenv("CHOKEPOINT_NEO4J_PASSWORD", "from the environment")
    password = read_settings(GraphSettings).password
    assert password is not None
    assert password.get_secret_value() == "from the environment"


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_an_empty_password_is_a_missing_one(secrets: Path, content: str | None) -> None:
    if content is not None:
        (secrets / "chokepoint_neo4j_password").write_text(content)
    with pytest.raises(SettingsError, match=r"^CHOKEPOINT_NEO4J_URI is set but CHOKEPOINT_NEO4J_PASSWORD is not$"):
        read_settings(GraphSettings)


def test_a_secret_that_cannot_be_read_is_named(secrets: Path) -> None:
    (secrets / "chokepoint_neo4j_password").mkdir()
    with pytest.raises(SettingsError, match=r"cannot read the secret .*chokepoint_neo4j_password"):
        read_settings(GraphSettings)


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOKEPOINT_BOLT_PORT", "")
    assert read_settings(EmbeddedSettings).bolt_port is None
