"""How long fetching waits for a server that means no good."""

import socket
import threading
from collections.abc import Iterator

import pytest

from graph_schema.errors import SourceUnavailable
from loaders.sources.fetching import Fetcher, FetchLimits

IMPATIENT = FetchLimits(allow_private=True, timeout_s=0.5, pause_s=0)


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that sends the parameter, and then a byte now and then, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def drip() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                if b"robots.txt" in connection.recv(4096):
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    connection.sendall(request.param)
                    _send_for_ever(connection, ended)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/page"
    ended.set()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def _send_for_ever(connection: socket.socket, ended: threading.Event) -> None:
    try:
        while not ended.wait(0.05):
            connection.sendall(b"x")
    except OSError:
        return


@pytest.mark.parametrize(
    "dripping",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Long: ", id="headers"),
        pytest.param(b"", id="nothing"),
    ],
    indirect=True,
)
def test_a_server_that_drips_is_left_when_the_time_is_up(dripping: str) -> None:
    with Fetcher(IMPATIENT) as fetcher, pytest.raises(SourceUnavailable, match=r"no answer in 0\.5 s"):
        fetcher.get(dripping)
