"""`chokepoint path`: one path question from the shell, answered by the same functions as the API, without HTTP."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console

from graph_schema.database.connection import open_graph
from graph_schema.database.version import graph_version
from graph_schema.ids import DocumentId, EntityId, RelationId
from graph_schema.settings import read_settings
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.cli.former import AtVersion, asking
from service.cli.options import Timeout, choose, day, moment
from service.cli.present import PathLines, path_json, print_paths, reason
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import Direction, EntityFilter, RelationFilter, UndatedPolicy, Walk
from service.paths.budget import Budget
from service.paths.report import PathStatus
from service.paths.search import PathWeight
from service.queries.records import ClaimRecord
from service.searches.paths import PathAnswer, PathRequest
from service.settings import ServiceSettings

NO_PATH_EXIT = 1
_CLAIMS = 50
"""Most claims shown of one relation."""


def path(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Id, name or alias of the start.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Id, name or alias of the end.")],
    k: Annotated[int, typer.Option("-k", help="Most paths.", min=1)] = 1,
    type: Annotated[list[str] | None, typer.Option(help="Only relations of this type; may be repeated.")] = None,
    exclude_type: Annotated[list[str] | None, typer.Option(help="No relations of this type.")] = None,
    direction: Annotated[Direction, typer.Option(help="Which way relations are walked.")] = Direction.ANY,
    through: Annotated[list[str] | None, typer.Option(help="Only entities of this type in between.")] = None,
    exclude_through: Annotated[list[str] | None, typer.Option(help="No entities of this type in between.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="In between only what is known to lie there.")] = None,
    avoid: Annotated[list[str] | None, typer.Option(help="Not past this entity.")] = None,
    must_pass: Annotated[list[str] | None, typer.Option(help="Past this entity.")] = None,
    modality: Annotated[list[str] | None, typer.Option(help="Only relations that stand like this.")] = None,
    min_confidence: Annotated[float, typer.Option(help="Lowest confidence of a relation.", min=0, max=1)] = 0.0,
    min_sources: Annotated[int, typer.Option(help="Fewest publishers behind a relation.", min=0)] = 0,
    exclude_publisher: Annotated[list[str] | None, typer.Option(help="Does it hold without this publisher?")] = None,
    exclude_document: Annotated[list[str] | None, typer.Option(help="Does it hold without this document?")] = None,
    valid_at: Annotated[str | None, typer.Option(metavar="DATE", help="Relations that held on this day.")] = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Relations that had been loaded by then.")
    ] = None,
    undated: Annotated[UndatedPolicy, typer.Option(help="Relations without a date.")] = UndatedPolicy.FLAG,
    hubs: Annotated[HubMode, typer.Option(help="What to do with hubs in between.")] = HubMode.BLOCK_TRANSIT,
    max_degree: Annotated[int | None, typer.Option(help="Relations above which an entity is a hub.")] = None,
    weight: Annotated[PathWeight, typer.Option(help="What makes a path short.")] = PathWeight.SPECIFICITY,
    max_depth: Annotated[int, typer.Option(help="Most hops.", min=1)] = 5,
    at_version: AtVersion = None,
    timeout_ms: Timeout = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how two entities are tied, and who says so.

    Exits 1 when no path is found, 4 when an entity is unknown.
    """
    settings = read_settings(ServiceSettings)
    request = PathRequest(
        sources=(source,),
        targets=(target,),
        k=k,
        must_pass=tuple(map(EntityId, must_pass or ())),
        weight=weight,
        walk=Walk(
            via=RelationFilter(
                types=choose(RelationType, "relation type", type),
                exclude_types=choose(RelationType, "relation type", exclude_type),
                direction=direction,
                modalities=choose(Modality, "modality", modality),
                min_confidence=min_confidence,
                min_sources=min_sources,
                exclude_publishers=tuple(exclude_publisher or ()),
                exclude_documents=tuple(map(DocumentId, exclude_document or ())),
                valid_at=day(valid_at),
                known_at=moment(known_at),
                undated=undated,
            ),
            through=EntityFilter(
                types=choose(EntityType, "entity type", through),
                exclude_types=choose(EntityType, "entity type", exclude_through),
                countries=tuple(map(EntityId, country or ())),
            ),
            avoid=frozenset(map(EntityId, avoid or ())),
            hubs=HubPolicy(mode=hubs, max_degree=max_degree),
        ),
        budget=Budget(
            max_depth=max_depth,
            max_expansions=settings.max_expansions,
            timeout_s=(timeout_ms or settings.timeout_ms) / 1000,
        ),
    )
    answer, claims, version = asyncio.run(_ask(request, settings, at_version))
    if as_json:
        typer.echo(json.dumps(path_json(answer, claims, version), ensure_ascii=False, indent=2))
    elif answer.paths:
        print_paths(Console(), [PathLines.from_answer(path, claims) for path in answer.paths])
    if (line := reason(answer)) is not None and not as_json:
        typer.echo(line, err=not answer.paths)
    if not answer.paths and answer.report.status is not PathStatus.SAME_ENTITY:
        raise typer.Exit(NO_PATH_EXIT)


async def _ask(
    request: PathRequest, settings: ServiceSettings, at: int | None
) -> tuple[PathAnswer, Mapping[RelationId, list[ClaimRecord]], int]:
    async with open_graph() as graph:
        async with asking(graph, settings, at, claims=_CLAIMS) as asked:
            answer = await asked.searches.run(request, at=at)
            edges = {relation.id for path in answer.paths for hop in path.hops for relation in hop.relations}
            claims = await asked.claims(edges)
        return answer, claims, await graph.read(graph_version) if at is None else at
