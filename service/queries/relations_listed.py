"""Relations under conditions on them and on both ends: a page by id, and their number."""

from dataclasses import replace
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, all_of, cypher, joined, one, rows, term
from graph_schema.vocabulary import RelationType
from service.filters.walk import Direction, EntityFilter, RelationFilter
from service.queries.conditions import entity_conditions, relation_conditions, step
from service.queries.records import RELATION, RelationRecord


def relations_listed_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    """The Cypher that lists relations by id: from the ends that are named, else by the id index of each type."""
    if subject.ids or object.ids:
        found = _anchored(via, subject, object) + "\nWITH DISTINCT r"
    else:
        found = _by_type("RETURN r ORDER BY r.id LIMIT $end", via, subject, object) + "\nWITH r"
    return found + f" ORDER BY r.id SKIP $skip LIMIT $limit\nRETURN collect({RELATION}) AS rows"


def relations_counted_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    """The Cypher that counts what `relations_listed_query` lists."""
    if subject.ids or object.ids:
        return _anchored(via, subject, object) + "\nRETURN count(DISTINCT r) AS relations"
    return _by_type("RETURN count(r) AS part", via, subject, object) + "\nRETURN sum(part) AS relations"


def _anchored(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    outward = bool(subject.ids)
    near, far = ("n", "m") if outward else ("m", "n")
    conditions = [
        *entity_conditions(subject, node=near, prefix="subject_"),
        *entity_conditions(object, node=far, prefix="object_"),
    ]
    anchor = cypher("UNWIND $subject_ids AS id\n" if outward else "UNWIND $object_ids AS id\n")
    way = replace(via, direction=Direction.OUT)
    return anchor + "MATCH (n:Entity {id: id})" + step(way, *conditions, backward=not outward)


def _by_type(found: LiteralString, via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    conditions = all_of(
        [
            cypher("r.id > ''"),
            *relation_conditions(via),
            *entity_conditions(subject, node="a", prefix="subject_"),
            *entity_conditions(object, node="b", prefix="object_"),
        ]
    )
    branches = (_branch(type, conditions, found) for type in via.admitted_types)
    return "CALL () {\n" + joined(branches, "\n  UNION ALL\n") + "\n}"


def _branch(type: RelationType, conditions: Cypher, found: LiteralString) -> Cypher:
    # Of a type with few edges the planner thinks a scan of the entities cheap, and keeps that plan as they grow.
    name = term(type)
    return f"  MATCH (a:Entity)-[r:{name}]->(b:Entity) USING INDEX r:{name}(id) WHERE " + conditions + f" {found}"


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
    query = relations_listed_query(via, subject, object)
    return [RelationRecord.from_map(row) for row in await rows(tx, query, skip=skip, limit=limit, end=skip + limit)]


async def relations_counted(
    tx: AsyncManagedTransaction, via: RelationFilter, subject: EntityFilter, object: EntityFilter
) -> int:
    """How many relations `relations_listed` has over all pages."""
    return int((await one(tx, relations_counted_query(via, subject, object)))["relations"])
