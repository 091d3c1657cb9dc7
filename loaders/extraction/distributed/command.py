"""`chokepoint extract --engine ray`: runs the blocks, says what each gave, sums up."""

from collections import Counter

import typer

from graph_schema.errors import SettingsError
from loaders.extraction.choosing import Choice


def run_blocks(
    paths: list[str],
    folder: str | None,
    *,
    choice: Choice,
    format: str,
    workers: int | None,
) -> tuple[Counter[str], list[str]]:
    """Extract `paths` into `folder`; the counts of this run, and what went wrong with which block.

    Raises SettingsError, SourceUnavailable, SourceError.
    """
    if folder is None:
        raise SettingsError("--engine ray writes blocks: name their folder with --output, e.g. -o s3://bucket/triples")
    try:
        from loaders.extraction.distributed.output import BlockFormat, Output
        from loaders.extraction.distributed.ray_engine import extract_blocks
    except ImportError as error:
        raise SettingsError("--engine ray needs `pip install 'chokepoint[ray]'`") from error
    output = Output(folder.rstrip("/"), BlockFormat(format), open_triples=choice.open_triples)
    counts: Counter[str] = Counter()
    problems: list[str] = []
    for done in extract_blocks(paths, output, choice, workers=workers):
        counts.update(done.counts)
        if done.problem is None:
            counts["blocks"] += 1
            typer.echo(f"{done.block}: {done.counts['triples']} triples", err=True)
        else:
            problems.append(f"{done.block}: {done.problem}")
    return counts, problems
