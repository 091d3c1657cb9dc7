"""One run of a job: attempts with growing pauses between them, a limit of time, a record of how it ended."""

import asyncio
import contextlib
import datetime as dt
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from graph_schema.correlation import Work, working_for
from graph_schema.database.connection import open_graph
from graph_schema.database.graph import Graph
from graph_schema.database.locks import graph_lock
from graph_schema.domain import RunStatus
from graph_schema.errors import ChokepointError, GraphBusy, JobRunning, JobTimedOut
from graph_schema.exit_codes import ExitCode
from graph_schema.job_states import JobStatus, job_lock
from graph_schema.tracing import span
from loaders.jobs import metrics, state
from loaders.jobs.definition import JobDefinition
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.execution import Plan, execute
from loaders.loading.inputs import make_input
from loaders.loading.pipeline import Outcome
from loaders.settings import LoadSettings

Connect = Callable[[], AbstractAsyncContextManager[Graph]]
STOP_GRACE_S = 30.0
"""How long a load that ran out of time may take to finish the batch at hand, in seconds."""
_LONGEST_PAUSE_S = 3_600.0


@asynccontextmanager
async def default_connection() -> AsyncIterator[Graph]:
    """The graph of the settings, with its schema up to date; slow queries are logged."""
    async with open_graph(apply_schema=True) as graph:
        yield graph.telling_slow_queries()


@dataclass(frozen=True, slots=True)
class JobReport:
    """How one run of a job ended."""

    job: str
    status: JobStatus
    exit_code: int
    attempts: int
    seconds: float
    counts: dict[str, int]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class AtWork:
    """A job that the graph holds as at work."""

    graph: Graph
    mark: AsyncExitStack

    async def leave(self) -> None:
        """Let others start it again."""
        await self.mark.aclose()

    def again(self) -> AbstractAsyncContextManager[Graph]:
        """The same connection once more, which this does not close."""
        return contextlib.nullcontext(self.graph)


async def begin_job(name: str, connect: Connect) -> AtWork:
    """Mark a job as at work in the graph. Raises JobRunning, when it is already, here or in another process; GraphError."""
    async with AsyncExitStack() as mark:
        graph = await mark.enter_async_context(connect())
        try:
            await mark.enter_async_context(graph_lock(graph, job_lock(name), f"job {name}", wait_s=0))
        except GraphBusy as error:
            raise JobRunning(name) from error
        await graph.write(state.begin, name, dt.datetime.now(dt.UTC))
        return AtWork(graph, mark.pop_all())


async def run_job(
    job: JobDefinition,
    settings: LoadSettings,
    *,
    stop: asyncio.Event,
    connect: Connect = default_connection,
    begun: AtWork | None = None,
) -> JobReport:
    """Run `job` once, with its retries. `stop` ends it after the batch at hand; `begun` is what `begin_job` gave.

    Raises JobRunning when it is at work already, and nothing else that a job can meet; a bug is recorded as a failure first.
    """
    with working_for(Work(f"{job.name}/{secrets.token_hex(4)}")) as work, span("job", chokepoint__job=work.id):
        return await _run(job, settings, stop, connect, begun)


async def _run(
    job: JobDefinition, settings: LoadSettings, stop: asyncio.Event, connect: Connect, begun: AtWork | None
) -> JobReport:
    log = structlog.get_logger().bind(job=job.name)
    clock, at_work = time.monotonic(), begun
    log.info("job begins", source=job.source)
    outcomes: list[Outcome] = []
    error: ChokepointError | None = None
    async with AsyncExitStack() as ending:
        ending.enter_context(metrics.RUNNING.track_inprogress())
        if at_work is not None:
            ending.push_async_callback(at_work.leave)

        async def attempt() -> list[Outcome]:
            nonlocal at_work
            if at_work is None:
                at_work = await begin_job(job.name, connect)
                ending.push_async_callback(at_work.leave)
            return await _attempt(job, settings, stop, at_work.graph)

        attempts = _attempts(job, stop, log)
        try:
            outcomes = await attempts(attempt)
        except JobRunning:
            raise
        except ChokepointError as problem:
            error = problem
        except Exception as bug:
            seconds, told = time.monotonic() - clock, f"internal error: {type(bug).__name__}; see the log"
            failed = JobReport(job.name, JobStatus.FAILED, ExitCode.FAILED, _made(attempts), seconds, {}, told)
            await _record(connect if at_work is None else at_work.again, log, job, failed)
            raise
        report = _report(job, outcomes, error, _made(attempts), time.monotonic() - clock, stopped=stop.is_set())
        _measure(report)
        await _record(connect if at_work is None else at_work.again, log, job, report)
    _tell(log, report)
    return report


def _attempts(job: JobDefinition, stop: asyncio.Event, log: structlog.BoundLogger) -> AsyncRetrying:
    """Tries again what may pass by itself, after growing pauses, until the job has no more retries or is stopped."""

    async def pause(seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)

    def tell(state: RetryCallState) -> None:
        assert state.outcome is not None
        error = state.outcome.exception()
        code, seconds = getattr(error, "code", None), state.upcoming_sleep
        log.warning("attempt failed", attempt=state.attempt_number, error=str(error), code=code, again_in_s=seconds)

    return AsyncRetrying(
        retry=retry_if_exception(_may_pass),
        stop=lambda state: stop.is_set() or state.attempt_number > job.retries,
        wait=wait_exponential(multiplier=job.backoff.total_seconds(), max=_LONGEST_PAUSE_S),
        sleep=pause,
        before_sleep=tell,
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ChokepointError) and error.retryable and not isinstance(error, JobRunning)


def _made(attempts: AsyncRetrying) -> int:
    return int(attempts.statistics["attempt_number"])


async def _attempt(job: JobDefinition, settings: LoadSettings, stop: asyncio.Event, graph: Graph) -> list[Outcome]:
    """One attempt within the job's time. Raises JobTimedOut, and what loading raises."""
    input = await asyncio.to_thread(make_input, job.source, job.arguments, settings)
    plan = Plan([input], job.name, settings, job.is_full, job.expectations)
    letters = DeadLetterFile(settings.dead_letters / f"{job.name}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}.jsonl")
    seconds = job.timeout.total_seconds()
    async with _time_is_up(stop, seconds) as ending:
        try:
            async with asyncio.timeout(seconds + STOP_GRACE_S):
                outcomes = await execute(graph, plan, letters, stop=ending)
        except TimeoutError as error:
            raise JobTimedOut(f"{job.name} took longer than {seconds:g} s and did not stop") from error
    if not stop.is_set() and any(outcome.status is RunStatus.INTERRUPTED for outcome in outcomes):
        raise JobTimedOut(f"{job.name} took longer than {seconds:g} s; its next run goes on where it stopped")
    return outcomes


@asynccontextmanager
async def _time_is_up(stop: asyncio.Event, seconds: float) -> AsyncIterator[asyncio.Event]:
    """An event that is set with `stop`, or after `seconds`."""
    ending = asyncio.Event()

    async def watch() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
        ending.set()

    watching = asyncio.create_task(watch())
    try:
        yield ending
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _record(connect: Connect, log: structlog.BoundLogger, job: JobDefinition, report: JobReport) -> None:
    """Write how the job ended; a database that is away is in the log."""
    try:
        async with connect() as graph:
            await graph.write(
                state.end,
                job.name,
                status=report.status,
                error=report.error,
                seconds=report.seconds,
                next_run=job.next_run(dt.datetime.now(dt.UTC)),
            )
    except ChokepointError as error:
        log.warning("the job's state could not be recorded", error=str(error))


def _tell(log: structlog.BoundLogger, report: JobReport) -> None:
    level = log.error if report.status is JobStatus.FAILED else log.info
    level(
        "job ended",
        status=report.status.value,
        seconds=round(report.seconds, 3),
        attempts=report.attempts,
        error=report.error,
        **{name: value for name, value in report.counts.items() if value},
    )


def _report(
    job: JobDefinition,
    outcomes: list[Outcome],
    error: ChokepointError | None,
    attempts: int,
    seconds: float,
    *,
    stopped: bool,
) -> JobReport:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(outcome.counts.as_dict())
    status, exit_code = JobStatus.FINISHED, ExitCode.DONE
    if error is not None:
        status, exit_code = (
            (JobStatus.INTERRUPTED, ExitCode.INTERRUPTED) if stopped else (JobStatus.FAILED, error.exit_code)
        )
    elif any(outcome.status is RunStatus.INTERRUPTED for outcome in outcomes):
        status, exit_code = JobStatus.INTERRUPTED, ExitCode.INTERRUPTED
    elif counts["records_refused"]:
        status, exit_code = JobStatus.REFUSED, ExitCode.REFUSED
    return JobReport(
        job.name, status, exit_code, attempts, seconds, dict(counts), None if error is None else str(error)
    )


def _measure(report: JobReport) -> None:
    metrics.RUNS.labels(report.job, report.status).inc()
    metrics.SECONDS.labels(report.job).observe(report.seconds)
    read, refused = report.counts.get("records_read", 0), report.counts.get("records_refused", 0)
    metrics.RECORDS.labels(report.job, "refused").inc(refused)
    metrics.RECORDS.labels(report.job, "taken").inc(read - refused)
    if report.status is JobStatus.FAILED:
        metrics.FAILURES.labels(report.job).inc()
    elif report.status is not JobStatus.INTERRUPTED:
        metrics.FAILURES.labels(report.job).set(0)
        metrics.LAST_SUCCESS.labels(report.job).set_to_current_time()
