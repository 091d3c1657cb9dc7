"""`chokepoint export`: the whole graph, or the answer to a question, in files for other tools."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from graph_schema.cli.backup import STDIO, of_one_version, shown
from graph_schema.database.connection import open_graph
from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from graph_schema.settings import read_settings
from graph_schema.vocabulary import RelationType
from service.cli.options import choose
from service.engines.cypher import CypherEngine
from service.export.answers import AnswerPart, neighbourhood
from service.export.files import Ask, Exported, ExportFormat, ExportUnusable, export_to_path, export_to_streams
from service.filters.walk import RelationFilter, Walk
from service.paths.budget import Budget
from service.paths.report import PathStatus, SearchReport
from service.paths.search import PathWeight
from service.searches.desk import Searches
from service.searches.endpoints import lookup
from service.searches.exposure import ExposureRequest
from service.searches.paths import PathRequest
from service.settings import ServiceSettings


def export(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="graphml, gexf, csv, parquet or jsonl.")],
    target: Annotated[
        Path, typer.Argument(help="The file to write, - for standard output; for csv and parquet a folder.")
    ],
    evidence: Annotated[bool, typer.Option("--evidence", help="With every claim and its document.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    path: Annotated[
        tuple[str, str] | None, typer.Option(metavar="FROM TO", help="Only what ties these two: the best paths.")
    ] = None,
    exposure: Annotated[str | None, typer.Option(metavar="NAME", help="Only what ties it to listed parties.")] = None,
    neighbors: Annotated[str | None, typer.Option(metavar="NAME", help="Only it and what is one step away.")] = None,
    k: Annotated[int, typer.Option("-k", help="Most paths, with --path.", min=1)] = 10,
    type: Annotated[list[str] | None, typer.Option(help="Of an answer: only relations of this type.")] = None,
    min_confidence: Annotated[
        float, typer.Option(help="Of an answer: lowest confidence of a relation.", min=0, max=1)
    ] = 0.0,
    max_depth: Annotated[int, typer.Option(help="Of an answer: most hops.", min=1)] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write all entities and relations, or those of an answer, for Gephi, networkx, igraph, pandas, DuckDB and the like.

    All is of one version, in the order of ids: the same graph gives the same files, which appear when they are whole. A graph
    that changes meanwhile is read again, up to three times.
    """
    (kind,) = choose(ExportFormat, "format", [format])
    via = RelationFilter(types=choose(RelationType, "relation type", type), min_confidence=min_confidence)
    ask = _asked(path, exposure, neighbors, via, k, max_depth)
    if target == STDIO:
        if kind.in_folder:
            raise ExportUnusable(f"{kind} is a file for each table: name a folder")
        if sys.stdout.isatty():
            raise ExportUnusable("an export is not for a terminal: name a file, or redirect the output")
        _print(asyncio.run(_to_stdout(kind, evidence=evidence, ask=ask)), as_json=as_json)
        return
    done = of_one_version(lambda: asyncio.run(_to_path(kind, target, evidence=evidence, overwrite=overwrite, ask=ask)))
    _print(done, as_json=as_json)


def _asked(
    path: tuple[str, str] | None,
    exposure: str | None,
    neighbors: str | None,
    via: RelationFilter,
    k: int,
    max_depth: int,
) -> Ask | None:
    """What finds the part that is exported; None: the whole graph. Raises QuestionError."""
    if sum(one is not None for one in (path, exposure, neighbors)) > 1:
        raise QuestionError("give one of --path, --exposure and --neighbors")
    if path is None and exposure is None and neighbors is None:
        if via != RelationFilter():
            raise QuestionError("filters are for an answer: give --path, --exposure or --neighbors with them")
        return None
    settings = read_settings(ServiceSettings)
    budget = Budget(max_depth=max_depth, timeout_s=settings.max_timeout_ms / 1000)

    async def ask(graph: Graph) -> AnswerPart:
        searches = Searches(CypherEngine(graph, hub_degree=settings.hub_degree), settings)
        if path is not None:
            request = PathRequest(
                (path[0],), (path[1],), k=k, weight=PathWeight.SPECIFICITY, walk=Walk(via=via), budget=budget
            )
            found = await searches.run(request)
            _tell(found.report)
            return AnswerPart.of_paths(found.paths, (*found.sources, *found.targets))
        if exposure is not None:
            exposed = await searches.run(ExposureRequest(exposure, via=via, budget=budget))
            _tell(exposed.report)
            return AnswerPart.of_paths(
                (tie.path for tie in exposed.exposures if tie.path is not None), [exposed.entity]
            )
        assert neighbors is not None
        return await neighbourhood(graph, (await lookup(graph, [neighbors]))[neighbors], via)

    return ask


def _tell(report: SearchReport) -> None:
    """On standard error, what an answer means that is not simply what was asked for."""
    if report.status is not PathStatus.FOUND:
        typer.echo(report.status.name + (f": {report.hint}" if report.hint else ""), err=True)


async def _to_stdout(kind: ExportFormat, *, evidence: bool, ask: Ask | None) -> Exported:
    async with open_graph() as graph:
        return await export_to_streams(graph, kind, [sys.stdout.buffer], evidence=evidence, ask=ask)


async def _to_path(kind: ExportFormat, target: Path, *, evidence: bool, overwrite: bool, ask: Ask | None) -> Exported:
    async with open_graph() as graph:
        with shown("exporting") as progress:
            return await export_to_path(
                graph, kind, target, evidence=evidence, overwrite=overwrite, progress=progress, ask=ask
            )


def _print(done: Exported, *, as_json: bool) -> None:
    """To standard error where the export itself went to standard output."""
    files = [str(file) for file in done.files]
    if as_json:
        record = {"graphVersion": done.graph_version, "rows": done.rows, "files": files}
        typer.echo(json.dumps(record), err=not files)
        return
    counts = ", ".join(f"{count} {name}" for name, count in done.rows.items())
    typer.echo(f"{counts} of version {done.graph_version}" + "".join(f"\n{file}" for file in files), err=not files)
