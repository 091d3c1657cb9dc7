"""Submissions under an idempotency key: loaded once, whatever happens to the answer, the sender or the service."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import httpx
import neo4j
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.domain import RunStatus
from loaders.loading.runs import find_submitted, finish
from loaders.writing.counts import Counts
from tests.service.conftest import Ask, asker
from tests.service.serving import writing

pytestmark = pytest.mark.anyio

TRIPLES = """mutation ($key: String, $object: String! = "ACM Research", $dry: Boolean! = false, $subject: String! = "Intel") {
  loadTriples(source: "desk", idempotencyKey: $key, dryRun: $dry, triples: [
    {subject: $subject, predicate: "tested tools from", object: $object, sentence: "It tested tools.", publisher: "Desk"}
    {subject: " ", predicate: "supplies", object: "TSMC"}]) { runId repeated refused counts { name count } } }"""
ARTICLE = """mutation ($key: String, $text: String!) { loadArticle(article: {text: $text}, idempotencyKey: $key)
  { runId repeated counts { name count } } }"""
RUNS = "{ loadRuns { nodes { id status } } }"
SEEK: LiteralString = "EXPLAIN MATCH (run:LoadRun {idempotency_key: $key}) RETURN run.id"


@pytest.fixture
async def ready(graph: Graph) -> Graph:
    await schema.apply(graph)
    return graph


@pytest.fixture
async def http(ready: Graph) -> AsyncIterator[httpx.AsyncClient]:
    async with writing(ready) as client:
        yield client


@pytest.fixture
def write(http: httpx.AsyncClient) -> Ask:
    return asker(http)


async def loaded(write: Ask, query: str = TRIPLES, **variables: Any) -> dict[str, Any]:
    answer = await write(query, **variables)
    assert "errors" not in answer, answer["errors"]
    (result,) = answer["data"].values()
    assert isinstance(result, dict)
    return result


async def runs(write: Ask) -> list[dict[str, str]]:
    nodes: list[dict[str, str]] = (await write(RUNS))["data"]["loadRuns"]["nodes"]
    return nodes


async def test_the_same_key_gives_the_first_outcome_without_loading_again(write: Ask) -> None:
    first = await loaded(write, key="k1")
    assert (first["repeated"], first["refused"]) == (False, ["desk.jsonl:2: subject is empty"])
    assert {"name": "claims_new", "count": 1} in first["counts"]
    assert await loaded(write, key="k1") == {**first, "repeated": True}
    assert [run["id"] for run in await runs(write)] == [first["runId"]]


async def test_an_article_is_loaded_once_under_its_key(write: Ask) -> None:
    text = "Intel has tested tools from ACM Research."
    first = await loaded(write, ARTICLE, key="a1", text=text)
    assert await loaded(write, ARTICLE, key="a1", text=text) == {**first, "repeated": True}
    answer = await write(ARTICLE, key="a1", text=text + " TSMC supplies Nvidia.")
    assert answer["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_key_with_other_content_is_refused_and_nothing_is_loaded(write: Ask) -> None:
    first = await loaded(write, key="k1")
    for query, variables in ((TRIPLES, {"object": "TSMC"}), (ARTICLE, {"text": "Intel supplies TSMC."})):
        error = (await write(query, key="k1", **variables))["errors"][0]
        assert error["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert error["extensions"]["run"] == first["runId"]
    assert (await write('{ entity(id: "company:tsmc") { id } }'))["data"]["entity"] is None
    assert len(await runs(write)) == 1


async def test_another_key_or_none_loads_anew_and_finds_nothing_new(write: Ask) -> None:
    first = await loaded(write, key="k1")
    for key in ("k2", None):
        again = await loaded(write, key=key)
        assert (again["repeated"], again["runId"] == first["runId"]) == (False, False)
        assert {"name": "claims_unchanged", "count": 1} in again["counts"]


async def test_the_outcome_outlives_the_service(ready: Graph) -> None:
    async with writing(ready) as client:
        first = await loaded(asker(client), key="k1")
    async with writing(ready) as client:
        assert await loaded(asker(client), key="k1") == {**first, "repeated": True}


async def test_sent_ten_times_at_once_to_two_services_it_is_loaded_once(ready: Graph) -> None:
    async with writing(ready) as one, writing(ready) as other:
        results = await asyncio.gather(*(loaded(asker(client), key="k1") for client in (one, other) * 5))
        assert len({result["runId"] for result in results}) == 1
        assert sorted(result["repeated"] for result in results) == [False] + [True] * 9
        assert len(await runs(asker(one))) == 1


async def test_sent_at_once_with_different_content_one_wins_and_the_other_is_told(write: Ask) -> None:
    answers = await asyncio.gather(*(write(TRIPLES, key="k1", object=object) for object in ("TSMC", "ASML")))
    codes = [one["errors"][0]["extensions"]["code"] for one in answers if "errors" in one]
    assert codes == ["IDEMPOTENCY_KEY_REUSED"]
    assert len(await runs(write)) == 1


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(RunStatus.FAILED, id="failed"),
        pytest.param(RunStatus.INTERRUPTED, id="interrupted"),
        pytest.param(RunStatus.RUNNING, id="killed"),
    ],
)
async def test_a_load_that_did_not_finish_is_no_outcome(write: Ask, ready: Graph, status: RunStatus) -> None:
    failed = await loaded(write, key="k1")
    await ready.write(finish, failed["runId"], status, Counts())
    again = await loaded(write, key="k1")
    assert (again["repeated"], again["runId"] == failed["runId"]) == (False, False)
    assert await loaded(write, key="k1") == {**again, "repeated": True}
    submitted = await ready.read(find_submitted, "k1")
    assert submitted is not None
    assert submitted.run == again["runId"]


async def test_a_dry_run_takes_no_notice_of_the_key(write: Ask) -> None:
    assert (await loaded(write, key="k1", dry=True))["runId"] is None
    first = await loaded(write, key="k1")
    tried = await loaded(write, key="k1", dry=True, object="TSMC")
    assert (first["repeated"], tried["repeated"], tried["runId"]) == (False, False, None)


@pytest.mark.parametrize(("key", "code"), [("", "BAD_QUESTION"), ("  ", "BAD_QUESTION"), ("k" * 256, "LIMIT_EXCEEDED")])
async def test_a_key_that_is_none_is_refused(write: Ask, key: str, code: str) -> None:
    answer = await write(TRIPLES, key=key)
    assert answer["errors"][0]["extensions"]["code"] == code
    assert await runs(write) == []


async def test_without_the_token_a_key_tells_nothing(http: httpx.AsyncClient, write: Ask) -> None:
    await loaded(write, key="k1")
    body = {"query": TRIPLES, "variables": {"key": "k1"}}
    answer = await http.post("/graphql", json=body, headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_AUTHORIZED"


async def test_a_key_is_sought_in_its_index(ready: Graph, neo4j_session: neo4j.Session) -> None:
    plan = neo4j_session.run(SEEK, key="k1").consume().plan
    assert "NodeUniqueIndexSeek" in str(plan)


async def test_what_was_retracted_is_not_loaded_again_by_its_key(write: Ask) -> None:
    first = await loaded(write, key="k1")
    await write("mutation ($id: ID!) { retractRun(id: $id) { counts { name } } }", id=first["runId"])
    assert await loaded(write, key="k1") == {**first, "repeated": True}
    assert (await write("{ claims { totalCount } }"))["data"]["claims"]["totalCount"] == 0
    assert (await loaded(write, key="k2"))["repeated"] is False
    assert (await write("{ claims { totalCount } }"))["data"]["claims"]["totalCount"] == 1
