"""Settings of watch lists as operators write them."""

import pytest

from graph_schema.errors import SettingsError
from graph_schema.settings import read_settings
from service.watchlists.settings import MailSecurity, WatchSettings


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOKEPOINT_WATCH_MAIL_SECURITY", "tls")
    monkeypatch.setenv("CHOKEPOINT_WATCH_MAIL_PASSWORD", "kept secret")
    found = read_settings(WatchSettings)
    assert found.mail_security is MailSecurity.TLS
    assert "kept secret" not in repr(found)


def test_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOKEPOINT_WATCH_MAIL_SECURITY", "ssl")
    with pytest.raises(SettingsError, match=r"CHOKEPOINT_WATCH_MAIL_SECURITY: .*'starttls', 'tls' or 'none'"):
        read_settings(WatchSettings)
