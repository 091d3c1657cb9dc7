"""Relations: by id, and of one entity."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import EntityId, RelationId
from graph_schema.vocabulary import RelationType
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.conditions import (
    entity_conditions,
    entity_parameters,
    relation_conditions,
    relation_parameters,
    walking_pattern,
)
from service.queries.records import RelationRecord

_BY_TYPE = "\n  UNION ALL\n".join(f"  MATCH ()-[r:{type.value}]->() WHERE r.id = id RETURN r" for type in RelationType)
RELATIONS_BY_ID: LiteralString = f"""
UNWIND $ids AS id
CALL (id) {{
{_BY_TYPE}
}}
RETURN r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}} AS relation
"""


async def relations_by_id(tx: AsyncManagedTransaction, ids: Iterable[RelationId]) -> dict[RelationId, RelationRecord]:
    """Those of `ids` that exist, sought in the id index of each type."""
    result = await tx.run(RELATIONS_BY_ID, ids=list(ids))
    found = [RelationRecord.from_map(record["relation"]) async for record in result]
    return {relation.id: relation for relation in found}


RELATIONS_OF: LiteralString = """
UNWIND $ids AS id
CALL (id) {{
  MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
  WHERE {conditions}
  WITH DISTINCT r ORDER BY r.confidence DESC, r.id SKIP $skip LIMIT $limit
  RETURN r
}}
RETURN id, r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}} AS relation
ORDER BY id, r.confidence DESC, r.id
"""


def relations_of_query(via: RelationFilter, where: EntityFilter) -> LiteralString:
    """The Cypher that lists the relations of entities under these filters."""
    pattern, conditions = walking_pattern(via)
    conditions += relation_conditions(via) + entity_conditions(where)
    return RELATIONS_OF.format(pattern=pattern, conditions=" AND ".join(conditions))


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
    parameters = {**relation_parameters(via), **entity_parameters(where), "skip": skip, "limit": limit}
    result = await tx.run(relations_of_query(via, where), {**parameters, "ids": list(ids)})
    found: dict[EntityId, list[RelationRecord]] = {}
    async for record in result:
        found.setdefault(EntityId(record["id"]), []).append(RelationRecord.from_map(record["relation"]))
    return found
