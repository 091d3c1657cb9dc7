"""Entities: by id, by name in any script, by resemblance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction
from rapidfuzz import fuzz

from graph_schema.database.schema import ENTITY_NAMES
from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter
from service.queries.conditions import ANY_RELATION, entity_conditions, entity_parameters
from service.queries.names import full_text_query, normal_form, scripts
from service.queries.records import EntityRecord

ENTITIES_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (e:Entity {id: id})
RETURN e {.id, .name, .type, .aliases} AS entity
"""


async def entities_by_id(tx: AsyncManagedTransaction, ids: Iterable[EntityId]) -> dict[EntityId, EntityRecord]:
    """Those of `ids` that exist."""
    result = await tx.run(ENTITIES_BY_ID, ids=list(ids))
    found = [EntityRecord.from_node(record["entity"]) async for record in result]
    return {entity.id: entity for entity in found}


DEGREES: LiteralString = f"""
UNWIND $ids AS id
MATCH (e:Entity {{id: id}})
RETURN id, COUNT {{ (e)-[:{ANY_RELATION}]-() }} AS degree
"""


async def degrees(tx: AsyncManagedTransaction, ids: Iterable[EntityId]) -> dict[EntityId, int]:
    """Number of relations of each."""
    result = await tx.run(DEGREES, ids=list(ids))
    return {EntityId(record["id"]): record["degree"] async for record in result}


ENTITIES_ADMITTED: LiteralString = """
UNWIND $among AS id
MATCH (m:Entity {{id: id}}) WHERE {conditions}
RETURN m.id AS id
"""


def entities_admitted_query(where: EntityFilter) -> LiteralString:
    """The Cypher that tells which entities a filter admits."""
    return ENTITIES_ADMITTED.format(conditions=" AND ".join(entity_conditions(where)) or "true")


async def entities_admitted(
    tx: AsyncManagedTransaction, among: Iterable[EntityId], where: EntityFilter
) -> set[EntityId]:
    """Those of `among` that the filter admits."""
    result = await tx.run(entities_admitted_query(where), {**entity_parameters(where), "among": list(among)})
    return {EntityId(record["id"]) async for record in result}


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
    form = normal_form(wanted)
    if normal_form(entity.name) == form:
        return EntityMatch(entity, MatchKind.NAME, 1.0, entity.name, degree)
    for alias in entity.aliases:
        if normal_form(alias) == form:
            return EntityMatch(entity, MatchKind.ALIAS, 1.0, alias, degree)
    similarity, matched = max((fuzz.WRatio(form, normal_form(name)), name) for name in (entity.name, *entity.aliases))
    return EntityMatch(entity, MatchKind.FUZZY, similarity / 100, matched, degree)


ENTITIES_CALLED: LiteralString = f"""
UNWIND $names AS wanted
CALL (wanted) {{
  MATCH (e:Entity {{id: wanted.name}}) RETURN e
  UNION
  UNWIND wanted.scripts AS name MATCH (e:Entity {{name: name}}) RETURN e
}}
OPTIONAL MATCH (e)-[:FOLDED_INTO]->(whole:Entity)
WITH DISTINCT wanted, coalesce(whole, e) AS e
RETURN wanted.name AS wanted, e {{.id, .name, .type, .aliases}} AS entity,
  COUNT {{ (e)-[:{ANY_RELATION}]-() }} AS degree
"""

ENTITIES_LIKE: LiteralString = f"""
UNWIND $names AS wanted
CALL db.index.fulltext.queryNodes('{ENTITY_NAMES}', wanted.query, {{{{limit: $limit}}}}) YIELD node AS m
WITH wanted, m WHERE {{conditions}}
RETURN wanted.name AS wanted, m {{{{.id, .name, .type, .aliases}}}} AS entity,
  COUNT {{{{ (m)-[:{ANY_RELATION}]-() }}}} AS degree
"""


def entities_like_query(where: EntityFilter) -> LiteralString:
    """The Cypher that looks names up in the full-text index under a filter."""
    return ENTITIES_LIKE.format(conditions=" AND ".join(entity_conditions(where)) or "true")


async def entities_called(tx: AsyncManagedTransaction, names: Sequence[str]) -> dict[str, list[EntityMatch]]:
    """Entities with exactly this id or name, best first; a name that none has is missing."""
    rows = [{"name": name, "scripts": list(scripts(name.strip()))} for name in names]
    return await _matches(tx, ENTITIES_CALLED, {"names": rows})


MOST_CANDIDATES = 200
"""Most entities that the full-text index hands out for one name; the best of them are ranked."""


async def entities_like(
    tx: AsyncManagedTransaction, names: Sequence[str], *, where: EntityFilter | None = None, fuzzy: bool = True
) -> dict[str, list[EntityMatch]]:
    """Entities whose name or alias is or resembles each name: exact before alias before fuzzy, then by degree."""
    rows = [{"name": name, "query": query} for name in names if (query := full_text_query(name, fuzzy=fuzzy))]
    if not rows:
        return {}
    rule = where or EntityFilter()
    found = await _matches(
        tx, entities_like_query(rule), {"names": rows, "limit": MOST_CANDIDATES, **entity_parameters(rule)}
    )
    if fuzzy:
        return found
    exact = {name: [one for one in matches if one.kind < MatchKind.FUZZY] for name, matches in found.items()}
    return {name: matches for name, matches in exact.items() if matches}


async def _matches(
    tx: AsyncManagedTransaction, query: LiteralString, parameters: dict[str, Any]
) -> dict[str, list[EntityMatch]]:
    found: dict[str, dict[EntityId, EntityMatch]] = {}
    result = await tx.run(query, parameters)
    async for record in result:
        one = match(record["wanted"], EntityRecord.from_node(record["entity"]), record["degree"])
        found.setdefault(record["wanted"], {})[one.entity.id] = one
    return {name: sorted(matches.values(), key=lambda one: one.rank) for name, matches in found.items()}
