"""Questions of commands to an earlier version of the graph: they read the index, which others do not wait for."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from graph_schema.database.graph import Graph
from graph_schema.ids import RelationId
from service.engines.cypher import CypherEngine
from service.logs import configure_logs
from service.queries.claims import claims_by_edge
from service.queries.records import ClaimRecord
from service.searches.desk import Searches
from service.settings import ServiceSettings

AtVersion = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Answer as version N of the graph would have; not given: as it is now.", show_default=False
    ),
]
ClaimsShown = Callable[[Iterable[RelationId]], Awaitable[Mapping[RelationId, list[ClaimRecord]]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command asks with."""

    searches: Searches
    claims: ClaimsShown
    """The claims behind relations, surest first."""


@asynccontextmanager
async def asking(graph: Graph, settings: ServiceSettings, at: int | None, *, claims: int) -> AsyncIterator[Asked]:
    """Of the graph as it is, or as it was `at` a version; `claims`: most of one relation. Raises QuestionError, GraphError."""
    cypher = CypherEngine(graph, hub_degree=settings.hub_degree)

    async def now(relations: Iterable[RelationId]) -> Mapping[RelationId, list[ClaimRecord]]:
        return await graph.read(claims_by_edge, sorted(relations), limit=claims)

    if at is None or not settings.index:
        yield Asked(Searches(cypher, settings), now)
        return
    configure_logs(logging.WARNING)
    # What other questions do not need and would wait for.
    from service.index.engine import IndexEngine
    from service.index.keeper import IndexKeeper

    with ThreadPoolExecutor(thread_name_prefix="index") as executor:
        keeper = IndexKeeper(graph, executor, most_megabytes=settings.index_megabytes, poll_s=0.0)
        engine = IndexEngine(graph, keeper, cypher, executor, settings)
        await engine.past.at(at, None)

        async def then(relations: Iterable[RelationId]) -> Mapping[RelationId, list[ClaimRecord]]:
            found = await engine.past.claims_shown(at, relations)
            return {id: behind[:claims] for id, behind in found.items()}

        yield Asked(Searches(engine, settings), then)
