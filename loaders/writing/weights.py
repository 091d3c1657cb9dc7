"""Weights of publishers into the graph: the relations that their documents stand behind are projected anew.

The weights change at once, relations follow page by page. What an interrupted run left undone is taken up by the next.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.ids import DocumentId
from graph_schema.publishers import Publisher, read_publishers, stored
from loaders.writing.change import change
from loaders.writing.edges import edges_of_documents

STALE: LiteralString = "MATCH (state:GraphState {id: 'publishers'}) RETURN state.stale AS stale"
WRITE_PUBLISHERS: LiteralString = """
MERGE (state:GraphState {id: 'publishers'})
WITH state, state.weighed AS weighed, coalesce(state.weighing, $version) AS weighing
SET state = $properties, state.stale = $stale, state.weighed = weighed,
    state.weighing = CASE WHEN $stale IS NOT NULL THEN weighing END
"""
SETTLED: LiteralString = """
MATCH (state:GraphState {id: 'publishers'})
MATCH (graph:GraphState {id: 'graph'})
SET state.weighed = coalesce(state.weighed, []) + [coalesce(state.weighing, 0), graph.version]
REMOVE state.stale, state.weighing
"""
"""`weighed`: pairs of versions; from the first until before the second some relations followed the new weights and others not."""
DOCUMENTS_AFTER: LiteralString = """
MATCH (d:Document)
USING INDEX d:Document(id)
WHERE d.id > $after AND d.publisher IN $names
RETURN d.id AS id ORDER BY id LIMIT $limit
"""
DOCUMENTS_AT_ONCE = 500


def _quiet(_: int) -> None:
    pass


async def weigh(
    graph: Graph,
    publishers: Iterable[Publisher],
    *,
    progress: Callable[[int], None] = _quiet,
    documents_at_once: int = DOCUMENTS_AT_ONCE,
) -> tuple[list[str], int]:
    """Make these the weights, in place of those before. The names whose reliability changed, and how many documents they
    have; `progress` is told that number as it grows.

    Raises GraphError.
    """
    changed = await graph.write(_set, {one.name: one for one in publishers})
    seen, after = 0, ""
    while changed:
        documents = await graph.write(_project_some, changed, after, documents_at_once)
        if not documents:
            await graph.write(_settle)
            break
        seen, after = seen + len(documents), documents[-1]
        progress(seen)
    return changed, seen


async def _set(tx: AsyncManagedTransaction, publishers: dict[str, Publisher]) -> list[str]:
    async with change(tx) as changes:
        had = await read_publishers(tx)
        record = await (await tx.run(STALE)).single()
        stale = set((record and record["stale"]) or ())
        before = {name: one.reliability for name, one in had.items()}
        now = {name: one.reliability for name, one in publishers.items()}
        changed = {name for name in before | now if before.get(name, 1.0) != now.get(name, 1.0)}
        stale |= changed
        if stale or had != publishers:
            written = await tx.run(
                WRITE_PUBLISHERS,
                properties=stored(publishers),
                stale=sorted(stale) or None,
                version=changes.version,
            )
            await written.consume()
            changes.past.weights(had)
            changes.mark()
        return sorted(stale)


async def _project_some(tx: AsyncManagedTransaction, names: Sequence[str], after: str, limit: int) -> list[DocumentId]:
    """Write anew what the next documents stand behind; their ids, in order."""
    async with change(tx) as changes:
        result = await tx.run(DOCUMENTS_AFTER, names=names, after=after, limit=limit)
        documents = [DocumentId(row["id"]) async for row in result]
        await changes.touch(await edges_of_documents(tx, documents))
    return documents


async def _settle(tx: AsyncManagedTransaction) -> None:
    await (await tx.run(SETTLED)).consume()
