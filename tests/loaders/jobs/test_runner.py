# ruff: noqa: ASYNC240  the files are small
"""Jobs against the real server: outcomes and exit codes, retries, limits of time, state in the graph, no overlap."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import structlog
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import GraphUnavailable, JobRunning
from graph_schema.job_states import JobStatus, job_states
from graph_schema.settings import GraphSettings
from loaders.jobs.definition import JobDefinition
from loaders.jobs.runner import Connect, JobReport, begin_job, run_job
from loaders.jobs.scheduler import run_schedule
from loaders.loading.runs import start as start_of_run
from loaders.settings import LoadSettings

pytestmark = pytest.mark.anyio
P = ParamSpec("P")
T = TypeVar("T")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("subject,predicate,object\nIntel,supplies,Zorg Inc\n")
    return path


@pytest.fixture
def connect(ready: Graph) -> Connect:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Graph]:
        yield ready

    return connect


def job(table: Path, **more: Any) -> JobDefinition:
    defaults = {"name": "tables", "source": "triples", "arguments": {"paths": [str(table)]}, "schedule": "PT6H"}
    return JobDefinition.model_validate({**defaults, "backoff": "PT1S", **more})


class Away(AbstractAsyncContextManager[Graph]):
    """A database that does not answer."""

    async def __aenter__(self) -> Graph:
        raise GraphUnavailable("nothing answers")

    async def __aexit__(self, *of: object) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> LoadSettings:
    return LoadSettings(dead_letters=tmp_path / "dead", writer_wait_s=1, patience_s=1, batch_size=10)


async def run(
    job: JobDefinition, settings: LoadSettings, connect: Connect, stop: asyncio.Event | None = None
) -> JobReport:
    return await run_job(job, settings, stop=stop or asyncio.Event(), connect=connect)


async def test_a_job_that_succeeds_leaves_its_state(
    ready: Graph, table: Path, settings: LoadSettings, connect: Connect
) -> None:
    report = await run(job(table), settings, connect)
    assert (report.status, report.exit_code, report.attempts, report.counts["claims_new"]) == ("finished", 0, 1, 1)
    state = (await ready.read(job_states))["tables"]
    assert (state.status, state.failures, state.error) == ("finished", 0, None)
    assert state.last_run is not None
    assert state.next_run is not None
    assert dt.timedelta(hours=5) < state.next_run - state.last_run < dt.timedelta(hours=7)


async def test_refused_records_are_an_outcome_of_their_own(
    table: Path, settings: LoadSettings, connect: Connect
) -> None:
    table.write_text(table.read_text() + ",,\n")
    report = await run(job(table), settings, connect)
    assert (report.status, report.exit_code, report.counts["records_refused"]) == ("refused", 3, 1)
    assert len(list(settings.dead_letters.iterdir())) == 1


async def test_a_source_that_does_not_answer_is_tried_again_and_failures_are_counted(
    ready: Graph, tmp_path: Path, settings: LoadSettings, connect: Connect
) -> None:
    absent = job(tmp_path / "none.csv", retries=1)
    for failures in (1, 2):
        report = await run(absent, settings, connect)
        assert (report.status, report.exit_code, report.attempts) == ("failed", 4, 2)
        assert (await ready.read(job_states))["tables"].failures == failures
    assert report.error is not None
    assert "none.csv" in report.error


async def test_what_cannot_pass_by_itself_is_not_tried_again(
    table: Path, settings: LoadSettings, connect: Connect
) -> None:
    report = await run(job(table, expect=["5.. companies"], retries=5), settings, connect)
    assert (report.status, report.exit_code, report.attempts) == ("failed", 1, 1)


async def test_a_database_that_is_away_fails_the_job_without_a_traceback(table: Path, settings: LoadSettings) -> None:
    report = await run(job(table, retries=0), settings, Away)
    assert (report.status, report.exit_code, report.error) == ("failed", 5, "nothing answers")


async def test_a_job_out_of_time_stops_and_its_next_run_goes_on_there(
    table: Path, settings: LoadSettings, connect: Connect
) -> None:
    with table.open("a") as file:
        file.writelines(f"Firm {number} Inc,supplies,Zorg Inc\n" for number in range(3_000))
    report = await run(job(table, timeout="PT1S", retries=0), settings, connect)
    assert (report.status, report.exit_code) == ("failed", 1)
    assert report.error is not None
    assert "longer than 1 s" in report.error
    report = await run(job(table, timeout="PT5M"), settings.model_copy(update={"batch_size": 2_500}), connect)
    assert report.status == "finished"
    assert 0 < report.counts["records_read"] < 3_001


async def test_a_stop_interrupts_a_job_after_its_batch(table: Path, settings: LoadSettings, connect: Connect) -> None:
    stop = asyncio.Event()
    stop.set()
    report = await run(job(table), settings, connect, stop)
    assert (report.status, report.exit_code) == ("interrupted", 130)


async def test_the_scheduler_runs_what_is_due_beats_and_stops(
    ready: Graph, table: Path, tmp_path: Path, settings: LoadSettings, connect: Connect
) -> None:
    stop, heart = asyncio.Event(), tmp_path / "state" / "heartbeat"
    every_second = job(table, schedule="PT1S")
    running = asyncio.create_task(run_schedule([every_second], settings, stop=stop, heartbeat=heart, connect=connect))
    for _ in range(200):
        states = await ready.read(job_states)
        if "tables" in states and states["tables"].status == "finished":
            break
        await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(running, 20)
    assert (await ready.read(job_states))["tables"].status in ("finished", "interrupted")
    assert heart.read_text().startswith(str(dt.datetime.now(dt.UTC).year))


async def test_a_job_never_overlaps_itself(table: Path, settings: LoadSettings, ready: Graph) -> None:
    at_once = most = begun = 0

    @asynccontextmanager
    async def slow() -> AsyncIterator[Graph]:
        nonlocal at_once, most, begun
        at_once, begun = at_once + 1, begun + 1
        most = max(most, at_once)
        await asyncio.sleep(0.7)
        try:
            yield ready
        finally:
            at_once -= 1

    stop = asyncio.Event()
    running = asyncio.create_task(run_schedule([job(table, schedule="PT1S")], settings, stop=stop, connect=slow))
    await asyncio.sleep(4.5)
    stop.set()
    await asyncio.wait_for(running, 30)
    assert begun > 1
    assert most == 1


async def test_a_job_that_another_process_runs_is_not_started(
    ready: Graph, table: Path, settings: LoadSettings, connect: Connect
) -> None:
    at_work = await begin_job("tables", connect)
    with pytest.raises(JobRunning, match="tables"):
        await run(job(table), settings, connect)
    assert (await ready.read(job_states))["tables"].status is JobStatus.RUNNING
    await at_work.leave()
    assert (await ready.read(job_states))["tables"].status is JobStatus.INTERRUPTED, (
        "nobody holds it, and it never ended"
    )
    assert (await run(job(table), settings, connect)).status is JobStatus.FINISHED


async def test_a_schedule_leaves_out_what_another_process_runs(
    ready: Graph, table: Path, settings: LoadSettings, connect: Connect
) -> None:
    at_work, stop = await begin_job("tables", connect), asyncio.Event()
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(run_schedule([job(table, schedule="PT1S")], settings, stop=stop, connect=connect))
        await asyncio.sleep(2.5)
        stop.set()
        await asyncio.wait_for(running, 20)
    await at_work.leave()
    assert "job is still running and was left out this time" in {entry["event"] for entry in logs}
    assert not any(entry["event"] == "job ended" for entry in logs)


class Faulty(Graph):
    """A graph that meets a bug when a load begins."""

    async def write(
        self, work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if work.__name__ == start_of_run.__name__:
            raise KeyError("a bug")
        return await super().write(work, *args, **kwargs)


async def test_a_bug_is_recorded_as_a_failure_and_the_job_can_be_started_again(
    ready: Graph, neo4j_settings: GraphSettings, table: Path, settings: LoadSettings, connect: Connect
) -> None:
    with pytest.raises(KeyError, match="a bug"):
        await run(job(table), settings, lambda: Faulty.connect(neo4j_settings))
    state = (await ready.read(job_states))["tables"]
    assert (state.status, state.failures, state.error) == (JobStatus.FAILED, 1, "internal error: KeyError; see the log")
    assert (await run(job(table), settings, connect)).status is JobStatus.FINISHED
