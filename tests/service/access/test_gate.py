"""Who counts as whom, by what they show and where they are."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from service.access.caller import READER, STRANGER, Caller
from service.access.gate import Gate
from service.access.keys import KeyFile, KeyScope
from service.access.settings import AccessSettings, Anonymous
from service.errors import NotAuthorized
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio
PROXIED = [(b"x-forwarded-for", b"127.0.0.1")]


def gate(tmp_path: Path, *, token: str | None = None, **access: object) -> Gate:
    settings = ServiceSettings(write_token=None if token is None else SecretStr(token))
    return Gate(settings, AccessSettings.model_validate({"keys": tmp_path / "keys.json", **access}))


def test_without_a_key_only_this_machine_reads_and_no_proxy_on_it(tmp_path: Path) -> None:
    usual = gate(tmp_path)
    for address in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"):
        assert usual.unknown(address, []) is READER
        assert usual.unknown(address, PROXIED) is STRANGER
    for other in ("192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", "unix", "", None):
        assert usual.unknown(other, []) is STRANGER


def test_what_is_published_on_loopback_alone_counts_as_this_machine(tmp_path: Path) -> None:
    assert gate(tmp_path, published="127.0.0.1").unknown("172.17.0.1", []) is READER
    assert gate(tmp_path, published="127.0.0.1").unknown("172.17.0.1", PROXIED) is STRANGER
    assert gate(tmp_path, published="0.0.0.0").unknown("172.17.0.1", []) is STRANGER


def test_the_setting_opens_to_all_or_closes_to_all(tmp_path: Path) -> None:
    assert gate(tmp_path, anonymous=Anonymous.ALWAYS).unknown("192.0.2.7", PROXIED) is READER
    assert gate(tmp_path, anonymous=Anonymous.NEVER).unknown("127.0.0.1", []) is STRANGER


async def test_the_write_token_is_a_key_of_scope_write(tmp_path: Path) -> None:
    assert await gate(tmp_path, token="old").known("old") == Caller("api", KeyScope.WRITE)
    for wrong in ("", "ol", "oldd", "Old"):
        with pytest.raises(NotAuthorized):
            await gate(tmp_path, token="old").known(wrong)


async def test_a_key_is_known_until_it_is_revoked(tmp_path: Path) -> None:
    keys, one = KeyFile(tmp_path / "keys.json"), gate(tmp_path)
    key, text = keys.create("desk", KeyScope.WRITE)
    caller = await one.known(text)
    assert (caller.name, caller.scope, caller.key) == ("desk", KeyScope.WRITE, key.id)
    assert one.still_knows(caller)
    keys.revoke("desk")
    assert not one.still_knows(caller)
    with pytest.raises(NotAuthorized):
        await one.known(text)


def test_writes_are_taken_where_somebody_may_write(tmp_path: Path) -> None:
    keys, one = KeyFile(tmp_path / "keys.json"), gate(tmp_path)
    keys.create("reader", KeyScope.READ)
    assert not one.takes_writes
    keys.create("writer", KeyScope.ADMIN)
    assert gate(tmp_path).takes_writes
    keys.revoke("writer")
    assert not gate(tmp_path).takes_writes
    assert gate(tmp_path, token="old").takes_writes
