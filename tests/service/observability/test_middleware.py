"""An id goes with a request from its header to the database, and each request is one line of the log."""

import asyncio
import json
from typing import Any

import httpx
import neo4j
import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from graph_schema.database.graph import Graph
from service.logs import add_work
from tests.service.serving import serving, until, writing

pytestmark = pytest.mark.anyio
NAME = "query Who($id: ID!) { entity(id: $id) { name } }"
ID = {"x-request-id": "from-the-proxy/1"}
TRIPLE = """mutation { loadTriples(source: "desk", triples: [
  {subject: "Intel", predicate: "tested tools from", object: "ACM Research", sentence: "s", publisher: "Desk"}]) { runId } }"""


def lines(logs: list[Any], event: str = "request") -> list[dict[str, Any]]:
    return [line for line in logs if line["event"] == event]


async def test_the_clients_id_comes_back_in_header_and_errors_else_one_is_made(client: httpx.AsyncClient) -> None:
    told = await client.post("/graphql", json={"query": "{ nonsense }"}, headers=ID)
    assert told.headers["x-request-id"] == ID["x-request-id"]
    assert told.json()["errors"][0]["extensions"]["requestId"] == ID["x-request-id"]
    for request in (
        client.get("/healthz"),
        client.get("/nowhere"),
        client.post("/graphql", content=b"{"),
        client.get("/graphql", headers={"host": "evil.example.org"}),
    ):
        answer = await request
        id = answer.headers["x-request-id"]
        assert len(id) == 16
        if answer.status_code in (415, 421):
            assert answer.json()["errors"][0]["extensions"]["requestId"] == id


async def test_a_request_is_one_line_that_holds_no_text_of_the_client(client: httpx.AsyncClient) -> None:
    secret = {"authorization": "Basic hunter2", "cookie": "hunter2"}
    body = {"query": NAME + " # hunter2", "variables": {"id": "company:intel"}, "operationName": "Who"}
    with structlog.testing.capture_logs([add_work]) as logs:
        answer = await client.post("/graphql?token=hunter2", json=body, headers={**ID, **secret})
        await client.get("/hunter2?hunter2")
        await client.get("/readyz")
    first, second = lines(logs)
    assert "hunter2" not in str(logs)
    assert first["request"] == ID["x-request-id"]
    assert (first["method"], first["route"], first["status"]) == ("POST", "/graphql", 200)
    assert (first["operation"], first["name"]) == ("entity", "Who")
    assert first["cost"] == int(answer.headers["x-query-cost"])
    assert (first["queries"], first["client"]) == (1, "127.0.0.1")
    assert 0 < first["database_ms"] <= first["ms"]
    assert first["bytes"] == len(answer.content)
    assert (second["route"], second["status"]) == ("other", 404)
    assert "operation" not in second


async def test_a_refused_request_tells_its_code(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as logs:
        await client.post("/graphql", json={"query": "{ nonsense }"})
    (line,) = lines(logs)
    assert (line["codes"], line["operation"]) == (["GRAPHQL_VALIDATION_FAILED"], "unknown")


async def test_the_database_knows_the_request_that_a_transaction_is_for(
    story_graph: Graph, neo4j_session: neo4j.Session
) -> None:
    def requests() -> list[str]:
        shown = neo4j_session.run("SHOW TRANSACTIONS YIELD metaData RETURN metaData.request AS id")
        return [record["id"] for record in shown]

    assert story_graph.settings.password is not None
    auth = (story_graph.settings.user, story_graph.settings.password.get_secret_value())
    async with (
        writing(story_graph) as http,
        neo4j.AsyncGraphDatabase.driver(str(story_graph.settings.uri), auth=auth) as driver,
        driver.session() as session,
    ):
        holding = await session.begin_transaction()
        await (await holding.run("MATCH (n:GraphState) SET n.version = n.version")).consume()
        asked = asyncio.create_task(http.post("/graphql", json={"query": TRIPLE}, headers=ID))
        await until(lambda: ID["x-request-id"] in requests())
        await holding.rollback()
        assert "errors" not in (await asked).json()


async def test_each_operation_of_a_websocket_is_a_line_under_the_id_of_the_connection(story_graph: Graph) -> None:
    with structlog.testing.capture_logs([add_work]) as logs:
        async with serving(story_graph) as service:
            async with connect(
                service.ws, subprotocols=[Subprotocol("graphql-transport-ws")], additional_headers=ID
            ) as socket:
                assert socket.response is not None
                assert socket.response.headers["x-request-id"] == ID["x-request-id"]
                await socket.send(json.dumps({"type": "connection_init"}))
                await socket.recv()
                for id, query in (("a", "{ graphVersion }"), ("b", "{ nonsense }")):
                    await socket.send(json.dumps({"type": "subscribe", "id": id, "payload": {"query": query}}))
                    while json.loads(await socket.recv())["type"] == "next":
                        pass
            await until(lambda: bool(lines(logs)))
    assert [(line["operation"], line["request"]) for line in lines(logs, "operation")] == [
        ("graphVersion", ID["x-request-id"]),
        ("unknown", ID["x-request-id"]),
    ]
    (connection,) = lines(logs)
    assert (connection["status"], connection["request"]) == (101, ID["x-request-id"])
