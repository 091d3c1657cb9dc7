"""Subscriptions over real connections: graphql-transport-ws with the gql client and in bare frames, SSE with bare HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.domain import RunStatus
from graph_schema.ids import RunId
from loaders.loading.runs import finish, new_run, save_checkpoint, start
from loaders.submissions import SubmissionWriter
from loaders.writing.counts import Counts
from loaders.writing.retraction import retract_document
from service.queries.documents import documents
from tests.service.serving import TOKEN, Served, serving

pytestmark = pytest.mark.anyio

CHANGES = """subscription ($ids: [ID!]!, $since: Int) { relationChanges(entityIds: $ids, sinceVersion: $since) {
  kind graphVersion relation { type status claimCount subject { name } object { name } claims { nodes { sentence } } } } }"""
TIES = """subscription { exposureChanges(ids: ["Intel"], current: true) {
  kind entity { name } exposure { kind distance entity { name } path { entities { name } } } } }"""
PROGRESS = "subscription ($id: ID!) { loadRunProgress(id: $id) { status counts { name count } error } }"


def statement(subject: str, predicate: str, object: str, publisher: str = "Desk", **more: Any) -> dict[str, Any]:
    sentence = f"{subject} {predicate} {object}."
    return {"subject": subject, "predicate": predicate, "object": object, "sentence": sentence} | {
        "publisher": publisher,
        "url": f"https://example.org/{publisher}",
        **more,
    }


async def write(graph: Graph, *statements: dict[str, Any]) -> None:
    await SubmissionWriter(graph).load_triples(statements, source="desk", dry_run=False)


@pytest.fixture
async def served(graph: Graph) -> AsyncIterator[Served]:
    await schema.apply(graph)
    await write(graph, statement("Intel", "tested tools from", "ACM Research"))
    async with serving(graph) as service:
        yield service


async def events(service: Served, query: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
    """Payloads of an event stream, until it completes."""
    asked = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("POST", service.http, json=asked, headers={"accept": "text/event-stream"}) as response,
    ):
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: ") and name == "next":
                yield json.loads(line.removeprefix("data: "))
            if name == "complete":
                return


async def test_relations_are_told_as_they_are_added_changed_and_removed(served: Served, graph: Graph) -> None:
    before = await graph.read(graph_version)
    async with Client(transport=WebsocketsTransport(served.ws)) as session:
        request = gql(CHANGES)
        request.variable_values = {"ids": ["Intel"], "since": before}
        async with aclosing(session.subscribe(request)) as told:

            async def next_change() -> Any:
                async with asyncio.timeout(20):
                    return (await anext(told))["relationChanges"]

            await write(graph, statement("Huawei", "supplies", "Intel"), statement("TSMC", "supplies", "Apple"))
            added = await next_change()
            assert added["relation"]["subject"] == {"name": "Huawei"}
            assert added["relation"]["claims"]["nodes"] == [{"sentence": "Huawei supplies Intel."}]
            await write(graph, statement("Huawei", "supplies", "Intel", "Wire"))
            changed = await next_change()
            assert (changed["kind"], changed["relation"]["claimCount"]) == ("CHANGED", 2)
            assert changed["graphVersion"] > added["graphVersion"] > before
            gone = []
            for document in await graph.read(
                documents, title=None, publishers=[], since=None, until=None, skip=0, limit=9
            ):
                await retract_document(graph, document.id)
                gone.append(await next_change())
            assert [one["kind"] for one in gone] == ["CHANGED", "REMOVED"]
    await served.idle()


async def test_without_a_version_only_what_comes_later_is_told(served: Served, graph: Graph) -> None:
    async with aclosing(events(served, CHANGES, ids=["Intel"])) as told:
        coming = asyncio.ensure_future(anext(told))
        await served.busy()
        await asyncio.sleep(0.5)
        assert not coming.done()
        await write(graph, statement("Huawei", "supplies", "Intel"))
        change = (await asyncio.wait_for(coming, 20))["data"]["relationChanges"]
    assert (change["kind"], change["relation"]["subject"]) == ("ADDED", {"name": "Huawei"})
    await served.idle()


async def test_a_tie_to_a_listed_firm_is_told_when_it_appears_and_when_it_goes(served: Served, graph: Graph) -> None:
    async with aclosing(events(served, TIES)) as told:
        await write(graph, statement("United States", "sanctions", "ACM Research", "Wire"))
        async with asyncio.timeout(30):
            added = (await anext(told))["data"]["exposureChanges"]
        assert (added["kind"], added["exposure"]["kind"]) == ("ADDED", "TESTED")
        assert added["exposure"]["path"]["entities"] == [{"name": "Intel"}, {"name": "ACM Research"}]
        for document in await graph.read(
            documents, title=None, publishers=["Wire"], since=None, until=None, skip=0, limit=9
        ):
            await retract_document(graph, document.id)
        async with asyncio.timeout(30):
            removed = (await anext(told))["data"]["exposureChanges"]
    assert (removed["kind"], removed["exposure"]["entity"]) == ("REMOVED", {"name": "ACM Research"})
    await served.idle()


async def test_the_progress_of_a_run_is_told_until_it_ends(served: Served, graph: Graph) -> None:
    run = new_run("news", "bulletins")
    await graph.write(start, run, None, None)
    told = []
    async with aclosing(events(served, PROGRESS, id=run.id)) as stream:
        async for payload in stream:
            told.append(payload["data"]["loadRunProgress"])
            if len(told) == 1:
                await graph.write(save_checkpoint, run.id, 3, Counts(records_read=3))
            if len(told) == 2:
                await graph.write(finish, run.id, RunStatus.FINISHED, Counts(records_read=5))
    assert [one["status"] for one in told] == ["RUNNING", "RUNNING", "FINISHED"]
    counted = [[count for count in one["counts"] if count["count"]] for one in told]
    assert counted == [[], [{"name": "records_read", "count": 3}], [{"name": "records_read", "count": 5}]]
    await served.idle()


async def test_a_run_that_does_not_exist_is_an_error(served: Served) -> None:
    async with Client(transport=WebsocketsTransport(served.ws)) as session:
        request = gql(PROGRESS)
        request.variable_values = {"id": RunId("run:none")}
        with pytest.raises(TransportQueryError, match="no load run has the id 'run:none'"):
            await anext(session.subscribe(request))
    (payload,) = [one async for one in events(served, PROGRESS, id="run:none")]
    assert payload["errors"][0]["extensions"]["code"] == "RUN_NOT_FOUND"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("subscription {", "GRAPHQL_PARSE_FAILED", id="no-graphql"),
        pytest.param("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED", id="invalid"),
        pytest.param('subscription { relationChanges(entityIds: ["Nobody"]) { kind } }', "ENTITY_NOT_FOUND", id="name"),
    ],
)
async def test_what_is_wrong_comes_as_an_event(served: Served, query: str, code: str) -> None:
    (payload,) = [one async for one in events(served, query)]
    assert payload["errors"][0]["extensions"]["code"] == code


async def test_a_query_is_a_stream_of_one_answer(served: Served) -> None:
    assert [one async for one in events(served, "{ limits { defaultPage } }")] == [
        {"data": {"limits": {"defaultPage": 20}}}
    ]


async def test_no_more_may_subscribe_than_the_settings_say(graph: Graph) -> None:
    await schema.apply(graph)
    await write(graph, statement("Intel", "tested tools from", "ACM Research"))
    async with serving(graph, max_subscribers=1) as service, aclosing(events(service, TIES)) as first:
        waiting = asyncio.ensure_future(anext(first))
        await service.busy()
        (refused,) = [one async for one in events(service, TIES)]
        assert refused["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIBERS"
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_entities_with_too_many_relations_are_not_watched(graph: Graph) -> None:
    await schema.apply(graph)
    await write(graph, *(statement("Intel", "supplies", f"Firm {i}") for i in range(4)))
    async with serving(graph, max_watched_relations=3) as service:
        (refused,) = [one async for one in events(service, CHANGES, ids=["Intel"])]
    assert refused["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_an_open_stream_is_kept_alive_and_ended_with_the_client(graph: Graph) -> None:
    await schema.apply(graph)
    await write(graph, statement("Intel", "tested tools from", "ACM Research"))
    asked = {"query": TIES}
    async with serving(graph, heartbeat_seconds=0.2) as service:
        async with (
            httpx.AsyncClient(timeout=20) as client,
            client.stream("POST", service.http, json=asked, headers={"accept": "text/event-stream"}) as response,
        ):
            lines = response.aiter_lines()
            beats = [line async for line in _first(lines, 6)]
            assert beats == [":", ""] * 3
            assert service.watch.subscribers == 1
        await service.idle()
        async with bare(service) as socket:
            await say(socket, {"type": "connection_init"})
            assert await heard(socket) == {"type": "connection_ack"}
            await say(socket, {"type": "subscribe", "id": "1", "payload": asked})
            assert await heard(socket) == {"type": "ping"}
            await say(socket, {"type": "pong"})
            await service.busy()
        await service.idle()


async def test_the_service_stops_while_streams_are_open(graph: Graph) -> None:
    await schema.apply(graph)
    await write(graph, statement("Intel", "tested tools from", "ACM Research"))
    async with asyncio.timeout(30):
        async with serving(graph) as service:
            stream = events(service, TIES)
            waiting = asyncio.ensure_future(anext(stream))
            await service.busy()
        await asyncio.gather(waiting, return_exceptions=True)
        await stream.aclose()


def bare(service: Served, *protocols: str, origin: str | None = None) -> connect:
    offered = [Subprotocol(one) for one in protocols or ("graphql-transport-ws",)]
    return connect(service.ws, subprotocols=offered, origin=None if origin is None else Origin(origin))


async def say(socket: ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection) -> Any:
    async with asyncio.timeout(20):
        return json.loads(await socket.recv())


INIT = {"type": "connection_init"}
SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": TIES}}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        pytest.param([SUBSCRIBE], 4401, id="subscribe-before-init"),
        pytest.param([INIT, INIT], 4429, id="two-inits"),
        pytest.param([INIT, SUBSCRIBE, SUBSCRIBE], 4409, id="an-id-twice"),
        pytest.param([{"type": "start"}], 4400, id="older-protocol"),
        pytest.param([["list"]], 4400, id="no-object"),
    ],
)
async def test_who_breaks_the_protocol_is_cut_off(served: Served, messages: list[Any], code: int) -> None:
    async with bare(served) as socket:
        for message in messages:
            await say(socket, message)
        await asyncio.wait_for(socket.wait_closed(), 20)
        assert socket.close_code == code
    await served.idle()


async def test_only_graphql_transport_ws_is_spoken(served: Served) -> None:
    async with bare(served, "graphql-ws") as socket:
        with pytest.raises(ConnectionClosed):
            await heard(socket)
        assert socket.close_code == 4406


async def test_a_page_of_another_origin_cannot_connect(served: Served, graph: Graph) -> None:
    with pytest.raises(InvalidStatus):
        async with bare(served, origin="https://elsewhere.example"):
            pass
    async with (
        serving(graph, cors_origins=("https://desk.example",)) as service,
        bare(service, origin="https://desk.example") as socket,
    ):
        await say(socket, INIT)
        assert await heard(socket) == {"type": "connection_ack"}


async def test_operations_of_all_kinds_run_over_one_connection(served: Served) -> None:
    mutation = 'mutation { loadTriples(source: "d", dryRun: true, triples: []) { runId } }'
    async with bare(served) as socket:
        await say(socket, {**INIT, "payload": {"authorization": f"Bearer {TOKEN}"}})
        assert await heard(socket) == {"type": "connection_ack"}
        for query, field in (("{ limits { maxDepth } }", "limits"), (mutation, "loadTriples")):
            await say(socket, {"type": "subscribe", "id": "1", "payload": {"query": query}})
            told = await heard(socket)
            assert told["type"] == "next"
            assert field in told["payload"]["data"]
            assert await heard(socket) == {"id": "1", "type": "complete"}
        await say(socket, {"type": "subscribe", "id": "1", "payload": {"query": "{ nonsense }"}})
        assert (await heard(socket))["type"] == "error"
        await say(socket, {"type": "subscribe", "id": "1", "payload": {"query": TIES}})
        await served.busy()
        await say(socket, {"type": "complete", "id": "1"})
        await served.idle()
        await say(socket, {"type": "ping"})
        assert await heard(socket) == {"type": "pong"}


async def _first(lines: AsyncIterator[str], number: int) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if not (number := number - 1):
            return
