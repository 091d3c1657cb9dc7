"""Changes over the API: only for authorised writers, through the real loaders, harmless when sent twice."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from loaders.submissions import SubmissionWriter
from service.app import create_app
from service.settings import ServiceSettings
from tests.service.conftest import Ask, asker

pytestmark = pytest.mark.anyio

TOKEN = "a token for writers"
TRIPLES = """mutation ($dry: Boolean! = false, $subject: String! = "Intel") { loadTriples(source: "desk", dryRun: $dry, triples: [
  {subject: $subject, predicate: "tested tools from", object: "ACM Research", sentence: "Intel tested tools from ACM Research.",
   publisher: "Desk", published: "2026-11-20"}]) { counts { name count } refused runId run { job status } } }"""


def counted(result: dict[str, Any]) -> dict[str, int]:
    return {one["name"]: one["count"] for one in result["counts"]}


@pytest.fixture
async def http(graph: Graph) -> AsyncIterator[httpx.AsyncClient]:
    await schema.apply(graph)
    app = create_app(ServiceSettings(write_token=SecretStr(TOKEN)), graph, make_writer=SubmissionWriter)
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s", headers=headers) as client:
        yield client


@pytest.fixture
def write(http: httpx.AsyncClient) -> Ask:
    return asker(http)


async def test_loaded_statements_are_answered_and_a_second_time_changes_nothing(write: Ask) -> None:
    first = (await write(TRIPLES))["data"]["loadTriples"]
    assert counted(first)["claims_new"] == 1
    assert first["run"] == {"job": "api", "status": "FINISHED"}
    found = await write('{ shortestPath(from: "Intel", to: "ACM Research") { path { hops { relations { type } } } } }')
    assert found["data"]["shortestPath"]["path"]["hops"] == [{"relations": [{"type": "TESTED"}]}]
    second = (await write(TRIPLES))["data"]["loadTriples"]
    assert not any(name.endswith(("_new", "_updated")) for name in counted(second))


async def test_a_dry_run_checks_and_writes_nothing(write: Ask) -> None:
    tried = (await write(TRIPLES, dry=True))["data"]["loadTriples"]
    assert (counted(tried)["statements"], tried["runId"]) == (1, None)
    assert (await write('{ entity(id: "company:intel") { id } }'))["data"]["entity"] is None
    refused = (await write(TRIPLES, dry=True, subject=" "))["data"]["loadTriples"]["refused"]
    assert refused == ["desk.jsonl:1: subject is empty"]


async def test_an_article_is_read_and_taken_back_without_a_trace(write: Ask) -> None:
    done = await write(
        """mutation { loadArticle(article: {text: "Intel has tested tools from ACM Research.", publisher: "Desk"})
           { counts { name count } runId } }"""
    )
    assert counted(done["data"]["loadArticle"])["claims_new"] >= 1
    documents = await write("{ documents { nodes { id } } }")
    (document,) = documents["data"]["documents"]["nodes"]
    gone = await write("mutation ($id: ID!) { retractDocument(id: $id) { counts { name count } } }", id=document["id"])
    assert counted(gone["data"]["retractDocument"])["documents_removed"] == 1
    assert (await write("{ relations { nodes { id } } }"))["data"]["relations"]["nodes"] == []


async def test_a_run_is_taken_back(write: Ask) -> None:
    run = (await write(TRIPLES))["data"]["loadTriples"]["runId"]
    gone = await write("mutation ($id: ID!) { retractRun(id: $id) { counts { name count } } }", id=run)
    assert counted(gone["data"]["retractRun"])["claims_removed"] == 1


async def test_without_the_token_nothing_is_written(http: httpx.AsyncClient, graph: Graph) -> None:
    for headers in ({"authorization": "Bearer wrong"}, {"authorization": ""}):
        answer = (await http.post("/graphql", json={"query": TRIPLES}, headers=headers)).json()
        assert answer["errors"][0]["extensions"]["code"] == "NOT_AUTHORIZED"
    closed = create_app(ServiceSettings(), graph, make_writer=SubmissionWriter)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(closed), base_url="http://s") as client:
        answer = await asker(client)(TRIPLES)
    assert answer["errors"][0]["extensions"]["code"] == "WRITES_DISABLED"


async def test_a_mutation_by_get_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.get(
        "/graphql",
        params={"query": 'mutation { retractRun(id: "run:1") { counts { name } } }'},
        headers={"graphql-require-preflight": "1"},
    )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
