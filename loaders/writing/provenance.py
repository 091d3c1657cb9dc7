"""Which sources stand behind a claim, so that one of them can be taken back and what the others state stays as it was.

A claim that one source alone states carries the id of the run that brought it and nothing more. As soon as a second source
states it too, each of them is tied to it by a link with what it stated by itself.
"""

from collections.abc import Collection, Mapping
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import ClaimId, RunId
from loaders.writing.nodes import Payload

FOREIGN: LiteralString = """
MATCH (mine:LoadRun {id: $run})
UNWIND $ids AS id
MATCH (c:Claim {id: id})
WHERE c.run <> $run
MATCH (creator:LoadRun {id: c.run})
WHERE creator.source <> mine.source
  AND NOT EXISTS { MATCH (c)-[:STATED_BY]->(other:LoadRun) WHERE other.source = mine.source }
RETURN c.id AS id
"""


async def foreign_claims(tx: AsyncManagedTransaction, ids: Collection[ClaimId], run: RunId) -> list[ClaimId]:
    """Those of `ids` that so far only other sources than that of `run` state."""
    if not ids:
        return []
    result = await tx.run(FOREIGN, ids=list(ids), run=run)
    return [record["id"] async for record in result]


SHARE: LiteralString = """
MATCH (mine:LoadRun {id: $run})
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})
MATCH (creator:LoadRun {id: c.run})
MERGE (c)-[first:STATED_BY]->(creator)
ON CREATE SET first += row.had
MERGE (c)-[also:STATED_BY]->(mine)
SET also += row.own
"""


async def share(tx: AsyncManagedTransaction, claims: Mapping[ClaimId, tuple[Payload, Payload]], run: RunId) -> None:
    """Record that `run` states claims that another source brought: as the graph had them, and as this source states them."""
    rows = [{"id": id, "had": had.properties(), "own": own.properties()} for id, (had, own) in claims.items()]
    await (await tx.run(SHARE, rows=rows, run=run)).consume()
