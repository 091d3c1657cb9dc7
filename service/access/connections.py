"""Connections that take without giving: too many of them, headers or bodies that never end, answers that nobody reads.

Around uvicorn's own protocol, which has no such limits. A WebSocket leaves here as soon as it is one, and is counted
while it is open.
"""

import asyncio
from enum import Enum, auto
from typing import Any, cast

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from uvicorn import Config
from uvicorn.server import ServerState

_MOST_HEADER_BYTES = 65_536


class ConnectionSettings(BaseSettings):
    """How many connections the service holds, and how long it waits for each."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_CONNECTION_", frozen=True, use_attribute_docstrings=True)

    most: int = Field(default=2_000, ge=1)
    """Connections open at the same time; further ones get `503`."""
    most_per_address: int = Field(default=500, ge=1)
    """Connections open at the same time from one address; raise it where all clients come through one proxy."""
    header_seconds: float = Field(default=10.0, gt=0)
    """Longest that the line and headers of a request may take, in seconds; then `408`."""
    body_seconds: float = Field(default=30.0, gt=0)
    """Longest that the body of a request may take, in seconds; then `408`."""
    unread_seconds: float = Field(default=30.0, gt=0)
    """Longest that an answer may wait for its reader to take any of it, in seconds; then the connection is cut."""


class OpenConnections:
    """Counts those of one server, by address."""

    def __init__(self, limits: ConnectionSettings) -> None:
        self.limits = limits
        self._address_of: dict[asyncio.Transport, str] = {}
        self._count: dict[str, int] = {}

    @property
    def open(self) -> int:
        """How many are counted."""
        return len(self._address_of)

    def admit(self, transport: asyncio.Transport) -> bool:
        """Count it, unless there are too many."""
        address = str((transport.get_extra_info("peername") or ("",))[0])
        if self._is_full(address):
            self._forget_closed()  # WebSockets do not tell us of their end
            if self._is_full(address):
                return False
        self._address_of[transport] = address
        self._count[address] = self._count.get(address, 0) + 1
        return True

    def forget(self, transport: asyncio.Transport) -> None:
        """It is closed."""
        if (address := self._address_of.pop(transport, None)) is not None:
            self._count[address] -= 1
            if not self._count[address]:
                del self._count[address]

    def _is_full(self, address: str) -> bool:
        limits = self.limits
        return len(self._address_of) >= limits.most or self._count.get(address, 0) >= limits.most_per_address

    def _forget_closed(self) -> None:
        for transport in [one for one in self._address_of if one.is_closing()]:
            self.forget(transport)


class _Awaited(Enum):
    """What the client owes."""

    HEADERS = auto()
    BODY = auto()
    NOTHING = auto()


class PatientProtocol(asyncio.Protocol):
    """One connection, which is ended when its client keeps it waiting."""

    def __init__(self, connections: OpenConnections, protocol: asyncio.Protocol) -> None:
        self._connections, self._protocol, self._limits = connections, protocol, connections.limits
        self._loop = asyncio.get_running_loop()
        self._awaited = _Awaited.NOTHING
        self._cycle: Any = None
        self._header_bytes = 0
        self._patience: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or turn it away."""
        self._transport = cast("asyncio.Transport", transport)
        self._admitted = self._connections.admit(self._transport)
        if not self._admitted:
            self._end(b"503 Service Unavailable", b"Retry-After: 5\r\n")
            return
        self._protocol.connection_made(transport)
        self._await(_Awaited.HEADERS)

    def data_received(self, data: bytes) -> None:
        """Hand it on, and see what the client owes now."""
        if not self._admitted:
            return
        self._protocol.data_received(data)
        if self._transport.is_closing():
            self._await(_Awaited.NOTHING)
            return
        if self._transport.get_protocol() is not self:
            self._await(_Awaited.NOTHING)  # it is a WebSocket now
            return
        cycle = getattr(self._protocol, "cycle", None)
        if cycle is None or (cycle is self._cycle and cycle.response_complete):
            owed = _Awaited.HEADERS
            self._header_bytes += len(data)
            if self._header_bytes > _MOST_HEADER_BYTES:
                self._end(b"431 Request Header Fields Too Large")
                return
        else:
            owed = _Awaited.BODY if cycle.more_body and not cycle.response_complete else _Awaited.NOTHING
            self._header_bytes = 0
        if owed is not self._awaited or cycle is not self._cycle:
            self._cycle = cycle
            self._await(owed)

    def eof_received(self) -> bool | None:
        """Hand it on."""
        return self._protocol.eof_received() if self._admitted else None

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand it on, and forget the connection."""
        self._await(_Awaited.NOTHING)
        self.resume_writing()
        self._connections.forget(self._transport)
        if self._admitted:
            self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read."""
        self._unread = self._loop.call_later(self._limits.unread_seconds, self._transport.abort)
        if self._admitted:
            self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
            if self._admitted:
                self._protocol.resume_writing()

    def _await(self, owed: _Awaited) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        self._awaited = owed
        if owed is not _Awaited.NOTHING:
            seconds = self._limits.header_seconds if owed is _Awaited.HEADERS else self._limits.body_seconds
            self._patience = self._loop.call_later(seconds, self._lose_patience)

    def _lose_patience(self) -> None:
        if not getattr(self._cycle, "response_started", False) or getattr(self._cycle, "response_complete", False):
            self._end(b"408 Request Timeout")
        else:
            self._transport.abort()

    def _end(self, status: bytes, headers: bytes = b"") -> None:
        self._await(_Awaited.NOTHING)
        self._transport.write(
            b"HTTP/1.1 " + status + b"\r\n" + headers + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
        self._transport.close()
        self._loop.call_later(self._limits.unread_seconds, self._transport.abort)


class PatientConfig(Config):
    """A server's configuration whose connections are held to limits."""

    def __init__(self, app: Any, limits: ConnectionSettings, **more: Any) -> None:
        super().__init__(app, **more)
        self.connections = OpenConnections(limits)

    def load(self) -> None:
        """As uvicorn, with our protocol around its own."""
        super().load()
        inner = self.http_protocol_class

        def make(
            config: Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> PatientProtocol:
            protocol = cast("Any", inner)(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
            return PatientProtocol(self.connections, protocol)

        self.http_protocol_class = cast("Any", make)
