"""The scheduler: runs jobs when they are due, each one at a time, until it is asked to stop."""

import asyncio
import contextlib
import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from graph_schema.errors import JobRunning, SettingsError
from loaders.jobs.definition import JobDefinition
from loaders.jobs.runner import Connect, default_connection, run_job
from loaders.settings import LoadSettings

HEARTBEAT_S = 10.0
"""How often the heartbeat file is touched, in seconds; a probe should allow three times that."""

_LEFT_OUT = "job is still running and was left out this time"


async def run_schedule(
    jobs: Sequence[JobDefinition],
    settings: LoadSettings,
    *,
    stop: asyncio.Event,
    heartbeat: Path | None = None,
    connect: Connect = default_connection,
) -> None:
    """Run `jobs` as they are due until `stop` is set; a load at work then finishes its batch.

    A job that is still running when it is due again, here or elsewhere, is left out that once; several missed times become one.
    Raises SettingsError when the heartbeat file cannot be written.
    """
    log = structlog.get_logger()
    scheduler = AsyncIOScheduler(timezone=dt.UTC)
    running: set[asyncio.Task[object]] = set()

    async def due(job: JobDefinition) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await run_job(job, settings, stop=stop, connect=connect)
        except JobRunning:
            log.warning(_LEFT_OUT, job=job.name)
        finally:
            running.discard(task)

    def skipped(event: JobSubmissionEvent) -> None:
        log.warning(_LEFT_OUT, job=event.job_id)

    scheduler.add_listener(skipped, EVENT_JOB_MAX_INSTANCES)
    for job in jobs:
        scheduler.add_job(
            due, job.trigger(), args=[job], id=job.name, max_instances=1, coalesce=True, misfire_grace_time=None
        )
    beat(heartbeat)
    scheduler.start()
    log.info("scheduler begins", jobs=[job.name for job in jobs])
    try:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), HEARTBEAT_S)
            beat(heartbeat)
    finally:
        scheduler.pause()
        if running:
            log.info("waiting for jobs at work", jobs=len(running))
            await asyncio.gather(*running, return_exceptions=True)
        scheduler.shutdown(wait=False)
        log.info("scheduler ended")


def beat(file: Path | None) -> None:
    """Touch the heartbeat file. Raises SettingsError."""
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{dt.datetime.now(dt.UTC).isoformat()} {os.getpid()}\n", "utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write the heartbeat file {file}: {error.strerror or error}") from error
