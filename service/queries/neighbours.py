"""Entities one step away: a page of them, their number, and how many there are of each kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.conditions import (
    LOCATED,
    entity_conditions,
    entity_parameters,
    relation_conditions,
    relation_parameters,
    walking_pattern,
)
from service.queries.records import EntityRecord, RelationRecord


class NeighbourGrouping(StrEnum):
    """By what neighbours are counted."""

    TYPE = "type"
    """Kind of the neighbour."""
    RELATION = "relation"
    """Kind of a relation to it; a neighbour counts under each."""
    COUNTRY = "country"
    """Country that it is known to lie in, or that it is."""


@dataclass(frozen=True, slots=True)
class NeighbourGroup:
    """Neighbours that have one thing in common."""

    by: NeighbourGrouping
    key: str | None
    """Name of the type or relation, id of the country; None: those of which no country is known."""
    name: str | None
    neighbours: int
    relations: int


NEIGHBOURS: LiteralString = """
MATCH (n:Entity {{id: $id}}){pattern}(m:Entity)
WHERE {conditions}
WITH m, collect(r) AS relations, max(r.confidence) AS confidence
ORDER BY confidence DESC, m.id SKIP $skip LIMIT $limit
RETURN m {{.id, .name, .type, .aliases}} AS entity,
  [r IN relations | r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}}] AS relations
ORDER BY confidence DESC, m.id
"""

NEIGHBOURS_COUNTED: LiteralString = """
MATCH (n:Entity {{id: $id}}){pattern}(m:Entity)
WHERE {conditions}
RETURN count(DISTINCT m) AS neighbours
"""

NEIGHBOURS_GROUPED: LiteralString = """
MATCH (n:Entity {{id: $id}}){pattern}(m:Entity)
WHERE {conditions}
{key}
RETURN key, name, count(DISTINCT m) AS neighbours, count(r) AS relations
ORDER BY neighbours DESC, key
"""

_KEYS = {
    NeighbourGrouping.TYPE: "WITH m, r, m.type AS key, m.type AS name",
    NeighbourGrouping.RELATION: "WITH m, r, type(r) AS key, type(r) AS name",
    NeighbourGrouping.COUNTRY: f"""
WITH m, collect(r) AS relations
OPTIONAL MATCH (m){LOCATED}(place:Country)
WITH DISTINCT m, relations, place
UNWIND relations AS r
WITH m, r, place.id AS key, place.name AS name""",
}


def neighbours_query(via: RelationFilter, where: EntityFilter, template: LiteralString = NEIGHBOURS) -> LiteralString:
    """The Cypher that lists or counts neighbours under these filters."""
    pattern, conditions = walking_pattern(via)
    conditions += relation_conditions(via) + entity_conditions(where)
    return template.format(pattern=pattern, conditions=" AND ".join(conditions))


def neighbours_grouped_query(via: RelationFilter, where: EntityFilter, by: NeighbourGrouping) -> LiteralString:
    """The Cypher that counts neighbours by what they have in common."""
    return neighbours_query(
        via, where, NEIGHBOURS_GROUPED.replace("{key}", _KEYS[by].replace("{", "{{").replace("}", "}}"))
    )


async def neighbours(
    tx: AsyncManagedTransaction, id: EntityId, via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
) -> list[tuple[EntityRecord, tuple[RelationRecord, ...]]]:
    """Entities one step away with all relations to them, surest first."""
    parameters = {**_parameters(id, via, where), "skip": skip, "limit": limit}
    result = await tx.run(neighbours_query(via, where), parameters)
    return [
        (EntityRecord.from_node(record["entity"]), tuple(map(RelationRecord.from_map, record["relations"])))
        async for record in result
    ]


async def neighbours_counted(
    tx: AsyncManagedTransaction, id: EntityId, via: RelationFilter, where: EntityFilter
) -> int:
    """How many entities are one step away."""
    result = await tx.run(neighbours_query(via, where, NEIGHBOURS_COUNTED), _parameters(id, via, where))
    return int((await result.single(strict=True))["neighbours"])


async def neighbours_grouped(
    tx: AsyncManagedTransaction,
    id: EntityId,
    via: RelationFilter,
    where: EntityFilter,
    groupings: Iterable[NeighbourGrouping],
) -> list[NeighbourGroup]:
    """Counts over all neighbours, of each grouping the largest first."""
    found = []
    for by in groupings:
        result = await tx.run(neighbours_grouped_query(via, where, by), _parameters(id, via, where))
        found += [
            NeighbourGroup(by, record["key"], record["name"], record["neighbours"], record["relations"])
            async for record in result
        ]
    return found


def _parameters(id: EntityId, via: RelationFilter, where: EntityFilter) -> dict[str, Any]:
    return {**relation_parameters(via), **entity_parameters(where), "id": id}
