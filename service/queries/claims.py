"""Claims: who says what, in which words, where."""

from collections.abc import Iterable
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import grouped, rows
from graph_schema.ids import ClaimId, EntityId, RelationId
from service.queries.records import ClaimRecord

CLAIM_ROW: LiteralString = """
CALL (claim) {
  MATCH (claim)-[:STATED_IN]->(document:Document), (claim)-[:SUBJECT]->(subject:Entity), (claim)-[:OBJECT]->(object:Entity)
  OPTIONAL MATCH (claim)-[:ATTRIBUTED_TO]->(speaker:Entity)
  RETURN {claim: claim {.*}, document: document {.*}, subject: subject.id, object: object.id,
    attributed_to: speaker.id} AS row
}
"""

CLAIMS_BY_ID: LiteralString = f"""
UNWIND $ids AS id
MATCH (claim:Claim {{id: id}})
{CLAIM_ROW}
RETURN collect(row) AS rows
"""


async def claims_by_id(tx: AsyncManagedTransaction, ids: Iterable[ClaimId]) -> dict[ClaimId, ClaimRecord]:
    """Those of `ids` that exist."""
    claims = map(ClaimRecord.from_map, await rows(tx, CLAIMS_BY_ID, ids=list(ids)))
    return {claim.id: claim for claim in claims}


CLAIMS_BY_EDGE: LiteralString = f"""
UNWIND $edges AS edge
CALL (edge) {{
  MATCH (claim:Claim {{edge: edge}})
  RETURN claim ORDER BY claim.confidence DESC, claim.id SKIP $skip LIMIT $limit
}}
{CLAIM_ROW}
WITH edge, row, claim ORDER BY edge, claim.confidence DESC, claim.id
RETURN collect(row {{.*, edge: edge}}) AS rows
"""


async def claims_by_edge(
    tx: AsyncManagedTransaction, edges: Iterable[RelationId], *, limit: int, skip: int = 0
) -> dict[RelationId, list[ClaimRecord]]:
    """Up to `limit` claims of each relation, surest first."""
    found = await rows(tx, CLAIMS_BY_EDGE, edges=list(edges), limit=limit, skip=skip)
    return grouped(found, "edge", ClaimRecord.from_map)


CLAIMS_BY_ENTITY: LiteralString = f"""
UNWIND $ids AS id
CALL (id) {{
  MATCH (:Entity {{id: id}})<-[:SUBJECT|OBJECT]-(claim:Claim)
  WITH DISTINCT claim
  RETURN claim ORDER BY claim.id SKIP $skip LIMIT $limit
}}
{CLAIM_ROW}
WITH id, row, claim ORDER BY id, claim.id
RETURN collect(row {{.*, id: id}}) AS rows
"""


async def claims_by_entity(
    tx: AsyncManagedTransaction, ids: Iterable[EntityId], *, limit: int, skip: int = 0
) -> dict[EntityId, list[ClaimRecord]]:
    """Up to `limit` claims about each entity, by id."""
    found = await rows(tx, CLAIMS_BY_ENTITY, ids=list(ids), limit=limit, skip=skip)
    return grouped(found, "id", ClaimRecord.from_map)
