"""Every Cypher text of the service starts from an index: the server's plans hold no scan and no Cartesian product."""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import neo4j
import pytest

from graph_schema import job_states
from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.ids import DocumentId, EntityId, RunId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service import queries
from service.filters.hubs import HubPolicy
from service.filters.walk import Direction, EntityFilter, RelationFilter, UndatedPolicy, Walk
from service.queries import (
    claims,
    claims_listed,
    documents,
    entities,
    neighbours,
    paths_expand,
    paths_expand_telling,
    relations,
    relations_listed,
    state,
)
from service.queries.claims_listed import ListedClaims
from service.queries.claims_over_time import Clock
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

BUILT = {
    "EXPAND_TELLING": [
        paths_expand_telling.expand_telling_query(walk, backward=backward)
        for walk in WALKS
        for backward in (False, True)
    ],
    "EXPAND": [paths_expand.expand_query(walk, backward=backward) for walk in WALKS for backward in (False, True)],
    "HOPS": [paths_expand.hops_query(walk) for walk in WALKS],
    "REACH": [
        paths_expand.reach_query(walk, goal) for walk in WALKS for goal in (OPEN, PICKY, EntityFilter(listed=True))
    ],
    "ENTITIES_ADMITTED": [entities.entities_admitted_query(where) for where in (OPEN, PICKY)],
    "ENTITIES_LIKE": [entities.entities_like_query(where) for where in (OPEN, PICKY)],
    "NEIGHBOURS": [neighbours.neighbours_query(walk.via, walk.through) for walk in WALKS],
    "NEIGHBOURS_COUNTED": [
        neighbours.neighbours_query(walk.via, walk.through, neighbours.NEIGHBOURS_COUNTED) for walk in WALKS
    ],
    "NEIGHBOURS_GROUPED": [
        neighbours.neighbours_grouped_query(walk.via, walk.through, by)
        for walk in WALKS
        for by in neighbours.NeighbourGrouping
    ],
    "RELATIONS_OF": [relations.relations_of_query(walk.via, walk.through) for walk in WALKS],
    **{
        name: [query(via, SOMEWHERE, OPEN) for via in (RelationFilter(), STRICT)]
        for name, query in (
            ("RELATIONS_LISTED", relations_listed.relations_listed_query),
            ("RELATIONS_COUNTED", relations_listed.relations_counted_query),
        )
    },
    **{
        name: [query(STRICT, PICKY, OPEN), query(RelationFilter(), OPEN, PICKY)]
        for name, query in (
            ("RELATIONS_ANCHORED", relations_listed.relations_listed_query),
            ("RELATIONS_ANCHORED_COUNTED", relations_listed.relations_counted_query),
        )
    },
    "CLAIMS_LISTED": [claims_listed.claims_listed_query(where) for where in LISTED],
    "CLAIMS_COUNTED": [claims_listed.claims_counted_query(where) for where in LISTED],
}
"""Queries made of a template and conditions, by the name of the template."""
FRAGMENTS = {"CLAIM_ROW", "CLAIMS_ABOUT"}


def constants() -> Iterator[tuple[str, str]]:
    """Every Cypher constant of the service, with the texts made of it."""
    modules = [
        importlib.import_module(f"service.queries.{info.name}") for info in pkgutil.iter_modules(queries.__path__)
    ]
    for module in (*modules, job_states):
        for name, annotation in getattr(module, "__annotations__", {}).items():
            if "LiteralString" in str(annotation) and name not in FRAGMENTS:
                for text in BUILT.get(name, [getattr(module, name)]):
                    yield f"{module.__name__.rpartition('.')[2]}.{name}", text


PARAMETERS: dict[str, Any] = {
    **{name: ["x"] for name in ("ids", "edges", "frontier", "ends", "avoid", "never_hubs", "hub_types", "modalities")},
    **{name: ["x"] for name in ("publishers", "exclude_publishers", "exclude_documents", "entity_types")},
    **{name: ["x"] for name in ("exclude_ids", "countries", "exclude_countries", "listed_by", "products", "things")},
    **{
        f"{end}_{name}": ["x"]
        for end in ("subject", "object", "goal")
        for name in (
            "entity_types",
            "ids",
            "exclude_ids",
            "countries",
            "exclude_countries",
            "listed_by",
            "products",
            "things",
        )
    },
    **dict.fromkeys(("room", "limit", "skip", "end", "hub_degree", "min_sources"), 1),
    **dict.fromkeys(("job", "status", "after")),
    **dict.fromkeys(("since", "until", "valid_at"), dt.date(2026, 1, 1)),
    "known_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    "min_confidence": 0.5,
    "min_share": 0.1,
    "share": 0.9,
    **{name: ["x"] for name in ("subjects", "objects", "entities", "documents", "runs")},
    **{name: ["x"] for name in ("spent", "among", "against", "live", "types")},
    **dict.fromkeys(("happened", "undated"), True),
    **dict.fromkeys(("interval", "field", "source", "not_twice"), "month"),
    "most": 1,
    "title": "x",
    "id": "x",
    "pairs": [["a", "b"]],
    "names": [{"name": "x", "scripts": ["x"], "query": "x"}],
}


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return list(constants())


async def test_every_query_starts_from_an_index(
    graph: Graph, neo4j_session: neo4j.Session, texts: list[tuple[str, str]]
) -> None:
    await schema.apply(graph)
    fill(neo4j_session)
    assert len(texts) >= 20
    bad = []
    for name, text in texts:
        plan = neo4j_session.run(f"EXPLAIN {text}", PARAMETERS).consume().plan
        assert plan is not None
        found = list(operators(plan))
        if refused := [one for one in found if any(word in one for word in REFUSED)]:
            bad.append((name, refused))
        if not any(word in one for one in found for word in SEEKS):
            bad.append((name, ["no seek", *found]))
    assert not bad


def test_every_template_has_its_queries_here() -> None:
    names = {name for name, _ in constants()}
    assert {name.partition(".")[2] for name in names} >= BUILT.keys()
    assert all("{{" not in text for _, text in constants())
    assert {claims.__name__, documents.__name__, state.__name__} <= {
        f"service.queries.{name.partition('.')[0]}" for name in names
    }
