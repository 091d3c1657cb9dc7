"""Judgements over the API: what SAME joins, that another verdict parts it again, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from graph_schema.database.graph import Graph
from graph_schema.database.locks import writer_lock
from graph_schema.domain import Verdict
from loaders.judgements.store import read_judgements
from tests.service.conftest import Ask, asker
from tests.service.serving import writing

pytestmark = pytest.mark.anyio

JUDGE = """mutation ($a: ID!, $b: ID!, $verdict: Verdict!, $reason: String) {
  judgeSameAs(a: $a, b: $b, verdict: $verdict, reason: $reason) {
    judgement { verdict by reason a { id } b { id } } standsForBoth { id aliases } counts { name count } } }"""
RELATIONS = '{ relations(subject: {ids: ["company:acm-research"]}) { nodes { type object { id } } } }'
PARENT, UNIT = "company:acm-research", "company:acm-research-shanghai"


@pytest.fixture
async def http(story_graph: Graph) -> AsyncIterator[httpx.AsyncClient]:
    async with writing(story_graph) as client:
        yield client


@pytest.fixture
def write(http: httpx.AsyncClient) -> Ask:
    return asker(http)


async def judged(write: Ask, a: str, b: str, verdict: str, reason: str | None = None) -> dict[str, Any]:
    answer = await write(JUDGE, a=a, b=b, verdict=verdict, reason=reason)
    assert "errors" not in answer, answer["errors"]
    result: dict[str, Any] = answer["data"]["judgeSameAs"]
    return result


async def test_same_joins_the_relations_of_both_and_different_parts_them_again(write: Ask) -> None:
    before = (await write(RELATIONS))["data"]
    version = (await write("{ graphVersion }"))["data"]["graphVersion"]
    done = await judged(write, "TSS Holdings", "Gudeng Precision", "SAME", "one address")
    assert done["judgement"] == {
        "verdict": "SAME",
        "by": "api",
        "reason": "one address",
        "a": {"id": "company:tss-holdings"},
        "b": {"id": "company:gudeng-precision"},
    }
    stands = done["standsForBoth"]
    assert stands["id"] in {"company:tss-holdings", "company:gudeng-precision"}
    assert {"Gudeng Precision", "TSS Holdings"} & set(stands["aliases"])
    assert done["counts"]
    ways = """query ($id: ID!) { relations(subject: {ids: [$id]}) { nodes { type object { name } } } }"""
    joined = (await write(ways, id=stands["id"]))["data"]["relations"]["nodes"]
    assert {(one["type"], one["object"]["name"]) for one in joined} == {
        ("SUPPLIES", "TSMC"),
        ("OPERATES_IN", "Arizona"),
    }
    assert (await write("{ graphVersion }"))["data"]["graphVersion"] > version
    parted = await judged(write, "company:tss-holdings", "company:gudeng-precision", "DIFFERENT")
    assert (parted["standsForBoth"], parted["judgement"]["reason"]) == (None, None)
    assert (await write(RELATIONS))["data"] == before


async def test_a_claim_between_two_that_are_one_supports_no_relation(write: Ask) -> None:
    await judged(write, PARENT, UNIT, "SAME")
    found = await write("{ claims(types: [OWNS]) { totalCount nodes { sentence relation { id } subject { id } } } }")
    assert found["data"]["claims"]["totalCount"] == 1
    (claim,) = found["data"]["claims"]["nodes"]
    assert (claim["sentence"], claim["relation"]) == ("ACM Research owns its Shanghai unit.", None)


async def test_unsure_is_kept_and_changes_no_relation(write: Ask, story_graph: Graph) -> None:
    done = await judged(write, PARENT, UNIT, "UNSURE", "who knows")
    assert (done["standsForBoth"], done["counts"]) == (None, [])
    (kept,) = await story_graph.read(read_judgements)
    assert (sorted(kept.pair), kept.verdict, kept.why) == ([PARENT, UNIT], Verdict.UNSURE, "who knows")


async def test_an_unknown_entity_is_named_with_close_ones(write: Ask, story_graph: Graph) -> None:
    error = (await write(JUDGE, a="company:intel", b="ACM Reserch", verdict="SAME"))["errors"][0]
    assert error["extensions"]["code"] == "ENTITY_NOT_FOUND"
    assert error["extensions"]["wanted"] == "ACM Reserch"
    assert "ACM Research" in error["extensions"]["close"]
    assert await story_graph.read(read_judgements) == []


async def test_what_contradicts_is_refused(write: Ask, story_graph: Graph) -> None:
    await judged(write, PARENT, UNIT, "SAME")
    await judged(write, PARENT, "company:intel", "DIFFERENT")
    for a, b, code in ((UNIT, "company:intel", "JUDGEMENT_CONTRADICTS"), (PARENT, "ACM Research", "BAD_QUESTION")):
        error = (await write(JUDGE, a=a, b=b, verdict="SAME"))["errors"][0]
        assert error["extensions"]["code"] == code
    assert len(await story_graph.read(read_judgements)) == 2


async def test_while_a_loader_writes_a_judgement_is_to_be_sent_again(
    story_graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHOKEPOINT_LOAD_WRITER_WAIT_S", "0.2")
    async with writing(story_graph) as client, writer_lock(story_graph, "load news", wait_s=0):
        error = (await asker(client)(JUDGE, a=PARENT, b=UNIT, verdict="SAME"))["errors"][0]
    told = {"code": "GRAPH_BUSY", "retryable": True, "hint": "ask again in a moment"}
    assert error["extensions"] == {**told, "requestId": error["extensions"]["requestId"]}


async def test_without_the_token_nothing_is_judged(http: httpx.AsyncClient, story_graph: Graph) -> None:
    body = {"query": JUDGE, "variables": {"a": PARENT, "b": UNIT, "verdict": "SAME"}}
    for authorization in ("Bearer wrong", ""):
        answer = (await http.post("/graphql", json=body, headers={"authorization": authorization})).json()
        assert answer["errors"][0]["extensions"]["code"] == "NOT_AUTHORIZED"
    assert await story_graph.read(read_judgements) == []


SAME_AS = """query ($id: ID!) { sameAs(id: $id) { entity { id }
  judgements { verdict by reason a { id name } b { id name } } candidates(first: 3) { score reasons entity { id } } } }"""
TSS, GUDENG = "company:tss-holdings", "company:gudeng-precision"


async def test_what_was_judged_is_told_on_the_page_of_the_one_that_stands_for_both(write: Ask) -> None:
    await judged(write, TSS, GUDENG, "SAME", "one address")
    await judged(write, PARENT, GUDENG, "DIFFERENT", "another street")
    tss = {"id": TSS, "name": "TSS Holdings"}
    gudeng = {"id": GUDENG, "name": "Gudeng Precision"}
    for name in (TSS, GUDENG):
        told = (await write(SAME_AS, id=name))["data"]["sameAs"]
        assert told["entity"]["id"] in {TSS, GUDENG}
        pairs = [({one["a"]["id"], one["b"]["id"]}, one["verdict"], one["reason"]) for one in told["judgements"]]
        # The judgement on a pair of which one is folded is stored on the one that stands for it.
        assert pairs[1:] == [({TSS, GUDENG}, "SAME", "one address")]
        assert (pairs[0][1:], PARENT in pairs[0][0]) == (("DIFFERENT", "another street"), True)
        same = told["judgements"][1]
        assert sorted((same["a"], same["b"]), key=lambda one: str(one["id"])) == [gudeng, tss]
        assert same["by"] == "api"


async def test_who_may_be_one_with_an_entity_is_told_until_somebody_judges(write: Ask) -> None:
    load = 'mutation { loadTriples(source: "one", triples: [%s]) { refused } }'
    rows = ", ".join(
        f'{{subject: "{name}", predicate: "supplies", object: "QQ Chips", subjectType: COMPANY, objectType: COMPANY}}'
        for name in ("QQ Wafer Works", "QQ Wafers Works")
    )
    assert (await write(load % rows))["data"]["loadTriples"]["refused"] == []
    works, wafers = "company:qq-wafer-works", "company:qq-wafers-works"
    for one, other in ((works, wafers), (wafers, works)):
        best, *_ = (await write(SAME_AS, id=one))["data"]["sameAs"]["candidates"]
        assert best["entity"]["id"] == other
        assert best["score"] > 0.9
        assert "alike" in best["reasons"][0]
    await judged(write, works, wafers, "DIFFERENT")
    told = (await write(SAME_AS, id=works))["data"]["sameAs"]
    assert wafers not in {one["entity"]["id"] for one in told["candidates"]}
