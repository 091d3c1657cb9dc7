"""Relations: by id, between two entities, of one entity, by type."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import EntityId, RelationId
from graph_schema.vocabulary import RelationType
from service.paths.filters import Direction, EntityFilter, RelationFilter
from service.queries.conditions import (
    entity_conditions,
    entity_parameters,
    relation_conditions,
    relation_parameters,
    walking_pattern,
)
from service.queries.records import EntityRecord, RelationRecord

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


NEIGHBOURS: LiteralString = """
MATCH (n:Entity {{id: $id}}){pattern}(m:Entity)
WHERE {conditions}
WITH m, collect(r) AS relations, max(r.confidence) AS confidence
ORDER BY confidence DESC, m.id SKIP $skip LIMIT $limit
RETURN m {{.id, .name, .type, .aliases}} AS entity,
  [r IN relations | r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}}] AS relations
ORDER BY confidence DESC, m.id
"""


def neighbours_query(via: RelationFilter, where: EntityFilter) -> LiteralString:
    """The Cypher that lists neighbours under these filters."""
    pattern, conditions = walking_pattern(via)
    conditions += relation_conditions(via) + entity_conditions(where)
    return NEIGHBOURS.format(pattern=pattern, conditions=" AND ".join(conditions))


async def neighbours(
    tx: AsyncManagedTransaction, id: EntityId, via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
) -> list[tuple[EntityRecord, tuple[RelationRecord, ...]]]:
    """Entities one step away with all relations to them, surest first."""
    parameters = {**relation_parameters(via), **entity_parameters(where), "id": id, "skip": skip, "limit": limit}
    result = await tx.run(neighbours_query(via, where), parameters)
    return [
        (EntityRecord.from_node(record["entity"]), tuple(map(RelationRecord.from_map, record["relations"])))
        async for record in result
    ]


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


RELATIONS_LISTED: LiteralString = """
CALL () {{
{branches}
}}
WITH r ORDER BY r.id SKIP $skip LIMIT $limit
RETURN r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}} AS relation
ORDER BY relation.id
"""

RELATIONS_ANCHORED: LiteralString = """
UNWIND ${anchors} AS id
MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
WHERE {conditions}
WITH DISTINCT r ORDER BY r.id SKIP $skip LIMIT $limit
RETURN r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}} AS relation
ORDER BY relation.id
"""


def relations_listed_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> LiteralString:
    """The Cypher that lists relations by id: from the ends that are named, else by the id index of each type."""
    if subject.ids or object.ids:
        outward = bool(subject.ids)
        pattern, conditions = walking_pattern(replace(via, direction=Direction.OUT), backward=not outward)
        conditions += relation_conditions(via)
        conditions += entity_conditions(subject, node="n" if outward else "m", prefix="subject_")
        conditions += entity_conditions(object, node="m" if outward else "n", prefix="object_")
        return RELATIONS_ANCHORED.format(
            anchors="subject_ids" if outward else "object_ids", pattern=pattern, conditions=" AND ".join(conditions)
        )
    conditions = [
        "r.id > ''",
        *relation_conditions(via),
        *entity_conditions(subject, node="a", prefix="subject_"),
        *entity_conditions(object, node="b", prefix="object_"),
    ]
    branches = (_branch(type, " AND ".join(conditions)) for type in via.admitted_types)
    return RELATIONS_LISTED.format(branches="\n  UNION ALL\n".join(branches))


def _branch(type: RelationType, conditions: str) -> str:
    # Of a type with few edges the planner thinks a scan of the entities cheap, and keeps that plan as they grow.
    pattern = f"(a:Entity)-[r:{type.value}]->(b:Entity) USING INDEX r:{type.value}(id)"
    return f"  MATCH {pattern} WHERE {conditions} RETURN r ORDER BY r.id LIMIT $end"


async def relations_listed(
    tx: AsyncManagedTransaction,
    via: RelationFilter,
    subject: EntityFilter,
    object: EntityFilter,
    *,
    skip: int,
    limit: int,
) -> list[RelationRecord]:
    """A page of relations by id."""
    parameters: dict[str, Any] = {
        **relation_parameters(via),
        **entity_parameters(subject, prefix="subject_"),
        **entity_parameters(object, prefix="object_"),
        "skip": skip,
        "limit": limit,
        "end": skip + limit,
    }
    result = await tx.run(relations_listed_query(via, subject, object), parameters)
    return [RelationRecord.from_map(record["relation"]) async for record in result]
