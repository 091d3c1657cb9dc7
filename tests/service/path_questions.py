"""Random graphs, and filters as the variables of a GraphQL request, for hypothesis."""

import datetime as dt
import os
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from graph_schema.domain import Document
from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from tests.service.build import GraphBuilder, started

T = TypeVar("T")
Filter = dict[str, Any]
TYPES = (EntityType.COMPANY, EntityType.COMPANY, EntityType.COUNTRY, EntityType.PERSON, EntityType.PLACE)
RELATIONS = (
    *(RelationType.SUPPLIES, RelationType.OWNS, RelationType.PARTNERS_WITH, RelationType.SANCTIONS),
    *(RelationType.LOCATED_IN, RelationType.RELATED_TO),
)
THINGS = (*(EntityType.COMPANY, EntityType.COMPANY), EntityType.COUNTRY, EntityType.PRODUCT, EntityType.MATERIAL)
TRADE = (RelationType.SUPPLIES, RelationType.EXPORTS_TO, RelationType.LICENSES_TO)
CHAINS = (*TRADE, RelationType.USES, RelationType.PRODUCES, RelationType.USES, RelationType.PRODUCES)
TRADED = frozenset(type.name for type in TRADE)
DAYS = tuple(dt.date(year, 1, 1) for year in (2020, 2022, 2024, 2026))
MODALITIES = (Modality.ASSERTED, Modality.ASSERTED, Modality.PLANNED, Modality.ENDED, Modality.DENIED)
RUNS = ("run:1", "run:2", "run:3")
DOCUMENTS = tuple(
    Document(DocumentId(f"doc:{name}"), title=name, publisher=publisher)
    for name, publisher in (("wire", "Wire"), ("wire-2", "Wire"), ("daily", "Daily"), ("memo", None))
)


def tried(usually: int, *suppressed: HealthCheck) -> settings:
    """So many examples, the same each time; CHOKEPOINT_TEST_GRAPHS names another number, from 1,000 on of new ones."""
    number = int(os.environ.get("CHOKEPOINT_TEST_GRAPHS", usually))
    return settings(
        max_examples=number, deadline=None, derandomize=number < 1_000, suppress_health_check=list(suppressed)
    )


on_server = tried(40, HealthCheck.function_scoped_fixture)


@st.composite
def graphs(
    draw: st.DrawFn, number: int, types: Sequence[EntityType] = TYPES, relations: Sequence[RelationType] = RELATIONS
) -> list[GraphBuilder]:
    """Some graphs on the same three to seven entities, so that one question suits them all."""
    entities = draw(st.lists(st.sampled_from(types), min_size=3, max_size=7))
    return [draw(_graphs(entities, relations)) for _ in range(number)]


@st.composite
def _graphs(draw: st.DrawFn, types: Sequence[EntityType], relations: Sequence[RelationType]) -> GraphBuilder:
    """Up to eighteen statements that fit the types of the entities, of every kind, date, source and time."""
    build = GraphBuilder()
    ids = [build.entity(type, f"Node {i}") for i, type in enumerate(types)]
    for document in DOCUMENTS:
        build.document(document)
    for i in range(draw(st.integers(2, 18))):
        a, b = draw(pairs(ids))
        ends = build.memory.entities[a].type, build.memory.entities[b].type
        fitting = [relation for relation in relations if vocabulary().admits(ends[0], relation, ends[1])]
        if not fitting:
            continue
        days = draw(st.lists(st.sampled_from(DAYS), max_size=2, unique=True).map(sorted))
        late = draw(st.booleans())
        build.state(
            a,
            draw(st.sampled_from(fitting)),
            b,
            f"Sentence {i}.",
            draw(st.sampled_from(DOCUMENTS)),
            modality=draw(st.sampled_from(MODALITIES)),
            confidence=draw(st.sampled_from([0.25, 0.5, 1.0])),
            share=draw(st.sampled_from([None, 0.1, 0.5])),
            run=draw(st.sampled_from(RUNS)),
            valid_from=days[0] if len(days) == 2 or (days and not late) else None,
            valid_to=days[-1] if len(days) == 2 or (days and late) else None,
        )
    build.project()
    return build


def pairs(values: Sequence[T]) -> st.SearchStrategy[tuple[T, T]]:
    """Two of these that differ."""
    return st.sampled_from([(a, b) for a in values for b in values if a != b])


def some(values: Sequence[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    """A few of these, at least one."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


def conditions(known: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[Filter]:
    """At most so many of these conditions: many at once leave nothing to find."""
    names = st.lists(st.sampled_from(sorted(known)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: known[name] for name in chosen}))


def relation_filters(relations: Sequence[RelationType] = RELATIONS) -> st.SearchStrategy[Filter]:
    """Values of `RelationFilter`."""
    return conditions(
        {
            "types": some([type.name for type in relations], 4),
            "excludeTypes": some([type.name for type in relations]),
            "direction": st.sampled_from(["OUT", "IN", "ANY"]),
            "modalities": some(sorted({modality.name for modality in MODALITIES}), 3),
            "includeFormer": st.booleans(),
            "minConfidence": st.sampled_from([0.3, 0.5, 0.9]),
            "minSources": st.integers(0, 2),
            "minShare": st.sampled_from([0.2, 0.6]),
            "publishers": some(["Wire", "Daily"]),
            "excludePublishers": some(["Wire", "Daily"]),
            "excludeDocuments": some([document.id for document in DOCUMENTS]),
            "validAt": st.sampled_from(DAYS).map(dt.date.isoformat),
            "knownAt": times(),
            "undated": st.sampled_from(["INCLUDE", "EXCLUDE", "FLAG"]),
        },
        3,
    ).filter(lambda via: set(via.get("types", [None])) - set(via.get("excludeTypes", [])))


def times() -> st.SearchStrategy[str]:
    """Before all, between two, or at the moment of a load run."""
    moments = [started(run) + delay for run in RUNS for delay in (dt.timedelta(hours=-1), dt.timedelta())]
    return st.sampled_from(moments).map(dt.datetime.isoformat)


def entity_filters(ids: Sequence[EntityId], types: Sequence[EntityType] = TYPES) -> st.SearchStrategy[Filter]:
    """Values of `EntityFilter`."""
    names = sorted({type.name for type in types})
    return conditions(
        {
            "types": some(names, 3),
            "excludeTypes": some(names, 2),
            "ids": some(ids, 4),
            "excludeIds": some(ids),
            "countries": some(ids),
            "excludeCountries": some(ids),
            "listed": st.booleans(),
            "listedBy": some(ids),
        },
        2,
    ).filter(lambda rule: set(rule.get("types", [None])) - set(rule.get("excludeTypes", [])))


def hub_policies(ids: Sequence[EntityId], types: Sequence[EntityType] = TYPES) -> st.SearchStrategy[Filter]:
    """Values of `HubPolicy`."""
    return conditions(
        {
            "mode": st.sampled_from(["NONE", "BLOCK_TRANSIT", "PENALISE"]),
            "maxDegree": st.integers(0, 5),
            "percentile": st.sampled_from([0.25, 0.5, 0.75, 0.9]),
            "types": some(sorted({type.name for type in types})),
            "allowIds": some(ids),
        },
        3,
    )
