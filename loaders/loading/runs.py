"""Load runs in the graph: what was loaded when, how far it got, how it ended. A checkpoint commits with its batch."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import orjson
from neo4j import AsyncManagedTransaction

from graph_schema.domain import LoadRun, RunStatus
from graph_schema.ids import RunId
from loaders.writing.counts import Counts


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


@dataclass(frozen=True, slots=True)
class SubmissionKey:
    """What a client calls a submission, so that sending it again does not load it again."""

    key: str
    content: str
    """Hash of what was sent."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The run that loaded a submission."""

    run: RunId
    content: str
    finished: bool
    """Whether all of it is in the graph: then it need not be loaded again."""
    counts: Mapping[str, int]
    refused: Sequence[str]
    """A line for each record that was refused."""


SUBMITTED: LiteralString = """
MATCH (run:LoadRun {idempotency_key: $key})
RETURN run.id AS id, run.content AS content, run.status = 'finished' AS finished, run.counts AS counts,
  coalesce(run.refused, []) AS refused
"""


async def find_submitted(tx: AsyncManagedTransaction, key: str) -> Submitted | None:
    """The last run that loaded, or tried to, what this key was sent with; None when the key is new."""
    row = await (await tx.run(SUBMITTED, key=key)).single()
    if row is None:
        return None
    return Submitted(row["id"], row["content"], row["finished"], orjson.loads(row["counts"]), row["refused"])


FREE_KEY: LiteralString = """
MATCH (run:LoadRun {idempotency_key: $key})
SET run.idempotency_key = null
"""
GIVE_KEY: LiteralString = """
MATCH (run:LoadRun {id: $id})
SET run.idempotency_key = $key, run.content = $content
"""


async def _give_key(tx: AsyncManagedTransaction, run: RunId, key: SubmissionKey) -> None:
    """Make `run` the one that answers for the key, in the place of one that did not finish."""
    await (await tx.run(FREE_KEY, key=key.key)).consume()
    await (await tx.run(GIVE_KEY, id=run, key=key.key, content=key.content)).consume()


REFUSED: LiteralString = "MATCH (run:LoadRun {id: $id}) SET run.refused = $refused"


async def save_refused(tx: AsyncManagedTransaction, run: RunId, refused: Sequence[str]) -> None:
    """Keep what a submission's answer says of its refused records."""
    await (await tx.run(REFUSED, id=run, refused=list(refused))).consume()


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
MATCH (earlier:LoadRun {status: 'running'}) WHERE earlier <> run
SET earlier.status = 'interrupted'
"""


async def start(
    tx: AsyncManagedTransaction,
    run: LoadRun,
    fingerprint: str | None,
    checkpoint: Checkpoint | None,
    key: SubmissionKey | None = None,
) -> None:
    """Record that `run` begins, under `key`. One load writes at a time: runs that never reported their end were interrupted."""
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
    if key is not None:
        await _give_key(tx, run.id, key)


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
