"""What all `chokepoint load` commands share: their options, and how they run and end."""

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from graph_schema.database.connection import open_graph
from graph_schema.domain import RunStatus
from graph_schema.exit_codes import ExitCode
from graph_schema.settings import read_settings
from loaders.cli.report import Reporter, stop_on_signals
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.execution import Plan, Watcher, execute
from loaders.loading.expectations import Expectation
from loaders.loading.inputs import Input
from loaders.loading.pipeline import check
from loaders.loading.sweep import survey_of
from loaders.settings import LoadSettings

AsJson = Annotated[bool, typer.Option("--json", help="Print the counts as JSON, one object per input.")]
BatchSize = Annotated[
    int | None, typer.Option(min=1, max=50_000, help="Statements per transaction.", show_default="2500")
]
DeadLetter = Annotated[
    Path | None, typer.Option(help="File that keeps the refused records.", show_default="one per run, named at the end")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and check everything, write nothing; needs no database.")]
_FULL = "This is all that the source states: what it stated before and now does not has ended."
Full = Annotated[bool, typer.Option("--full", help=_FULL)]
FullUnlessNot = Annotated[bool, typer.Option("--full/--no-full", help=_FULL)]
Expect = Annotated[
    list[str] | None,
    typer.Option(
        metavar="BOUNDS", help="What the source should hold, as `200..5000 companies`; may be given several times."
    ),
]
Job = Annotated[
    str | None, typer.Option(help="Name of the job in the run's record.", show_default="the command's name")
]


def run(
    inputs: Sequence[Input],
    job: str,
    batch_size: int | None,
    dead_letter: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
    full: bool = False,
    expect: Sequence[str] = (),
) -> None:
    """Load `inputs`, or only check them, and end the command with its exit code."""
    settings = read_settings(LoadSettings)
    if batch_size is not None:
        settings = settings.model_copy(update={"batch_size": batch_size})
    expectations = tuple(map(Expectation.parse, expect))
    reporter = Reporter(as_json=as_json)
    if dry_run:
        refused = sum(reporter.checked(input, check(input)) for input in inputs)
        for input in inputs if expectations else ():
            survey_of(input, expectations).close()
    else:
        file = dead_letter or settings.dead_letters / f"{job}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}.jsonl"
        plan = Plan(inputs, job, settings, full, expectations)
        refused = asyncio.run(_load(plan, DeadLetterFile(file), reporter))
    if refused:
        raise typer.Exit(ExitCode.REFUSED)


async def _load(plan: Plan, refused: DeadLetterFile, reporter: Reporter) -> int:
    """Load one input after the other; returns how many records were refused."""
    watcher = Watcher(reporter.watching, lambda outcome, of: reporter.finished(outcome, of, refused), reporter.waiting)
    logging.getLogger("neo4j").addHandler(logging.NullHandler())  # its retries are told by the load, in a line
    async with open_graph(apply_schema=True) as graph:
        with stop_on_signals() as stop:
            outcomes = await execute(graph, plan, refused, stop=stop, watcher=watcher)
    if any(outcome.status is RunStatus.INTERRUPTED for outcome in outcomes):
        raise typer.Exit(ExitCode.INTERRUPTED)
    return refused.written
