"""Where things are produced."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import rows
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from service.queries.conditions import LOCATED
from service.queries.records import ENTITY, EntityRecord

PRODUCING_COUNTRIES: LiteralString = f"""
UNWIND $ids AS id
MATCH (thing:Entity {{id: id}}) WHERE thing.type IN $types
MATCH (thing)<-[r:PRODUCES]-(producer:Entity)
WHERE r.status = 'asserted'
WITH thing, producer, COLLECT {{
  MATCH (producer){LOCATED}(country:Country) RETURN DISTINCT country
}} AS countries
WITH thing, count(DISTINCT producer) AS producers, collect(countries) AS placed
WITH thing, producers, placed ORDER BY thing.id
RETURN collect({{
  thing: thing {{{ENTITY}}}, producers: producers, unplaced: any(one IN placed WHERE size(one) = 0),
  countries: [one IN reduce(all = [], some IN placed | all + some) | one {{{ENTITY}}}]
}}) AS rows
"""


@dataclass(frozen=True, slots=True)
class Production:
    """In which countries the known producers of a thing sit."""

    entity: EntityRecord
    producers: int
    countries: tuple[EntityRecord, ...]
    unplaced: bool
    """Whether the country of some producer is unknown."""


async def producing_countries(
    tx: AsyncManagedTransaction, ids: Iterable[EntityId], *, types: Sequence[EntityType]
) -> list[Production]:
    """Production of those of `ids` that are of these types and have a known producer, by id."""
    return [
        Production(
            entity=EntityRecord.from_node(record["thing"]),
            producers=record["producers"],
            countries=tuple(dict.fromkeys(map(EntityRecord.from_node, record["countries"]))),
            unplaced=record["unplaced"],
        )
        for record in await rows(tx, PRODUCING_COUNTRIES, ids=list(ids), types=[type.value for type in types])
    ]
