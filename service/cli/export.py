"""`chokepoint export`: the whole graph in files for other tools."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from graph_schema.cli.backup import ATTEMPTS, STDIO, shown
from graph_schema.database.connection import open_graph
from graph_schema.errors import GraphChanged
from service.cli.options import choose
from service.export.files import Exported, ExportFormat, ExportUnusable, export_to_path, export_to_streams


def export(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="graphml, gexf, csv, parquet or jsonl.")],
    target: Annotated[
        Path, typer.Argument(help="The file to write, - for standard output; for csv and parquet a folder.")
    ],
    evidence: Annotated[bool, typer.Option("--evidence", help="With every claim and its document.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write all entities and relations for Gephi, networkx, igraph, pandas, DuckDB and the like.

    All is of one version, in the order of ids: the same graph gives the same files, which appear when they are whole. A graph
    that changes meanwhile is read again, up to three times.
    """
    (kind,) = choose(ExportFormat, "format", [format])
    if target == STDIO:
        if kind.in_folder:
            raise ExportUnusable(f"{kind} is a file for each table: name a folder")
        if sys.stdout.isatty():
            raise ExportUnusable("an export is not for a terminal: name a file, or redirect the output")
        _print(asyncio.run(_to_stdout(kind, evidence=evidence)), as_json=as_json)
        return
    for left in reversed(range(ATTEMPTS)):
        try:
            done = asyncio.run(_to_path(kind, target, evidence=evidence, overwrite=overwrite))
        except GraphChanged as error:
            if not left:
                raise
            typer.echo(f"{error}; trying again", err=True)
        else:
            _print(done, as_json=as_json)
            return


async def _to_stdout(kind: ExportFormat, *, evidence: bool) -> Exported:
    async with open_graph() as graph:
        return await export_to_streams(graph, kind, [sys.stdout.buffer], evidence=evidence)


async def _to_path(kind: ExportFormat, target: Path, *, evidence: bool, overwrite: bool) -> Exported:
    async with open_graph() as graph:
        with shown("exporting") as progress:
            return await export_to_path(graph, kind, target, evidence=evidence, overwrite=overwrite, progress=progress)


def _print(done: Exported, *, as_json: bool) -> None:
    """To standard error where the export itself went to standard output."""
    files = [str(file) for file in done.files]
    if as_json:
        record = {"graphVersion": done.graph_version, "rows": done.rows, "files": files}
        typer.echo(json.dumps(record), err=not files)
        return
    counts = ", ".join(f"{count} {name}" for name, count in done.rows.items())
    typer.echo(f"{counts} of version {done.graph_version}" + "".join(f"\n{file}" for file in files), err=not files)
