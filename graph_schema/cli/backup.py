"""`chokepoint db dump`, `restore` and `verify`: the whole graph as one file."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from graph_schema.database import backup
from graph_schema.database.backup.archive import Draft
from graph_schema.database.backup.progress import Progress
from graph_schema.database.connection import open_graph
from graph_schema.errors import BackupUnusable, GraphChanged

_ATTEMPTS = 3
"""Tries before giving up on a graph that keeps changing."""
STDIO = Path("-")
T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def dump(
    file: Annotated[Path, typer.Argument(help="Where to write, as backup.jsonl.gz; - for standard output.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the whole graph to one compressed, checksummed file; the database stays in use.

    The file appears when it is whole. A graph that changes meanwhile is read again, up to three times.
    """
    if file == STDIO:
        if sys.stdout.isatty():
            raise BackupUnusable("a dump is not for a terminal: name a file, or redirect the output")
        _print_dump(*asyncio.run(_dump_to(sys.stdout.buffer)), file, as_json=as_json)
        return
    if file.exists() and not overwrite:
        raise BackupUnusable(f"{file} exists: name another file, or let --overwrite replace it")

    def whole() -> tuple[backup.Header, backup.Footer]:
        with Draft(file) as stream:
            return asyncio.run(_dump_to(stream))

    _print_dump(*of_one_version(whole), file, as_json=as_json)


def of_one_version(work: Callable[[], T]) -> T:
    """What `work` makes of the graph; it is done again, three times in all, where the graph changes under it.

    Raises GraphChanged when it never stays.
    """

    def tell(state: RetryCallState) -> None:
        assert state.outcome is not None
        typer.echo(f"{state.outcome.exception()}; trying again", err=True)

    changed = retry_if_exception_type(GraphChanged)
    return Retrying(stop=stop_after_attempt(_ATTEMPTS), retry=changed, before_sleep=tell, reraise=True)(work)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that dump wrote; - for standard input.")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete what the database holds first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --replace: do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a dumped graph into an empty database, after checking that the file is whole.

    Works across versions of Neo4j; a graph of an older chokepoint is migrated. Restart running services afterwards.
    """
    with _spooled(file) as source:
        header, footer = backup.verify(source)
        if replace and not yes:
            if not sys.stdin.isatty():
                raise typer.BadParameter("nobody can be asked here: add --yes", param_hint="--replace")
            typer.confirm("Delete all nodes and edges of the database first?", abort=True, err=True)
        try:
            done = asyncio.run(_restore_from(source, replace=replace, expected=footer))
        except KeyboardInterrupt:
            typer.echo(
                "the restore was interrupted: the database may hold a part of it; repeat it with --replace", err=True
            )
            raise
    if as_json:
        typer.echo(json.dumps({**asdict(footer), "migrations": list(done.migrations), "header": asdict(header)}))
        return
    typer.echo(
        f"restored {footer.nodes} nodes and {footer.edges} edges, dumped {header.created} from Neo4j {header.neo4j}"
    )
    for line in done.migrations:
        typer.echo(line)


def verify(
    file: Annotated[Path, typer.Argument(help="A file that dump wrote; - for standard input.")], as_json: AsJson = False
) -> None:
    """Check that a dump is whole and undamaged; needs no database."""
    with _spooled(file) as source:
        header, footer = backup.verify(source)
    if as_json:
        typer.echo(json.dumps({**asdict(footer), "header": asdict(header)}))
    else:
        typer.echo(
            f"whole: {footer.nodes} nodes and {footer.edges} edges, dumped {header.created} by chokepoint {header.chokepoint} "
            f"from Neo4j {header.neo4j}"
        )


async def _dump_to(stream: IO[bytes]) -> tuple[backup.Header, backup.Footer]:
    async with open_graph() as graph:
        with shown("dumping") as progress:
            return await backup.dump(graph, stream, progress=progress)


async def _restore_from(file: Path, *, replace: bool, expected: backup.Footer) -> backup.Restored:
    async with open_graph() as graph:
        with shown("restoring", expected.nodes + expected.edges) as progress:
            return await backup.restore(graph, file, replace=replace, progress=progress)


@contextmanager
def _spooled(file: Path) -> Iterator[Path]:
    """`file` itself, or a copy of standard input that can be read twice."""
    if file != STDIO:
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="chokepoint-", suffix=".jsonl.gz") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def shown(what: str, total: int | None = None) -> Iterator[Progress]:
    """Around long work: a progress bar on stderr where that is a terminal; silence in a log."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=total)

        def show(*, nodes: int, edges: int, total: int | None = total) -> None:
            bars.update(task, completed=nodes + edges, total=total)

        yield show


def _print_dump(header: backup.Header, footer: backup.Footer, file: Path, *, as_json: bool) -> None:
    left_out = {"nodes": header.nodes - footer.nodes, "edges": header.edges - footer.edges}
    to_stdout = file == STDIO
    if any(left_out.values()):
        typer.echo(
            f"warning: {left_out['nodes']} nodes and {left_out['edges']} edges that are not Chokepoint's were left out",
            err=True,
        )
    record: dict[str, Any] = {**asdict(footer), "file": str(file), "left_out": left_out, "header": asdict(header)}
    if as_json:
        typer.echo(json.dumps(record), err=to_stdout)
        return
    size = "" if to_stdout else f", {decimal(file.stat().st_size)}"
    typer.echo(
        f"{file}: {footer.nodes} nodes and {footer.edges} edges{size}, sha256 {footer.sha256[:12]}…", err=to_stdout
    )
