"""A check of the whole graph: schema, claims, edges, locks, runs."""

from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.backup.marker import unfinished_restore
from graph_schema.database.graph import Graph
from loaders.checking.findings import Finding, Kind, Report
from loaders.checking.projected import check_edges

LOCKS_LEFT: LiteralString = """
MATCH (lock:GraphState) WHERE lock.token IS NOT NULL AND lock.until < datetime()
RETURN lock.id AS id, lock.token AS token, lock.who AS who ORDER BY id
"""
FREE: LiteralString = """
UNWIND $tokens AS token
MATCH (lock:GraphState {token: token}) WHERE lock.until < datetime()
REMOVE lock.token, lock.who, lock.process, lock.since, lock.until
"""
RUNS_OPEN: LiteralString = """
MATCH (run:LoadRun {status: 'running'})
WHERE $alone OR NOT EXISTS { MATCH (lock:GraphState {id: 'writer'}) WHERE lock.token IS NOT NULL AND lock.until >= datetime() }
RETURN run.id AS id, toString(run.started) AS started ORDER BY id
"""
END_RUNS: LiteralString = (
    "UNWIND $ids AS id MATCH (run:LoadRun {id: id, status: 'running'}) SET run.status = 'interrupted'"
)


async def check(graph: Graph, *, repair: bool = False) -> Report:
    """What is wrong with the graph. With `repair`, what can be mended safely is; it must then hold the right to write.

    Raises GraphUnavailable, GraphError.
    """
    report = Report()
    report.findings += [Finding(Kind.SCHEMA_DRIFT, line) for line in await schema.differences(graph)]
    if (file := await unfinished_restore(graph)) is not None:
        report.findings.append(Finding(Kind.RESTORE_UNFINISHED, file, "restore it again"))
    await check_edges(graph, report, repair=repair)
    report.findings += await (graph.write if repair else graph.read)(_locks, repair)
    report.findings += await (graph.write if repair else graph.read)(_runs, repair)
    return report


async def _locks(tx: AsyncManagedTransaction, repair: bool) -> list[Finding]:
    rows = [record.data() async for record in await tx.run(LOCKS_LEFT)]
    if repair and rows:
        await (await tx.run(FREE, tokens=[row["token"] for row in rows])).consume()
    return [Finding(Kind.LOCK_LEFT, row["id"], f"by {row['who']}", repaired=repair) for row in rows]


async def _runs(tx: AsyncManagedTransaction, repair: bool) -> list[Finding]:
    rows = [record.data() async for record in await tx.run(RUNS_OPEN, alone=repair)]
    if repair and rows:
        await (await tx.run(END_RUNS, ids=[row["id"] for row in rows])).consume()
    return [Finding(Kind.RUN_OPEN, row["id"], f"begun {row['started']}", repaired=repair) for row in rows]
