"""A load: records of an input in, batches in the graph out; the next batch is made while the last one is written.

A load may stop at any moment: its checkpoint commits with each batch, and a later load of the same content goes on there.
"""

import asyncio
import gc
import logging
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from neo4j import AsyncManagedTransaction
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_delay, wait_exponential

from graph_schema.database.graph import Graph
from graph_schema.domain import LoadRun, RunStatus
from graph_schema.errors import ChokepointError, GraphError, MalformedRecord
from graph_schema.ids import RunId
from graph_schema.tracing import span
from loaders.judgements.folding import refold
from loaders.loading import runs
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input, Taken
from loaders.settings import LoadSettings
from loaders.writing.batch import Batch
from loaders.writing.change import change
from loaders.writing.counts import Counts
from loaders.writing.writer import write_batch

_log = logging.getLogger("chokepoint")
_LONGEST_CHUNK_S = 5.0
"""A slow input is written this often, in seconds, so that a stop loses little."""
_MOST_RECORDS = 10
"""Records per statement of a full batch: refused ones and texts that say nothing count too."""
_ALLOCATIONS = 50_000
"""Objects made before Python looks for cycles among them; by itself it does after 700."""
_MOST_DIFFERENT = 10_000
"""Different predicates that are counted, so that a bad input cannot fill the memory."""


@dataclass(slots=True)
class Findings:
    """What else was noticed: material to grow the vocabulary and to mend the input."""

    unmapped: Counter[str] = field(default_factory=Counter)
    """Predicates that the vocabulary lacks, kept as RELATED_TO."""
    misfits: Counter[str] = field(default_factory=Counter)
    """Relations whose signature did not admit their ends, kept as RELATED_TO."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Candidates that the extractor did not make into triples, by reason."""

    def note(self, taken: Taken) -> None:
        """Count what one record shows."""
        self.rejected.update(taken.rejected)
        for statement in taken.statements:
            words = statement.unmapped
            if words is not None and (words in self.unmapped or len(self.unmapped) < _MOST_DIFFERENT):
                self.unmapped[words] += 1
            if statement.misfit is not None:
                self.misfits[statement.misfit.value] += 1

    def add(self, other: "Findings") -> None:
        """Add what another part of the input showed."""
        for mine, others in (
            (self.unmapped, other.unmapped),
            (self.misfits, other.misfits),
            (self.rejected, other.rejected),
        ):
            mine.update({key: count for key, count in others.items() if key in mine or len(mine) < _MOST_DIFFERENT})


@dataclass(slots=True)
class InputChunk:
    """A part of the input, ready to be written in one transaction."""

    batch: Batch = field(default_factory=Batch)
    records: int = 0
    refused: list[MalformedRecord] = field(default_factory=list)
    silent: int = 0
    findings: Findings = field(default_factory=Findings)

    def take(self, record: Taken | MalformedRecord) -> None:
        """Take one record in."""
        self.records += 1
        if isinstance(record, MalformedRecord):
            self.refused.append(record)
            return
        self.findings.note(record)
        self.silent += not record.statements
        if record.withdrawn and record.reading is not None:
            self.batch.withdrawn[record.document.id] = record.reading
        elif record.reading is not None and record.silent:
            self.batch.add_silence(record.document.id, record.reading)
        elif record.reading is not None:
            self.batch.add_reading(record.document, record.reading, record.statements)
        else:
            for statement in record.statements:
                self.batch.add(record.document, statement)


def chunks(records: Iterator[Taken | MalformedRecord], size: int) -> Iterator[InputChunk]:
    """The records in chunks of about `size` statements; a record is never split."""
    chunk, begun = InputChunk(), time.monotonic()
    for record in records:
        chunk.take(record)
        full = chunk.batch.statements >= size or chunk.records >= size * _MOST_RECORDS
        if full or time.monotonic() - begun > _LONGEST_CHUNK_S:
            yield chunk
            chunk, begun = InputChunk(), time.monotonic()
    if chunk.records:
        yield chunk


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a load ended."""

    run: LoadRun
    status: RunStatus
    counts: Counts
    findings: Findings
    resumed_at: int = 0
    """Records that an earlier, interrupted run had dealt with."""
    seconds: float = 0.0


def check(input: Input) -> tuple[Counts, Findings, list[MalformedRecord]]:
    """What a load of `input` would read, refuse and notice, without a database; of the refusals the first hundred.

    Raises SourceUnavailable, SourceError.
    """
    counts, findings = Counts(), Findings()
    refusals: list[MalformedRecord] = []
    for chunk in chunks(input.records(), 1_000):
        counts.add(Counts(chunk.records, len(chunk.refused), chunk.silent, chunk.batch.statements))
        findings.add(chunk.findings)
        refusals.extend(chunk.refused[: 100 - len(refusals)])
    return counts, findings, refusals


Progress = Callable[[Counts], None]
Guard = Callable[[AsyncManagedTransaction], Awaitable[None]]
Finishing = Callable[[RunId], Awaitable[Counts]]


async def load(
    graph: Graph,
    input: Input,
    *,
    job: str,
    settings: LoadSettings,
    dead_letters: DeadLetterFile,
    stop: asyncio.Event | None = None,
    progress: Progress | None = None,
    guard: Guard | None = None,
    finishing: Finishing | None = None,
    key: runs.SubmissionKey | None = None,
) -> Outcome:
    """Bring `input` into the graph. Once `stop` is set the batch at hand is finished and the run ends as interrupted.

    `guard` is asked in each transaction whether it may still write; `finishing` is what remains to be done once all of the
    input is in, as part of the run; `key` is what a client calls it. Raises SourceUnavailable, SourceError, GraphError,
    SettingsError; the run is then recorded as failed where possible.
    """
    begun = time.monotonic()
    fingerprint = await asyncio.to_thread(input.fingerprint)
    checkpoint = None if fingerprint is None else await graph.read(runs.find_checkpoint, fingerprint)
    run = runs.new_run(job, input.source)
    await graph.write(runs.start, run, fingerprint, checkpoint, key)
    skip = 0 if checkpoint is None else checkpoint.records
    loading = _Loading(
        graph, run.id, settings, dead_letters, stop or asyncio.Event(), progress or (lambda _: None), skip, guard
    )
    try:
        with seldom_collecting():
            status = await loading.all(input)
        if finishing is not None and status is RunStatus.FINISHED:
            loading.counts.add(await finishing(run.id))
    except ChokepointError as error:
        await loading.end(RunStatus.FAILED, str(error))
        raise
    except asyncio.CancelledError:
        await asyncio.shield(loading.end(RunStatus.INTERRUPTED))
        raise
    await graph.write(runs.finish, run.id, status, loading.counts)
    return Outcome(run, status, loading.counts, loading.findings, skip, time.monotonic() - begun)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Batches are many objects without a cycle among them; looking for cycles as often as usual takes a sixth of a load."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(slots=True)
class _Loading:
    """The state of one load."""

    graph: Graph
    run: RunId
    settings: LoadSettings
    dead_letters: DeadLetterFile
    stop: asyncio.Event
    progress: Progress
    records: int
    """Records of the input that are dealt with, by an earlier run too."""
    guard: Guard | None = None
    counts: Counts = field(default_factory=Counts)
    findings: Findings = field(default_factory=Findings)

    async def all(self, input: Input) -> RunStatus:
        """Write chunk after chunk until the input ends or the load is stopped."""
        producer = _Producer(input, self.records, self.settings.batch_size)
        try:
            while (chunk := await producer.next(self.stop)) is not None:
                await asyncio.to_thread(self.dead_letters.write, input.kind, input.source, chunk.refused)
                await self._write_patiently(chunk)
            return RunStatus.INTERRUPTED if self.stop.is_set() else RunStatus.FINISHED
        finally:
            producer.close()

    async def end(self, status: RunStatus, error: str | None = None) -> None:
        """Record how the run ended; a database that is gone learns it from the next run."""
        try:
            await self.graph.write(runs.finish, self.run, status, self.counts, error)
        except GraphError:
            return

    async def _write_patiently(self, chunk: InputChunk) -> None:
        """Write a chunk; a database that went away has `patience_s` to come back, for a batch may be written twice."""
        waiting = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, GraphError) and error.retryable),
            wait=wait_exponential(multiplier=0.5, max=5),
            before_sleep=_say,
            stop=lambda state: self.stop.is_set() or stop_after_delay(self.settings.patience_s)(state),
            reraise=True,
        )
        with span("batch", chokepoint__run=self.run, chokepoint__records=chunk.records):
            self.counts = await waiting(self.graph.write, self._write, chunk)
        self.records += chunk.records
        self.findings.add(chunk.findings)
        self.progress(self.counts)

    async def _write(self, tx: AsyncManagedTransaction, chunk: InputChunk) -> Counts:
        if self.guard is not None:
            await self.guard(tx)
        counts = Counts(chunk.records, len(chunk.refused), chunk.silent)
        counts.add(self.counts)
        counts.add(await write_folded(tx, chunk.batch, self.run))
        await runs.save_checkpoint(tx, self.run, self.records + chunk.records, counts)
        return counts


async def write_folded(tx: AsyncManagedTransaction, batch: Batch, run: RunId) -> Counts:
    """Write a batch, what was judged to be one entity as one. Raises MissingEndpoint."""
    async with change(tx) as graph:
        await write_batch(graph, batch, run)
        await refold(graph)
    return graph.counts


def _say(state: RetryCallState) -> None:
    if state.attempt_number == 1 and state.outcome is not None:
        _log.warning("the database is away, the load waits for it: %s", state.outcome.exception())


class _Producer:
    """Makes chunks in a thread of its own, at most one ahead of the writer.

    The thread is a daemon: one that waits for a silent standard input must not keep the program from ending.
    """

    def __init__(self, input: Input, skip: int, size: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[InputChunk | Exception | None] = asyncio.Queue(maxsize=1)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(input, skip, size), name="load-input", daemon=True)
        self._thread.start()

    async def next(self, stop: asyncio.Event) -> InputChunk | None:
        """The next chunk; None at the end of the input or once `stop` is set. Raises what reading the input raised."""
        chunk, stopped = asyncio.ensure_future(self._queue.get()), asyncio.ensure_future(stop.wait())
        await asyncio.wait({chunk, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stop.is_set():
            chunk.cancel()
            return None
        item = await chunk
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        """Let the thread end at its next chunk."""
        self._closed.set()
        while not self._queue.empty():
            self._queue.get_nowait()

    def _run(self, input: Input, skip: int, size: int) -> None:
        try:
            for chunk in chunks(self._while_open(input.records(skip)), size):
                self._put(chunk)
            self._put(None)
        except Exception as error:  # noqa: BLE001  the reader's end of the queue raises it
            self._put(error)

    def _while_open(self, records: Iterator[Taken | MalformedRecord]) -> Iterator[Taken | MalformedRecord]:
        for record in records:
            if self._closed.is_set():
                return
            yield record

    def _put(self, item: InputChunk | Exception | None) -> None:
        if self._closed.is_set():
            return
        try:
            asyncio.run_coroutine_threadsafe(self._queue.put(item), self._loop).result()
        except RuntimeError:
            self._closed.set()  # the loop has ended before the input
