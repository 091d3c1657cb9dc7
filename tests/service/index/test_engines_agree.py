"""On random small graphs the index answers what the plain reference answers, under every filter and status.

`make test-engines` runs the same on 10,000 graphs for each operation.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType
from service.filters.walk import possible_by_schema
from service.paths.dominators import dominated
from service.paths.reach import ReachQuestion
from service.paths.report import PathStatus
from service.paths.search import PathQuestion, PathWeight, SearchOutcome
from service.searches.exposure import ExposureKind, ExposureRequest
from service.searches.supply import SupplyDirection, SupplyRequest
from tests.service.build import GraphBuilder
from tests.service.index.in_memory import ask_paths, ask_reach, entity_filter, relation_filter, snapshot, walk
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
    pairs,
    relation_filters,
    some,
    tried,
)
from tests.service.path_reference import Case, Paths, Reference, Walks

every = tried(50, HealthCheck.too_slow, HealthCheck.data_too_large)


@st.composite
def cases(draw: st.DrawFn, types: Sequence[EntityType] = TYPES, relations: Sequence[RelationType] = RELATIONS) -> Case:
    """A question about a graph of three to seven entities."""
    (build,) = draw(graphs(1, types, relations))
    ids = sorted(build.memory.entities)
    depth = draw(st.integers(1, 5))
    start, end = draw(pairs(ids))
    others = sorted(set(ids) - {start, end})
    return Case(
        build,
        {
            "sources": [start, *draw(st.just([]) | some(others, 1))],
            "targets": [end, *draw(st.just([]) | some(others, 1))],
            "must_pass": draw(st.just([]) | some(ids, 1)),
            "k": draw(st.integers(1, 6)),
            "depth": depth,
            "min_length": draw(st.integers(1, depth)),
            "via": draw(relation_filters(relations)),
            "through": draw(entity_filters(ids, types)),
            "avoid": draw(st.just([]) | some(ids)),
            "hubs": draw(hub_policies(ids, types)),
            "goal": draw(entity_filters(ids, types)),
            "without": draw(some(ids)),
        },
    )


def check_paths(case: Case, weight: PathWeight, **more: Any) -> SearchOutcome:
    asked = case.variables
    question = PathQuestion(
        frozenset(asked["sources"]),
        frozenset(asked["targets"]),
        k=asked["k"],
        weight=weight,
        walk=walk(asked),
        must_pass=frozenset(more.get("must_pass", ())),
        min_length=more.get("min_length", 1),
    )
    outcome = ask_paths(snapshot(case.build), question, asked["depth"])
    paths = Paths(case.reference(), asked["sources"], asked["targets"], asked["depth"], weight=weight.name, **more)
    expected = paths.all()
    assert [path.entities for path in outcome.paths] == expected[: asked["k"]]
    assert [path.cost for path in outcome.paths] == pytest.approx([paths.cost(path) for path in expected[: asked["k"]]])
    told = paths.status()
    if told != "IMPOSSIBLE_BY_SCHEMA":
        assert outcome.status is PathStatus[told]
    else:
        sources, targets = (
            frozenset(case.build.memory.entities[id].type for id in asked[ends]) for ends in ("sources", "targets")
        )
        assert not outcome.paths
        assert not possible_by_schema(question.walk, sources, targets, asked["depth"])
    assert outcome.hubs <= case.reference().hubs_but([*asked["sources"], *asked["targets"]])
    return outcome


@every
@given(cases())
def test_the_shortest_paths(case: Case) -> None:
    check_paths(case, PathWeight.HOPS)


@every
@given(cases())
def test_paths_that_must_pass_an_entity_or_be_long(case: Case) -> None:
    check_paths(case, PathWeight.HOPS, must_pass=case.variables["must_pass"], min_length=case.variables["min_length"])


@every
@given(cases())
def test_the_surest_paths(case: Case) -> None:
    check_paths(case, PathWeight.CONFIDENCE, must_pass=case.variables["must_pass"])


@every
@given(cases())
def test_the_most_telling_paths(case: Case) -> None:
    check_paths(
        case, PathWeight.SPECIFICITY, must_pass=case.variables["must_pass"], min_length=case.variables["min_length"]
    )


@every
@given(cases(), st.integers(1, 30))
def test_under_a_small_budget_what_is_found_is_true_and_only_full_answers_claim_to_be_full(
    case: Case, room: int
) -> None:
    asked = case.variables
    question = PathQuestion(frozenset(asked["sources"]), frozenset(asked["targets"]), k=asked["k"], walk=walk(asked))
    outcome = ask_paths(snapshot(case.build), question, asked["depth"], room=room)
    paths = Paths(case.reference(), asked["sources"], asked["targets"], asked["depth"])
    found, true = [path.entities for path in outcome.paths], paths.all()
    assert set(found) <= set(true)
    if outcome.status is not PathStatus.BUDGET_EXHAUSTED:
        assert found == true[: asked["k"]]


def check_reach(case: Case, question: ReachQuestion, walks: Walks) -> None:
    goal = case.variables["goal"]
    found = ask_reach(snapshot(case.build), question)
    assert [(one.distance, one.entity) for one in found.goals] == walks.goals(goal)
    assert found.status is PathStatus[walks.status(goal)]
    assert found.hubs <= walks.further.hubs_but([walks.source])
    for one in found.goals:
        assert walks.leads(tuple(one.entities))


@every
@given(cases())
def test_what_can_be_reached(case: Case) -> None:
    asked, source = case.variables, case.variables["sources"][0]
    question = ReachQuestion(source, entity_filter(asked["goal"]), asked["depth"], (walk(asked),), look_past=True)
    check_reach(case, question, Walks(case.reference(), case.reference(), source, asked["depth"]))


def supply(case: Case, direction: SupplyDirection) -> tuple[ReachQuestion, Walks]:
    asked, source = case.variables, EntityId(case.variables["sources"][0])
    conditions = walk(asked)
    request = SupplyRequest(
        source,
        direction,
        goal=entity_filter(asked["goal"]),
        through=conditions.through,
        avoid=tuple(conditions.avoid),
        via=conditions.via,
        hubs=conditions.hubs,
    )
    question = request.reach.resolved({name: EntityId(name) for name in request.reach.named})
    question = replace(question, max_depth=asked["depth"], enough=None)
    if direction is SupplyDirection.UPSTREAM:
        step = case.reference(frozenset({"USES", "PRODUCES"}), TRADED | {"PRODUCES"})
        return question, Walks(step, step, source, asked["depth"], "PRODUCES")
    first = case.reference(TRADED | {"PRODUCES"}, frozenset({"USES"}))
    further = case.reference(TRADED | {"PRODUCES"}, frozenset({"USES", "PRODUCES"}))
    return question, Walks(first, further, source, asked["depth"], "PRODUCES")


@every
@given(cases(THINGS, CHAINS), st.sampled_from(SupplyDirection))
def test_what_is_up_and_down_the_supply_chain(case: Case, direction: SupplyDirection) -> None:
    check_reach(case, *supply(case, direction))


@every
@given(cases(THINGS, (*TRADE, RelationType.USES)), st.sampled_from(SupplyDirection))
def test_choke_points_are_those_without_which_others_are_lost(case: Case, direction: SupplyDirection) -> None:
    case = replace(case, variables={**case.variables, "avoid": [], "goal": {}})
    question, walks = supply(case, direction)
    found = ask_reach(snapshot(case.build), replace(question, look_past=False))
    edges: dict[EntityId, list[EntityId]] = {}
    for before, after in sorted(found.steps):
        edges.setdefault(before, []).append(after)
    assert found.distance == {walks.source: 0, **{id: d for d, id in walks.goals({})}}
    below = dominated(edges, walks.source)
    assert {id: set(below[id]) for id in below} == {id: walks.cut_off(id) for _, id in walks.goals({})}


@every
@given(cases((*TYPES, EntityType.ORGANIZATION), (*RELATIONS, RelationType.HOLDS_ROLE_AT, RelationType.TESTED)))
def test_exposure_of_every_kind(case: Case) -> None:
    asked, source = case.variables, case.variables["sources"][0]
    via = relation_filter({name: value for name, value in asked["via"].items() if "ypes" not in name})
    goal = entity_filter({"listed": True})
    for kind in ExposureKind:
        if kind is ExposureKind.DIRECT:
            continue
        conditions = ExposureRequest(source, via=via, hubs=walk(asked).hubs).walks(kind)
        question = ReachQuestion(source, goal, asked["depth"], conditions)
        through = {"types": ["COMPANY", "ORGANIZATION", "FACILITY", "PERSON"]}
        relations = {name: value for name, value in asked["via"].items() if "ypes" not in name}
        steps = [
            Reference(
                *(case.build, relations, through, (), asked["hubs"]),
                *(frozenset(type.name for type in types) for types in (one.via.outward, one.via.inward)),
            )
            for one in conditions
        ]
        walks = Walks(steps[0], steps[-1], source, asked["depth"])
        found = ask_reach(snapshot(case.build), question)
        assert [(one.distance, one.entity) for one in found.goals] == walks.goals({"listed": True})
        assert all(walks.leads(tuple(one.entities)) for one in found.goals)


@every
@given(cases(), st.randoms(use_true_random=False))
def test_what_does_not_matter_changes_no_answer(case: Case, random: Any) -> None:
    """An entity that nothing ties to the others, and the other way round when every relation may be walked both ways."""
    asked = case.variables
    question = PathQuestion(
        frozenset(asked["sources"]), frozenset(asked["targets"]), k=20, walk=walk({**asked, "via": {}})
    )
    before = ask_paths(snapshot(case.build), question, asked["depth"])
    back = ask_paths(
        snapshot(case.build), replace(question, sources=question.targets, targets=question.sources), asked["depth"]
    )
    if len(before.paths) < 20:
        assert {path.entities for path in before.paths} == {path.entities[::-1] for path in back.paths}
        assert before.status is back.status
    if "percentile" in asked["hubs"]:
        return
    lonely = [case.build.entity(EntityType.COMPANY, f"Lonely {i}") for i in range(2)]
    case.build.relation(lonely[0], RelationType.SUPPLIES, lonely[1])
    random.shuffle(case.build.memory.relations)
    after = ask_paths(snapshot(case.build), question, asked["depth"])
    assert (before.status, before.paths, before.hubs) == (after.status, after.paths, after.hubs)


def test_steps_are_told_with_the_confidence_of_the_surest_relation() -> None:
    build = GraphBuilder()
    a, b = (build.entity(EntityType.COMPANY, name) for name in "ab")
    build.relation(a, RelationType.SUPPLIES, b, confidence=0.4)
    build.relation(b, RelationType.OWNS, a, confidence=0.8)
    outcome = ask_paths(snapshot(build), PathQuestion(frozenset([a]), frozenset([b])), 3)
    assert [[step.confidence for step in path.steps] for path in outcome.paths] == [[0.8]]
    assert [list(pairwise(path.entities)) for path in outcome.paths] == [[(a, b)]]
