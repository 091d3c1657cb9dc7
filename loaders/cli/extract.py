"""`chokepoint extract`: text in, one JSON line per triple out; no database."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from graph_schema.errors import MalformedRecord, SettingsError, SourceUnavailable
from graph_schema.exit_codes import ExitCode
from graph_schema.spelling import one_line
from loaders.extraction.choosing import DEFAULT, Choice, ExtractorKind, make_extractor
from loaders.extraction.extractor import Extraction
from loaders.extraction.rows import open_row, typed_row
from loaders.sources.news import read_articles
from loaders.triple import Article

_REJECTED = "rejected."
"""Before a reason code among the counts."""


class Engine(StrEnum):
    """Where extraction runs."""

    LOCAL = "local"
    RAY = "ray"


class BlockForm(StrEnum):
    """How blocks are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


def extract(
    paths: Annotated[
        list[str], typer.Argument(help="Text files, folders, JSONL files with id and text, or - for stdin.")
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="File to write to, - for stdout; with --engine ray a folder, on any store."
        ),
    ] = None,
    open_triples: Annotated[
        bool, typer.Option("--open", help="Open triples: subject, predicate and object in the text's own words.")
    ] = False,
    extractor: Annotated[
        ExtractorKind | None,
        typer.Option(
            help="What reads: the trained reader, rules alone, a language model, or the model only where the reader is unsure.",
            show_default=f"{DEFAULT}; with --open {ExtractorKind.RULES}",
        ),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Leave out what is less sure.", show_default="the extractor's own limit"),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many processes read the text.")] = 1,
    engine: Annotated[
        Engine, typer.Option(help="Where it runs: on this machine, or block by block over a Ray cluster.")
    ] = Engine.LOCAL,
    block_format: Annotated[
        BlockForm, typer.Option(help="Form of the blocks that --engine ray writes.")
    ] = BlockForm.PARQUET,
    as_json: Annotated[bool, typer.Option("--json", help="Print the closing counts as JSON, on stderr.")] = False,
) -> None:
    """Extract triples from text: one JSON line per triple. Offline, unless a language model is asked for."""
    kind = extractor or (ExtractorKind.RULES if open_triples else DEFAULT)
    choice = Choice(kind, open_triples, min_confidence)
    if engine is Engine.RAY:
        _over_ray(paths, output, choice, block_format, processes, as_json=as_json)
        return
    reader = make_extractor(choice, processes=processes)
    counts: Counter[str] = Counter()
    to_row = open_row if open_triples else typed_row
    with _sink(None if output in (None, "-") else Path(output)) as sink:
        for extraction in _with_progress(reader.extract(_articles(paths, counts))):
            counts["articles"] += 1
            if extraction.problem is not None:
                counts["refused"] += 1
                typer.echo(one_line(f"{extraction.article.key}: {extraction.problem}"), err=True)
            for triple in extraction.triples:
                counts["triples"] += 1
                sink.write(orjson.dumps(to_row(extraction.article, triple), option=orjson.OPT_APPEND_NEWLINE))
            for reason, count in extraction.rejected.items():
                counts[f"{_REJECTED}{reason}"] += count
    _close(counts, as_json=as_json)
    if counts["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


def _articles(paths: list[str], counts: Counter[str]) -> Iterator[Article]:
    for article in read_articles(paths):
        if isinstance(article, MalformedRecord):
            counts["refused"] += 1
            typer.echo(str(article), err=True)
        else:
            yield article


def _over_ray(
    paths: list[str],
    output: str | None,
    choice: Choice,
    form: BlockForm,
    processes: int,
    *,
    as_json: bool,
) -> None:
    from loaders.extraction.distributed.command import run_blocks

    workers = processes if processes > 1 else None
    counts, problems = run_blocks(paths, output, choice=choice, format=form, workers=workers)
    for problem in problems:
        typer.echo(one_line(problem), err=True)
    _close(counts, as_json=as_json)
    if problems:
        raise SourceUnavailable(f"{len(problems)} blocks were not read; the same command tries them again")
    if counts["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


@contextmanager
def _sink(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with output.open("wb") as stream:
            yield stream
    except OSError as error:
        raise SettingsError(f"{output}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def _with_progress(extractions: Iterator[Extraction]) -> Iterator[Extraction]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from extractions
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed} articles, {task.fields[triples]} triples"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("extract", total=None, triples=0)
        triples = 0
        for extraction in extractions:
            triples += len(extraction.triples)
            progress.update(task, advance=1, triples=triples)
            yield extraction


def _close(counts: Counter[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(dict(sorted(counts.items()))).decode(), err=True)
    else:
        refused = f", {counts['refused']} refused" if counts["refused"] else ""
        typer.echo(f"{counts['triples']} triples from {counts['articles']} articles{refused}", err=True)
        rejected = Counter(
            {name.removeprefix(_REJECTED): count for name, count in counts.items() if name.startswith(_REJECTED)}
        )
        if rejected:
            reasons = ", ".join(f"{count} {reason}" for reason, count in rejected.most_common())
            typer.echo(f"candidates that are no triples: {reasons}", err=True)


app = typer.Typer(add_completion=False)
app.command()(extract)


def main() -> None:
    """Run the command by itself: `python -m loaders.cli.extract`."""
    try:
        app(standalone_mode=True)
    except (SourceUnavailable, SettingsError) as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
