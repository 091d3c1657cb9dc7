"""Load runs: listed newest first, by id, and the last finished one of each source."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, one, rows
from graph_schema.domain import RunStatus
from graph_schema.ids import RunId
from service.queries.records import LoadRunRecord

# Every run has started after the year 1: the condition lets the planner read the index of that property, in its order.
LOAD_RUNS: LiteralString = """
MATCH (run:LoadRun)
WHERE run.started >= datetime('0001-01-01T00:00:00Z')
  AND ($job IS NULL OR run.job = $job) AND ($status IS NULL OR run.status = $status)
WITH run ORDER BY run.started DESC, run.id SKIP $skip LIMIT $limit
RETURN collect(run {.*}) AS rows
"""


async def load_runs(
    tx: AsyncManagedTransaction, *, job: str | None, status: RunStatus | None, skip: int, limit: int
) -> list[LoadRunRecord]:
    """Load runs, newest first."""
    state = None if status is None else status.value
    return [_load_run(run) for run in await rows(tx, LOAD_RUNS, job=job, status=state, skip=skip, limit=limit)]


LOAD_RUNS_COUNTED: LiteralString = """
MATCH (run:LoadRun)
WHERE run.started >= datetime('0001-01-01T00:00:00Z')
  AND ($job IS NULL OR run.job = $job) AND ($status IS NULL OR run.status = $status)
RETURN count(run) AS runs
"""


async def load_runs_counted(tx: AsyncManagedTransaction, *, job: str | None, status: RunStatus | None) -> int:
    """How many load runs there are."""
    state = None if status is None else status.value
    return int((await one(tx, LOAD_RUNS_COUNTED, job=job, status=state))["runs"])


SOURCES_LOADED: LiteralString = """
MATCH (run:LoadRun)
WHERE run.started >= datetime('0001-01-01T00:00:00Z') AND run.status = $status AND run.finished IS NOT NULL
WITH run.source AS source, max([run.finished, run.id]) AS last
WITH last ORDER BY last[0] DESC, last[1] SKIP $skip LIMIT $limit
MATCH (run:LoadRun {id: last[1]})
WITH run ORDER BY run.finished DESC, run.id
RETURN collect(run {.*}) AS rows
"""


async def sources_loaded(tx: AsyncManagedTransaction, *, skip: int, limit: int) -> list[LoadRunRecord]:
    """Of each source the run that finished last, the latest first. Runs that failed or still go on do not count."""
    found = await rows(tx, SOURCES_LOADED, status=RunStatus.FINISHED.value, skip=skip, limit=limit)
    return [_load_run(run) for run in found]


LOAD_RUNS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (run:LoadRun {id: id})
RETURN collect(run {.*}) AS rows
"""


async def load_runs_by_id(tx: AsyncManagedTransaction, ids: Iterable[RunId]) -> dict[RunId, LoadRunRecord]:
    """Those of `ids` that exist."""
    return {run.id: run for run in map(_load_run, await rows(tx, LOAD_RUNS_BY_ID, ids=list(ids)))}


def _load_run(run: Mapping[str, Any]) -> LoadRunRecord:
    counts = run.get("counts") or {}
    return LoadRunRecord(
        id=RunId(run["id"]),
        job=run["job"],
        source=run["source"],
        started=native(run["started"]),
        finished=native(run.get("finished")),
        status=RunStatus(run["status"]),
        counts=json.loads(counts) if isinstance(counts, str) else counts,
        error=run.get("error"),
    )
