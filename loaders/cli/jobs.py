"""`chokepoint jobs list|run|start`: loads on a schedule."""

import asyncio
import datetime as dt
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import structlog
import typer
from prometheus_client import start_http_server
from rich.console import Console
from rich.table import Table

from graph_schema.database.connection import open_graph
from graph_schema.errors import ChokepointError, SettingsError
from graph_schema.exit_codes import ExitCode, exit_codes_line
from graph_schema.job_states import JobState, job_states
from graph_schema.settings import read_settings
from graph_schema.tracing import start_tracing
from loaders.cli.report import stop_on_signals
from loaders.jobs.definition import JobDefinition, read_jobs
from loaders.jobs.runner import run_job
from loaders.jobs.scheduler import run_schedule
from loaders.settings import JOBS_FILE, LoadSettings

app = typer.Typer(
    no_args_is_help=True,
    help="Loads on a schedule, as jobs.yaml says.",
    epilog=exit_codes_line({ExitCode.FAILED: "less or more than expected, out of time, or running already"}),
)
File = Annotated[Path, typer.Option("--file", envvar="CHOKEPOINT_JOBS_FILE", help="The file that defines the jobs.")]


@app.command("list")
def list_jobs(
    file: File = JOBS_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the jobs with their last and next runs; checks the file. Without a database the last runs are left out."""
    jobs = read_jobs(file)
    states = asyncio.run(_states())
    now = dt.datetime.now(dt.UTC)
    rows = [_row(job, states.get(job.name), now) for job in jobs]
    if as_json:
        typer.echo(orjson.dumps(rows).decode())
        return
    table = Table("job", "source", "schedule", "next run (UTC)", "last run (UTC)", "status", "failures in a row")
    for row in rows:
        times = (_short(row["next_run"]), _short(row["last_run"]))
        table.add_row(row["name"], row["source"], row["schedule"], *times, row["status"] or "-", str(row["failures"]))
    Console().print(table)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="The job's name.")],
    file: File = JOBS_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Run one job now, with its retries, and end with its exit code: for cron and Kubernetes."""
    jobs = {job.name: job for job in read_jobs(file)}
    if name not in jobs:
        raise SettingsError(f"{file}: no job {name!r}; it has {', '.join(jobs)}")
    settings = read_settings(LoadSettings)
    _log_as_json()
    start_tracing("chokepoint-jobs")

    async def once() -> Any:
        with stop_on_signals() as stop:
            return await run_job(jobs[name], settings, stop=stop)

    report = asyncio.run(once())
    if as_json:
        typer.echo(orjson.dumps(report).decode())
    if report.error is not None:
        typer.echo(f"error: {report.error}", err=True)
    raise typer.Exit(report.exit_code)


@app.command()
def start(
    file: File = JOBS_FILE,
    heartbeat: Annotated[
        Path | None,
        typer.Option(envvar="CHOKEPOINT_JOBS_HEARTBEAT", help="File that is touched every 10 s, for a liveness probe."),
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(envvar="CHOKEPOINT_JOBS_METRICS_PORT", min=1, max=65535, help="Port of the Prometheus metrics."),
    ] = None,
    metrics_host: Annotated[
        str, typer.Option(envvar="CHOKEPOINT_JOBS_METRICS_HOST", help="Address of the Prometheus metrics.")
    ] = "127.0.0.1",
) -> None:
    """Run all jobs as they are due, until SIGTERM or Ctrl-C: a load at work then finishes its batch. Logs are JSON lines."""
    jobs = read_jobs(file)
    settings = read_settings(LoadSettings)
    _log_as_json()
    start_tracing("chokepoint-jobs")
    if metrics_port is not None:
        try:
            start_http_server(metrics_port, metrics_host)
        except OSError as error:
            raise SettingsError(f"metrics on {metrics_host}:{metrics_port}: {error.strerror or error}") from error

    async def forever() -> None:
        with stop_on_signals() as stop:
            await run_schedule(jobs, settings, stop=stop, heartbeat=heartbeat)

    asyncio.run(forever())


async def _states() -> dict[str, JobState]:
    try:
        async with open_graph() as graph:
            return await graph.read(job_states)
    except ChokepointError as error:
        typer.echo(f"the last runs are unknown: {error}", err=True)
        return {}


def _row(job: JobDefinition, state: JobState | None, now: dt.datetime) -> dict[str, Any]:
    return {
        "name": job.name,
        "source": job.source,
        "schedule": job.schedule,
        "next_run": job.next_run(now),
        "last_run": state and state.last_run,
        "status": state and state.status,
        "failures": state.failures if state is not None else 0,
        "error": state and state.error,
        "seconds": state and state.seconds,
    }


def _short(time: dt.datetime | None) -> str:
    return "-" if time is None else f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


class _ToJson(logging.Handler):
    """What libraries log, as JSON lines too."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(record.levelno, record.getMessage(), logger=record.name)


def _log_as_json() -> None:
    logging.basicConfig(handlers=[_ToJson()], level=logging.WARNING, force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # what it would say is said by the scheduler
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str).decode()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
