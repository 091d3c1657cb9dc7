"""How much a caller may ask: figures, headers, and refusals that say when to ask again, by whichever way they come."""

import json
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from graph_schema.database.graph import Graph
from service.access.allowance import FREE, RATE_HEADERS, Allowances, Bucket
from service.access.keys import KeyScope
from service.access.settings import Anonymous
from service.errors import RateExceeded
from tests.service.access.guarded import VERSION, Guarded, shown
from tests.service.serving import listening

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_evenly_and_no_higher_than_its_size() -> None:
    clock = Clock()
    bucket = Bucket(60, clock)
    assert [bucket.take(1, from_level=1.0) for _ in range(61)] == [0] * 60 + [1]
    clock.now += 10
    assert bucket.level == 10
    clock.now += 1_000
    assert bucket.level == 60
    assert bucket.full_in_s() == 0


def test_a_question_dearer_than_the_rest_is_admitted_and_its_debt_paid_first() -> None:
    clock = Clock()
    allowance = Allowances(requests=0, points=600, clock=clock).of("desk")
    allowance.charge(1_200)
    with pytest.raises(RateExceeded) as refused:
        allowance.charge(1)
    assert refused.value.retry_after_s == 60
    clock.now += 60
    allowance.charge(1)


def test_callers_do_not_use_up_what_others_may_ask() -> None:
    allowances = Allowances(requests=1, points=0, clock=Clock())
    allowances.of("desk").request()
    with pytest.raises(RateExceeded):
        allowances.of("desk").request()
    allowances.of("guest").request()
    assert allowances.of("boss", requests=0) is FREE


async def test_headers_tell_what_is_left_and_refusals_when_to_ask_again(story_graph: Graph, guarded: Guarded) -> None:
    headers = shown(guarded.key("desk"))
    async with guarded.client(story_graph, requests_per_minute=2) as http:
        answers = [await http.post("/graphql", json=VERSION, headers=headers) for _ in range(3)]
        assert (await http.get("/healthz")).status_code == 200
        other = await http.post("/graphql", json=VERSION, headers=shown(guarded.key("other")))
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["ratelimit-limit"] == "2"
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=2;w=60'
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30
    assert answers[2].json()["errors"][0]["extensions"]["code"] == "RATE_EXCEEDED"
    assert other.status_code == 200


async def test_what_documents_cost_is_taken_from_the_budget_of_their_key(story_graph: Graph, guarded: Guarded) -> None:
    _, text = guarded.keys.create("desk", KeyScope.READ, points_per_minute=100)
    asked = {"query": '{ searchEntities(q: "Intel", first: 1) { nodes { entity { name } } } }'}
    async with guarded.client(story_graph) as http:
        http.headers.update(shown(text))
        priced = await http.post("/graphql", json={**asked, "extensions": {"cost": "only"}})
        assert priced.status_code == 200
        first = await http.post("/graphql", json=asked)
        refused = [await http.post("/graphql", json=asked) for _ in range(2)]
    assert "errors" not in first.json()
    assert int(first.headers["x-query-cost"]) > 100
    assert first.headers["ratelimit"].startswith('"points";r=0;t=')
    for answer in refused:
        assert answer.status_code == 429
        assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_EXCEEDED"
        assert answer.json()["errors"][0]["extensions"]["retryAfterS"] == int(answer.headers["retry-after"])


async def test_who_shows_no_key_is_told_apart_by_the_address(story_graph: Graph, guarded: Guarded) -> None:
    app = guarded.app(story_graph, requests_per_minute=1, anonymous=Anonymous.ALWAYS)
    statuses = []
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://s") as http:
            statuses.append((await http.post("/graphql", json=VERSION)).status_code)
    assert statuses == [200, 429, 200]


async def test_each_operation_of_a_socket_counts(story_graph: Graph, guarded: Guarded) -> None:
    told: list[dict[str, Any]] = []
    key = guarded.key("desk")
    async with listening(guarded.app(story_graph, requests_per_minute=1)) as address:
        ws, protocol = address.replace("http", "ws", 1), Subprotocol("graphql-transport-ws")
        async with websockets.connect(ws, subprotocols=[protocol], additional_headers=shown(key), proxy=None) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            for id in ("1", "2"):
                await socket.send(json.dumps({"type": "subscribe", "id": id, "payload": VERSION}))
            while len(told) < 4:
                told.append(json.loads(await socket.recv()))
    assert sorted(one["type"] for one in told) == ["complete", "connection_ack", "error", "next"]
    (error,) = (one for one in told if one["type"] == "error")
    assert error["payload"][0]["extensions"]["code"] == "RATE_EXCEEDED"


async def test_without_limits_there_are_no_headers(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph) as http:
        answer = await http.post("/graphql", json=VERSION, headers=shown(guarded.key()))
    assert not set(RATE_HEADERS) & set(answer.headers)
