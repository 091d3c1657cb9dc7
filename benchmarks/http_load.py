"""Load over HTTP/1.1: a number of clients that each send the next request when the last answer is there.

The clients speak over bare sockets of one event loop, so that little of the machine goes into asking.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Load:
    """What one way of asking bore."""

    requests_per_s: float
    p50_ms: float
    p95_ms: float
    failed: int
    """Answers that were no answers: another status than 200, or a GraphQL error."""


def post(address: str, path: str, body: object) -> bytes:
    """A request that posts JSON."""
    content = orjson.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nhost: {urlsplit(address).netloc}\r\ncontent-type: application/json\r\n"
    accepted = "accept: application/graphql-response+json,application/json;q=0.9\r\n"
    return f"{head}{accepted}content-length: {len(content)}\r\n\r\n".encode() + content


def get(address: str, path: str) -> bytes:
    """A request that gets."""
    return f"GET {path} HTTP/1.1\r\nhost: {urlsplit(address).netloc}\r\naccept: application/json\r\n\r\n".encode()


class Client(asyncio.Protocol):
    """One connection: sends requests in turn until `until`."""

    def __init__(self, requests: Sequence[bytes], first: int, step: int, until: float) -> None:
        self._requests, self._next, self._step, self._until = requests, first, step, until
        self.times: list[float] = []
        self.failed = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += self._step

    def data_received(self, data: bytes) -> None:
        """Collect an answer; once it is whole, ask again."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or not _whole(head.lower(), body):
            return
        now = time.perf_counter()
        self.times.append((now - self._sent) * 1000)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 202")) or b'"errors"' in body[:2000]:
            self.failed += 1
        self._received = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        """End."""
        if not self.done.done():
            self.done.set_result(None)


def _whole(head: bytes, body: bytes) -> bool:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return body.endswith(b"0\r\n\r\n")


async def load(address: str, requests: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Ask for `seconds` with `clients` connections at once; requests are sent in turn, again from the first after the last."""
    loop = asyncio.get_running_loop()
    where = urlsplit(address)
    assert where.hostname is not None
    start = time.perf_counter()
    asking: list[Client] = []
    for i in range(clients):
        _, client = await loop.create_connection(
            partial(Client, requests, i, clients, start + seconds),
            where.hostname,
            where.port or 80,
        )
        asking.append(client)
    await asyncio.wait_for(asyncio.gather(*(client.done for client in asking)), seconds + 60)
    took = time.perf_counter() - start
    times = sorted(time for client in asking for time in client.times)
    return Load(
        round(len(times) / took, 1),
        round(times[len(times) // 2], 2),
        round(times[int(len(times) * 0.95)], 2),
        sum(client.failed for client in asking),
    )
