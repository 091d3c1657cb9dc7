"""Path questions on a real server: under every filter the answer equals the plain reference."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from service.answers.paths import PathFinder, PathRequest
from service.paths.budget import Budget
from service.paths.filters import Direction, EntityFilter, RelationFilter, UndatedPolicy, Walk
from service.paths.hubs import HubMode, HubPolicy
from service.paths.report import PathStatus
from service.settings import ServiceSettings
from tests.service.build import GraphBuilder
from tests.service.reference import admits_relation, all_paths, expected_status, orientations, walkable

pytestmark = pytest.mark.anyio

TYPES = (EntityType.COMPANY, EntityType.COUNTRY, EntityType.PERSON)
RELATIONS = (RelationType.SUPPLIES, RelationType.OWNS, RelationType.PARTNERS_WITH, RelationType.RELATED_TO)
DAYS = tuple(dt.date(year, 1, 1) for year in (2020, 2022, 2024, 2026))


@st.composite
def graphs(draw: st.DrawFn) -> GraphBuilder:
    """Up to seven entities of three types, up to fourteen relations that fit them, with every kind of property."""
    build = GraphBuilder()
    ids = [build.entity(draw(st.sampled_from(TYPES)), f"Node {i}") for i in range(draw(st.integers(2, 7)))]
    for _ in range(draw(st.integers(0, 14))):
        a, b = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        if a != b:
            types = build.memory.entities[a].type, build.memory.entities[b].type
            fitting = [relation for relation in RELATIONS if vocabulary().admits(types[0], relation, types[1])]
            start, end = draw(st.none() | st.sampled_from(DAYS)), draw(st.none() | st.sampled_from(DAYS))
            build.relation(
                a,
                draw(st.sampled_from(fitting)),
                b,
                status=draw(st.sampled_from([Modality.ASSERTED, Modality.PLANNED, Modality.ENDED, Modality.DENIED])),
                confidence=draw(st.sampled_from([0.25, 0.5, 1.0])),
                sources=draw(st.integers(1, 3)),
                valid_from=start,
                valid_to=end if start is None or end is None or start <= end else None,
            )
    return build


def walks(ids: Sequence[EntityId]) -> st.SearchStrategy[Walk]:
    via = st.builds(
        RelationFilter,
        types=st.just(()) | st.lists(st.sampled_from(RELATIONS), min_size=1, max_size=3, unique=True).map(tuple),
        direction=st.sampled_from(Direction),
        include_former=st.booleans(),
        min_confidence=st.sampled_from([0.0, 0.5]),
        min_sources=st.sampled_from([0, 2]),
        valid_at=st.none() | st.sampled_from(DAYS),
        undated=st.sampled_from(UndatedPolicy),
    )
    some = st.just(()) | st.lists(st.sampled_from(ids), max_size=1).map(tuple)
    through = st.builds(EntityFilter, exclude_types=st.just(()) | st.just((EntityType.COUNTRY,)), exclude_ids=some)
    hubs = st.builds(
        HubPolicy,
        mode=st.sampled_from([HubMode.NONE, HubMode.BLOCK_TRANSIT]),
        max_degree=st.integers(1, 6),
        types=st.just(()) | st.just((EntityType.PERSON,)),
        allow_ids=some,
    )
    return st.builds(Walk, via=via, through=through, avoid=some.map(frozenset), hubs=hubs)


@dataclass(frozen=True)
class Case:
    """A graph and a question about it."""

    build: GraphBuilder
    source: EntityId
    target: EntityId
    walk: Walk
    depth: int
    k: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    build = draw(graphs())
    ids = sorted(build.memory.entities)
    end = st.sampled_from(ids)
    return Case(build, draw(end), draw(end), draw(walks(ids)), draw(st.integers(1, 5)), draw(st.integers(1, 5)))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases())
async def test_the_server_answers_what_the_reference_answers(graph: Graph, case: Case) -> None:
    build, source, target, walk, depth, k = case.build, case.source, case.target, case.walk, case.depth, case.k
    await empty(graph)
    await build.write(graph)
    finder = PathFinder(graph, ServiceSettings(hub_degree=100))
    answer = await finder.find(
        PathRequest(
            (source,),
            (target,),
            k=k,
            walk=walk,
            budget=Budget(max_depth=depth, timeout_s=30),
        )
    )
    ends = frozenset({source, target})
    folded = walkable(build.memory, walk, ends, 100)
    expected = [] if source == target else all_paths(folded, frozenset({source}), frozenset({target}), depth)[:k]
    assert [tuple(entity.id for entity in path.entities) for path in answer.paths] == expected
    status = expected_status(folded, frozenset({source}), frozenset({target}), depth)
    if answer.report.status is PathStatus.IMPOSSIBLE_BY_SCHEMA:
        assert not expected
    else:
        assert answer.report.status is status
    for hop in (hop for path in answer.paths for hop in path.hops):
        assert {relation.id for relation in hop.relations} == {
            relation.id
            for relation in build.memory.relations
            if admits_relation(walk.via, relation)
            and (hop.source.id, hop.target.id) in orientations(relation, walk.via.direction)
        }


async def empty(graph: Graph) -> None:
    async def delete(tx) -> None:  # type: ignore[no-untyped-def]
        await (await tx.run("MATCH (n) WHERE NOT n:SchemaVersion DETACH DELETE n")).consume()

    await graph.write(delete)
