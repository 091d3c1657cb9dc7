"""Every Cypher text of the service starts from an index: the server's plans hold no scan and no Cartesian product."""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, LiteralString

import neo4j
import pytest

from graph_schema import job_states
from graph_schema.database import schema, version
from graph_schema.database.cypher import Cypher
from graph_schema.database.graph import Graph
from graph_schema.ids import DocumentId, EntityId, RunId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service import queries
from service.filters.hubs import HubPolicy
from service.filters.walk import Direction, EntityFilter, RelationFilter, UndatedPolicy, Walk
from service.index import past_reading
from service.paths.reach import ReachQuestion
from service.queries import claims_listed, holdings, neighbours, paths_expand, relations_listed
from service.queries.claims_listed import ListedClaims
from service.queries.claims_over_time import Clock
from service.queries.entities import entities_admitted_query, entities_like_query
from service.queries.exported import exported_relations_query
from service.queries.names import full_text_query
from service.queries.paths_expand_telling import crowds_query, expand_telling_query
from service.queries.relations import relations_of_query
from tests.usual_graph import fill, operators

pytestmark = pytest.mark.anyio

SEEKS = ("IndexSeek", "ProcedureCall")
REFUSED = ("Scan", "CartesianProduct")

STRICT = RelationFilter(
    exclude_types=(RelationType.RELATED_TO,),
    direction=Direction.OUT,
    min_confidence=0.5,
    min_sources=2,
    min_share=0.1,
    publishers=("Wire",),
    exclude_publishers=("Daily",),
    exclude_documents=(DocumentId("doc:1"),),
    valid_at=dt.date(2026, 1, 1),
    known_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    undated=UndatedPolicy.EXCLUDE,
)
STRICT_OF_TWO = replace(STRICT, exclude_types=(), types=(RelationType.SUPPLIES, RelationType.OWNS))
"""A listing asks each type in the same words, and planning them all takes half a minute."""
PICKY = EntityFilter(
    exclude_types=(EntityType.EVENT,),
    ids=(EntityId("company:a"),),
    exclude_ids=(EntityId("company:b"),),
    countries=(EntityId("country:x"),),
    exclude_countries=(EntityId("country:y"),),
    products=(EntityId("product:p"),),
    listed=False,
    listed_by=(EntityId("country:z"),),
)
SOMEWHERE = EntityFilter(countries=(EntityId("country:x"),))
OPEN = EntityFilter()
WALKS = [
    Walk(),
    Walk(
        via=STRICT, through=PICKY, avoid=frozenset({EntityId("company:c")}), hubs=HubPolicy(types=(EntityType.COUNTRY,))
    ),
]
ENDS: dict[str, Any] = {name: (EntityId("company:a"),) for name in ("subjects", "objects", "entities")}
ORIGINS: dict[str, Any] = {"documents": (DocumentId("doc:1"),), "runs": (RunId("run:1"),), "publishers": ("Wire",)}
WORDING: dict[str, Any] = {
    "types": (RelationType.SUPPLIES,),
    "modalities": (Modality.ASSERTED,),
    "since": dt.date(2026, 1, 1),
    "until": dt.date(2026, 1, 1),
}
LISTED = [
    *(ListedClaims(**{name: value}) for name, value in (ENDS | ORIGINS).items()),
    *(ListedClaims(**ORIGINS, **WORDING, clock=clock) for clock in Clock),
    ListedClaims(**ENDS, **ORIGINS, **WORDING),
    ListedClaims(**WORDING),
    ListedClaims(),
]

QUESTIONS = [
    ReachQuestion(EntityId("company:a"), goal, 3, not_twice=not_twice)
    for goal, not_twice in ((OPEN, None), (PICKY, RelationType.PRODUCES), (EntityFilter(listed=True), None))
]
HUBS: dict[str, Any] = {"default_degree": 10}

BUILT: dict[Callable[..., Cypher], list[Cypher]] = {
    **{
        query: [
            query(walk, frozenset({EntityId("company:a")}), backward=backward, **HUBS)
            for walk in WALKS
            for backward in (False, True)
        ]
        for query in (paths_expand.expand_query, expand_telling_query)
    },
    crowds_query: [crowds_query(RelationType.SUPPLIES, [EntityId("company:a")])],
    paths_expand.hops_query: [paths_expand.hops_query(walk) for walk in WALKS],
    paths_expand.reach_query: [
        paths_expand.reach_query(walk, question, **HUBS) for walk in WALKS for question in QUESTIONS
    ],
    **{query: [query(where) for where in (OPEN, PICKY)] for query in (entities_admitted_query, entities_like_query)},
    **{
        query: [query(walk.via, walk.through) for walk in WALKS]
        for query in (relations_of_query, neighbours.neighbours_query, neighbours.neighbours_counted_query)
    },
    neighbours.neighbours_grouped_query: [
        neighbours.neighbours_grouped_query(walk.via, walk.through, by)
        for walk in WALKS
        for by in neighbours.NeighbourGrouping
    ],
    exported_relations_query: [
        exported_relations_query(type) for type in (RelationType.SUPPLIES, RelationType.RELATED_TO)
    ],
    holdings.holders_query: [holdings.holders_query(day) for day in (None, dt.date(2026, 1, 1))],
    holdings.listings_query: [
        holdings.listings_query(day, listers)
        for day in (None, dt.date(2026, 1, 1))
        for listers in ((), (EntityId("country:x"),))
    ],
    **{
        query: [
            *(query(via, SOMEWHERE, OPEN) for via in (RelationFilter(), STRICT_OF_TWO, STRICT)),
            query(RelationFilter(min_confidence=0.5), OPEN, OPEN),
            query(STRICT, PICKY, OPEN),
            query(RelationFilter(), OPEN, PICKY),
        ]
        for query in (relations_listed.relations_listed_query, relations_listed.relations_counted_query)
    },
    **{
        query: [query(where) for where in LISTED]
        for query in (claims_listed.claims_listed_query, claims_listed.claims_counted_query)
    },
}
"""Queries that are put together, by the function that does it."""
FRAGMENTS = {"CLAIM_ROW", "CLAIMS_ABOUT", "CLAIMS_LISTED", "ENTITY", "RELATION", "ANY_RELATION", "LISTING", "LOCATED"}


def modules() -> list[ModuleType]:
    return [importlib.import_module(f"service.queries.{info.name}") for info in pkgutil.iter_modules(queries.__path__)]


def constants() -> Iterator[tuple[str, Cypher]]:
    """Every Cypher text of the service: the constants, and what is put together."""
    for module in (*modules(), job_states, past_reading, version):
        for name, annotation in getattr(module, "__annotations__", {}).items():
            if annotation is LiteralString and name not in FRAGMENTS and not name.startswith("_"):
                yield f"{module.__name__}.{name}", Cypher(getattr(module, name))
    for function, texts in BUILT.items():
        yield from ((function.__name__, text) for text in texts)


PARAMETERS: dict[str, Any] = {
    **{name: ["x"] for name in ("ids", "edges", "relations", "frontier", "publishers", "types", "modalities")},
    **{name: ["x"] for name in ("spent", "among", "against", "live", "known", "said")},
    **dict.fromkeys(("room", "limit", "skip", "end", "most"), 1),
    **dict.fromkeys(("job", "status", "after")),
    **dict.fromkeys(("since", "until"), dt.date(2026, 1, 1)),
    **dict.fromkeys(("happened", "undated"), True),
    **dict.fromkeys(("interval", "field", "source"), "month"),
    "share": 0.9,
    "title": "x",
    "beyond": "x",
    "version": 1,
    "id": "x",
    "pairs": [["a", "b"]],
    "names": [{"name": "x", "scripts": ["x"], "query": "x"}],
}


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, Cypher]]:
    return list(constants())


@pytest.mark.timeout(900)  # two hundred plans of a server that has just started
async def test_every_query_starts_from_an_index(
    graph: Graph, neo4j_session: neo4j.Session, texts: list[tuple[str, Cypher]]
) -> None:
    await schema.apply(graph)
    fill(neo4j_session)
    assert len(texts) >= 20
    bad = []
    for name, text in texts:
        plan = neo4j_session.run("EXPLAIN " + text.text, {**PARAMETERS, **text.parameters}).consume().plan
        assert plan is not None
        found = list(operators(plan))
        if refused := [one for one in found if any(word in one for word in REFUSED)]:
            bad.append((name, refused))
        if not any(word in one for one in found for word in SEEKS):
            bad.append((name, ["no seek", *found]))
    assert not bad


def test_every_query_that_is_put_together_is_planned_here() -> None:
    made = {
        value
        for module in modules()
        for name, value in vars(module).items()
        if name.endswith("_query") and callable(value)
    }
    assert made == BUILT.keys() | {full_text_query}
