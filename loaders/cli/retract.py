"""`chokepoint retract document|run|source`: take back what was loaded."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import orjson
import typer

from graph_schema.database.connection import open_graph
from graph_schema.database.graph import Graph
from graph_schema.database.locks import writer_lock
from graph_schema.ids import DocumentId, RunId, document_id
from graph_schema.settings import read_settings
from loaders.settings import LoadSettings
from loaders.writing.counts import Counts
from loaders.writing.retraction import (
    Extent,
    extent_of_document,
    extent_of_run,
    extent_of_source,
    retract_document,
    retract_run,
    retract_source,
)

K = TypeVar("K")

app = typer.Typer(
    no_args_is_help=True,
    help="Take back a document, a run or a source: exactly its claims go, and with them what only they brought. What other "
    "sources state too stays.",
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")]


@app.command()
def document(
    id: Annotated[str, typer.Argument(metavar="ID", help="The document's id or address.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back one document with all that is stated in it."""
    found = document_id(url=id) if "://" in id else DocumentId(id)
    work = _retract(f"document {id}", found, extent_of_document, retract_document, dry_run=dry_run, as_json=as_json)
    asyncio.run(work)


@app.command()
def run(
    id: Annotated[str, typer.Argument(metavar="ID", help="The run's id, as `run:20261124T040506-1a2b3c`.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back what one run brought."""
    asyncio.run(_retract(f"run {id}", RunId(id), extent_of_run, retract_run, dry_run=dry_run, as_json=as_json))


@app.command()
def source(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source or job, as runs name it.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back what all runs of a source brought."""
    asyncio.run(_retract(f"source {name}", name, extent_of_source, retract_source, dry_run=dry_run, as_json=as_json))


async def _retract(
    what: str,
    key: K,
    extent: Callable[[Graph, K], Awaitable[Extent]],
    work: Callable[[Graph, K], Awaitable[Counts]],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    async with open_graph(apply_schema=True) as graph:
        if dry_run:
            found = await extent(graph, key)
            _print(
                {"would_retract": what, **dataclasses.asdict(found)},
                f"{what}: {found.claims:,} claims in {found.documents:,} documents would go; {found.shared:,} claims that "
                "others state too would stay; nothing was written",
                as_json=as_json,
            )
            return
        wait_s = read_settings(LoadSettings).writer_wait_s
        async with writer_lock(graph, f"retract {what}", wait_s=wait_s):
            counts = await work(graph, key)
    removed = {name: value for name, value in counts.as_dict().items() if value}
    words = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in removed.items()) or "nothing was there"
    _print({"retracted": what, "counts": counts.as_dict()}, f"{what}: {words}", as_json=as_json)


def _print(report: dict[str, Any], line: str, *, as_json: bool) -> None:
    typer.echo(orjson.dumps(report).decode() if as_json else line)
