"""Asks the database again and again whether it lives, so that one which has gone silent is known before questions wait for it."""

import asyncio

import structlog
from neo4j import AsyncManagedTransaction

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.graph import Graph
from graph_schema.errors import ChokepointError

log = structlog.get_logger(__name__)
INTERVAL_S = 2.0
_PATIENCE_S = 1.0
"""The client gives up a second later."""


async def watch_database(graph: Graph, embedded: EmbeddedNeo4j | None = None) -> None:
    """Until cancelled. `graph` has a breaker, which takes note of each answer; changes are logged.

    `embedded`: the server behind it where that is ours: it is started anew once a full disk has room again.
    """
    lives = True
    while True:
        try:
            await graph.read_within(_PATIENCE_S, _nothing)
        except ChokepointError as error:
            if lives:
                log.warning("the database does not answer", code=error.code, reason=str(error))
            lives = False
            if embedded is not None:
                await _recover(embedded)
        else:
            if not lives:
                log.warning("the database answers again")
            lives = True
        await asyncio.sleep(INTERVAL_S)


async def _recover(embedded: EmbeddedNeo4j) -> None:
    try:
        if await asyncio.to_thread(embedded.recover):
            log.warning("the database was started anew after its disk was full")
    except (ChokepointError, OSError) as error:
        log.warning("the database could not be started anew", reason=str(error))


async def _nothing(tx: AsyncManagedTransaction) -> None:
    await (await tx.run("RETURN 1")).consume()
