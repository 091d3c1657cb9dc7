"""The engine that searches in memory, and answers from there while the snapshot is current.

Where it is not known to be, or does not hold what an answer shows, that is read from the database, of the same version. Where the
graph has moved on between the search and the reading, where the index is not ready or does not know what a question asks for, the
database answers instead: never is an answer made of two versions.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.ids import EntityId
from service.engines.interface import LEAST_S, GraphView, PathEngine
from service.engines.records_view import RecordsView
from service.filters.walk import EntityFilter, Walk
from service.index.around_entity import reach_around
from service.index.between_ends import paths_between
from service.index.filters import NotIndexed
from service.index.keeper import IndexKeeper
from service.index.kernels.walking import BRIEF, ENDED, EXPANSIONS, LIMIT, LOOKED, Notes
from service.index.past import PastGraph, PastGraphs, told_or_refused
from service.index.records import IndexedRecords
from service.index.snapshot import Snapshot
from service.paths.budget import Meter, OutOfBudget
from service.paths.reach import Reach, ReachQuestion
from service.paths.report import Bound, EngineName, PathStatus
from service.paths.search import PathQuestion, SearchOutcome
from service.queries.holdings import StoredHolding
from service.queries.paths_expand import HopKey, Hops
from service.queries.records import EntityRecord, RelationRecord
from service.queries.supply import Production
from service.settings import ServiceSettings

T = TypeVar("T")

_AT_ONCE = 50_000
"""Relations looked at without leaving the event loop: less than it takes to hand work to a thread and back, ten times over."""
_LARGE = 2_000_000
"""Relations of a graph of which a new mask is not made in the event loop."""


class IndexEngine:
    """A `PathEngine` over the snapshot that a keeper holds, and over another engine where that will not do."""

    def __init__(
        self, graph: Graph, keeper: IndexKeeper, otherwise: PathEngine, executor: Executor, settings: ServiceSettings
    ):
        self._graph, self._keeper, self._otherwise = graph, keeper, otherwise
        self._executor, self._settings = executor, settings
        self.past = PastGraphs(graph, keeper, executor, most_megabytes=settings.index_megabytes)

    def at(self, version: int) -> PathEngine:
        """See `PathEngine.at`."""
        return PastEngine(self, version)

    async def run(self, seconds: float, work: Callable[[GraphView], Awaitable[T]]) -> T:
        """See `PathEngine.run`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds

        def left() -> float:
            return max(deadline - loop.time(), LEAST_S)

        if (current := self._keeper.current) is not None:
            with suppress(NotIndexed):
                return await work(IndexView(current, self._executor, self._settings))
        for _ in range(2):
            if (snapshot := self._keeper.snapshot) is None:
                break
            if await self._graph.read_within(left(), graph_version) == snapshot.version:
                try:
                    answer = await self._graph.read_within(left(), self._on_snapshot, snapshot, work)
                except NotIndexed:
                    break
                if await self._graph.read_within(left(), graph_version) == snapshot.version:
                    return answer
            await self._keeper.follow(deadline)
        return await self._otherwise.run(left(), work)

    async def run_at(self, version: int, seconds: float, work: Callable[[GraphView], Awaitable[T]]) -> T:
        """`run` on the graph as it was. Raises QuestionError where it cannot be told."""
        graph = await self.past.at(version, seconds)
        with told_or_refused(version):
            return await work(PastView(graph, self._executor, self._settings))

    async def _on_snapshot(
        self, tx: AsyncManagedTransaction, snapshot: Snapshot, work: Callable[[GraphView], Awaitable[T]]
    ) -> T:
        return await work(CheckedView(tx, snapshot, self._executor, self._settings))


class PastEngine:
    """A `PathEngine` over the graph as it was at one version."""

    def __init__(self, engine: IndexEngine, version: int) -> None:
        self._engine, self._version = engine, version

    async def run(self, seconds: float, work: Callable[[GraphView], Awaitable[T]]) -> T:
        """See `PathEngine.run`. Raises QuestionError where the version cannot be told."""
        return await self._engine.run_at(self._version, seconds, work)

    def at(self, version: int) -> PathEngine:
        """See `PathEngine.at`."""
        return self._engine.at(version)


class SnapshotSearches:
    """The searches of a view, over a snapshot."""

    engine: EngineName = EngineName.INDEX
    lost = False

    def __init__(self, snapshot: Snapshot, executor: Executor, settings: ServiceSettings) -> None:
        self._snapshot, self._executor, self._settings = snapshot, executor, settings

    @property
    def version(self) -> int | None:
        """See `GraphReader`."""
        return self._snapshot.version

    async def paths(self, question: PathQuestion, meter: Meter) -> SearchOutcome:
        """See `GraphView`."""
        max_depth = meter.budget.max_depth
        search = partial(
            paths_between, self._snapshot, question, max_depth=max_depth, hub_degree=self._settings.hub_degree
        )
        try:
            return await self._searched(search, meter)
        except OutOfBudget as stop:
            return SearchOutcome(PathStatus.BUDGET_EXHAUSTED, limited_by=stop.bound)

    async def reach(self, question: ReachQuestion, meter: Meter) -> Reach:
        """See `GraphView`."""
        search = partial(reach_around, self._snapshot, question, hub_degree=self._settings.hub_degree)
        try:
            return await self._searched(search, meter)
        except OutOfBudget as stop:
            return Reach(question.source, distance={question.source: 0}, limited_by=stop.bound)

    async def _searched(self, search: Callable[[Notes], T], meter: Meter) -> T:
        """The outcome of a search: at once where little is looked at, else in a thread, until time or the asker is gone.

        Raises OutOfBudget where there is no budget at all.
        """
        room = self._room(meter)
        if self._snapshot.number_of_relations <= _LARGE:
            notes = self._snapshot.notes.take()
            notes.tally[LIMIT], notes.tally[BRIEF] = min(room, _AT_ONCE), 1
            try:
                outcome = search(notes)
                ended, looked = int(notes.tally[ENDED]), int(notes.tally[LOOKED])
            finally:
                self._snapshot.notes.give(notes)
            if ended != EXPANSIONS:
                meter.spend(looked)
                return outcome
        return await self._in_thread(search, meter, room)

    def _room(self, meter: Meter) -> int:
        """Relations that may still be looked at. Raises OutOfBudget."""
        if meter.budget.max_expansions < self._settings.max_expansions:
            return meter.room
        if (room := self._settings.index_max_expansions - meter.expanded) <= 0:
            raise OutOfBudget(Bound.EXPANSIONS)
        return room

    async def _in_thread(self, search: Callable[[Notes], T], meter: Meter, room: int) -> T:
        loop, notes = asyncio.get_running_loop(), self._snapshot.notes.take()
        notes.tally[LIMIT] = room

        def stop() -> None:
            notes.stop[0] = 1

        def run() -> tuple[T, int]:
            try:
                outcome = search(notes)
                return outcome, int(notes.tally[LOOKED])
            finally:
                self._snapshot.notes.give(notes)

        timer = loop.call_later(meter.seconds_left, stop)
        try:
            outcome, looked = await loop.run_in_executor(self._executor, run)
        except asyncio.CancelledError:
            stop()
            raise
        finally:
            timer.cancel()
        meter.spend(looked)
        return outcome


class IndexView(SnapshotSearches):
    """A `GraphView` of a snapshot alone. Raises NotIndexed for what it does not hold."""

    def __init__(
        self, snapshot: Snapshot, executor: Executor, settings: ServiceSettings, records: IndexedRecords | None = None
    ) -> None:
        super().__init__(snapshot, executor, settings)
        self._records = records or IndexedRecords(snapshot)

    async def entities_meant(self, names: Iterable[str]) -> Mapping[str, EntityRecord]:
        """See `GraphView`."""
        return self._records.entities_meant(names)

    async def entities(self, ids: Iterable[EntityId]) -> Mapping[EntityId, EntityRecord]:
        """See `GraphView`."""
        return self._records.entities(ids)

    async def admitted(self, ids: Iterable[EntityId], where: EntityFilter) -> set[EntityId]:
        """See `GraphView`."""
        return self._records.admitted(ids, where)

    async def hops(self, pairs: Iterable[HopKey], walk: Walk) -> Hops:
        """See `GraphView`."""
        return self._records.hops(pairs, walk)

    async def production(self, ids: Iterable[EntityId]) -> list[Production]:
        """See `GraphView`."""
        return self._records.production(ids)

    async def holders(self, _: Iterable[EntityId], __: dt.date | None, ___: int, /) -> list[StoredHolding]:
        """What claims say of holdings stands in the database alone."""
        raise NotIndexed("holdings")

    async def listings(
        self, _: Iterable[EntityId], __: Sequence[EntityId], ___: dt.date | None, /
    ) -> Mapping[EntityId, Sequence[RelationRecord]]:
        """Read of the database, with the holdings."""
        raise NotIndexed("listings")


class PastView(IndexView):
    """A `GraphView` of the graph as it was. Raises NotIndexed for what it cannot tell."""

    engine = EngineName.PAST

    def __init__(self, past: PastGraph, executor: Executor, settings: ServiceSettings) -> None:
        super().__init__(past.snapshot, executor, settings, past.records)
        self._past = past

    async def entities_meant(self, names: Iterable[str]) -> Mapping[str, EntityRecord]:
        """See `GraphView`."""
        return self._past.entities_meant(names)

    async def holders(self, ids: Iterable[EntityId], as_of: dt.date | None, room: int) -> list[StoredHolding]:
        """See `GraphView`."""
        return await self._past.holders(ids, as_of, room)

    async def listings(
        self, ids: Iterable[EntityId], listers: Sequence[EntityId], as_of: dt.date | None
    ) -> Mapping[EntityId, Sequence[RelationRecord]]:
        """See `GraphView`."""
        return self._past.listings(ids, listers, as_of)


class CheckedView(SnapshotSearches, RecordsView):
    """A `GraphView`: searches run over a snapshot, everything else is read in one transaction."""

    def __init__(
        self, tx: AsyncManagedTransaction, snapshot: Snapshot, executor: Executor, settings: ServiceSettings
    ) -> None:
        SnapshotSearches.__init__(self, snapshot, executor, settings)
        RecordsView.__init__(self, tx)
