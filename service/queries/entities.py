"""Entities: by id, by name in any script, by resemblance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction
from rapidfuzz import fuzz

from graph_schema.database.cypher import Cypher, all_of, cypher, rows
from graph_schema.database.schema import ENTITY_NAMES
from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter
from service.queries.conditions import ANY_RELATION, entity_conditions
from service.queries.names import full_text_query, normal_form, scripts
from service.queries.records import ENTITY, EntityRecord

ENTITIES_BY_ID: LiteralString = f"""
UNWIND $ids AS id
MATCH (e:Entity {{id: id}})
RETURN collect(e {{{ENTITY}}}) AS rows
"""


async def entities_by_id(tx: AsyncManagedTransaction, ids: Iterable[EntityId]) -> dict[EntityId, EntityRecord]:
    """Those of `ids` that exist."""
    entities = map(EntityRecord.from_node, await rows(tx, ENTITIES_BY_ID, ids=list(ids)))
    return {entity.id: entity for entity in entities}


DEGREES: LiteralString = f"""
UNWIND $ids AS id
MATCH (e:Entity {{id: id}})
RETURN collect([id, COUNT {{ (e)-[:{ANY_RELATION}]-() }}]) AS rows
"""


async def degrees(tx: AsyncManagedTransaction, ids: Iterable[EntityId]) -> dict[EntityId, int]:
    """Number of relations of each."""
    return {EntityId(id): degree for id, degree in await rows(tx, DEGREES, ids=list(ids))}


def entities_admitted_query(where: EntityFilter) -> Cypher:
    """The Cypher that tells which entities a filter admits."""
    found = cypher("UNWIND $among AS id\nMATCH (m:Entity {id: id}) WHERE ") + all_of(entity_conditions(where))
    return found + "\nRETURN collect(m.id) AS rows"


async def entities_admitted(
    tx: AsyncManagedTransaction, among: Iterable[EntityId], where: EntityFilter
) -> set[EntityId]:
    """Those of `among` that the filter admits."""
    return set(map(EntityId, await rows(tx, entities_admitted_query(where), among=list(among))))


class MatchKind(IntEnum):
    """How a name was met, best first."""

    ID = 0
    NAME = 1
    ALIAS = 2
    FUZZY = 3


@dataclass(frozen=True, slots=True)
class EntityMatch:
    """An entity that answers to a name."""

    entity: EntityRecord
    kind: MatchKind
    similarity: float
    """Of the closest of its names, in [0, 1]."""
    matched: str
    """That name."""
    degree: int

    @property
    def rank(self) -> tuple[int, float, int, str]:
        """Sort key: kind, then resemblance (in steps of a tenth), then degree."""
        return self.kind, -round(self.similarity, 1), -self.degree, self.entity.id


def match(wanted: str, entity: EntityRecord, degree: int) -> EntityMatch:
    """How well an entity answers to a name."""
    if entity.id == wanted:
        return EntityMatch(entity, MatchKind.ID, 1.0, entity.id, degree)
    return EntityMatch(entity, *likeness(normal_form(wanted), (entity.name, *entity.aliases)), degree)


def likeness(form: str, names: Sequence[str]) -> tuple[MatchKind, float, str]:
    """How a name, as `normal_form` has it, is met by a name and its aliases: kind, resemblance in [0, 1], and which of them."""
    forms = [normal_form(name) for name in names]
    if form in forms:
        place = forms.index(form)
        return MatchKind.ALIAS if place else MatchKind.NAME, 1.0, names[place]
    similarity, matched = max((fuzz.WRatio(form, one), name) for one, name in zip(forms, names, strict=True))
    return MatchKind.FUZZY, similarity / 100, matched


ENTITIES_CALLED: LiteralString = f"""
UNWIND $names AS wanted
CALL (wanted) {{
  MATCH (e:Entity {{id: wanted.name}}) RETURN e
  UNION
  UNWIND wanted.scripts AS name MATCH (e:Entity {{name: name}}) RETURN e
}}
OPTIONAL MATCH (e)-[:FOLDED_INTO]->(whole:Entity)
WITH DISTINCT wanted, coalesce(whole, e) AS e
RETURN collect([wanted.name, e {{{ENTITY}}}, COUNT {{ (e)-[:{ANY_RELATION}]-() }}]) AS rows
"""


def entities_like_query(where: EntityFilter) -> Cypher:
    """The Cypher that looks names up in the full-text index under a filter."""
    found = f"""
UNWIND $names AS wanted
CALL db.index.fulltext.queryNodes('{ENTITY_NAMES}', wanted.query, {{limit: $limit}}) YIELD node AS m
WITH wanted, m WHERE """
    return (
        found
        + all_of(entity_conditions(where))
        + f"""
RETURN collect([wanted.name, m {{{ENTITY}}}, COUNT {{ (m)-[:{ANY_RELATION}]-() }}]) AS rows
"""
    )


async def entities_called(tx: AsyncManagedTransaction, names: Sequence[str]) -> dict[str, list[EntityMatch]]:
    """Entities with exactly this id or name, best first; a name that none has is missing."""
    wanted = [{"name": name, "scripts": list(scripts(name.strip()))} for name in names]
    return _matches(await rows(tx, ENTITIES_CALLED, names=wanted))


MOST_CANDIDATES = 200
"""Most entities that the full-text index hands out for one name; the best of them are ranked."""


async def entities_like(
    tx: AsyncManagedTransaction, names: Sequence[str], *, where: EntityFilter | None = None, fuzzy: bool = True
) -> dict[str, list[EntityMatch]]:
    """Entities whose name or alias is or resembles each name: exact before alias before fuzzy, then by degree."""
    wanted = [{"name": name, "query": query} for name in names if (query := full_text_query(name, fuzzy=fuzzy))]
    if not wanted:
        return {}
    resembling = entities_like_query(where or EntityFilter())
    found = _matches(await rows(tx, resembling, names=wanted, limit=MOST_CANDIDATES))
    if fuzzy:
        return found
    exact = {name: [one for one in matches if one.kind < MatchKind.FUZZY] for name, matches in found.items()}
    return {name: matches for name, matches in exact.items() if matches}


def _matches(found: Iterable[tuple[str, Mapping[str, Any], int]]) -> dict[str, list[EntityMatch]]:
    by_name: dict[str, dict[EntityId, EntityMatch]] = {}
    for wanted, node, degree in found:
        one = match(wanted, EntityRecord.from_node(node), degree)
        by_name.setdefault(wanted, {})[one.entity.id] = one
    return {name: sorted(matches.values(), key=lambda one: one.rank) for name, matches in by_name.items()}
