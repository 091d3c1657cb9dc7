"""Relations: by id, and of one entity."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, grouped, rows, term
from graph_schema.ids import EntityId, RelationId
from graph_schema.vocabulary import RelationType
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.conditions import (
    entity_conditions,
    step,
)
from service.queries.records import RELATION, RelationRecord

_BY_TYPE: LiteralString = "\n  UNION ALL\n".join(
    f"  MATCH ()-[r:{term(type)}]->() WHERE r.id = id RETURN r" for type in RelationType
)
RELATIONS_BY_ID: LiteralString = f"""
UNWIND $ids AS id
CALL (id) {{
{_BY_TYPE}
}}
RETURN collect({RELATION}) AS rows
"""


async def relations_by_id(tx: AsyncManagedTransaction, ids: Iterable[RelationId]) -> dict[RelationId, RelationRecord]:
    """Those of `ids` that exist, sought in the id index of each type."""
    relations = map(RelationRecord.from_map, await rows(tx, RELATIONS_BY_ID, ids=list(ids)))
    return {relation.id: relation for relation in relations}


def relations_of_query(via: RelationFilter, where: EntityFilter) -> Cypher:
    """The Cypher that lists the relations of entities under these filters."""
    found = "UNWIND $ids AS id\nCALL (id) {\n  MATCH (n:Entity {id: id})" + step(via, *entity_conditions(where))
    return (
        found
        + f"""
  WITH DISTINCT r ORDER BY r.confidence DESC, r.id SKIP $skip LIMIT $limit
  RETURN r
}}
WITH id, r ORDER BY id, r.confidence DESC, r.id
RETURN collect({{id: id, relation: {RELATION}}}) AS rows
"""
    )


async def relations_of(
    tx: AsyncManagedTransaction,
    ids: Sequence[EntityId],
    via: RelationFilter,
    where: EntityFilter,
    *,
    skip: int,
    limit: int,
) -> dict[EntityId, list[RelationRecord]]:
    """Up to `limit` relations of each entity to entities that `where` admits, surest first."""
    found = await rows(tx, relations_of_query(via, where), ids=list(ids), skip=skip, limit=limit)
    return grouped(found, "id", lambda row: RelationRecord.from_map(row["relation"]))
