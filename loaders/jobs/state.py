"""What becomes of a job, written into the graph: that it began, how it ended. `graph_schema.job_states` reads it."""

import datetime as dt
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.job_states import JobStatus

BEGIN: LiteralString = """
MERGE (state:GraphState {id: 'job:' + $name})
SET state.status = 'running', state.last_run = $began
"""
END: LiteralString = """
MERGE (state:GraphState {id: 'job:' + $name})
SET state.failures = CASE WHEN $status = 'failed' THEN coalesce(state.failures, 0) + 1
                          WHEN $status = 'interrupted' THEN coalesce(state.failures, 0) ELSE 0 END,
    state.status = $status, state.error = $error, state.seconds = $seconds, state.next_run = $next_run
"""


async def begin(tx: AsyncManagedTransaction, name: str, began: dt.datetime) -> None:
    """Record that a job begins."""
    await (await tx.run(BEGIN, name=name, began=began)).consume()


async def end(
    tx: AsyncManagedTransaction,
    name: str,
    *,
    status: JobStatus,
    error: str | None,
    seconds: float,
    next_run: dt.datetime | None,
) -> None:
    """Record how a job ended."""
    work = await tx.run(END, name=name, status=status.value, error=error, seconds=seconds, next_run=next_run)
    await work.consume()
