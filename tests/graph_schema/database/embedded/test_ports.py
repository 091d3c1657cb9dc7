"""Which port is taken: the one asked for, the last one, the usual one, any free one."""

import socket
from collections.abc import Iterator

import pytest

from graph_schema.database.embedded.ports import choose_port, is_free
from graph_schema.errors import PortTaken


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_the_port_asked_for_wins(free: int, taken: int) -> None:
    assert choose_port(free, last=taken, usual=taken, setting="X") == free


def test_the_port_asked_for_is_never_replaced_by_another(free: int, taken: int) -> None:
    with pytest.raises(PortTaken, match=f"port {taken} is in use"):
        choose_port(taken, last=free, usual=free, setting="X")


def test_the_last_port_comes_before_the_usual_one(free: int, taken: int) -> None:
    assert choose_port(None, last=free, usual=taken, setting="X") == free


def test_a_usual_port_that_is_taken_gives_way_to_a_free_one(taken: int) -> None:
    assert is_free(choose_port(None, last=taken, usual=taken, setting="X"))


def test_zero_asks_for_any_free_port_and_keeps_it(free: int, taken: int) -> None:
    assert choose_port(0, last=free, usual=taken, setting="X") == free
    assert choose_port(0, last=None, usual=free, setting="X") != free


def test_a_port_on_all_interfaces_is_taken_too() -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:
        assert not is_free(listener.getsockname()[1])
