"""How long lists are, and how neighbours divide: both agree with the lists themselves."""

from collections import Counter
from typing import Any

import pytest

from tests.service.conftest import Ask

pytestmark = pytest.mark.anyio

LISTS = {
    "documents": "documents(first: %d) { %s }",
    "documents of a title": 'documents(q: "Intel", first: %d) { %s }',
    "documents of a period": 'documents(since: "2025-01-01", until: "2026-12-31", first: %d) { %s }',
    "load runs": "loadRuns(first: %d) { %s }",
    "relations": "relations(first: %d) { %s }",
    "relations of an entity": 'relations(subject: {ids: ["Intel"]}, first: %d) { %s }',
    "relations in a country": 'relations(object: {countries: ["China"]}, first: %d) { %s }',
    "neighbours": 'neighbors(id: "China", first: %d) { %s }',
    "claims": "claims(first: %d) { %s }",
    "entities like a name": 'searchEntities(q: "ACM Research", first: %d) { %s }',
}


async def one(ask: Ask, field: str) -> dict[str, Any]:
    answer = await ask("{ found: " + field + " }")
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]["found"]
    return found


@pytest.mark.parametrize("field", LISTS.values(), ids=LISTS.keys())
async def test_the_total_is_the_number_of_items_over_all_pages(ask: Ask, field: str) -> None:
    everything = await one(ask, field % (100, "totalCount edges { cursor } pageInfo { hasNextPage }"))
    assert not everything["pageInfo"]["hasNextPage"]
    assert everything["totalCount"] == len(everything["edges"]) > 0
    assert (await one(ask, field % (1, "totalCount")))["totalCount"] == everything["totalCount"]


async def test_neighbours_are_counted_by_type_relation_and_country(ask: Ask) -> None:
    found = await one(
        ask,
        'neighbors(id: "China", first: 100, groupBy: [TYPE, RELATION, COUNTRY]) '
        "{ totalCount nodes { entity { type } relations { type } } groups { by key name neighbors relations } }",
    )
    groups = found["groups"]
    assert [group["by"] for group in groups] == sorted(
        (g["by"] for g in groups), key=["TYPE", "RELATION", "COUNTRY"].index
    )
    by_type = Counter(node["entity"]["type"] for node in found["nodes"])
    assert {g["key"]: g["neighbors"] for g in groups if g["by"] == "TYPE"} == by_type
    by_relation = Counter(type for node in found["nodes"] for type in {one["type"] for one in node["relations"]})
    assert {g["key"]: g["neighbors"] for g in groups if g["by"] == "RELATION"} == by_relation
    ties = sum(len(node["relations"]) for node in found["nodes"])
    assert sum(g["relations"] for g in groups if g["by"] == "TYPE") == ties
    countries = [g for g in groups if g["by"] == "COUNTRY"]
    assert sum(g["neighbors"] for g in countries) >= found["totalCount"]
    assert all((g["key"] is None) == (g["name"] is None) for g in countries)


async def test_groups_keep_to_the_filters(ask: Ask) -> None:
    found = await one(
        ask,
        'neighbors(id: "Intel", object: {types: [COMPANY]}, groupBy: [TYPE]) { totalCount groups { key neighbors } }',
    )
    assert found["groups"] == [{"key": "COMPANY", "neighbors": found["totalCount"]}]


async def test_a_list_bounded_by_a_search_is_not_counted(ask: Ask) -> None:
    found = await one(ask, 'reachable(from: "Intel", targets: {types: [COUNTRY]}) { totalCount }')
    assert found["totalCount"] is None
