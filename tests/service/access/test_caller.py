"""What a caller may do."""

from starlette.requests import HTTPConnection

from service.access.caller import READER, STRANGER, Caller, caller_of
from service.access.keys import KeyScope


def test_a_stranger_may_nothing_a_reader_only_read() -> None:
    assert [STRANGER.may(scope) for scope in KeyScope] == [False, False, False]
    assert [READER.may(scope) for scope in KeyScope] == [True, False, False]
    assert [Caller("desk", KeyScope.ADMIN).may(scope) for scope in KeyScope] == [True, True, True]


def test_a_connection_that_passed_no_gate_is_a_strangers() -> None:
    assert caller_of(HTTPConnection({"type": "http"})) is STRANGER
    assert caller_of(HTTPConnection({"type": "http", "state": {"caller": READER}})) is READER
