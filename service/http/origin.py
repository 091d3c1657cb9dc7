"""Who may speak to the service from a web browser: which host names lead here, which pages may connect, which requests a
page of another origin cannot forge."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.request import BadRequest, GraphQLRequest, refusal

PREFLIGHT_HEADERS = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""A page of another origin can send none of these without being asked about it first (CORS)."""
_MOST_REMEMBERED = 1_000
_UNASKED_TYPES = ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


class AllowedHosts:
    """Refuses requests under a name that is not ours, before anything else looks at them.

    A page can point a name of its own at this address (DNS rebinding) and then counts as the same origin. Addresses, names
    without a dot and `*.localhost` cannot be had by others, so they are always admitted.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str]) -> None:
        self._app, self._names = app, tuple(name.lower() for name in names)
        self._admits = lru_cache(_MOST_REMEMBERED)(self._decide)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it (421; 403 before a WebSocket is accepted)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if self._admits(host):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "this host name is not admitted"})
        else:
            message = f"the host name {host[:100]!r} is not admitted here: list it in CHOKEPOINT_SERVICE_ALLOWED_HOSTS"
            error = refusal(BadRequest(421, message, "HOST_NOT_ALLOWED"))
            headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 421, "headers": headers})
            await send({"type": "http.response.body", "body": orjson.dumps({"errors": [error]})})

    def _decide(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if not name:
            return False
        return (
            "*" in self._names
            or "." not in name.removesuffix(".localhost")
            or _is_address(name)
            or any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in self._names)
        )


def admits_origin(headers: Headers, origins: Iterable[str]) -> bool:
    """Whether a WebSocket may be opened: by a program, a page of this address, or of an origin that CORS admits.

    Browsers let any page open a WebSocket: without this every page could read what CORS keeps from it.
    """
    origin, admitted = headers.get("origin"), tuple(origins)
    if origin is None or "*" in admitted or origin in admitted:
        return True
    return urlsplit(origin).netloc == headers.get("host")


def check_unforged(request: Request, asked: GraphQLRequest) -> None:
    """Raise BadRequest (403) for a GET of a text of its own that any web page could make a browser send."""
    if request.method == "POST" or asked.query is None:
        return
    headers = request.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if any(name in headers for name in (*PREFLIGHT_HEADERS, "authorization")) or kind not in _UNASKED_TYPES:
        return
    raise BadRequest(
        403,
        "a GET needs a registered document (documentId, or the hash of a persisted query) or the header "
        "GraphQL-Require-Preflight: 1; or use POST",
        "PREFLIGHT_REQUIRED",
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
