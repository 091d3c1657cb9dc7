"""Load runs in the graph: what was loaded when, how far it got, how it ended. A checkpoint commits with its batch."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import LiteralString

import orjson
from neo4j import AsyncManagedTransaction

from graph_schema.domain import LoadRun, RunStatus
from graph_schema.ids import RunId
from loaders.counts import Counts


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where an unfinished run of the same input stopped."""

    run: RunId
    records: int
    """Records of the input that are dealt with."""


def new_run(job: str, source: str) -> LoadRun:
    """A run that begins now."""
    now = dt.datetime.now(dt.UTC)
    return LoadRun(RunId(f"run:{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"), job, source, started=now)


RESUMABLE: LiteralString = """
MATCH (run:LoadRun {fingerprint: $fingerprint})
WITH run ORDER BY run.started DESC, run.id DESC LIMIT 1
WITH run WHERE run.status <> 'finished' AND run.checkpoint > 0
RETURN run.id AS id, run.checkpoint AS records
"""


async def find_checkpoint(tx: AsyncManagedTransaction, fingerprint: str) -> Checkpoint | None:
    """Where the last run over the same content stopped; None when it finished, or there was none."""
    record = await (await tx.run(RESUMABLE, fingerprint=fingerprint)).single()
    return None if record is None else Checkpoint(record["id"], record["records"])


START: LiteralString = """
MERGE (run:LoadRun {id: $id})
SET run.job = $job, run.source = $source, run.started = $started, run.status = 'running', run.counts = '{}',
    run.fingerprint = $fingerprint, run.checkpoint = $records, run.resumes = $resumes
WITH run
OPTIONAL MATCH (earlier:LoadRun {id: $resumes}) WHERE earlier.status = 'running'
SET earlier.status = 'interrupted'
"""


async def start(
    tx: AsyncManagedTransaction, run: LoadRun, fingerprint: str | None, checkpoint: Checkpoint | None
) -> None:
    """Record that `run` begins; a run that it resumes and that never reported its end was interrupted."""
    result = await tx.run(
        START,
        id=run.id,
        job=run.job,
        source=run.source,
        started=run.started,
        fingerprint=fingerprint,
        records=0 if checkpoint is None else checkpoint.records,
        resumes=None if checkpoint is None else checkpoint.run,
    )
    await result.consume()


CHECKPOINT: LiteralString = """
MATCH (run:LoadRun {id: $id})
SET run.checkpoint = $records, run.counts = $counts, run.updated = datetime()
"""


async def save_checkpoint(tx: AsyncManagedTransaction, run: RunId, records: int, counts: Counts) -> None:
    """Record, in the transaction of a batch, that the first `records` records of the input are dealt with."""
    await (await tx.run(CHECKPOINT, id=run, records=records, counts=_json(counts))).consume()


FINISH: LiteralString = """
MATCH (run:LoadRun {id: $id})
SET run.status = $status, run.finished = datetime(), run.counts = $counts, run.error = $error
"""


async def finish(
    tx: AsyncManagedTransaction, run: RunId, status: RunStatus, counts: Counts, error: str | None = None
) -> None:
    """Record how a run ended."""
    await (await tx.run(FINISH, id=run, status=status, counts=_json(counts), error=error)).consume()


def _json(counts: Counts) -> str:
    return orjson.dumps(counts.as_dict()).decode()
