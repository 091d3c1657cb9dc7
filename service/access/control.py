"""Around the application: every request is let in by who asks, and refused as all else is, in JSON or, to browsers, as a page."""

from collections.abc import Iterable
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_schema.errors import ChokepointError
from service.access import sign_in
from service.access.allowance import FREE, Allowance
from service.access.caller import Caller
from service.access.gate import COOKIE, Gate
from service.access.trail import Trail
from service.errors import NotAuthorized, RateExceeded
from service.http.request import bearer

log = structlog.get_logger(__name__)
_OPEN = frozenset(("/healthz", "/readyz", sign_in.PATH))
_OPEN_FOLDER = "/browser/"
"""What Neo4j Browser takes from us: files of the package, which hold nothing of the graph."""


class AccessControl:
    """Lets requests in, with `state.caller` set; health is open to all."""

    def __init__(self, app: ASGIApp, *, gate: Gate, trail: Trail, open_metrics: bool) -> None:
        self._app, self._gate, self._trail = app, gate, trail
        self._open = _OPEN | ({"/metrics"} if open_metrics else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it: 401; 403 before a WebSocket is accepted."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path in self._open or path.startswith(_OPEN_FOLDER):
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
        except NotAuthorized as problem:
            await self._refuse(scope, receive, send, str(problem))
            return
        except ChokepointError as problem:
            log.error("nobody who shows a key can be let in", problem=str(problem))
            await _refuse(scope, receive, send, "keys cannot be told at the moment", status=503)
            return
        if caller.scope is None and scope["type"] == "http":
            await self._refuse(scope, receive, send, "send an API key as Authorization: Bearer …")
            return
        # A WebSocket may still show a key in its first message: browsers can send no header with it.
        caller = self._gate.admitted(caller, _address(scope))
        scope.setdefault("state", {})["caller"] = caller
        if scope["type"] == "websocket":  # each of its operations counts as a request
            await self._app(scope, receive, send)
            return
        if caller.allowance is not FREE:
            send = _telling(caller.allowance, send)
        try:
            caller.allowance.request()
        except RateExceeded as problem:
            await _answer(send, 429, str(problem), problem.code, (b"retry-after", str(problem.retry_after_s).encode()))
            return
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, message: str) -> None:
        self._trail.refused(_address(scope), NotAuthorized.code, path=scope["path"], via=scope["type"])
        await _refuse(scope, receive, send, message)

    async def _caller(self, scope: Scope) -> Caller:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        shown, kept = _shown(headers)
        if shown is not None:
            return await self._gate.known(shown)
        if kept is not None:
            with suppress(NotAuthorized):  # of a key that has ended: the browser is as one that never signed in
                return await self._gate.known(kept)
        return self._gate.unknown(_address(scope), headers)


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return None if client is None else str(client[0])


def _shown(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str | None, str | None]:
    """The token in the header, and the one that a browser kept when it signed in."""
    shown = kept = None
    for name, value in headers:
        if name == b"authorization":
            shown = bearer(value.decode("latin-1")) or None
        elif name == b"cookie" and COOKIE.encode() in value:
            with suppress(CookieError):
                morsel = SimpleCookie(value.decode("latin-1")).get(COOKIE)
                kept = None if morsel is None else morsel.value or None
    return shown, kept


async def _refuse(scope: Scope, receive: Receive, send: Send, message: str, *, status: int = 401) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": message})
        return
    if status == 401 and sign_in.is_navigation(scope):
        await sign_in.page(401)(scope, receive, send)
        return
    how = (b"www-authenticate", b'Bearer realm="chokepoint"') if status == 401 else (b"retry-after", b"5")
    await _answer(send, status, message, NotAuthorized.code, how)


def _telling(allowance: Allowance, send: Send) -> Send:
    """Adds to an answer how much its caller may ask yet."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *allowance.headers()]
        await send(message)

    return told


async def _answer(send: Send, status: int, message: str, code: str, how: tuple[bytes, bytes]) -> None:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store"), how]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
