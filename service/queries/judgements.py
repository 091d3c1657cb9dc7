"""Judgements on whether entities are one, as `loaders.judgements` stores them."""

from dataclasses import dataclass
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, rows
from graph_schema.domain import Judgement, Verdict
from graph_schema.ids import EntityId
from service.queries.records import ENTITY, EntityRecord


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A judgement with its two entities, each under its own name even where another stands for it."""

    judgement: Judgement
    ends: tuple[EntityRecord, EntityRecord]


JUDGEMENTS_ON: LiteralString = f"""
MATCH (whole:Entity {{id: $id}})
MATCH (whole)<-[:FOLDED_INTO*0..1]-(one:Entity)-[j:JUDGED]-(:Entity)
WITH DISTINCT j, startNode(j) AS a, endNode(j) AS b
ORDER BY j.at DESC, a.id, b.id LIMIT $limit
RETURN collect([j {{.*}}, a {{{ENTITY}}}, b {{{ENTITY}}}]) AS rows
"""


async def judgements_on(tx: AsyncManagedTransaction, id: EntityId, *, limit: int) -> list[JudgedPair]:
    """Judgements on an entity and on those that it stands for, the latest first."""
    found = []
    for judged, *nodes in await rows(tx, JUDGEMENTS_ON, id=id, limit=limit):
        a, b = map(EntityRecord.from_node, nodes)
        judgement = Judgement(
            a.id, b.id, Verdict(judged["verdict"]), judged["by"], native(judged["at"]), judged.get("why")
        )
        found.append(JudgedPair(judgement, (a, b)))
    return found
