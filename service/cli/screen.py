"""`chokepoint screen`: a list of names in; who is meant, exposed to listed parties, or owned by them, out."""

import asyncio
import itertools
import json
import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, Protocol

import typer

from graph_schema.cli.backup import STDIO, shown
from graph_schema.database.backup.progress import Progress
from graph_schema.database.connection import open_graph
from graph_schema.database.graph import Graph
from graph_schema.errors import MalformedRecord, QuestionError
from graph_schema.exit_codes import ExitCode
from graph_schema.screening import AskedName, Intake, Refusals
from graph_schema.settings import read_settings
from service.cli.options import choose
from service.cli.resumed import OutputUnusable, ResumedFile
from service.cli.screened import csv_header, csv_rows, json_line
from service.engines.cypher import CypherEngine
from service.logs import configure_logs
from service.paths.budget import Budget
from service.searches.desk import Searches
from service.searches.exposure import ExposureRequest
from service.searches.screening import Screened, Screening, ScreeningRules
from service.settings import ServiceSettings

_BATCH = 100
"""Names that are asked for together, and after which a killed run goes on."""
_KIND = "screen"
_SHOWN = 5
"""Refused records that are told on standard error."""
_FEW = 20
"""Names for which no index is built."""
_STALE_S = 5.0
"""How far an answer may lie behind what other processes write, in seconds."""


class ScreeningFormat(StrEnum):
    """What the output is."""

    JSONL = "jsonl"
    CSV = "csv"


class _Output(Protocol):
    def write(self, data: bytes) -> None: ...
    def commit(self, taken: int) -> None: ...


@dataclass(slots=True)
class _Plain:
    """Standard output, or what stands in for it: nothing is resumed."""

    stream: BinaryIO

    def write(self, data: bytes) -> None:
        self.stream.write(data)

    def commit(self, taken: int) -> None:  # noqa: ARG002  what was taken in matters to an output that is resumed
        self.stream.flush()


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of the command."""

    file: str
    format: ScreeningFormat
    rules: ScreeningRules
    intake: Intake
    refusals: Refusals
    counts: Counter[str]
    told: Progress
    batch: int


def screen_with(make_intake: Callable[[], Intake], *, batch: int = _BATCH) -> Callable[..., None]:
    """The command, with what reads lists of names; `batch` names are asked for together."""

    def screen(
        file: Annotated[
            str, typer.Argument(metavar="FILE", help="CSV with a header, JSON lines, or a name a line; - for stdin.")
        ],
        output: Annotated[
            Path, typer.Option("--output", "-o", help="File to write; a killed run goes on with it.")
        ] = STDIO,
        format: Annotated[
            str | None, typer.Option(help="jsonl or csv.", show_default="by the output's name, else jsonl")
        ] = None,
        by: Annotated[
            list[str] | None, typer.Option(help="Count those that this country, body or policy lists; else anyone.")
        ] = None,
        cutoff: Annotated[float, typer.Option(help="Lowest score of a candidate, in (0, 1].")] = 0.8,
        threshold: Annotated[float, typer.Option(help="Score from which on it is a match, in (0, 1].")] = 0.95,
        candidates: Annotated[int, typer.Option(help="Most candidates of a name.", min=1, max=50)] = 5,
        max_depth: Annotated[int, typer.Option(help="Most hops of a tie.", min=1)] = 4,
        dead_letter: Annotated[
            Path | None,
            typer.Option(help="File that keeps the refused records.", show_default="OUTPUT.refused.jsonl"),
        ] = None,
        overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin anew, and replace the output.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    ) -> None:
        """Screen a list: who is meant by each name, how it is tied to listed parties, and whether they own half of it.

        Columns: name or id, and where known type and country. An interrupted run goes on where it stopped when it is
        repeated. Exits 3 when records were refused; they stand in the dead-letter file.
        """
        for what, value in (("cutoff", cutoff), ("threshold", threshold)):
            if not 0.0 < value <= 1.0:
                raise QuestionError(f"{what} is {value:g}, it must lie in (0, 1]")
        configure_logs(logging.WARNING)
        intake = make_intake()
        most_s = read_settings(ServiceSettings).max_timeout_ms / 1000
        exposure = ExposureRequest("", budget=Budget(max_depth=max_depth, timeout_s=most_s))
        rules = ScreeningRules(cutoff, threshold, candidates, tuple(by or ()), exposure)
        kind = _format(format, output)
        refused = dead_letter or Path("screen" if output == STDIO else output).with_name(
            f"{'screen' if output == STDIO else output.name}.refused.jsonl"
        )
        with shown("screening") as told:
            run = _Run(file, kind, rules, intake, intake.refusals(refused), Counter(), told, batch)
            if output == STDIO:
                asyncio.run(_screen(run, _Plain(sys.stdout.buffer), 0))
            else:
                _to_file(run, output, made_of=[str(kind), repr(rules)], overwrite=overwrite)
        _end(run.counts, run.refusals, to_stdout=output == STDIO, as_json=as_json)

    return screen


def _format(given: str | None, output: Path) -> ScreeningFormat:
    if given is not None:
        return choose(ScreeningFormat, "format", [given])[0]
    return ScreeningFormat.CSV if output.suffix.lower() == ".csv" else ScreeningFormat.JSONL


def _to_file(run: _Run, output: Path, *, made_of: Sequence[str], overwrite: bool) -> None:
    input = run.intake.fingerprint(run.file)
    if input is None and output.with_name(output.name + ".progress").exists() and not overwrite:
        raise OutputUnusable(f"standard input reads only once: begin {output} anew with --overwrite")
    same = {"input": input, "asked": list(made_of)}
    with ResumedFile(output, same, run.refusals.path, overwrite=overwrite) as file:
        run.counts.update(file.counts)
        if file.taken:
            typer.echo(f"going on after {file.taken} records", err=True)
        file.counts = run.counts
        asyncio.run(_screen(run, file, file.taken))
        file.finish()


async def _screen(run: _Run, output: _Output, taken: int) -> None:
    """Answer batch by batch, in order; `taken` records were answered before."""
    records = run.intake.names(run.file)
    for _ in itertools.islice(records, taken):
        pass
    if not taken and run.format is ScreeningFormat.CSV:
        output.write(csv_header())
    batches = _batches(records, run.batch)
    first = next(batches, None)
    if first is None:
        output.commit(taken)
        return
    settings = read_settings(ServiceSettings)
    async with open_graph() as graph, _searches(graph, settings, few=len(first) <= _FEW) as searches:
        screening = Screening(graph, searches, settings, run.rules)
        for batch in itertools.chain([first], batches):
            await _answer(run, screening, batch, output, taken)
            taken += len(batch)
            output.commit(taken)
            run.told(nodes=taken, edges=0)


def _batches(records: Iterator[AskedName | MalformedRecord], size: int) -> Iterator[list[AskedName | MalformedRecord]]:
    while batch := list(itertools.islice(records, size)):
        yield batch


async def _answer(
    run: _Run, screening: Screening, batch: Sequence[AskedName | MalformedRecord], output: _Output, taken: int
) -> None:
    answers = iter(await screening.screen([one for one in batch if isinstance(one, AskedName)]))
    refused: list[MalformedRecord] = []
    for number, asked in enumerate(batch, taken + 1):
        answer = asked if isinstance(asked, MalformedRecord) else next(answers)
        if isinstance(answer, Screened):
            output.write((json_line if run.format is ScreeningFormat.JSONL else csv_rows)(number, answer))
            run.counts[answer.outcome.value] += 1
        else:
            refused.append(answer)
            run.counts["refused"] += 1
            if run.counts["refused"] <= _SHOWN:
                typer.echo(str(answer), err=True)
    if refused:
        run.refusals.write(_KIND, refused[0].source, refused)


@asynccontextmanager
async def _searches(graph: Graph, settings: ServiceSettings, *, few: bool) -> AsyncIterator[Searches]:
    """Searches over an index that is read first, over the database where there are few names or the graph is too large."""
    cypher = CypherEngine(graph, hub_degree=settings.hub_degree)
    if few or not settings.index:
        yield Searches(cypher, settings)
        return
    # What a short list does not need and would wait for.
    from service.index.engine import IndexEngine
    from service.index.keeper import IndexKeeper, IndexState

    with ThreadPoolExecutor(thread_name_prefix="index") as executor:
        keeper = IndexKeeper(
            graph,
            executor,
            most_megabytes=settings.index_megabytes,
            poll_s=settings.index_poll_seconds,
            stale_s=max(_STALE_S, settings.index_stale_seconds),
        )
        keeping = asyncio.create_task(keeper.run())
        try:
            # What keeps an index tells everybody how far it is, and nobody in particular.
            while keeper.status.state is IndexState.LOADING and not keeping.done():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            yield Searches(IndexEngine(graph, keeper, cypher, executor, settings), settings)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


def _end(counts: Counter[str], refusals: Refusals, *, to_stdout: bool, as_json: bool) -> None:
    refused = counts["refused"]
    if as_json:
        more = {"deadLetters": str(refusals.path)} if refused else {}
        typer.echo(json.dumps({**dict(sorted(counts.items())), **more}), err=to_stdout)
    else:
        total = sum(counts.values())
        parts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(counts.items()))
        typer.echo(f"{total} names screened" + (f": {parts}" if parts else ""), err=True)
        if refused:
            typer.echo(f"refused records: {refusals.path}", err=True)
    if refused:
        raise typer.Exit(ExitCode.REFUSED)
