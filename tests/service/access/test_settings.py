"""Where keys are kept, and what a wrong setting says."""

from pathlib import Path

import pytest

from graph_schema.errors import SettingsError
from graph_schema.settings import read_settings
from service.access.settings import AccessSettings, Anonymous


def test_keys_are_kept_at_home_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOKEPOINT_HOME", str(tmp_path))
    assert read_settings(AccessSettings).key_file() == tmp_path / "keys.json"
    monkeypatch.setenv("CHOKEPOINT_ACCESS_KEYS", str(tmp_path / "others"))
    assert read_settings(AccessSettings).key_file() == tmp_path / "others"


def test_anonymous_is_one_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(AccessSettings).anonymous is Anonymous.LOOPBACK
    monkeypatch.setenv("CHOKEPOINT_ACCESS_ANONYMOUS", "perhaps")
    with pytest.raises(SettingsError, match="CHOKEPOINT_ACCESS_ANONYMOUS"):
        read_settings(AccessSettings)
