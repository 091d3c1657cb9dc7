"""What the graph holds of jobs: last run, next run, how often in a row they failed. Loaders write it, the service tells it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native


class JobStatus(StrEnum):
    """How the last run of a job stands."""

    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


JOB_STATUS_MEANINGS = {
    JobStatus.RUNNING: "The run is still at work.",
    JobStatus.FINISHED: "All of it is in the graph.",
    JobStatus.REFUSED: "It finished, but records were refused.",
    JobStatus.INTERRUPTED: "It was stopped, or its process died; its next run goes on there.",
    JobStatus.FAILED: "It could not be done; the error says why.",
}


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands."""

    name: str
    status: JobStatus
    last_run: dt.datetime | None
    """When it last began."""
    next_run: dt.datetime | None
    """When it is due again, as reckoned when it last ended."""
    failures: int
    """Runs in a row that failed."""
    error: str | None
    seconds: float | None
    """How long the last run that ended took."""


def job_lock(name: str) -> str:
    """Name of the lock that a job holds while it is at work."""
    return f"lock:job:{name}"


JOB_STATES: LiteralString = """
MATCH (state:GraphState) WHERE state.id STARTS WITH 'job:'
OPTIONAL MATCH (lock:GraphState {id: 'lock:' + state.id})
RETURN substring(state.id, 4) AS name,
  CASE WHEN state.status = 'running' AND coalesce(lock.until < datetime(), true) THEN 'interrupted'
    ELSE state.status END AS status,
  state.last_run AS last_run, state.next_run AS next_run, coalesce(state.failures, 0) AS failures,
  state.error AS error, state.seconds AS seconds
ORDER BY name
"""


async def job_states(tx: AsyncManagedTransaction) -> dict[str, JobState]:
    """States of all jobs that ever ran, by name; one that its process no longer holds is interrupted."""
    states = {}
    async for record in await tx.run(JOB_STATES):
        times = {name: native(record[name]) for name in ("last_run", "next_run")}
        states[record["name"]] = JobState(
            name=record["name"],
            status=JobStatus(record["status"]),
            failures=record["failures"],
            error=record["error"],
            seconds=record["seconds"],
            **times,
        )
    return states
