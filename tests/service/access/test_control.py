"""Every way into the service asks who comes: HTTP, event streams, WebSockets, pages, files; only health does not."""

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from graph_schema.database.graph import Graph
from service.access.keys import KeyScope
from service.access.settings import Anonymous
from tests.service.access.guarded import VERSION, WRITE, WRITE_TOKEN, Guarded, shown
from tests.service.serving import listening

pytestmark = pytest.mark.anyio
PROTOCOL = Subprotocol("graphql-transport-ws")


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json().get("errors", [])]


async def test_no_path_but_health_answers_without_a_key(story_graph: Graph, guarded: Guarded) -> None:
    app = guarded.app(story_graph)
    paths = {getattr(route, "path", "") for route in app.routes}
    assert {"/graphql", "/documents.json", "/", "/explorer", "/graphiql", "/documents/{name}.graphql"} <= paths
    async with guarded.client(story_graph) as http:
        for path in sorted(paths | {"/nowhere", "/explorer/main.js", "/documents/explore-start.graphql"}):
            if path.startswith("/browser/"):
                continue
            answer = await http.get(path)
            is_open = path in ("/healthz", "/readyz", "/sign-in")
            assert (answer.status_code != 401) is is_open, path
            if not is_open:
                assert codes(answer) == ["NOT_AUTHORIZED"]
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_key_opens_what_its_scope_covers(story_graph: Graph, guarded: Guarded) -> None:
    reader, writer = guarded.key("reader"), guarded.key("writer", KeyScope.WRITE)
    async with guarded.client(story_graph) as http:
        for token, writes in ((reader, False), (writer, True), (WRITE_TOKEN, True)):
            read = await http.post("/graphql", json=VERSION, headers=shown(token))
            assert "data" in read.json()
            wrote = await http.post("/graphql", json=WRITE, headers=shown(token))
            assert (codes(wrote) == ["NOT_AUTHORIZED"]) is not writes
        wrong = await http.post("/graphql", json=VERSION, headers=shown("wrong"))
    assert (wrong.status_code, codes(wrong)) == (401, ["NOT_AUTHORIZED"])


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(story_graph: Graph, guarded: Guarded) -> None:
    headers = shown(guarded.key("desk"))
    async with guarded.client(story_graph) as http:
        assert (await http.post("/graphql", json=VERSION, headers=headers)).status_code == 200
        guarded.keys.revoke("desk")
        assert (await http.post("/graphql", json=VERSION, headers=headers)).status_code == 401


async def test_a_key_in_the_address_opens_nothing(story_graph: Graph, guarded: Guarded) -> None:
    key = guarded.key()
    async with guarded.client(story_graph) as http:
        for name in ("key", "token", "access_token", "authorization"):
            assert (await http.post("/graphql", params={name: key}, json=VERSION)).status_code == 401


async def test_others_read_without_a_key_only_where_that_is_set(story_graph: Graph, guarded: Guarded) -> None:
    statuses = []
    for anonymous in (Anonymous.LOOPBACK, Anonymous.ALWAYS):
        for address in ("127.0.0.1", "192.0.2.7"):
            async with guarded.client(story_graph, address=address, anonymous=anonymous) as http:
                statuses.append((await http.post("/graphql", json=VERSION)).status_code)
                assert codes(await http.post("/graphql", json=WRITE)) == ["NOT_AUTHORIZED"]
    assert statuses == [200, 401, 200, 200]


async def test_what_needed_a_key_is_kept_by_its_holder_alone(story_graph: Graph, guarded: Guarded) -> None:
    for anonymous, kept in ((Anonymous.NEVER, "private"), (Anonymous.ALWAYS, "public")):
        async with guarded.client(story_graph, anonymous=anonymous) as http:
            headers = {"graphql-require-preflight": "1"}
            if anonymous is Anonymous.NEVER:
                headers |= shown(guarded.key())
            answer = await http.get("/graphql", params=VERSION, headers=headers)
        assert answer.headers["cache-control"].startswith(kept)


async def test_keys_that_cannot_be_read_are_an_outage(story_graph: Graph, guarded: Guarded) -> None:
    headers = shown(guarded.key())
    async with guarded.client(story_graph) as http:
        guarded.keys.path.write_text("torn")
        answer = await http.post("/graphql", json=VERSION, headers=headers)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_the_schema_and_names_like_those_that_were_asked_for_are_told_unless_switched_off(
    story_graph: Graph, guarded: Guarded
) -> None:
    told = []
    for switch in (True, False):
        settings = {"introspection": switch, "suggestions": switch}
        transport = httpx.ASGITransport(guarded.app(story_graph, settings=settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://s", headers=shown(WRITE_TOKEN)) as http:
            schema = (await http.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})).json()
            wrong = (await http.post("/graphql", json={"query": "{ graphVersio }"})).json()
        told.append(("data" in schema, "Did you mean" in wrong["errors"][0]["message"]))
    assert told == [(True, True), (False, False)]


async def socket_says(address: str, payload: dict[str, Any], headers: dict[str, str]) -> Any:
    """The first message of a socket opened so, or the code with which it was closed."""
    try:
        async with websockets.connect(
            address, subprotocols=[PROTOCOL], additional_headers=headers, proxy=None
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            return json.loads(await socket.recv())["type"]
    except websockets.InvalidStatus as refused:
        return refused.response.status_code
    except websockets.ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code


async def test_a_socket_needs_a_key_too_in_a_header_a_cookie_or_its_first_message(
    story_graph: Graph, guarded: Guarded
) -> None:
    key = guarded.key()
    async with listening(guarded.app(story_graph)) as address:
        ws = address.replace("http", "ws", 1)
        assert await socket_says(ws, {}, {}) == 4403
        assert await socket_says(ws, {"Authorization": "Bearer wrong"}, {}) == 4403
        assert await socket_says(ws, {}, shown("wrong")) == 403
        assert await socket_says(ws, {"Authorization": f"Bearer {key}"}, {}) == "connection_ack"
        assert await socket_says(ws, {}, shown(key)) == "connection_ack"
        assert await socket_says(ws, {}, {"cookie": f"chokepoint_key={key}"}) == "connection_ack"


async def test_a_stream_and_a_socket_end_when_their_key_does(story_graph: Graph, guarded: Guarded) -> None:
    key = guarded.key("desk")
    watch = {"query": 'subscription { relationChanges(entityIds: ["Intel"]) { kind } }'}
    app = guarded.app(story_graph, settings={"heartbeat_seconds": 0.1})
    async with listening(app) as address, httpx.AsyncClient(trust_env=False) as http:
        ws = address.replace("http", "ws", 1)
        async with (
            websockets.connect(ws, subprotocols=[PROTOCOL], additional_headers=shown(key), proxy=None) as socket,
            http.stream("POST", address, json=watch, headers={**shown(key), "accept": "text/event-stream"}) as stream,
        ):
            await socket.send(json.dumps({"type": "connection_init"}))
            told = stream.aiter_lines()
            assert await anext(told) == ":"
            guarded.keys.revoke("desk")
            assert [line async for line in told if "NOT_AUTHORIZED" in line]
            with suppress(websockets.ConnectionClosed):
                while True:
                    await socket.recv()
            assert socket.close_code == 4403
