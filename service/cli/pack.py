"""`chokepoint pack`: a path with all its evidence in one archive, which others can check without Chokepoint."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from graph_schema.cli.backup import of_one_version
from graph_schema.database.backup.archive import Draft
from graph_schema.database.connection import open_graph
from graph_schema.errors import QuestionError
from graph_schema.settings import read_settings
from graph_schema.vocabulary import RelationType
from service.cli.options import choose, day
from service.cli.resumed import OutputUnusable
from service.engines.cypher import CypherEngine
from service.filters.walk import RelationFilter, Walk
from service.packing.pack import Asks, FoundPaths, Pack, make_pack, path_by_id, question_of
from service.packing.settings import PackSettings
from service.paths.budget import Budget
from service.paths.search import PathWeight
from service.searches.desk import Searches
from service.searches.paths import PathRequest
from service.settings import ServiceSettings


def pack(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="Id, name or alias of the start, or the id of a path (path:…).")
    ],
    target: Annotated[
        str | None, typer.Argument(metavar="TO", help="Id, name or alias of the end; none after the id of a path.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The archive to write.")] = Path("evidence.zip"),
    k: Annotated[int, typer.Option("-k", help="Most paths.", min=1)] = 1,
    type: Annotated[list[str] | None, typer.Option(help="Only relations of this type; may be repeated.")] = None,
    exclude_type: Annotated[list[str] | None, typer.Option(help="No relations of this type.")] = None,
    min_confidence: Annotated[float, typer.Option(help="Lowest confidence of a relation.", min=0, max=1)] = 0.0,
    min_sources: Annotated[int, typer.Option(help="Fewest publishers behind a relation.", min=0)] = 0,
    valid_at: Annotated[str | None, typer.Option(metavar="DATE", help="Relations that held on this day.")] = None,
    weight: Annotated[PathWeight, typer.Option(help="What makes a path short.")] = PathWeight.SPECIFICITY,
    max_depth: Annotated[int, typer.Option(help="Most hops.", min=1)] = 5,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a path with every sentence behind it as a ZIP: RO-Crate with PROV, drawing, report, and the script that checks it.

    The same question at the same version of the graph gives the same bytes. CHOKEPOINT_PACK_SIGNING_KEY signs it. Exits 4
    when there is no path.
    """
    if output.exists() and not overwrite:
        raise OutputUnusable(f"{output} exists: name another file, or let --overwrite replace it")
    by_id = source.startswith("path:")
    if by_id is (target is not None):
        raise QuestionError("give FROM and TO, or the id of a path alone")
    key = read_settings(PackSettings).key()
    settings = read_settings(ServiceSettings)
    walk = Walk(
        via=RelationFilter(
            types=choose(RelationType, "relation type", type),
            exclude_types=choose(RelationType, "relation type", exclude_type),
            min_confidence=min_confidence,
            min_sources=min_sources,
            valid_at=day(valid_at),
        )
    )
    if by_id and walk != Walk():
        raise QuestionError("the path of an id is packed as it stands: give no filters with it")
    budget = Budget(max_depth=max_depth, timeout_s=settings.max_timeout_ms / 1000)
    request = PathRequest((source,), (target or "",), k=k, weight=weight, walk=walk, budget=budget)
    question = _told(source, target, request)
    made = of_one_version(lambda: asyncio.run(_make(source if by_id else request, question, settings, key)))
    with Draft(output) as stream:
        stream.write(made.content)
    _print(output, made, as_json=as_json)


def _told(source: str, target: str | None, request: PathRequest) -> dict[str, Any]:
    """The question as the pack tells it."""
    if target is None:
        return question_of(source)
    via = request.walk.via
    filters = {
        "types": [type.name for type in via.types],
        "excludeTypes": [type.name for type in via.exclude_types],
        "minConfidence": via.min_confidence,
        "minSources": via.min_sources,
        "validAt": None if via.valid_at is None else via.valid_at.isoformat(),
    }
    arguments = {"from": source, "to": target, "k": request.k, "weight": request.weight.name}
    arguments |= {"maxDepth": request.budget.max_depth}
    text = f"how is {source} tied to {target}?"
    return {"operation": "shortestPath", "text": text, "arguments": arguments, "filters": filters}


async def _make(asked: PathRequest | str, question: dict[str, Any], settings: ServiceSettings, key: Any) -> Pack:
    async with open_graph() as graph:

        async def by_search() -> FoundPaths:
            assert isinstance(asked, PathRequest)
            answer = await Searches(CypherEngine(graph, hub_degree=settings.hub_degree), settings).run(asked)
            return FoundPaths(answer.paths, answer.report.status, answer.report.hint)

        async def by_id() -> FoundPaths:
            assert isinstance(asked, str)
            return await path_by_id(graph, asked)

        asks: Asks = by_id if isinstance(asked, str) else by_search
        return await make_pack(graph, question, asks, key=key)


def _print(output: Path, made: Pack, *, as_json: bool) -> None:
    if as_json:
        told = {"file": str(output), "sha256": made.sha256, "graphVersion": made.graph_version, "paths": made.paths}
        typer.echo(json.dumps(told | {"claims": made.claims, "signed": made.signed}))
        return
    signed = "signed" if made.signed else "not signed"
    typer.echo(
        f"{output}: {made.paths} path{'s' if made.paths > 1 else ''}, {made.claims} claims of version "
        f"{made.graph_version}, {signed}, sha256 {made.sha256}"
    )
