"""GraphQL over HTTP: negotiation, status codes, caching, persisted documents, health."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import neo4j
import pytest
from pydantic import SecretStr

from graph_schema.database.graph import Graph
from graph_schema.errors import SettingsError
from graph_schema.settings import GraphSettings
from service.app import create_app
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio

VERSION = "{ graphVersion }"
HASH = hashlib.sha256(VERSION.encode()).hexdigest()
ASKED = {"graphql-require-preflight": "1"}
NEW = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param(NEW, NEW, id="the-new-type"),
        pytest.param(f"{NEW},application/json;q=0.9", NEW, id="as-apollo-asks"),
        pytest.param(f"application/json, {NEW};q=0.2", "application/json", id="by-weight"),
    ],
)
async def test_the_answer_comes_in_the_type_that_is_accepted(
    client: httpx.AsyncClient, accept: str, answered: str
) -> None:
    response = await client.post("/graphql", json={"query": VERSION}, headers={"accept": accept})
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == {"data": {"graphVersion": 7}}


@pytest.mark.parametrize(
    ("method", "sent", "status", "code"),
    [
        pytest.param(
            "POST", {"content": "{", "headers": {"content-type": "application/json"}}, 400, "BAD_REQUEST", id="no-json"
        ),
        pytest.param("POST", {"json": []}, 400, "BAD_REQUEST", id="batch"),
        pytest.param("POST", {"json": {}}, 400, "BAD_REQUEST", id="no-query"),
        pytest.param("POST", {"json": {"query": 1}}, 400, "BAD_REQUEST", id="query-no-string"),
        pytest.param(
            "POST", {"json": {"query": VERSION, "variables": [1]}}, 400, "BAD_REQUEST", id="variables-no-object"
        ),
        pytest.param(
            "POST",
            {"content": VERSION, "headers": {"content-type": "text/plain"}},
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            id="text",
        ),
        pytest.param(
            "POST",
            {"json": {"query": VERSION}, "headers": {"accept": "image/png"}},
            406,
            "NOT_ACCEPTABLE",
            id="accepts-images",
        ),
        pytest.param("POST", {"json": {"query": "x" * 2_000_000}}, 413, "REQUEST_TOO_LARGE", id="too-large"),
        pytest.param("PUT", {"json": {"query": VERSION}}, 405, "METHOD_NOT_ALLOWED", id="put"),
        pytest.param("POST", {"json": {"query": "{ nonsense }"}}, 400, "GRAPHQL_VALIDATION_FAILED", id="invalid"),
        pytest.param("POST", {"json": {"query": "{"}}, 400, "GRAPHQL_PARSE_FAILED", id="no-graphql"),
        pytest.param(
            "POST",
            {"json": {"query": "query A { graphVersion } query B { graphVersion }"}},
            400,
            "GRAPHQL_VALIDATION_FAILED",
            id="which",
        ),
    ],
)
async def test_a_bad_request_is_told_in_json(
    client: httpx.AsyncClient, method: str, sent: dict[str, Any], status: int, code: str
) -> None:
    headers = {"accept": NEW, **sent.pop("headers", {})}
    response = await client.request(method, "/graphql", headers=headers, **sent)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == code
    assert "data" not in response.json()


async def test_a_get_is_cached_until_the_graph_changes(client: httpx.AsyncClient, neo4j_session: Any) -> None:
    parameters = {"query": '{ entity(id: "company:intel") { name } graphVersion }'}
    first = await client.get("/graphql", params=parameters, headers=ASKED)
    assert first.headers["cache-control"] == "public, max-age=5, must-revalidate"
    again = {"if-none-match": first.headers["etag"]}
    unchanged = await client.get("/graphql", params=parameters, headers={**ASKED, **again})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    neo4j_session.run("MATCH (s:GraphState) SET s.version = s.version + 1").consume()
    changed = await client.get("/graphql", params=parameters, headers={**ASKED, **again})
    assert changed.json()["data"]["graphVersion"] == 8


async def test_answers_with_errors_and_posts_are_not_cached(client: httpx.AsyncClient) -> None:
    failed = await client.get("/graphql", params={"query": '{ entity(name: "Nobody") { id } }'}, headers=ASKED)
    posted = await client.post("/graphql", json={"query": VERSION})
    assert [one.headers["cache-control"] for one in (failed, posted)] == ["no-store", "no-store"]


async def test_a_document_can_be_sent_once_and_then_named_by_its_hash(client: httpx.AsyncClient) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": HASH}}
    unknown = await client.get("/graphql", params={"extensions": json.dumps(persisted)})
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert unknown.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    await client.post("/graphql", json={"query": VERSION, "extensions": persisted})
    named = await client.get("/graphql", params={"extensions": json.dumps(persisted)})
    assert named.json() == {"data": {"graphVersion": 7}}
    wrong = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    refused = await client.post("/graphql", json={"query": VERSION, "extensions": wrong})
    assert refused.status_code == 400


async def test_with_an_allow_list_other_documents_are_refused(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient], tmp_path: Path
) -> None:
    (listed := tmp_path / "documents.json").write_text(json.dumps({HASH: VERSION}))
    async with client_of(story_graph, trusted_documents=listed, trusted_only=True) as client:
        by_hash = await client.post("/graphql", json={"extensions": {"persistedQuery": {"sha256Hash": HASH}}})
        in_full = await client.post("/graphql", json={"query": VERSION})
        other = await client.post("/graphql", json={"query": "{ limits { maxDepth } }"})
    assert by_hash.json() == in_full.json() == {"data": {"graphVersion": 7}}
    assert (other.status_code, other.json()["errors"][0]["extensions"]["code"]) == (403, "DOCUMENT_NOT_TRUSTED")


def test_a_wrong_allow_list_stops_the_start(tmp_path: Path) -> None:
    (listed := tmp_path / "documents.json").write_text(json.dumps({"0" * 64: VERSION}))
    with pytest.raises(SettingsError, match="is not the SHA-256"):
        create_app(ServiceSettings(trusted_documents=listed))


async def test_too_deep_and_too_expensive_documents_are_refused_but_introspection_is_not(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    deep = '{ a: entity(id: "company:intel") { relations { nodes { subject { relations { nodes { id } } } } } } }'
    wide = """query ($n: Int) { documents(first: $n) { nodes { id } }
      relations(first: $n) { nodes { claims(first: $n) { nodes { id } } } } }"""
    async with client_of(story_graph, max_query_depth=6, max_query_cost=10_000) as client:
        codes = [
            (await client.post("/graphql", json=sent)).json()["errors"][0]["extensions"]["code"]
            for sent in ({"query": deep}, {"query": wide, "variables": {"n": 100}})
        ]
        cheap = await client.post("/graphql", json={"query": wide, "variables": {"n": 10}})
        fields = "ofType { " * 8 + "name" + " }" * 8
        introspection = await client.post(
            "/graphql", json={"query": f"{{ __schema {{ types {{ fields {{ type {{ {fields} }} }} }} }} }}"}
        )
    assert codes == ["QUERY_TOO_DEEP", "QUERY_TOO_EXPENSIVE"]
    assert "errors" not in cheap.json()
    assert "errors" not in introspection.json()


async def test_an_unexpected_error_shows_an_incident_and_nothing_else(
    client: httpx.AsyncClient, neo4j_session: neo4j.Session
) -> None:
    neo4j_session.run("CREATE (:Document {id: 'doc:torn', published: 'hunter2'})").consume()
    response = await client.post("/graphql", json={"query": '{ node(id: "doc:torn") { id } }'})
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert error["extensions"]["incident"] in error["message"]
    assert "hunter2" not in response.text


async def test_a_browser_gets_graphiql_from_this_host_alone(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"accept": "text/html,application/xhtml+xml"})
    assert "GraphiQL" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    for name in ("graphiql.min.js", "graphiql.min.css", "react.production.min.js", "examples.js"):
        assert (await client.get(f"/graphiql/{name}")).status_code == 200


async def test_the_examples_of_graphiql_are_valid_and_run(client: httpx.AsyncClient) -> None:
    script = (await client.get("/graphiql/examples.js")).text
    examples = script.split("`")[1::2]
    assert len(examples) >= 5
    for query in examples:
        answer = (await client.post("/graphql", json={"query": query})).json()
        assert "errors" not in answer, answer


async def test_health_tells_a_living_process_from_a_ready_one(
    client: httpx.AsyncClient, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {
        "status": "ready",
        "graphVersion": 7,
        "index": {"state": "loading", "graphVersion": None, "relations": 0, "of": 0},
    }
    nowhere = GraphSettings(uri="bolt://127.0.0.1:1", password=SecretStr("x"), connect_timeout_s=0.2)
    async with (
        neo4j.AsyncGraphDatabase.driver(
            "bolt://127.0.0.1:1", auth=("neo4j", "x"), connection_acquisition_timeout=0.3, max_transaction_retry_time=0
        ) as driver,
        client_of(Graph(driver, nowhere)) as lost,
    ):
        assert (await lost.get("/healthz")).status_code == 200
        response = await lost.get("/readyz")
        asked = await lost.post("/graphql", json={"query": VERSION})
    assert (response.status_code, response.json()["code"]) == (503, "GRAPH_UNAVAILABLE")
    assert asked.json()["errors"][0]["extensions"]["code"] == "GRAPH_UNAVAILABLE"
