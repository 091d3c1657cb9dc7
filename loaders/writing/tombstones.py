"""Tombstones: ids and times of what went at each version, so that readers can follow removals and older states can be told.

Whoever holds a copy of the graph as of some version brings it up to date in this order: drop what the tombstones of later
versions name, then take every relation and entity whose own `version` is later; one that went and came back is among both.
Tombstones stay for good. They are complete from the version on that `removals_since` of the graph's state node gives.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import EntityId, RelationId
from loaders.writing.removal import StoredClaim
from loaders.writing.rows import QuietRows

MOST_IDS = 10_000
"""Ids of a kind that one node lists."""

WRITE_TOMBSTONES: LiteralString = """
UNWIND $rows AS row
CREATE (removed:Removed)
SET removed = row, removed.version = $version, removed.at = datetime()
"""


async def write_tombstones(
    tx: AsyncManagedTransaction,
    *,
    version: int,
    relations: Sequence[RelationId],
    entities: Sequence[EntityId],
    claims: Sequence[StoredClaim],
    states: Sequence[str] = (),
    most: int = MOST_IDS,
) -> None:
    """Note what `version` took away, on as many nodes as it needs; `claims_since` runs beside `claims`.

    `claims_since` is the version that brought each claim, 0 for one that came before versions were kept with claims.
    `states`: how what changed or went was before (see `graph_schema.former`).
    """
    rows: list[dict[str, Any]] = [
        {
            "id": f"removed:{version:012d}:{part:04d}",
            "relations": relations[start : start + most],
            "entities": entities[start : start + most],
            "claims": [claim.id for claim in claims[start : start + most]],
            "states": states[start : start + most],
            "claims_since": [claim.former.since for claim in claims[start : start + most]],
        }
        for part, start in enumerate(range(0, max(map(len, (relations, entities, claims, states))), most))
    ]
    if rows:
        await (await tx.run(WRITE_TOMBSTONES, rows=QuietRows(rows), version=version)).consume()
