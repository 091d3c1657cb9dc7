"""Jobs that are started by hand while a service runs: each in the background, never twice at once."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from difflib import get_close_matches
from pathlib import Path

import structlog

from graph_schema.database.graph import Graph
from graph_schema.errors import JobNotFound
from graph_schema.job_states import JobState, job_states
from loaders.jobs.definition import JobDefinition, read_jobs
from loaders.jobs.runner import STOP_GRACE_S, AtWork, begin_job, run_job
from loaders.settings import LoadSettings

_ALIKE = 0.4
"""Lowest similarity of a name that is offered for one that no job has."""


class JobStarter:
    """Starts the jobs of a file; `close` ends those at work."""

    def __init__(self, graph: Graph, file: Path, settings: LoadSettings) -> None:
        self._graph, self._file, self._settings = graph, file, settings
        self._stop = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, name: str) -> JobState:
        """Start a job and say how it stands; the file is read anew. How it ends is told by its state and its load runs.

        Raises JobNotFound with close names, JobRunning, SettingsError when the file cannot be used, GraphError.
        """
        jobs = {job.name: job for job in await asyncio.to_thread(read_jobs, self._file)}
        if name not in jobs:
            raise JobNotFound(name, close=get_close_matches(name, jobs, n=5, cutoff=_ALIKE))
        begun = await begin_job(name, self._connect)
        async with AsyncExitStack() as otherwise:
            otherwise.push_async_callback(begun.leave)
            state = (await self._graph.read(job_states))[name]
            otherwise.pop_all()
        task = asyncio.create_task(self._run(jobs[name], begun), name=f"job {name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return state

    async def close(self) -> None:
        """Let jobs at work finish their batch; what remains is done by their next run."""
        self._stop.set()
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_GRACE_S)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, job: JobDefinition, begun: AtWork) -> None:
        try:
            await run_job(job, self._settings, stop=self._stop, connect=self._connect, begun=begun)
        except Exception:  # noqa: BLE001  nobody waits for a background task: its state has been recorded
            structlog.get_logger().error("a job ended by an unexpected error", job=job.name, exc_info=True)

    def _connect(self) -> AbstractAsyncContextManager[Graph]:
        return contextlib.nullcontext(self._graph)
