"""The path operations on a real server: under every filter each answers what the plain reference answers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from service.queries.records import RelationRecord
from tests.service.conftest import Ask
from tests.service.path_questions import (
    entity_filters,
    graphs,
    hub_policies,
    on_server,
    pairs,
    relation_filters,
    some,
    times,
)
from tests.service.path_reference import Case, Paths, Reference, Way

pytestmark = pytest.mark.anyio

QUESTION = """
query ($from: ID!, $to: ID!, $sources: [ID!]!, $targets: [ID!]!, $terminals: [ID!]!, $mustPass: [ID!], $k: Int!,
  $depth: Int!, $minLength: Int!, $weight: PathWeight!, $distinctBy: DistinctBy!, $knownFrom: DateTime!,
  $knownTo: DateTime!, $via: RelationFilter, $through: EntityFilter, $avoid: [ID!], $hubs: HubPolicy, $budget: Budget) {
  pathExists(from: $from, to: $to, via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget) {
    exists report { status } }
  shortestPath(from: $from, to: $to, weight: $weight,
    via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget) {
    paths { ...way } report { status undated hubsSkipped { id } } }
  shortestPaths(from: $sources, to: $targets, k: $k, mustPass: $mustPass, weight: $weight, distinctBy: $distinctBy,
    via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget) {
    paths { ...way } report { status undated hubsSkipped { id } } }
  allSimplePaths(from: $from, to: $to, minLength: $minLength, maxLength: $depth, mustPass: $mustPass, first: 90,
    via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget) {
    nodes { ...way } report { status undated hubsSkipped { id } } }
  connectingSubgraph(ids: $terminals,
    via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget) {
    entities { id } relations { id } unconnected { id } report { status undated hubsSkipped { id } } }
  pathsDiff(from: $from, to: $to, knownFrom: $knownFrom, knownTo: $knownTo, k: $k,
    via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget) {
    appeared { ...way } vanished { ...way } kept { ...way } before { status } after { status } }
}
fragment way on Path { entities { id } hops { relations { id } } }
"""


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    """The same question about two graphs: its plans are made once."""
    builds = draw(graphs(2))
    ids = sorted(builds[0].memory.entities)
    depth = draw(st.integers(1, 5))
    start, end = draw(pairs(ids) | pairs(ids) | pairs(ids) | st.sampled_from([(one, one) for one in ids]))
    others = sorted(set(ids) - {start, end})
    variables = {
        "from": start,
        "to": end,
        "sources": [start, *draw(st.just([]) | some(others, 1))],
        "targets": [end, *draw(st.just([]) | some(others, 1))],
        "terminals": [start, end, *draw(st.lists(st.sampled_from(ids), max_size=2))],
        "mustPass": draw(st.just([]) | some(ids, 1)),
        "k": draw(st.integers(1, 5)),
        "depth": depth,
        "minLength": draw(st.integers(1, depth)),
        "weight": draw(st.sampled_from(["HOPS", "CONFIDENCE", "SPECIFICITY"])),
        "distinctBy": draw(st.sampled_from(["ENTITIES", "RELATION_TYPES", "RELATIONS"])),
        "knownFrom": draw(times()),
        "knownTo": draw(times()),
        "via": draw(relation_filters()),
        "through": draw(entity_filters(ids)),
        "avoid": draw(st.just([]) | some(ids)),
        "hubs": draw(hub_policies(ids)),
        "budget": {"maxDepth": depth},
    }
    return [Case(build, variables) for build in builds]


versions = count(1)


@on_server
@given(cases())
async def test_every_path_operation_answers_what_the_reference_answers(
    graph: Graph, ask_graph: Ask, cases: list[Case]
) -> None:
    for case in cases:
        await case.build.rewrite(graph, version=next(versions))
        answer = await ask_graph(QUESTION, **case.variables)
        assert "errors" not in answer, answer["errors"]
        told = answer["data"]
        assert told["pathExists"] == exists(case)
        assert ways(told["shortestPath"], "paths") == shortest(case)
        assert ways(told["shortestPaths"], "paths") == k_shortest(case)
        assert ways(told["allSimplePaths"], "nodes") == all_simple(case)
        assert joined(told["connectingSubgraph"]) == joining(case)
        assert {name: _ids(told["pathsDiff"][name]) for name in ("appeared", "vanished", "kept")} | {
            name: told["pathsDiff"][name]["status"] for name in ("before", "after")
        } == difference(case)
        for one in (told["shortestPath"], told["shortestPaths"], told["allSimplePaths"], told["connectingSubgraph"]):
            assert {hub["id"] for hub in one["report"]["hubsSkipped"]} <= case.reference().hubs_but([])


def exists(case: Case) -> dict[str, Any]:
    status = _between(case).status()
    return {"exists": status in ("FOUND", "SAME_ENTITY"), "report": {"status": status}}


def shortest(case: Case) -> dict[str, Any]:
    return _expected(replace(_between(case), weight=case.variables["weight"]), 1)


def k_shortest(case: Case) -> dict[str, Any]:
    asked = case.variables
    paths = Paths(
        case.reference(),
        asked["sources"],
        asked["targets"],
        asked["depth"],
        must_pass=asked["mustPass"],
        weight=asked["weight"],
    )
    return _expected(paths, asked["k"], asked["distinctBy"])


def all_simple(case: Case) -> dict[str, Any]:
    asked = case.variables
    return _expected(replace(_between(case), must_pass=asked["mustPass"], min_length=asked["minLength"]), 90)


def joining(case: Case) -> dict[str, Any]:
    """Each entity is joined by the best path from what is joined already."""
    reference, asked = case.reference(), case.variables
    first, *others = dict.fromkeys(asked["terminals"])
    inside, waiting, hops, status = [first], others, set[tuple[EntityId, EntityId]](), "SAME_ENTITY"
    while waiting:
        paths = Paths(reference, inside, waiting, asked["depth"])
        status = paths.status()
        if not (found := paths.all()):
            break
        inside = list(dict.fromkeys([*inside, *found[0]]))
        waiting = [id for id in waiting if id not in inside]
        hops |= set(pairwise(found[0]))
    return {
        "entities": set(inside),
        "relations": {one.id for pair in hops for one in reference.hop(*pair)},
        "unconnected": set(waiting),
        "status": status,
        "undated": reference.undated(hops),
    }


def difference(case: Case) -> dict[str, Any]:
    """The k best paths by what was known earlier and later."""
    asked, answers = case.variables, {}
    for when, known in (("before", asked["knownFrom"]), ("after", asked["knownTo"])):
        reference = replace(case.reference(), via={**asked["via"], "knownAt": known})
        answers[when] = replace(_between(case), reference=reference)
    before, after = (paths.all()[: asked["k"]] for paths in answers.values())
    return {
        "appeared": [path for path in after if path not in before],
        "vanished": [path for path in before if path not in after],
        "kept": [path for path in after if path in before],
        **{when: paths.status() for when, paths in answers.items()},
    }


def _between(case: Case) -> Paths:
    asked = case.variables
    return Paths(case.reference(), [asked["from"]], [asked["to"]], asked["depth"])


def _expected(paths: Paths, k: int, distinct_by: str = "ENTITIES") -> dict[str, Any]:
    found = [(path, chosen) for path in paths.all() for chosen in _told_apart(paths.reference, path, distinct_by)][:k]
    undated = {one.id for _, hops in found for hop in hops for one in hop if one.undated}
    flagged = paths.reference.via.get("undated", "FLAG") == "FLAG"
    return {
        "paths": [(path, [[one.id for one in hop] for hop in hops]) for path, hops in found],
        "status": paths.status(),
        "undated": len(undated) if flagged else 0,
    }


def _told_apart(reference: Reference, path: Way, distinct_by: str) -> list[Sequence[Sequence[RelationRecord]]]:
    """The choices of relations that make one path several, the surest first."""
    hops = [(a, reference.hop(a, b)) for a, b in pairwise(path)]
    match distinct_by:
        case "RELATIONS":
            choices = [[[one] for one in hop] for _, hop in hops]
        case "RELATION_TYPES":
            choices = []
            for a, hop in hops:
                kinds = list(dict.fromkeys((one.type, one.subject == a) for one in hop))
                choices.append([[one for one in hop if (one.type, one.subject == a) == kind] for kind in kinds])
        case _:
            choices = [[hop] for _, hop in hops]
    return list(product(*choices))


def ways(result: dict[str, Any], where: str) -> dict[str, Any]:
    relations = [[[one["id"] for one in hop["relations"]] for hop in path["hops"]] for path in result[where]]
    return {
        "paths": list(zip(_ids(result[where]), relations, strict=True)),
        "status": result["report"]["status"],
        "undated": result["report"]["undated"],
    }


def joined(result: dict[str, Any]) -> dict[str, Any]:
    found = {name: {one["id"] for one in result[name]} for name in ("entities", "relations", "unconnected")}
    return {**found, "status": result["report"]["status"], "undated": result["report"]["undated"]}


def _ids(paths: list[dict[str, Any]]) -> list[Way]:
    return [tuple(entity["id"] for entity in path["entities"]) for path in paths]
