"""Warm-up: the database plans the queries of the usual questions before the first one is asked.

Planning a query takes far longer than running it; the plans stay cached in the database.
"""

import structlog
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import ChokepointError
from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.queries.claims import claims_by_edge
from service.queries.entities import entities_by_id, entities_called, entities_like
from service.queries.neighbours import neighbours
from service.queries.paths_expand import GraphExpander, TimedTransaction, relations_of_hops
from service.queries.paths_expand_telling import TellingExpander
from service.queries.relations import relations_of

log = structlog.get_logger(__name__)
_NOBODY = EntityId("nobody")
_SECONDS = 60.0


async def warm_up(graph: Graph, *, hub_degree: int) -> None:
    """Ask for nothing in every usual way. A database that does not answer is logged, not raised."""
    try:
        await graph.read_within(_SECONDS, _ask_for_nothing, hub_degree)
    except ChokepointError as error:
        log.warning("warm-up failed", reason=str(error))


async def _ask_for_nothing(tx: AsyncManagedTransaction, hub_degree: int) -> None:
    await entities_called(tx, [_NOBODY])
    expander = GraphExpander(TimedTransaction(tx), Walk(), frozenset(), default_degree=hub_degree)
    telling = TellingExpander(TimedTransaction(tx), Walk(), frozenset(), frozenset(), default_degree=hub_degree)
    await telling.expand([_NOBODY], backward=False, room=1, seconds=_SECONDS)
    for backward in (False, True):
        await expander.expand([_NOBODY], backward=backward, room=1, seconds=_SECONDS)
    await relations_of_hops(tx, [(_NOBODY, _NOBODY)], Walk())
    await claims_by_edge(tx, [], limit=1)
    await entities_by_id(tx, [])
    await entities_like(tx, [_NOBODY])
    await neighbours(tx, _NOBODY, RelationFilter(), EntityFilter(), skip=0, limit=1)
    await relations_of(tx, [_NOBODY], RelationFilter(), EntityFilter(), skip=0, limit=1)
