"""The state of the graph: its version, its load runs."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import RunStatus
from graph_schema.ids import RunId
from service.queries.records import LoadRunRecord

GRAPH_VERSION: LiteralString = """
OPTIONAL MATCH (state:GraphState {id: 'graph'})
RETURN coalesce(state.version, 0) AS version
"""


async def graph_version(tx: AsyncManagedTransaction) -> int:
    """Number that rises with every batch written; 0 for a graph without data."""
    return int((await (await tx.run(GRAPH_VERSION)).single(strict=True))["version"])


LOAD_RUNS: LiteralString = """
MATCH (run:LoadRun)
WHERE run.started >= datetime('0001-01-01T00:00:00Z')
  AND ($job IS NULL OR run.job = $job) AND ($status IS NULL OR run.status = $status)
WITH run ORDER BY run.started DESC, run.id SKIP $skip LIMIT $limit
RETURN run {.*} AS run
ORDER BY run.started DESC, run.id
"""


async def load_runs(
    tx: AsyncManagedTransaction, *, job: str | None, status: RunStatus | None, skip: int, limit: int
) -> list[LoadRunRecord]:
    """Load runs, newest first."""
    state = None if status is None else status.value
    result = await tx.run(LOAD_RUNS, job=job, status=state, skip=skip, limit=limit)
    return [_load_run(record["run"]) async for record in result]


LOAD_RUNS_COUNTED: LiteralString = """
MATCH (run:LoadRun)
WHERE run.started >= datetime('0001-01-01T00:00:00Z')
  AND ($job IS NULL OR run.job = $job) AND ($status IS NULL OR run.status = $status)
RETURN count(run) AS runs
"""


async def load_runs_counted(tx: AsyncManagedTransaction, *, job: str | None, status: RunStatus | None) -> int:
    """How many load runs there are."""
    result = await tx.run(LOAD_RUNS_COUNTED, job=job, status=None if status is None else status.value)
    return int((await result.single(strict=True))["runs"])


LOAD_RUNS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (run:LoadRun {id: id})
RETURN run {.*} AS run
"""


async def load_runs_by_id(tx: AsyncManagedTransaction, ids: Iterable[RunId]) -> dict[RunId, LoadRunRecord]:
    """Those of `ids` that exist."""
    result = await tx.run(LOAD_RUNS_BY_ID, ids=list(ids))
    found = [_load_run(record["run"]) async for record in result]
    return {run.id: run for run in found}


def _load_run(run: Mapping[str, Any]) -> LoadRunRecord:
    counts = run.get("counts") or {}
    finished = run.get("finished")
    return LoadRunRecord(
        id=RunId(run["id"]),
        job=run["job"],
        source=run["source"],
        started=run["started"].to_native(),
        finished=None if finished is None else finished.to_native(),
        status=RunStatus(run["status"]),
        counts=json.loads(counts) if isinstance(counts, str) else counts,
        error=run.get("error"),
    )
