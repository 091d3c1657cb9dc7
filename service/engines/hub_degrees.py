"""From which number of relations on an entity is a hub, when a question tells it as a share of all entities."""

from dataclasses import replace

from neo4j import AsyncManagedTransaction

from graph_schema.database.version import graph_version
from service.filters.walk import Walk
from service.queries.degrees import degree_at

_MOST_REMEMBERED = 100


class HubDegrees:
    """Looks degrees up once per version of the graph."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, float], int] = {}

    async def settle(self, tx: AsyncManagedTransaction, walk: Walk) -> Walk:
        """The walk with `max_degree` in place of `percentile`."""
        share = walk.hubs.percentile
        if share is None:
            return walk
        key = (await graph_version(tx), share)
        if key not in self._known:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = await degree_at(tx, share)
        return replace(walk, hubs=replace(walk.hubs, max_degree=self._known[key]))
