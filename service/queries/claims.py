"""Claims: who says what, in which words, where."""

from collections.abc import Iterable
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import ClaimId, EntityId, RelationId
from service.queries.records import ClaimRecord

CLAIM_ROW: LiteralString = """
MATCH (claim)-[:STATED_IN]->(document:Document), (claim)-[:SUBJECT]->(subject:Entity), (claim)-[:OBJECT]->(object:Entity)
OPTIONAL MATCH (claim)-[:ATTRIBUTED_TO]->(speaker:Entity)
RETURN claim {.*} AS claim, document {.*} AS document, subject.id AS subject, object.id AS object,
  speaker.id AS attributed_to
"""

CLAIMS_BY_ID: LiteralString = f"""
UNWIND $ids AS id
MATCH (claim:Claim {{id: id}})
{CLAIM_ROW}
"""


async def claims_by_id(tx: AsyncManagedTransaction, ids: Iterable[ClaimId]) -> dict[ClaimId, ClaimRecord]:
    """Those of `ids` that exist."""
    result = await tx.run(CLAIMS_BY_ID, ids=list(ids))
    found = [ClaimRecord.from_map(record) async for record in result]
    return {claim.id: claim for claim in found}


CLAIMS_BY_EDGE: LiteralString = f"""
UNWIND $edges AS edge
CALL (edge) {{
  MATCH (claim:Claim {{edge: edge}})
  WITH claim ORDER BY claim.confidence DESC, claim.id SKIP $skip LIMIT $limit
  {CLAIM_ROW}
}}
RETURN edge, claim, document, subject, object, attributed_to
ORDER BY edge, claim.confidence DESC, claim.id
"""


async def claims_by_edge(
    tx: AsyncManagedTransaction, edges: Iterable[RelationId], *, limit: int, skip: int = 0
) -> dict[RelationId, list[ClaimRecord]]:
    """Up to `limit` claims of each relation, surest first."""
    result = await tx.run(CLAIMS_BY_EDGE, edges=list(edges), limit=limit, skip=skip)
    found: dict[RelationId, list[ClaimRecord]] = {}
    async for record in result:
        found.setdefault(RelationId(record["edge"]), []).append(ClaimRecord.from_map(record))
    return found


CLAIM_COUNTS: LiteralString = """
UNWIND $edges AS edge
RETURN edge, COUNT { MATCH (:Claim {edge: edge}) } AS claims
"""

CLAIMS_BY_ENTITY: LiteralString = f"""
UNWIND $ids AS id
CALL (id) {{
  MATCH (:Entity {{id: id}})<-[:SUBJECT|OBJECT]-(claim:Claim)
  WITH DISTINCT claim ORDER BY claim.id SKIP $skip LIMIT $limit
  {CLAIM_ROW}
}}
RETURN id, claim, document, subject, object, attributed_to
ORDER BY id, claim.id
"""


async def claims_by_entity(
    tx: AsyncManagedTransaction, ids: Iterable[EntityId], *, limit: int, skip: int = 0
) -> dict[EntityId, list[ClaimRecord]]:
    """Up to `limit` claims about each entity, by id."""
    result = await tx.run(CLAIMS_BY_ENTITY, ids=list(ids), limit=limit, skip=skip)
    found: dict[EntityId, list[ClaimRecord]] = {}
    async for record in result:
        found.setdefault(EntityId(record["id"]), []).append(ClaimRecord.from_map(record))
    return found
