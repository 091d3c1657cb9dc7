"""Clients that take without giving are let go, and others are answered meanwhile; over real sockets."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from service.access.connections import ConnectionSettings, OpenConnections, PatientConfig
from service.cli.serve import listen
from service.http.request import BadRequest, read_request
from tests.service.serving import until

pytestmark = pytest.mark.anyio
HEAD = b"POST /read HTTP/1.1\r\nhost: s\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"


async def read(request: Request) -> Response:
    try:
        await read_request(request, most_bytes=1_000)
    except BadRequest as problem:
        return Response(status_code=problem.status)
    return Response("ok")


async def much(_: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            yield b"x" * 100_000

    return StreamingResponse(chunks())


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


@asynccontextmanager
async def server(**limits: Any) -> AsyncIterator[tuple[int, OpenConnections, uvicorn.Server]]:
    """Port, connections and server of an application that reads a body, writes a gigabyte, or is a WebSocket."""
    app = Starlette(
        routes=[Route("/read", read, methods=["GET", "POST"]), Route("/much", much), WebSocketRoute("/echo", echo)]
    )
    config = PatientConfig(app, ConnectionSettings(**limits), log_config=None, access_log=False)
    listener, running = listen("127.0.0.1", 0), uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        await until(lambda: running.started)
        yield listener.getsockname()[1], config.connections, running
    finally:
        running.should_exit = True
        await task
        listener.close()


async def ask(port: int) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.post(f"http://127.0.0.1:{port}/read", json={"query": "{ a }"})).status_code


@pytest.mark.parametrize(
    ("sent", "limits"),
    [
        pytest.param(b"", {"header_seconds": 0.3}, id="nothing"),
        pytest.param(b"POST /read HTTP/1.1\r\nhost: s\r\nx-slow: ", {"header_seconds": 0.3}, id="half-a-header"),
        pytest.param(HEAD + b'{"query"', {"body_seconds": 0.3}, id="half-a-body"),
    ],
)
async def test_a_request_that_never_ends_is_timed_out_while_others_are_answered(
    sent: bytes, limits: dict[str, float], caplog: pytest.LogCaptureFixture
) -> None:
    async with server(**limits) as (port, connections, _):
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for _, writer in slow:
            writer.write(sent)
            await writer.drain()
        assert await ask(port) == 200
        for reader, writer in slow:
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
            writer.close()
        assert await ask(port) == 200
        await until(lambda: not connections.open)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_bytes_that_drip_do_not_win_time() -> None:
    async with server(header_seconds=0.5) as (port, _, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = asyncio.create_task(reader.read())
        writer.write(b"GET /read HTTP/1.1\r\nx: ")
        while not answer.done():
            writer.write(b"y")
            await asyncio.wait({answer}, timeout=0.05)
        assert answer.result().startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_headers_without_end_are_refused() -> None:
    async with server() as (port, _, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /read HTTP/1.1\r\nx: " + b"y" * 66_000)
        answer = await reader.read()
        writer.close()
    assert answer.split()[1] in (b"400", b"431")


async def test_an_answer_that_nobody_reads_is_cut() -> None:
    async with server(unread_seconds=0.3) as (port, connections, running):
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
        writer.write(b"GET /much HTTP/1.1\r\nhost: s\r\n\r\n")
        await until(lambda: connections.open == 1)
        await until(lambda: not connections.open)
        await until(lambda: not running.server_state.tasks)
        assert await ask(port) == 200
        writer.close()


async def test_more_connections_than_are_held_are_turned_away_until_others_leave() -> None:
    async with server(most=5) as (port, connections, _):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        await until(lambda: connections.open == 5)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
        for _, one in (*held, (reader, writer)):
            one.close()
        await until(lambda: not connections.open)
        assert await ask(port) == 200


async def test_one_address_does_not_take_all() -> None:
    async with server(most_per_address=1) as (port, connections, _):
        _, held = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: connections.open == 1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
        _, other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        await until(lambda: connections.open == 2)
        for one in (held, writer, other):
            one.close()


async def test_a_websocket_outlives_the_wait_for_headers_and_is_counted() -> None:
    async with server(header_seconds=0.2, most=1) as (port, connections, _):
        async with websockets.connect(f"ws://127.0.0.1:{port}/echo", proxy=None) as socket:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
            writer.close()
            await asyncio.wait({asyncio.create_task(socket.wait_closed())}, timeout=0.5)
            await socket.send("still here")
            assert await socket.recv() == "still here"
        assert connections.open == 1
        assert await ask(port) == 200
