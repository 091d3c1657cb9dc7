"""What questions outside the searches read: from the index while it is current, else from the database."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import QuestionError
from graph_schema.ids import EntityId, RelationId
from graph_schema.vocabulary import EntityType
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.filters import NotIndexed
from service.index.keeper import IndexKeeper
from service.index.past import PastGraph, PastGraphs
from service.index.records import IndexedRecords
from service.queries.entities import EntityMatch, degrees, entities_by_id, entities_like
from service.queries.entities_meant import entities_meant, matches
from service.queries.neighbours import neighbours, neighbours_counted
from service.queries.paths_expand import HopKey, Hops, relations_of_hops
from service.queries.records import ClaimRecord, EntityRecord, RelationRecord
from service.queries.relations import relations_of

P = ParamSpec("P")
T = TypeVar("T")
_THEN_S = 10.0
"""Longest that a former version is waited for; as a rule it is at hand."""


class Lookups:
    """Reads for one request: all that comes from the index is of one version."""

    def __init__(self, graph: Graph, keeper: IndexKeeper | None, past: PastGraphs | None = None) -> None:
        """`past`: earlier versions of the graph, where they can be told."""
        self._graph, self._keeper, self._past = graph, keeper, past
        snapshot = None if keeper is None else keeper.current
        self._index = None if snapshot is None else IndexedRecords(snapshot)
        self._version = None if snapshot is None else snapshot.version
        self._written = False

    @property
    def indexed(self) -> bool:
        """Whether entities are at hand, without a look-up that others could share."""
        return self._index is not None

    @property
    def known_version(self) -> int | None:
        """Version of the graph that is read, if it is known without asking."""
        return self._version

    def renewed(self) -> "Lookups":
        """With nothing remembered. Where the graph is written to, the database goes on being read."""
        fresh = Lookups(self._graph, self._keeper, self._past)
        if self._written:
            fresh.from_database()
        return fresh

    def from_database(self) -> None:
        """Read nothing more from the index, and have it catch up: the graph is written to."""
        self._index, self._version, self._written = None, None, True
        if self._keeper is not None:
            self._keeper.doubt()

    async def version(self) -> int:
        """Version of the graph that is read; where the database tells it, it is asked once."""
        if self._version is None:
            self._version = await self._graph.read(graph_version)
            if self._keeper is not None:
                self._keeper.told_of(self._version)
        return self._version

    async def entities(self, ids: Sequence[EntityId]) -> dict[EntityId, EntityRecord]:
        """Those of `ids` that exist."""
        if self._index is not None:
            return self._index.entities(ids)
        return await self._graph.read(entities_by_id, ids)

    async def degrees(self, ids: Sequence[EntityId]) -> dict[EntityId, int]:
        """Number of relations of each."""
        if self._index is not None:
            return self._index.degrees(ids)
        return await self._graph.read(degrees, ids)

    async def meant(self, names: Iterable[str]) -> dict[str, EntityRecord]:
        """See `entities_meant`. Raises EntityNotFound."""
        return await self._read(lambda index: index.entities_meant(names), entities_meant, names)

    async def matches(self, names: Iterable[str], *, type: EntityType | None) -> dict[str, list[EntityMatch]]:
        """See `matches`. Raises EntityNotFound."""
        return await self._read(lambda index: index.matches(names, type=type), matches, names, type=type)

    async def like(
        self, name: str, where: EntityFilter, *, fuzzy: bool, skip: int, limit: int
    ) -> tuple[list[EntityMatch], int]:
        """A page of what `entities_like` finds for one name, and the number of all."""

        async def work(tx: AsyncManagedTransaction) -> tuple[list[EntityMatch], int]:
            found = (await entities_like(tx, [name], where=where, fuzzy=fuzzy)).get(name, [])
            return found[skip : skip + limit], len(found)

        page = {"skip": skip, "limit": limit}
        return await self._read(lambda index: index.like(name, where, fuzzy=fuzzy, **page), work)

    async def hops(self, pairs: Iterable[HopKey], walk: Walk) -> Hops:
        """See `relations_of_hops`."""
        return await self._read(lambda index: index.hops(pairs, walk), relations_of_hops, pairs, walk)

    async def neighbours(
        self, id: EntityId, via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
    ) -> list[tuple[EntityRecord, tuple[RelationRecord, ...]]]:
        """See `neighbours`."""
        page = {"skip": skip, "limit": limit}
        return await self._read(
            lambda index: index.neighbours(id, via, where, **page), neighbours, id, via, where, skip=skip, limit=limit
        )

    async def neighbours_counted(self, id: EntityId, via: RelationFilter, where: EntityFilter) -> int:
        """See `neighbours_counted`."""
        return await self._read(
            lambda index: index.neighbours_counted(id, via, where), neighbours_counted, id, via, where
        )

    async def relations_of(
        self, ids: Sequence[EntityId], via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
    ) -> dict[EntityId, list[RelationRecord]]:
        """See `relations_of`."""
        page = {"skip": skip, "limit": limit}
        return await self._read(
            lambda index: index.relations_of(ids, via, where, **page),
            relations_of,
            ids,
            via,
            where,
            skip=skip,
            limit=limit,
        )

    async def then(self, version: int) -> PastGraph:
        """The graph as it was, of which an answer was given before. Raises QuestionError, DeadlineExceeded, GraphError."""
        if self._past is None:
            raise QuestionError("former versions are told from the index, which is switched off")
        return await self._past.at(version, _THEN_S)

    async def claims_then(self, version: int, relations: Iterable[RelationId]) -> dict[RelationId, list[ClaimRecord]]:
        """The claims that stood behind relations and are still there, surest first. Raises QuestionError, GraphError."""
        graph = await self.then(version)
        return await graph.claims_shown(relations)

    async def _read(
        self,
        from_index: Callable[[IndexedRecords], T],
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self._index is not None:
            try:
                return from_index(self._index)
            except NotIndexed:
                pass
        return await self._graph.read(work, *args, **kwargs)
