"""Relations under conditions on them and on both ends: a page by id, and their number."""

from dataclasses import replace
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.vocabulary import RelationType
from service.filters.walk import Direction, EntityFilter, RelationFilter
from service.queries.conditions import (
    entity_conditions,
    entity_parameters,
    relation_conditions,
    relation_parameters,
    walking_pattern,
)
from service.queries.records import RelationRecord

RELATIONS_LISTED: LiteralString = """
CALL () {{
{branches}
}}
WITH r ORDER BY r.id SKIP $skip LIMIT $limit
RETURN r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}} AS relation
ORDER BY relation.id
"""

RELATIONS_COUNTED: LiteralString = """
CALL () {{
{branches}
}}
RETURN sum(part) AS relations
"""

RELATIONS_ANCHORED: LiteralString = """
UNWIND ${anchors} AS id
MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
WHERE {conditions}
WITH DISTINCT r ORDER BY r.id SKIP $skip LIMIT $limit
RETURN r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}} AS relation
ORDER BY relation.id
"""

RELATIONS_ANCHORED_COUNTED: LiteralString = """
UNWIND ${anchors} AS id
MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
WHERE {conditions}
RETURN count(DISTINCT r) AS relations
"""

_PAGE = "RETURN r ORDER BY r.id LIMIT $end"
_NUMBER = "RETURN count(r) AS part"


def relations_listed_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> LiteralString:
    """The Cypher that lists relations by id: from the ends that are named, else by the id index of each type."""
    if subject.ids or object.ids:
        return _anchored(RELATIONS_ANCHORED, via, subject, object)
    return _by_type(RELATIONS_LISTED, _PAGE, via, subject, object)


def relations_counted_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> LiteralString:
    """The Cypher that counts what `relations_listed_query` lists."""
    if subject.ids or object.ids:
        return _anchored(RELATIONS_ANCHORED_COUNTED, via, subject, object)
    return _by_type(RELATIONS_COUNTED, _NUMBER, via, subject, object)


def _anchored(
    template: LiteralString, via: RelationFilter, subject: EntityFilter, object: EntityFilter
) -> LiteralString:
    outward = bool(subject.ids)
    pattern, conditions = walking_pattern(replace(via, direction=Direction.OUT), backward=not outward)
    conditions += relation_conditions(via)
    conditions += entity_conditions(subject, node="n" if outward else "m", prefix="subject_")
    conditions += entity_conditions(object, node="m" if outward else "n", prefix="object_")
    return template.format(
        anchors="subject_ids" if outward else "object_ids", pattern=pattern, conditions=" AND ".join(conditions)
    )


def _by_type(
    template: LiteralString, found: str, via: RelationFilter, subject: EntityFilter, object: EntityFilter
) -> LiteralString:
    conditions = [
        "r.id > ''",
        *relation_conditions(via),
        *entity_conditions(subject, node="a", prefix="subject_"),
        *entity_conditions(object, node="b", prefix="object_"),
    ]
    branches = (_branch(type, " AND ".join(conditions), found) for type in via.admitted_types)
    return template.format(branches="\n  UNION ALL\n".join(branches))


def _branch(type: RelationType, conditions: str, found: str) -> str:
    # Of a type with few edges the planner thinks a scan of the entities cheap, and keeps that plan as they grow.
    pattern = f"(a:Entity)-[r:{type.value}]->(b:Entity) USING INDEX r:{type.value}(id)"
    return f"  MATCH {pattern} WHERE {conditions} {found}"


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
    page = {"skip": skip, "limit": limit, "end": skip + limit}
    result = await tx.run(relations_listed_query(via, subject, object), {**_parameters(via, subject, object), **page})
    return [RelationRecord.from_map(record["relation"]) async for record in result]


async def relations_counted(
    tx: AsyncManagedTransaction, via: RelationFilter, subject: EntityFilter, object: EntityFilter
) -> int:
    """How many relations `relations_listed` has over all pages."""
    result = await tx.run(relations_counted_query(via, subject, object), _parameters(via, subject, object))
    return int((await result.single(strict=True))["relations"])


def _parameters(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> dict[str, Any]:
    return {
        **relation_parameters(via),
        **entity_parameters(subject, prefix="subject_"),
        **entity_parameters(object, prefix="object_"),
    }
