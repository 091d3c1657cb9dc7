"""Every operation leaves a line, whichever way it came: who, what, of which version, its cost, how much, what changed."""

import json
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from service.access.audit import Wanted, entries
from service.access.keys import KeyScope
from service.access.settings import Anonymous
from service.access.trail import Trail
from service.app import create_app
from tests.service.access.guarded import VERSION, Guarded, shown
from tests.service.serving import listening

pytestmark = pytest.mark.anyio
ASKED = "query Two($q: String!) { graphVersion searchEntities(q: $q, first: 2) { nodes { entity { name } } } }"
LOAD = """mutation ($subject: String!) { loadTriples(source: "desk", triples: [
  {subject: $subject, predicate: "tested tools from", object: "ACM Research", sentence: "Intel tested tools from ACM Research."}
  ]) { runId } }"""


def lines(app: Any, **wanted: Any) -> list[dict[str, Any]]:
    trail = app.state.trail
    assert isinstance(trail, Trail)
    assert trail.audit is not None
    assert trail.audit.flush()
    return [dict(entry) for entry in entries(trail.audit.folder, Wanted(**wanted))]


async def test_a_question_tells_who_what_version_cost_and_sizes(story_graph: Graph, guarded: Guarded) -> None:
    app = guarded.app(story_graph)
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://s", headers=shown(guarded.key("desk"))) as http:
        for _ in range(2):
            answer = await http.post(
                "/graphql", json={"query": ASKED, "operationName": "Two", "variables": {"q": "Intel"}}
            )
    document, first, second = lines(app)
    assert (document["event"], document["text"]) == ("document", ASKED)
    for line in (first, second):
        assert (line["event"], line["who"], line["from"], line["via"]) == ("operation", "desk", "192.0.2.7", "http")
        assert line["request"]
        assert (line["operation"], line["document"], line["variables"]) == ("Two", document["document"], {"q": "Intel"})
        assert line["graphVersion"] == answer.json()["data"]["graphVersion"]
        assert line["cost"] == int(answer.headers["x-query-cost"])
        assert line["results"]["searchEntities"] == len(answer.json()["data"]["searchEntities"]["nodes"]) > 0
        assert (line["status"], line["bytes"], line["errors"]) == (200, len(answer.content), [])


async def test_a_change_tells_who_changed_what_and_not_the_text(story_graph: Graph, guarded: Guarded) -> None:
    app = guarded.app(story_graph)
    headers = shown(guarded.key("writer", KeyScope.WRITE))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s", headers=headers) as http:
        answer = await http.post("/graphql", json={"query": LOAD, "variables": {"subject": "Intel"}})
        run = answer.json()["data"]["loadTriples"]["runId"]
        for query in (
            f'mutation {{ retractRun(id: "{run}") {{ counts {{ name }} }} }}',
            'mutation { judgeSameAs(a: "Intel", b: "ACM Research", verdict: DIFFERENT) { counts { name } } }',
        ):
            assert "errors" not in (await http.post("/graphql", json={"query": query})).json()
    loaded, retracted, judged = lines(app, changes=True)
    assert {line["who"] for line in (loaded, retracted, judged)} == {"writer"}
    assert {line["event"] for line in (loaded, retracted, judged)} == {"mutation"}
    (change,) = loaded["changes"]
    assert (change["change"], change["run"], change["source"], change["records"]) == ("loadTriples", run, "desk", 1)
    assert loaded["variables"] == {}
    assert retracted["changes"][0]["run"] == run
    assert judged["changes"][0]["verdict"] == "DIFFERENT"
    assert judged["graphVersion"] == await story_graph.read(graph_version)


async def test_refusals_and_errors_are_told(story_graph: Graph, guarded: Guarded) -> None:
    app = guarded.app(story_graph)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as http:
        await http.post("/graphql", json=VERSION)
        await http.post("/sign-in", data={"key": "wrong"})
        key = guarded.key("desk")
        await http.post("/sign-in", data={"key": key})
        await http.post("/graphql", json={"query": "{ nonsense }"}, headers=shown(key))
    told = lines(app)
    assert [line["event"] for line in told] == ["refused", "refused", "sign-in", "document", "operation"]
    assert [line.get("path") for line in told[:2]] == ["/graphql", "/sign-in"]
    assert told[-1]["errors"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert key not in json.dumps(told)
    assert "wrong" not in json.dumps(told)


async def test_streams_and_sockets_leave_lines_too(story_graph: Graph, guarded: Guarded) -> None:
    app, key = guarded.app(story_graph), guarded.key("desk")
    async with listening(app) as address, httpx.AsyncClient(trust_env=False) as http:
        await http.post(address, json=VERSION, headers={**shown(key), "accept": "text/event-stream"})
        ws = address.replace("http", "ws", 1)
        protocol = Subprotocol("graphql-transport-ws")
        async with websockets.connect(ws, subprotocols=[protocol], additional_headers=shown(key), proxy=None) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": VERSION}))
            while json.loads(await socket.recv())["type"] != "complete":
                pass
    told = [line for line in lines(app) if line["event"] == "operation"]
    assert [(line["who"], line["via"], line["answers"]) for line in told] == [("desk", "stream", 1)] * 2


async def test_without_a_log_nothing_is_written(story_graph: Graph, guarded: Guarded) -> None:
    access = guarded.access.model_copy(update={"audit": False, "anonymous": Anonymous.ALWAYS})
    app = create_app(guarded.settings(), story_graph, access=access)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as http:
        assert (await http.post("/graphql", json=VERSION)).status_code == 200
    assert app.state.trail.audit is None
    assert not guarded.access.audit_log().exists()
