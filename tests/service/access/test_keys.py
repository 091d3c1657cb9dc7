"""Keys in their file: never themselves, in force until they end, changed by several at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_schema.errors import QuestionError, SettingsError
from service.access.keys import ApiKeyNameTaken, ApiKeyNotFound, KeyFile, KeyScope

SOON = dt.timedelta(hours=1)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "home" / "keys.json")


def test_a_key_is_known_by_its_text_and_the_file_does_not_hold_it(keys: KeyFile) -> None:
    key, text = keys.create("desk", KeyScope.WRITE)
    assert keys.find(text) == key
    assert text.rpartition("_")[2] not in keys.path.read_text("utf-8")
    assert keys.path.stat().st_mode & 0o077 == 0
    for other in ("", text[:-1], text + "x", text.upper(), f"chk_{key.id}_", "chk", "chk__", "ключ", "\udcff"):
        assert keys.find(other) is None


def test_a_scope_includes_the_lesser_ones() -> None:
    covers = {(a, b) for a in KeyScope for b in KeyScope if a.covers(b)}
    read, write, admin = KeyScope
    assert covers == {(read, read), (write, read), (write, write), (admin, read), (admin, write), (admin, admin)}


def test_a_key_ends_on_its_day_and_when_it_is_revoked(tmp_path: Path) -> None:
    now = today = dt.datetime.now(dt.UTC)
    keys = KeyFile(tmp_path / "keys.json", clock=lambda: today)
    short, short_text = keys.create("guest", KeyScope.READ, expires=now + SOON)
    long, long_text = keys.create("desk", KeyScope.READ)
    assert [keys.find(text) for text in (short_text, long_text)] == [short, long]
    today = now + SOON
    assert [keys.find(text) for text in (short_text, long_text)] == [None, long]
    assert keys.revoke("desk").revoked == now + SOON
    assert keys.find(long_text) is None
    assert keys.revoke(long.id).revoked == now + SOON, "once more changes nothing"
    assert not keys.any_covers(KeyScope.READ)


def test_what_another_process_writes_holds_at_once(keys: KeyFile) -> None:
    _, text = keys.create("desk", KeyScope.READ)
    here = KeyFile(keys.path)
    assert here.find(text) is not None
    keys.revoke("desk")
    assert here.find(text) is None
    keys.path.unlink()
    assert here.keys() == ()


def test_many_at_once_lose_no_key(keys: KeyFile) -> None:
    def make(number: int) -> str:
        return KeyFile(keys.path).create(f"client {number}", KeyScope.READ)[1]

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(make, range(24)))
    assert len({found.id for text in texts if (found := keys.find(text)) is not None}) == 24


def test_what_cannot_be_a_key_is_one_clear_line(keys: KeyFile) -> None:
    for name in ("", " ", "a\nb", "x" * 101):
        with pytest.raises(QuestionError, match="printable"):
            keys.create(name, KeyScope.READ)
    with pytest.raises(QuestionError, match="ended already"):
        keys.create("past", KeyScope.READ, expires=dt.datetime.now(dt.UTC) - SOON)
    keys.create("desk", KeyScope.READ)
    with pytest.raises(ApiKeyNameTaken):
        keys.create("desk", KeyScope.READ)
    keys.revoke("desk")
    keys.create("desk", KeyScope.READ)
    with pytest.raises(ApiKeyNotFound):
        keys.revoke("nobody")
    keys.path.write_text("torn")
    with pytest.raises(SettingsError, match="no file of keys"):
        keys.keys()


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot write"):
        KeyFile(tmp_path / "file" / "keys.json").create("desk", KeyScope.READ)
