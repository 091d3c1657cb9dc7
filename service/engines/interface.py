"""What the searches stand on: an engine opens a view of the graph; all that one question learns comes from one view.

`service/searches` asks questions of views and knows no more of an engine than stands here.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter, Walk
from service.paths.budget import Meter
from service.paths.reach import Reach, ReachQuestion
from service.paths.report import EngineName
from service.paths.search import PathQuestion, SearchOutcome
from service.queries.holdings import StoredHolding
from service.queries.paths_expand import HopKey, Hops
from service.queries.records import EntityRecord, RelationRecord
from service.queries.supply import Production

T = TypeVar("T")


LEAST_S = 0.1
"""Seconds that a read gets even where no time is left: none at all would mean no limit."""


class GraphReader(Protocol):
    """What an answer is made of, by id."""

    @property
    def engine(self) -> EngineName:
        """What searches in it."""
        ...

    @property
    def version(self) -> int | None:
        """Version of the graph that it reads."""
        ...

    async def entities(self, ids: Iterable[EntityId], /) -> Mapping[EntityId, EntityRecord]:
        """Those of `ids` that exist."""
        ...

    async def hops(self, pairs: Iterable[HopKey], walk: Walk, /) -> Hops:
        """The relations that `walk` admits between each two entities, surest first, and the entities."""
        ...

    async def production(self, ids: Iterable[EntityId], /) -> list[Production]:
        """In which countries the products, materials and technologies among `ids` are made, by id."""
        ...


class GraphView(GraphReader, Protocol):
    """The graph in one state, as one question sees it."""

    @property
    def lost(self) -> bool:
        """Whether time ran out in the middle of a look-up, so that nothing more can be asked of this view."""
        ...

    async def entities_meant(self, names: Iterable[str], /) -> Mapping[str, EntityRecord]:
        """The entity that each id, name or alias means. Raises EntityNotFound with close names."""
        ...

    async def admitted(self, ids: Iterable[EntityId], where: EntityFilter, /) -> set[EntityId]:
        """Those of `ids` that `where` admits."""
        ...

    async def holders(self, ids: Iterable[EntityId], as_of: dt.date | None, room: int, /) -> list[StoredHolding]:
        """Up to `room` holdings in these firms, with what their claims say; on a day, or as stated now."""
        ...

    async def listings(
        self, ids: Iterable[EntityId], listers: Sequence[EntityId], as_of: dt.date | None, /
    ) -> Mapping[EntityId, Sequence[RelationRecord]]:
        """What puts each of these on a list of one of `listers`, of anyone where none are given; on a day, or now."""
        ...

    async def paths(self, question: PathQuestion, meter: Meter, /) -> SearchOutcome:
        """The best paths, by rank. Counts its work on `meter`; want of budget is told in the outcome, never raised."""
        ...

    async def reach(self, question: ReachQuestion, meter: Meter, /) -> Reach:
        """Entities of a kind around one, nearest first. Counts its work on `meter`; want of budget is never raised."""
        ...


class PathEngine(Protocol):
    """Opens views."""

    async def run(self, seconds: float, work: Callable[[GraphView], Awaitable[T]]) -> T:
        """Do `work` on one view of the graph; it may be repeated after a passing failure, on another view.

        Raises DeadlineExceeded after `seconds`, GraphUnavailable, GraphError, and what `work` raises.
        """
        ...

    def at(self, version: int) -> "PathEngine":
        """The engine that opens views of the graph as it was at a version. Raises QuestionError where there is none."""
        ...


class NothingToRead:
    """A `GraphReader` for the rest of an answer when even reading what was found takes too long."""

    engine = EngineName.CYPHER
    version = None

    async def entities(self, _: Iterable[EntityId], /) -> Mapping[EntityId, EntityRecord]:
        """None."""
        return {}

    async def hops(self, _: Iterable[HopKey], __: Walk, /) -> Hops:
        """None."""
        return Hops()

    async def production(self, _: Iterable[EntityId], /) -> list[Production]:
        """None."""
        return []
