"""The mark of a restore under way: a node that is there from its first write to its last."""

from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph

MARK: LiteralString = "MERGE (mark:GraphState {id: 'restore'}) SET mark.file = $file, mark.started = datetime()"
UNMARK: LiteralString = "MATCH (mark:GraphState {id: 'restore'}) DELETE mark"
MARKED: LiteralString = "MATCH (mark:GraphState {id: 'restore'}) RETURN mark.file AS file"


async def mark(tx: AsyncManagedTransaction, file: str) -> None:
    """Note that the restore of `file` has begun."""
    await (await tx.run(MARK, file=file)).consume()


async def unmark(tx: AsyncManagedTransaction) -> None:
    """Note that it is done."""
    await (await tx.run(UNMARK)).consume()


async def marked(tx: AsyncManagedTransaction) -> str | None:
    """Name of the file whose restore began and did not finish."""
    record = await (await tx.run(MARKED)).single()
    return None if record is None else str(record["file"])


async def unfinished_restore(graph: Graph) -> str | None:
    """Name of the file whose restore began and did not finish; None when the graph is whole."""
    return await graph.read(marked)
