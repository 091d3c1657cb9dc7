"""The operations that start from one entity on a real server: each answers what the plain reference answers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType
from tests.service.conftest import Ask
from tests.service.path_questions import (
    CHAINS,
    RELATIONS,
    THINGS,
    TRADE,
    TRADED,
    TYPES,
    entity_filters,
    graphs,
    hub_policies,
    on_server,
    relation_filters,
    some,
)
from tests.service.path_reference import Case, Walks

pytestmark = pytest.mark.anyio

REACHABLE = """
query ($from: ID!, $goal: EntityFilter!, $via: RelationFilter, $through: EntityFilter, $avoid: [ID!], $hubs: HubPolicy,
  $budget: Budget) {
  reachable(from: $from, targets: $goal, via: $via, through: $through, avoid: $avoid, hubs: $hubs, budget: $budget,
    first: 100) { ...found }
}
"""
SUPPLY = """
query ($from: ID!, $goal: EntityFilter!, $via: RelationFilter, $through: EntityFilter, $avoid: [ID!], $hubs: HubPolicy,
  $depth: Int!) {
  upstream(id: $from, tiers: $depth, supplier: $goal, through: $through, avoid: $avoid, where: $via, hubs: $hubs,
    first: 100) { ...found }
  downstream(id: $from, tiers: $depth, customer: $goal, through: $through, avoid: $avoid, where: $via, hubs: $hubs,
    first: 100) { ...found }
}
"""
FOUND = """
fragment found on ReachConnection { found nodes { entity { id } distance path { entities { id }
  hops { relations { id } } } } report { status undated hubsSkipped { id } } }
"""
CHOKE_POINTS = """
query ($from: ID!, $without: [ID!], $via: RelationFilter, $through: EntityFilter, $hubs: HubPolicy, $depth: Int!) {
  upstream: chokePoints(id: $from, direction: UPSTREAM, tiers: $depth, without: $without, through: $through, where: $via,
    hubs: $hubs, first: 100) { ...hanging }
  downstream: chokePoints(id: $from, direction: DOWNSTREAM, tiers: $depth, without: $without, through: $through,
    where: $via, hubs: $hubs, first: 100) { ...hanging }
}
fragment hanging on ChokePoints { reached cutOff { id } report { status }
  chokePoints { entity { id } tier cutOff { id } } }
"""


class Around(Case):
    """A question about what lies around one entity."""

    @property
    def source(self) -> EntityId:
        return EntityId(self.variables["from"])

    @property
    def reach(self) -> Walks:
        return Walks(self.reference(), self.reference(), self.source, self.variables["depth"])

    @property
    def upstream(self) -> Walks:
        """It depends on what it uses and makes, on who delivers to it, and on who makes it."""
        step = self.reference(frozenset({"USES", "PRODUCES"}), TRADED | {"PRODUCES"})
        return Walks(step, step, self.source, self.variables["depth"], "PRODUCES")

    @property
    def downstream(self) -> Walks:
        """The other way about, but that who makes a thing does not depend on it."""
        first = self.reference(TRADED | {"PRODUCES"}, frozenset({"USES"}))
        further = self.reference(TRADED | {"PRODUCES"}, frozenset({"USES", "PRODUCES"}))
        return Walks(first, further, self.source, self.variables["depth"], "PRODUCES")


@st.composite
def cases(
    draw: st.DrawFn, types: Sequence[EntityType] = TYPES, relations: Sequence[RelationType] = RELATIONS
) -> list[Around]:
    """The same question about two graphs: its plans are made once."""
    builds = draw(graphs(2, types, relations))
    ids = sorted(builds[0].memory.entities)
    depth = draw(st.integers(1, 4))
    variables = {
        "from": draw(st.sampled_from(ids)),
        "goal": draw(entity_filters(ids, types)),
        "depth": depth,
        "without": draw(some(ids)),
        "via": draw(relation_filters(relations)),
        "through": draw(entity_filters(ids, types)),
        "avoid": draw(st.just([]) | some(ids)),
        "hubs": draw(hub_policies(ids, types)),
        "budget": {"maxDepth": depth},
    }
    return [Around(build, variables) for build in builds]


versions = count(1)


@on_server
@given(cases())
async def test_reach_answers_what_the_reference_answers(graph: Graph, ask_graph: Ask, cases: list[Around]) -> None:
    for case in cases:
        await case.build.rewrite(graph, version=next(versions))
        answer = await ask_graph(REACHABLE + FOUND, **case.variables)
        assert "errors" not in answer, answer["errors"]
        check(answer["data"]["reachable"], case.reach, case)


@on_server
@given(cases(THINGS, CHAINS))
async def test_supply_answers_what_the_reference_answers(graph: Graph, ask_graph: Ask, cases: list[Around]) -> None:
    for case in cases:
        await case.build.rewrite(graph, version=next(versions))
        answer = await ask_graph(SUPPLY + FOUND, **case.variables)
        assert "errors" not in answer, answer["errors"]
        check(answer["data"]["upstream"], case.upstream, case)
        check(answer["data"]["downstream"], case.downstream, case)


@on_server
@given(cases(THINGS, (*TRADE, RelationType.USES)))
async def test_choke_points_equal_what_is_lost_without_each(graph: Graph, ask_graph: Ask, cases: list[Around]) -> None:
    for case in cases:
        case = replace(case, variables={**case.variables, "avoid": []})
        await case.build.rewrite(graph, version=next(versions))
        answer = await ask_graph(CHOKE_POINTS, **case.variables)
        assert "errors" not in answer, answer["errors"]
        for name, walks in (("upstream", case.upstream), ("downstream", case.downstream)):
            told = answer["data"][name]
            assert {
                "reached": told["reached"],
                "cut off": {entity["id"] for entity in told["cutOff"]},
                "status": told["report"]["status"],
                "choke points": [
                    (one["entity"]["id"], one["tier"], [entity["id"] for entity in one["cutOff"]])
                    for one in told["chokePoints"]
                ],
            } == hanging(walks, case)


def hanging(walks: Walks, case: Around) -> dict[str, Any]:
    near = [(id, tier) for tier, id in walks.goals({})]
    lost = {id: sorted(walks.cut_off(id)) for id, _ in near}
    worst = sorted((one for one in near if lost[one[0]]), key=lambda one: (-len(lost[one[0]]), one[1], one[0]))
    return {
        "reached": len(near),
        "cut off": walks.cut_off(*case.variables["without"]),
        "status": walks.status({}),
        "choke points": [(id, tier, lost[id]) for id, tier in worst],
    }


def check(told: dict[str, Any], walks: Walks, case: Around) -> None:
    goal, reference = case.variables["goal"], walks.further
    assert [(one["distance"], one["entity"]["id"]) for one in told["nodes"]] == walks.goals(goal)
    assert told["found"] == len(told["nodes"])
    assert told["report"]["status"] == walks.status(goal)
    assert {hub["id"] for hub in told["report"]["hubsSkipped"]} <= reference.hubs_but([case.source])
    hops = set()
    for one in told["nodes"]:
        path = tuple(entity["id"] for entity in one["path"]["entities"])
        assert (len(path) - 1, path[-1]) == (one["distance"], one["entity"]["id"])
        assert walks.leads(path)
        for (a, b), hop in zip(pairwise(path), one["path"]["hops"], strict=True):
            assert [relation["id"] for relation in hop["relations"]] == [tie.id for tie in reference.hop(a, b)]
            hops.add((a, b))
    assert told["report"]["undated"] == reference.undated(hops)
