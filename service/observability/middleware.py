"""Around the whole application: each request gets an id, is counted, and is told once it is over."""

import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_schema.correlation import working_for
from graph_schema.tracing import span
from service.observability import request_ids
from service.observability.observation import Observation
from service.observability.recorder import Recorder, RequestEnd

_HEADER = request_ids.HEADER.encode()
_UNANSWERED = 0
"""Status of a request that ended without an answer."""


class Observed:
    """Watches requests pass."""

    def __init__(self, app: ASGIApp, *, recorder: Recorder) -> None:
        self._app, self._recorder = app, recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its answer gets the header with its id."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        seen = Observation(request_ids.request_id(Headers(scope=scope).get(request_ids.HEADER)))
        header = (_HEADER, seen.id.encode())
        status, size = _UNANSWERED, 0

        async def told(message: Message) -> None:
            nonlocal status, size
            match message["type"]:
                case "http.response.body":
                    size += len(message.get("body", b""))
                case "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message.get("headers", ()), header]
                case "websocket.accept":
                    status = 101
                    message["headers"] = [*message.get("headers", ()), header]
                case "websocket.close" if status == _UNANSWERED:
                    status = 403
            await send(message)

        traced = span("request", server=True, headers=Headers(scope=scope), chokepoint__request=seen.id)
        with working_for(seen), traced as told_span, self._recorder.under_way(scope["type"]):
            try:
                await self._app(scope, receive, told)
            finally:
                client = scope.get("client")
                end = RequestEnd(
                    method=scope.get("method", "WEBSOCKET"),
                    route=_route(scope),
                    client=None if client is None else client[0],
                    status=status,
                    seconds=time.perf_counter() - began,
                    bytes=size,
                )
                told_span.tell(http__request__method=end.method, http__route=end.route)
                told_span.tell(http__response__status_code=end.status)
                self._recorder.request(seen, end)


def _route(scope: Scope) -> str:
    """The fixed beginning of a path that leads somewhere; what follows, and all other paths, may hold anything."""
    return "/" + scope["path"].split("/", 2)[1] if "endpoint" in scope else "other"
