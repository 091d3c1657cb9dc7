"""GraphQL over server-sent events, in the mode of distinct connections: one operation for each event stream."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph_schema.errors import ChokepointError
from service.access.caller import Caller, caller_of
from service.access.gate import Gate
from service.errors import NotAuthorized
from service.http.leaving import left
from service.http.operations import Answer, Operations, with_heartbeats
from service.http.origin import check_unforged
from service.http.request import JSON, RESPONSE_JSON, BadRequest, read_request, refusal

EVENTS = "text/event-stream"
_OTHERS = (JSON, RESPONSE_JSON, "application/*", "*/*", "text/html")
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),  # nginx would hold the events back
]


def wants_events(request: Request) -> bool:
    """Whether an event stream is what the client likes best; of equals the one named first."""
    best, best_weight = "", 0.0
    for entry in request.headers.get("accept", "").lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        weights = [part.removeprefix("q=") for part in parameters if part.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        if name in (EVENTS, *_OTHERS) and weight > best_weight:
            best, best_weight = name, weight
    return best == EVENTS


class EventStreams:
    """Answers requests with event streams."""

    def __init__(self, operations: Operations, gate: Gate, *, most_bytes: int, heartbeat_s: float) -> None:
        self._gate, self._operations, self._most_bytes, self._heartbeat_s = gate, operations, most_bytes, heartbeat_s

    async def __call__(self, request: Request) -> Response:
        """The stream; an HTTP request that is no GraphQL request is refused in JSON."""
        try:
            asked = await read_request(request, most_bytes=self._most_bytes)
            check_unforged(request, asked)
        except BadRequest as problem:
            body = orjson.dumps({"errors": [refusal(problem)]})
            return Response(body, problem.status, headers={**problem.headers, "content-type": JSON})
        caller = caller_of(request)
        answers = self._operations.answers(asked, caller, mutations=request.method == "POST")
        return _Stream(self._told(answers, caller))

    async def _told(self, answers: AsyncGenerator[Answer, None], caller: Caller) -> AsyncGenerator[bytes, None]:
        # The first bytes tell clients and proxies that the stream stands.
        yield b":\n\n"
        beating = with_heartbeats(answers, self._heartbeat_s)
        try:
            async for answer in beating:
                if answer is None and not self._gate.still_knows(caller):
                    raise NotAuthorized("the key has ended")
                yield b":\n\n" if answer is None else _event(b"next", orjson.dumps(answer.payload))
        except (BadRequest, ChokepointError) as problem:
            # EventSource hides the body of a refusal: what is wrong with the operation must come as an event.
            yield _event(b"next", orjson.dumps({"errors": [refusal(problem)]}))
        finally:
            await beating.aclose()
            await answers.aclose()
        yield _event(b"complete", b"")


class _Stream(Response):
    """Sends events until they end or the client leaves, and then ends what makes them."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__()
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  the three of ASGI
        writing = asyncio.ensure_future(self._write(send))
        leaving = asyncio.ensure_future(left(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writing.cancel()
            leaving.cancel()
            await asyncio.gather(writing, leaving, return_exceptions=True)
        if not writing.cancelled():
            writing.result()

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async with aclosing(self._events) as events:
            async for event in events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _event(name: bytes, data: bytes) -> bytes:
    return b"event: " + name + b"\ndata: " + data + b"\n\n"
