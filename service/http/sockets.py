"""GraphQL over WebSocket: the protocol graphql-transport-ws. The older protocol graphql-ws is not spoken."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from graph_schema.errors import ChokepointError
from service.access.caller import caller_of
from service.access.gate import Gate
from service.http.operations import Operations
from service.http.origin import admits_origin
from service.http.request import BadRequest, bearer, checked_request, refusal
from service.observability.recorder import Recorder

PROTOCOL = "graphql-transport-ws"
INIT_WITHIN_S = 10.0
"""How long a client may wait with its first message."""
MOST_OPERATIONS = 100
"""Operations that run at the same time on one connection."""


class _Close(Exception):
    """The protocol demands that the connection ends."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Sockets:
    """Serves WebSocket connections. A web page may connect from this address or an origin that CORS admits."""

    def __init__(
        self, operations: Operations, gate: Gate, recorder: Recorder, *, origins: tuple[str, ...], heartbeat_s: float
    ) -> None:
        self._operations, self._gate, self._recorder = operations, gate, recorder
        self._origins, self._heartbeat_s = origins, heartbeat_s

    async def __call__(self, socket: WebSocket) -> None:
        """Serve one connection until it ends."""
        if not admits_origin(socket.headers, self._origins):
            await socket.close()  # before it was accepted: HTTP 403
            return
        if PROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await _Connection(socket, self._operations, self._gate, self._recorder, self._heartbeat_s).serve()


class _Connection:
    def __init__(
        self, socket: WebSocket, operations: Operations, gate: Gate, recorder: Recorder, heartbeat_s: float
    ) -> None:
        self._socket, self._operations, self._gate, self._recorder = socket, operations, gate, recorder
        self._heartbeat_s = heartbeat_s
        self._caller = caller_of(socket)
        self._ready = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        beating = asyncio.create_task(self._beat())
        try:
            async with asyncio.timeout(INIT_WITHIN_S) as patience:
                while True:
                    await self._handle(_read(await self._receive()))
                    if self._ready:
                        patience.reschedule(None)
        except TimeoutError:
            await self._close(4408, "Connection initialisation timeout")
        except _Close as problem:
            await self._close(problem.code, problem.reason)
        except WebSocketDisconnect:
            pass
        finally:
            tasks = [beating, *self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if not isinstance(text, str):
            raise _Close(4400, "Messages must be text")
        return text

    async def _handle(self, message: Mapping[str, Any]) -> None:
        match message:
            case {"type": "connection_init"}:
                await self._init(message.get("payload"))
            case {"type": "ping"}:
                await self._send({"type": "pong"})
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id), "payload": dict(payload)} if id:
                self._start(id, payload)
            case {"type": "complete", "id": str(id)}:
                if (task := self._running.pop(id, None)) is not None:
                    task.cancel()
            case _:
                raise _Close(4400, "Invalid message")

    async def _init(self, payload: Any) -> None:
        if self._ready:
            raise _Close(4429, "Too many initialisation requests")
        if isinstance(payload, dict):
            for name, value in payload.items():
                if name.lower() == "authorization" and isinstance(value, str):
                    await self._show(bearer(value) or "")
        if self._caller.scope is None:
            raise _Close(4403, "Forbidden")
        self._ready = True
        await self._send({"type": "connection_ack"})

    async def _show(self, token: str) -> None:
        try:
            self._caller = self._gate.admitted(await self._gate.known(token), self._caller.address)
        except ChokepointError as problem:
            raise _Close(4403, "Forbidden") from problem

    def _start(self, id: str, payload: dict[str, Any]) -> None:
        if not self._ready:
            raise _Close(4401, "Unauthorized")
        if id in self._running:
            raise _Close(4409, f"Subscriber for {id} already exists")
        if len(self._running) >= MOST_OPERATIONS:
            raise _Close(4429, "Too many operations")
        self._running[id] = asyncio.create_task(self._run(id, payload))

    async def _run(self, id: str, payload: dict[str, Any]) -> None:
        with self._recorder.operation():
            try:
                last = await self._answer(id, payload)
            except (BadRequest, ChokepointError) as problem:
                last = _error(id, [refusal(problem)])
        # The id is free again before the client hears of the end, so that it may take it at once.
        self._running.pop(id, None)
        await self._send(last)

    async def _answer(self, id: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send the answers; returns the last message of the operation."""
        self._caller.allowance.request()
        async with aclosing(self._operations.answers(checked_request(payload), self._caller)) as answers:
            async for answer in answers:
                if answer.refused:
                    return _error(id, answer.payload["errors"])
                await self._send({"id": id, "type": "next", "payload": answer.payload})
        return {"id": id, "type": "complete"}

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            if not self._gate.still_knows(self._caller):
                await self._close(4403, "Forbidden")
            elif self._ready:
                await self._send({"type": "ping"})

    async def _send(self, message: dict[str, Any]) -> None:
        # A client that left is noticed by `serve`, which ends everything.
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            async with self._sending:
                await self._socket.send_text(orjson.dumps(message).decode())

    async def _close(self, code: int, reason: str) -> None:
        if self._socket.client_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect, RuntimeError, OSError):
                await self._socket.close(code, reason)


def _read(text: str) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _Close(4400, "Messages must be JSON") from error
    if not isinstance(message, dict):
        raise _Close(4400, "Invalid message")
    return message


def _error(id: str, errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": id, "type": "error", "payload": errors}
