"""Fetching from the web without being led astray: no private address, no endless page, no hammering of one host.

The address that is checked is the address that is connected to, for every connection of every redirect, so that a name which
changes its mind between the two (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore
import httpx

from graph_schema.errors import AddressRefused, SourceUnavailable

USER_AGENT = "chokepoint"
_MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_NOT_MODIFIED = 304
_ROBOTS_BYTES = 512 * 1024
_LONGEST_DELAY_S = 60.0


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How far fetching may go."""

    allow_private: bool = False
    """Whether addresses of private networks and of this machine may be fetched."""
    timeout_s: float = 20.0
    """Longest that one answer may take, from first to last byte."""
    most_bytes: int = 10 * 1024 * 1024
    """Longest answer that is read, after decompression."""
    pause_s: float = 1.0
    """Least time between two requests to one host; a longer crawl delay of its robots.txt holds."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One answer. `content` is None where the server says that nothing changed."""

    url: str
    """Where it was found in the end, after redirects."""
    content: bytes | None
    content_type: str
    etag: str | None
    last_modified: str | None


@dataclass(slots=True)
class _Deadline:
    """When the answer that is waited for must have come. A limit on each read alone would let a server drip for ever."""

    at: float = float("inf")

    def left(self, timeout: float | None) -> float:
        """Seconds that one step may take. Raises httpcore.ReadTimeout when none are left."""
        left = min(self.at - time.monotonic(), float("inf") if timeout is None else timeout)
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline, the reading of headers included."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CheckedBackend(httpcore.NetworkBackend):
    """Resolves a name, refuses it when any of its addresses is private, and connects to one that was checked."""

    def __init__(self, admits: Callable[[str], bool], deadline: _Deadline) -> None:
        self._admits = admits
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if private := [address for address in addresses if not self._admits(address)]:
            raise AddressRefused(f"{host} leads to {private[0]}, inside a private network; --allow-private permits it")
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                left = self._deadline.left(timeout)
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also when it is wrapped in another (IPv4 in IPv6, 6to4, NAT64)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if (inner := ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])) is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def _any_address(_: str) -> bool:
    return True


class _Transport(httpx.BaseTransport):
    """httpx over connections that were checked."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


@dataclass(slots=True)
class _Host:
    """What is known of one host."""

    robots: RobotFileParser | None
    pause_s: float
    last: float = 0.0


@dataclass(slots=True)
class Fetcher:
    """Fetches pages within `limits`, as robots.txt allows. Use it as a context manager."""

    limits: FetchLimits = field(default_factory=FetchLimits)
    admits: Callable[[str], bool] = is_public
    """Which addresses may be connected to where `limits` allow no private ones."""
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _client: httpx.Client | None = None
    _deadline: _Deadline = field(default_factory=_Deadline)

    def __enter__(self) -> "Fetcher":
        admits = _any_address if self.limits.allow_private else self.admits
        self._client = httpx.Client(
            transport=_Transport(_CheckedBackend(admits, self._deadline)),
            timeout=self.limits.timeout_s,
            headers={"User-Agent": USER_AGENT},
            trust_env=False,  # a proxy would connect on our behalf to what we refuse
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._client is not None
        self._client.close()

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> FetchedPage:
        """The page at `url`, unless it is as it was under this tag or date. Raises SourceUnavailable saying why not."""
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        for _ in range(_MOST_REDIRECTS + 1):
            host = self._host(url)
            if host.robots is not None and not host.robots.can_fetch(USER_AGENT, url):
                raise SourceUnavailable(f"{url}: robots.txt of the site does not allow it")
            _wait(host)
            with self._answer(url, {name: value for name, value in headers.items() if value}) as answer:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    url = _joined(url, answer.headers["location"])
                    continue
                if answer.status_code == _NOT_MODIFIED:
                    return FetchedPage(url, None, "", etag, last_modified)
                if answer.is_error or answer.is_redirect:
                    raise SourceUnavailable(
                        f"{url}: the server answers {answer.status_code} {answer.reason_phrase}".rstrip()
                    )
                return FetchedPage(
                    url=url,
                    content=self._read(answer, self.limits.most_bytes),
                    content_type=answer.headers.get("content-type", ""),
                    etag=answer.headers.get("etag"),
                    last_modified=answer.headers.get("last-modified"),
                )
        raise SourceUnavailable(f"{url}: more than {_MOST_REDIRECTS} redirects")

    def _host(self, url: str) -> _Host:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise SourceUnavailable(f"{url}: is no http or https address")
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if origin not in self._hosts:
            self._hosts[origin] = self._robots(origin)
        return self._hosts[origin]

    def _robots(self, origin: str) -> _Host:
        """Rules of a host. A host without robots.txt allows everything, one that answers with an error of its own nothing."""
        robots = RobotFileParser()
        with self._answer(f"{origin}/robots.txt", {}) as answer:
            if answer.is_server_error:
                robots.parse(["User-agent: *", "Disallow: /"])
            elif not answer.is_success:
                return _Host(None, self.limits.pause_s, time.monotonic())
            else:
                text = self._read(answer, _ROBOTS_BYTES, cut=True).decode(errors="replace")
                robots.parse(text.splitlines())
        delay = float(robots.crawl_delay(USER_AGENT) or 0)
        return _Host(robots, min(max(self.limits.pause_s, delay), _LONGEST_DELAY_S), time.monotonic())

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        assert self._client is not None, "use the fetcher as a context manager"
        self._deadline.at = time.monotonic() + self.limits.timeout_s
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                yield answer
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            raise SourceUnavailable(f"{url}: no answer in {self.limits.timeout_s:g} s") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SourceUnavailable(f"{url}: {error or type(error).__name__}") from error

    def _read(self, answer: httpx.Response, most: int, *, cut: bool = False) -> bytes:
        """The body; with `cut` no more of it than `most`. Raises SourceUnavailable when it is too long."""
        parts, size = [], 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > most:
                if cut:
                    break
                raise SourceUnavailable(f"{answer.url}: is longer than {most // 1024:,} KiB")
        return b"".join(parts)[: most if cut else None]


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise SourceUnavailable(f"{url}: redirects to {location[:200]!r}, which is no address") from None


def _wait(host: _Host) -> None:
    rest = host.last + host.pause_s - time.monotonic()
    if rest > 0:
        time.sleep(rest)
    host.last = time.monotonic()
