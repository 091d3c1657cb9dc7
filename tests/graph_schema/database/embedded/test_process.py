"""What a start noted, and a password file, may be garbage by the next one: told or passed over, never a traceback."""

from pathlib import Path

import pytest

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.process import State
from graph_schema.errors import EmbeddedError
from graph_schema.settings import EmbeddedSettings


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 20_000,
        b"null",
        b'{"pid": "7", "version": "1", "bolt_port": 7687, "http_port": 7474}',
        b'{"pid": 99999999999999999999, "version": "1", "bolt_port": 7687, "http_port": 7474}',
        b'{"pid": 7, "version": "1", "bolt_port": -1, "http_port": 7474}',
    ],
)
def test_a_note_that_is_garbage_counts_as_none(tmp_path: Path, garbage: bytes) -> None:
    file = tmp_path / "server.json"
    file.write_bytes(garbage)
    assert State.read(file) is None


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    state = State(7, "2026.08.1", 7687, 7474)
    state.write(tmp_path / "server.json")
    assert State.read(tmp_path / "server.json") == state


def test_a_note_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="cannot read"):
        State.read(tmp_path)


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b"a\x00b", b"two\nlines", b"x" * 100_000])
def test_a_password_file_that_is_garbage_is_told_with_its_name(tmp_path: Path, garbage: bytes) -> None:
    server = EmbeddedNeo4j(EmbeddedSettings(home=tmp_path))
    server.layout.password.write_bytes(garbage)
    with pytest.raises(EmbeddedError, match="holds no password: put it back") as told:
        _ = server.password
    assert str(server.layout.password) in str(told.value)
