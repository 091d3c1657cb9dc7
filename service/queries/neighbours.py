"""Entities one step away: a page of them, their number, and how many there are of each kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, one, rows
from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.conditions import LOCATED, entity_conditions, step
from service.queries.paths_expand import by_confidence
from service.queries.records import ENTITY, RELATION, EntityRecord, RelationRecord


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


def _around(via: RelationFilter, where: EntityFilter) -> Cypher:
    return "MATCH (n:Entity {id: $id})" + step(via, *entity_conditions(where))


def neighbours_query(via: RelationFilter, where: EntityFilter) -> Cypher:
    """The Cypher that lists neighbours under these filters."""
    return (
        _around(via, where)
        + f"""
WITH m, collect(r) AS relations, max(r.confidence) AS confidence
ORDER BY confidence DESC, m.id SKIP $skip LIMIT $limit
RETURN collect([m {{{ENTITY}}}, [r IN relations | {RELATION}]]) AS rows
"""
    )


def neighbours_counted_query(via: RelationFilter, where: EntityFilter) -> Cypher:
    """The Cypher that counts neighbours under these filters."""
    return _around(via, where) + "\nRETURN count(DISTINCT m) AS neighbours"


_KEYS: dict[NeighbourGrouping, LiteralString] = {
    NeighbourGrouping.TYPE: "WITH m, r, m.type AS key, m.type AS name",
    NeighbourGrouping.RELATION: "WITH m, r, type(r) AS key, type(r) AS name",
    NeighbourGrouping.COUNTRY: f"""
WITH m, collect(r) AS relations
OPTIONAL MATCH (m){LOCATED}(place:Country)
WITH DISTINCT m, relations, place
UNWIND relations AS r
WITH m, r, place.id AS key, place.name AS name""",
}


def neighbours_grouped_query(via: RelationFilter, where: EntityFilter, by: NeighbourGrouping) -> Cypher:
    """The Cypher that counts neighbours by what they have in common."""
    return (
        _around(via, where)
        + f"""
{_KEYS[by]}
WITH key, name, count(DISTINCT m) AS neighbours, count(r) AS relations ORDER BY neighbours DESC, key
RETURN collect([key, name, neighbours, relations]) AS rows
"""
    )


async def neighbours(
    tx: AsyncManagedTransaction, id: EntityId, via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
) -> list[tuple[EntityRecord, tuple[RelationRecord, ...]]]:
    """Entities one step away with all relations to them, surest first."""
    return [
        (EntityRecord.from_node(entity), tuple(sorted(map(RelationRecord.from_map, relations), key=by_confidence)))
        for entity, relations in await rows(tx, neighbours_query(via, where), id=id, skip=skip, limit=limit)
    ]


async def neighbours_counted(
    tx: AsyncManagedTransaction, id: EntityId, via: RelationFilter, where: EntityFilter
) -> int:
    """How many entities are one step away."""
    return int((await one(tx, neighbours_counted_query(via, where), id=id))["neighbours"])


async def neighbours_grouped(
    tx: AsyncManagedTransaction,
    id: EntityId,
    via: RelationFilter,
    where: EntityFilter,
    groupings: Iterable[NeighbourGrouping],
) -> list[NeighbourGroup]:
    """Counts over all neighbours, of each grouping the largest first."""
    return [
        NeighbourGroup(by, *row)
        for by in groupings
        for row in await rows(tx, neighbours_grouped_query(via, where, by), id=id)
    ]
