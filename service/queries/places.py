"""Where entities are known to lie."""

from collections.abc import Iterable
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import rows
from graph_schema.ids import EntityId
from service.queries.conditions import LOCATED
from service.queries.records import ENTITY, EntityRecord

PLACES_OF: LiteralString = f"""
UNWIND $ids AS id
MATCH (e:Entity {{id: id}})
MATCH (e){LOCATED}(place:Entity)
WITH DISTINCT e, place ORDER BY e.id, place.id
RETURN collect([e.id, place {{{ENTITY}}}]) AS rows
"""


async def places_of(tx: AsyncManagedTransaction, ids: Iterable[EntityId]) -> dict[EntityId, list[EntityRecord]]:
    """Where each is known to lie, itself included: site, city, region, country; by id."""
    found: dict[EntityId, list[EntityRecord]] = {}
    for id, place in await rows(tx, PLACES_OF, ids=list(ids)):
        found.setdefault(EntityId(id), []).append(EntityRecord.from_node(place))
    return found
