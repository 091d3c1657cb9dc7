"""Records of a snapshot are those of the database, under every filter and on every page."""

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import THINGS, EntityType
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.filters import NotIndexed
from service.index.loading import load
from service.index.records import IndexedRecords
from service.queries.entities import degrees, entities_admitted, entities_by_id
from service.queries.entities_meant import matches
from service.queries.neighbours import neighbours, neighbours_counted
from service.queries.paths_expand import relations_of_hops
from service.queries.relations import relations_of
from service.queries.supply import producing_countries
from tests.service.build import GraphBuilder, story
from tests.service.index.in_memory import entity_filter, relation_filter, snapshot
from tests.service.path_questions import CHAINS, RELATIONS, entity_filters, graphs, relation_filters
from tests.service.path_questions import THINGS as THING_TYPES
from tests.service.path_questions import TYPES as ACTOR_TYPES

pytestmark = pytest.mark.anyio

versions = count(1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[GraphBuilder, RelationFilter, EntityFilter, dict[str, int]]:
    """A graph, filters and a page."""
    types, relations = (*ACTOR_TYPES, *THING_TYPES), (*RELATIONS, *CHAINS)
    (build,) = draw(graphs(1, types, relations))
    ids = sorted(build.memory.entities)
    page = {"skip": draw(st.integers(0, 2)), "limit": draw(st.integers(1, 9))}
    via, where = draw(relation_filters(relations)), draw(entity_filters(ids, types))
    return build, relation_filter(via), entity_filter(where), page


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(cases())
async def test_records_of_the_snapshot_are_those_of_the_database(
    graph: Graph, story_graph: Graph, case: tuple[GraphBuilder, RelationFilter, EntityFilter, dict[str, int]]
) -> None:
    build, via, where, page = case
    await build.rewrite(graph, version=next(versions))
    index = IndexedRecords(await load(graph, most_megabytes=100, progress=lambda *_: None))
    ids, names = sorted(build.memory.entities), [one.name for one in build.memory.entities.values()]
    pairs, walk = [(a, b) for a in ids for b in ids if a != b], Walk(via=via)
    assert index.entities(ids) == await graph.read(entities_by_id, ids)
    assert index.degrees(ids) == await graph.read(degrees, ids)
    called = [*ids, *names, *(name.upper() for name in names)]
    assert index.matches(called) == await graph.read(matches, called)
    assert index.admitted(ids, where) == await graph.read(entities_admitted, ids, where)
    assert index.hops(pairs, walk) == await graph.read(relations_of_hops, pairs, walk)
    assert index.relations_of(ids, via, where, **page) == await graph.read(relations_of, ids, via, where, **page)
    for id in ids:
        assert index.neighbours(id, via, where, **page) == await graph.read(neighbours, id, via, where, **page)
        assert index.neighbours_counted(id, via, where) == await graph.read(neighbours_counted, id, via, where)
    made, told = index.production(ids), await graph.read(producing_countries, ids, types=THINGS)
    assert list(map(_sets, made)) == list(map(_sets, told))


def _sets(production: Any) -> tuple[Any, ...]:
    return production.entity, production.producers, frozenset(production.countries), production.unplaced


def test_what_is_nobodys_name_is_left_to_the_database() -> None:
    build = story()
    build.project()
    index = IndexedRecords(snapshot(build))
    for name in ("Intel", "company:intel", "intel", "INTEL", "Intél"):
        assert index.entities_meant([name])[name].id == "company:intel"
    assert index.matches(["Intel"], type=EntityType.COMPANY)
    for name in ("Intell", "company:unknown", ""):
        with pytest.raises(NotIndexed):
            index.entities_meant([name])
    with pytest.raises(NotIndexed):
        index.matches(["Intel"], type=EntityType.COUNTRY)
