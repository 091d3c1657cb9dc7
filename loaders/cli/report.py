"""What a load tells its user: progress on a terminal, a line now and then in a log, counts at the end."""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
import structlog
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from graph_schema.database.locks import Holder
from graph_schema.domain import RunStatus
from graph_schema.errors import MalformedRecord
from graph_schema.spelling import one_line
from loaders.loading import pipeline
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input
from loaders.loading.pipeline import Findings, Outcome
from loaders.writing.counts import Counts

_SHOWN = 10
"""Refusals and predicates that are printed; the dead-letter file has the rest."""
_LOG_EVERY_S = 30.0


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C or SIGTERM sets; a second Ctrl-C interrupts at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    main = asyncio.current_task()

    def asked() -> None:
        if stop.is_set() and main is not None:
            main.cancel()
        stop.set()

    handled = (signal.SIGINT, signal.SIGTERM)
    for number in handled:
        loop.add_signal_handler(number, asked)
    try:
        yield stop
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


class Reporter:
    """Writes to the terminal or a log what a load does. Progress and notes go to stderr, counts to stdout."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console(stderr=True)
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.add_log_level,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
            ],
        )
        self._refusals = 0

    @contextmanager
    def watching(self, input: Input) -> Iterator[pipeline.Progress]:
        """Show how far the load of `input` has come: a spinner on a terminal, else a line every half minute."""
        if self._console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            with Progress(*columns, console=self._console, transient=True) as bar:
                task = bar.add_task(f"{one_line(input.source)}: reading")
                yield lambda counts: bar.update(task, description=f"{one_line(input.source)}: {_amounts(counts)}")
            return
        logged = time.monotonic()

        def log(counts: Counts) -> None:
            nonlocal logged
            if time.monotonic() - logged >= _LOG_EVERY_S:
                logged = time.monotonic()
                self._log.info("loading", source=input.source, records=counts.records_read, claims=counts.claims_new)

        yield log

    def waiting(self, holder: Holder) -> None:
        """Say for whom the load waits."""
        typer.echo(f"waiting for {holder.who}, which has been writing since {holder.since}", err=True)

    def refused(self, refusals: list[MalformedRecord]) -> None:
        """Print the first refusals, a line each."""
        for refusal in refusals[self._refusals : _SHOWN]:
            typer.echo(str(refusal), err=True)
        self._refusals = max(self._refusals, len(refusals))

    def finished(self, outcome: Outcome, input: Input, dead_letters: DeadLetterFile) -> None:
        """Print what a load did and, where it was interrupted, how it goes on."""
        counts = outcome.counts
        if self._as_json:
            report = {
                "run": outcome.run.id,
                "job": outcome.run.job,
                "source": outcome.run.source,
                "status": outcome.status,
                "counts": counts.as_dict(),
                "resumed_at": outcome.resumed_at,
                "seconds": round(outcome.seconds, 3),
                **_findings(outcome.findings, input),
                "dead_letter": str(dead_letters.path) if counts.records_refused else None,
            }
            typer.echo(orjson.dumps(report))
        else:
            if outcome.resumed_at:
                typer.echo(
                    f"{one_line(input.source)}: went on after record {outcome.resumed_at:,}, where the last run stopped"
                )
            typer.echo(f"{one_line(input.source)}: {_amounts(counts)} in {outcome.seconds:.1f} s ({outcome.run.id})")
            for what in ("claims", "documents", "entities", "edges"):
                typer.echo(f"  {what:<10}{_changes(counts, what)}")
        self._notes(outcome.findings, input)
        self.refused(dead_letters.first)
        if counts.records_refused:
            self._refused_note(counts, f"kept in {dead_letters.path}")
        if outcome.status is RunStatus.INTERRUPTED:
            again = (
                "start the same load again to go on there"
                if _resumable(input)
                else "start it again; it can only begin anew"
            )
            done = outcome.resumed_at + counts.records_read
            typer.echo(f"interrupted after record {done:,}; {again}", err=True)

    def checked(self, input: Input, result: tuple[Counts, Findings, list[MalformedRecord]]) -> int:
        """Print what a dry run found; returns how many records would be refused."""
        counts, findings, refusals = result
        self.refused(refusals)
        if self._as_json:
            report = {
                "source": input.source,
                "status": "checked",
                "counts": counts.as_dict(),
                **_findings(findings, input),
            }
            typer.echo(orjson.dumps(report))
        else:
            typer.echo(f"{one_line(input.source)}: {_amounts(counts)}; nothing was written")
        self._notes(findings, input)
        if counts.records_refused:
            self._refused_note(counts, "nothing was kept of them")
        return counts.records_refused

    def _notes(self, findings: Findings, input: Input) -> None:
        if self._as_json:
            return
        if input.ignored:
            typer.echo(f"  columns that nothing reads: {one_line(', '.join(sorted(input.ignored)))}", err=True)
        if findings.unmapped:
            words = _most(findings.unmapped)
            typer.echo(f"  predicates that the vocabulary lacks, kept as RELATED_TO: {words}", err=True)
        if findings.misfits:
            typer.echo(
                f"  relations that do not fit their ends, kept as RELATED_TO: {_most(findings.misfits)}", err=True
            )
        if findings.rejected:
            typer.echo(f"  candidates that are no statements: {_most(findings.rejected)}", err=True)

    def _refused_note(self, counts: Counts, where: str) -> None:
        more = f", {_SHOWN} of them above" if counts.records_refused > _SHOWN else ""
        typer.echo(f"{counts.records_refused:,} records were refused{more}; {where}", err=True)


def _amounts(counts: Counts) -> str:
    refused = f", {counts.records_refused:,} refused" if counts.records_refused else ""
    silent = f", {counts.records_silent:,} that state nothing" if counts.records_silent else ""
    return f"{counts.records_read:,} records read{refused}{silent}, {counts.statements:,} statements"


def _changes(counts: Counts, what: str) -> str:
    amounts: Mapping[str, int] = {
        name.removeprefix(f"{what}_"): value for name, value in counts.as_dict().items() if name.startswith(f"{what}_")
    }
    return ", ".join(f"{value:,} {name}" for name, value in amounts.items() if value or name == "new")


def _findings(findings: Findings, input: Input) -> dict[str, Any]:
    return {
        "unmapped_predicates": dict(findings.unmapped.most_common()),
        "signature_misfits": dict(findings.misfits.most_common()),
        "rejected_candidates": dict(findings.rejected.most_common()),
        "ignored_columns": sorted(input.ignored),
    }


def _most(counter: Counter[str]) -> str:
    shown = ", ".join(f"{words!r} ({count:,})" for words, count in counter.most_common(_SHOWN))
    return shown + (f" and {len(counter) - _SHOWN} more" if len(counter) > _SHOWN else "")


def _resumable(input: Input) -> bool:
    return input.fingerprint() is not None
