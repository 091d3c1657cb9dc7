"""The part of a view that is the same for every engine: names and records are read in one transaction of the database."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from neo4j import AsyncManagedTransaction

from graph_schema.ids import EntityId
from graph_schema.vocabulary import THINGS
from service.filters.walk import EntityFilter, Walk
from service.queries.entities import entities_admitted, entities_by_id
from service.queries.entities_meant import entities_meant
from service.queries.holdings import StoredHolding, holders, listings
from service.queries.paths_expand import HopKey, Hops, relations_of_hops
from service.queries.records import EntityRecord, RelationRecord
from service.queries.supply import Production, producing_countries


class RecordsView:
    """A `GraphView` but for its searches."""

    def __init__(self, tx: AsyncManagedTransaction) -> None:
        self._tx = tx

    async def entities_meant(self, names: Iterable[str]) -> Mapping[str, EntityRecord]:
        """See `GraphView`."""
        return await entities_meant(self._tx, names)

    async def entities(self, ids: Iterable[EntityId]) -> Mapping[EntityId, EntityRecord]:
        """See `GraphView`."""
        return await entities_by_id(self._tx, ids)

    async def admitted(self, ids: Iterable[EntityId], where: EntityFilter) -> set[EntityId]:
        """See `GraphView`."""
        return await entities_admitted(self._tx, ids, where)

    async def hops(self, pairs: Iterable[HopKey], walk: Walk) -> Hops:
        """See `GraphView`."""
        return await relations_of_hops(self._tx, pairs, walk)

    async def production(self, ids: Iterable[EntityId]) -> list[Production]:
        """See `GraphView`."""
        return await producing_countries(self._tx, ids, types=THINGS)

    async def holders(self, ids: Iterable[EntityId], as_of: dt.date | None, room: int) -> list[StoredHolding]:
        """See `GraphView`."""
        return await holders(self._tx, ids, as_of=as_of, room=room)

    async def listings(
        self, ids: Iterable[EntityId], listers: Sequence[EntityId], as_of: dt.date | None
    ) -> Mapping[EntityId, Sequence[RelationRecord]]:
        """See `GraphView`."""
        return await listings(self._tx, ids, as_of=as_of, listers=listers)
