"""How the number of relations is spread over the entities."""

from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import one
from service.queries.conditions import ANY_RELATION

MOST_ENTITIES = 100_000
"""Entities whose degrees are looked at; the first ones by id where there are more."""

DEGREE_AT: LiteralString = f"""
MATCH (e:Entity) WHERE e.id > ''
WITH e LIMIT $most
RETURN percentileDisc(COUNT {{ (e)-[:{ANY_RELATION}]-() }}, $share) AS degree
"""


async def degree_at(tx: AsyncManagedTransaction, share: float) -> int:
    """Number of relations that this share of the entities does not exceed; 0 in an empty graph."""
    return int((await one(tx, DEGREE_AT, most=MOST_ENTITIES, share=share))["degree"] or 0)
