"""Relations under conditions on them and on both ends: a page by id, and their number."""

from collections.abc import Iterator
from dataclasses import replace
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, all_of, cypher, joined, one, rows, term
from graph_schema.vocabulary import RelationType
from service.filters.walk import Direction, EntityFilter, RelationFilter
from service.queries.conditions import entity_conditions, relation_conditions, step, type_expression
from service.queries.records import RELATION, RelationRecord


def relations_listed_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    """The Cypher that lists relations by id: from the ends that are named, by their claims, or by the id index of each type."""
    page = cypher(f"\nORDER BY r.id SKIP $skip LIMIT $limit\nRETURN collect({RELATION}) AS rows")
    if subject.ids or object.ids:
        return _anchored(via, subject, object) + "\nWITH DISTINCT r" + page
    if _by_claims_sooner(via, subject, object):
        in_order = "\nWITH DISTINCT stated.edge AS id, r ORDER BY id SKIP $skip LIMIT $limit\n"
        return _by_claims(via, subject, object) + in_order + f"RETURN collect({RELATION}) AS rows"
    return _by_type("RETURN r ORDER BY r.id LIMIT $end", via, subject, object) + "\nWITH r" + page


def relations_counted_query(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    """The Cypher that counts what `relations_listed_query` lists."""
    if subject.ids or object.ids:
        return _anchored(via, subject, object) + "\nRETURN count(DISTINCT r) AS relations"
    if _by_claims_sooner(via, subject, object):
        return _by_claims(via, subject, object) + "\nWITH DISTINCT stated.edge AS id\nRETURN count(id) AS relations"
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


_FEW_TYPES = 4


def _by_claims_sooner(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> bool:
    """Whether a branch for each type would take the database long to plan: conditions that look around, many times over."""
    around = via.asks_claims or via.min_share or any(map(_looks_around, (subject, object)))
    return bool(around) and len(via.admitted_types) > _FEW_TYPES


def _looks_around(end: EntityFilter) -> bool:
    return bool(end.countries or end.exclude_countries or end.listed_by) or end.listed is not None


def _by_claims(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    """Relations `r` in the order of `stated.edge`, each as often as it is claimed."""
    types = type_expression(via.admitted_types)
    conditions = all_of(_conditions(via, subject, object))
    return (
        cypher(
            "MATCH (stated:Claim) USING INDEX stated:Claim(edge) WHERE stated.edge > ''\n"
            "WITH stated ORDER BY stated.edge\n"
            "MATCH (stated)-[:SUBJECT]->(one:Entity), (stated)-[:OBJECT]->(other:Entity)\n"
            f"MATCH (one)-[r:{types}]-(other) WHERE r.id = stated.edge\n"
            "WITH stated, r, startNode(r) AS a, endNode(r) AS b\nWHERE "
        )
        + conditions
    )


def _conditions(via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Iterator[Cypher]:
    yield from relation_conditions(via)
    yield from entity_conditions(subject, node="a", prefix="subject_")
    yield from entity_conditions(object, node="b", prefix="object_")


def _by_type(found: LiteralString, via: RelationFilter, subject: EntityFilter, object: EntityFilter) -> Cypher:
    conditions = all_of([cypher("r.id > ''"), *_conditions(via, subject, object)])
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
