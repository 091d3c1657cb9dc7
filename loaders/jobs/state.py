"""What became of a job, in the graph: last run, next run, how often in a row it failed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

READ: LiteralString = """
MATCH (state:GraphState) WHERE state.id STARTS WITH 'job:'
RETURN substring(state.id, 4) AS name, state.status AS status, state.last_run AS last_run, state.next_run AS next_run,
       coalesce(state.failures, 0) AS failures, state.error AS error, state.seconds AS seconds
ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands."""

    name: str
    status: str
    """`running`, `finished`, `refused` (finished, but records were refused), `interrupted` or `failed`."""
    last_run: dt.datetime | None
    """When it last began."""
    next_run: dt.datetime | None
    failures: int
    """Runs in a row that failed."""
    error: str | None
    seconds: float | None
    """How long the last run took."""


async def read_states(tx: AsyncManagedTransaction) -> dict[str, JobState]:
    """States of all jobs that ever ran, by name."""
    states = {}
    async for record in await tx.run(READ):
        row: dict[str, Any] = record.data()
        row |= {name: row[name] and row[name].to_native() for name in ("last_run", "next_run")}
        states[row["name"]] = JobState(**row)
    return states


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
    status: str,
    error: str | None,
    seconds: float,
    next_run: dt.datetime | None,
) -> None:
    """Record how a job ended."""
    work = await tx.run(END, name=name, status=status, error=error, seconds=seconds, next_run=next_run)
    await work.consume()
