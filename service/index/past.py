"""The graph as it was at earlier versions, made from the snapshot that a keeper holds and from what has become of it since.

What once was does not change: a version that was told is kept for the next question. Where it cannot be told exactly the
question is refused.
"""

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import DeadlineExceeded, EntityNotFound, GraphChanged, QuestionError
from graph_schema.ids import ClaimId, EntityId, RelationId
from graph_schema.vocabulary import Modality, RelationType
from service.filters.walk import EntityFilter, RelationFilter
from service.index.assemble import NotFollowable, next_snapshot
from service.index.build import TooManyConfidences
from service.index.filters import NobodysName, NotIndexed
from service.index.keeper import IndexKeeper
from service.index.loading import TooLarge
from service.index.past_reading import ClaimThen, Former, check_remembered, claims_then, read_former, read_past
from service.index.records import IndexedRecords
from service.index.snapshot import Snapshot
from service.ownership.shares import HOLDS, HoldingClaim
from service.queries.claims import claims_by_id
from service.queries.entities_meant import close_names
from service.queries.holdings import MOST_CLAIMS, NO_PARTIES, StoredHolding
from service.queries.records import ClaimRecord, EntityRecord, RelationRecord

T = TypeVar("T")

_MOST_CHANGED = 200_000
"""Relations, or entities, that may have changed since a version that is asked for."""
_KEPT = 4
"""Versions that are kept, as long as they take no more than the index may take."""
_AT_ONCE = 2
"""Versions that are put together at the same time."""
_TRIES = 10
_READ_S = 60.0
_MAKE_S = 120.0
"""Longest that a version is worked on once the index is there. Work goes on when who asked is gone: the next one finds it."""
_HELD = RelationFilter(
    outward=(RelationType.SUBSIDIARY_OF,), inward=(RelationType.OWNS, RelationType.ACQUIRES, RelationType.INVESTS_IN)
)
_SAID = (*HOLDS, Modality.ENDED)
_LISTED = RelationFilter(inward=(RelationType.SANCTIONS, RelationType.RESTRICTS_EXPORTS_TO), outward=())


@contextmanager
def told_or_refused(version: int) -> Iterator[None]:
    """What the past graph cannot tell is refused, never answered from the graph as it is now."""
    try:
        yield
    except NotIndexed as error:
        raise QuestionError(f"of version {version} this cannot be told: {error}") from error


class PastGraphs:
    """Earlier versions of one graph."""

    def __init__(self, graph: Graph, keeper: IndexKeeper, executor: Executor, *, most_megabytes: int) -> None:
        self._graph, self._keeper, self._executor = graph, keeper, executor
        self._most_bytes = most_megabytes * 1_000_000
        self._kept: OrderedDict[int, PastGraph] = OrderedDict()
        self._making: dict[int, asyncio.Task[PastGraph]] = {}
        self._former: dict[int, tuple[int, Former]] = {}
        """By version: the version of the graph at which they were read, and the states."""
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def at(self, version: int, seconds: float | None) -> "PastGraph":
        """The graph as it was, within `seconds`; None: however long it takes.

        Raises QuestionError, DeadlineExceeded, GraphChanged, GraphUnavailable, GraphError.
        """
        if version < 0:
            raise QuestionError(f"atVersion is {version}, it must be at least 0")
        # Where the index was read anew, it may be of another graph: a backup that was restored.
        if (known := self._kept.get(version)) is not None and known.loads == self._keeper.loads:
            self._kept.move_to_end(version)
            return known
        if (making := self._making.get(version)) is None:
            making = self._making[version] = asyncio.create_task(self._make(version))
            making.add_done_callback(lambda done: self._made(version, done))
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(making)
        except TimeoutError as error:
            raise DeadlineExceeded(f"version {version} is still being put together: ask again") from error

    def _made(self, version: int, done: "asyncio.Task[PastGraph]") -> None:
        self._making.pop(version, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[version] = done.result()
        while len(self._kept) > 1 and (
            len(self._kept) > _KEPT or sum(one.snapshot.nbytes for one in self._kept.values()) > self._most_bytes
        ):
            self._kept.popitem(last=False)

    async def _make(self, version: int) -> "PastGraph":
        """Raises QuestionError as soon as that is clear, whether or not the index is ready."""
        await self._graph.read(check_remembered, version)
        await self._ready()
        async with asyncio.timeout(_MAKE_S), self._turns:
            for _ in range(_TRIES):
                now, loads = await self._ready(), self._keeper.loads
                reading = self.read_whole(read_past, version, most=_MOST_CHANGED, of=now.version)
                if (change := await reading) is None:
                    await self._keeper.follow(asyncio.get_running_loop().time() + _READ_S)
                    continue
                try:
                    then = await asyncio.get_running_loop().run_in_executor(self._executor, next_snapshot, now, change)
                except (NotFollowable, TooManyConfidences) as error:
                    raise QuestionError(f"what was kept of version {version} does not fit together: {error}") from error
                return PastGraph(self, then, loads)
        raise GraphChanged("the graph changed again and again while the question was answered: ask again")

    async def _ready(self) -> Snapshot:
        try:
            return await self._keeper.ready()
        except (TooLarge, TooManyConfidences) as error:
            raise QuestionError(f"former versions are told from the index, which cannot be held: {error}") from error

    async def read_whole(
        self, work: "Callable[..., Awaitable[T]]", *args: object, of: int | None = None, **kwargs: object
    ) -> T | None:
        """What `work` reads, if all of it is of one version, of the version `of` where given; else None."""
        before = await self._graph.read(graph_version)
        if of not in (None, before):
            return None
        found: T = await self._graph.read_within(_READ_S, work, *args, **kwargs)
        return found if await self._graph.read(graph_version) == before else None

    async def claims(self, version: int, relations: Iterable[RelationId]) -> dict[RelationId, list[ClaimThen]]:
        """The claims that stood behind relations at a version. Raises GraphChanged."""
        wanted = list(relations)

        async def work(
            tx: AsyncManagedTransaction, former: Former | None
        ) -> tuple[Former, dict[RelationId, list[ClaimThen]]]:
            former = former or await read_former(tx, version)
            return former, await claims_then(tx, former, version, wanted)

        for _ in range(_TRIES):
            now = await self._graph.read(graph_version)
            read_at, known = self._former.get(version, (None, None))
            if (found := await self.read_whole(work, known if read_at == now else None, of=now)) is not None:
                self._former[version] = now, found[0]
                while len(self._former) > _KEPT:
                    del self._former[next(iter(self._former))]
                return found[1]
        raise GraphChanged("the graph changed again and again while the question was answered: ask again")

    async def claims_shown(self, version: int, relations: Iterable[RelationId]) -> dict[RelationId, list[ClaimRecord]]:
        """Of those claims the ones that are still there, as they are now, surest first."""
        then = await self.claims(version, relations)
        now = await self._graph.read(claims_by_id, sorted({one.id for claims in then.values() for one in claims}))
        shown = {id: [now[one.id] for one in claims if one.id in now] for id, claims in then.items()}
        return {id: sorted(claims, key=lambda one: (-one.confidence, one.id)) for id, claims in shown.items()}


@dataclass(frozen=True, slots=True)
class PastGraph:
    """The graph as it was at one version."""

    graphs: PastGraphs
    snapshot: Snapshot
    loads: int
    """How often the index had been read when this was made of it."""

    @property
    def records(self) -> IndexedRecords:
        """What answers show of it."""
        return IndexedRecords(self.snapshot, past=True)

    def entities_meant(self, names: Iterable[str]) -> dict[str, EntityRecord]:
        """As `service.queries.entities_meant`. Raises EntityNotFound, NotIndexed."""
        records, found = self.records, dict[str, EntityRecord]()
        for name in dict.fromkeys(names):
            try:
                found |= records.entities_meant([name])
            except NobodysName as error:
                close = close_names(records.like(name, EntityFilter())[0])
                raise EntityNotFound(name, close=close, graph_is_empty=not self.snapshot.entities) from error
        return found

    async def holders(self, ids: Iterable[EntityId], as_of: dt.date | None, room: int) -> list[StoredHolding]:
        """As `service.queries.holdings.holders`. Raises NotIndexed, GraphChanged."""
        via = replace(_HELD, modalities=HOLDS if as_of is None else _SAID, valid_at=as_of)
        held = self.records.all_relations(ids, via)[:room]
        claims = await self.graphs.claims(self.snapshot.version, {relation.id for _, relation in held})
        owners = self.records.entities({_other(relation, owned) for owned, relation in held})
        return [
            StoredHolding(owners[_other(relation, owned)], owned, relation, _newest(claims.get(relation.id, ())))
            for owned, relation in held
        ]

    def entities(self, ids: Iterable[EntityId]) -> dict[EntityId, EntityRecord]:
        """Those of `ids` that existed."""
        return self.records.entities(ids)

    def degrees(self, ids: Iterable[EntityId]) -> dict[EntityId, int]:
        """Number of relations that each of these had."""
        return self.records.degrees(ids)

    def relations_of(
        self, id: EntityId, via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
    ) -> list[RelationRecord]:
        """As `service.queries.relations.relations_of`, of one. Raises EntityNotFound, QuestionError."""
        with told_or_refused(self.snapshot.version):
            named = self.entities_meant(sorted(where.named))
            admitted = where.resolved({name: entity.id for name, entity in named.items()}) if named else where
            return self.records.relations_of([id], via, admitted, skip=skip, limit=limit).get(id, [])

    async def claims_shown(self, relations: Iterable[RelationId]) -> dict[RelationId, list[ClaimRecord]]:
        """See `PastGraphs.claims_shown`."""
        return await self.graphs.claims_shown(self.snapshot.version, relations)

    def listings(
        self, ids: Iterable[EntityId], listers: Sequence[EntityId], as_of: dt.date | None
    ) -> dict[EntityId, list[RelationRecord]]:
        """As `service.queries.holdings.listings`. Raises NotIndexed."""
        stands = (Modality.ASSERTED,) if as_of is None else (Modality.ASSERTED, Modality.ENDED)
        parties = (one.id for one in self.records.entities(ids).values() if one.type not in NO_PARTIES)
        found: dict[EntityId, list[RelationRecord]] = {}
        for party, relation in self.records.all_relations(parties, replace(_LISTED, modalities=stands, valid_at=as_of)):
            if not listers or relation.subject in listers:
                found.setdefault(party, []).append(relation)
        return found


def _other(relation: RelationRecord, id: EntityId) -> EntityId:
    return relation.object if relation.subject == id else relation.subject


def _newest(claims: Iterable[ClaimThen]) -> tuple[HoldingClaim, ...]:
    said = sorted((one for one in claims if one.modality in _SAID), key=lambda one: one.id)
    said.sort(key=lambda one: one.day or dt.date.min, reverse=True)
    return tuple(map(_holding_claim, said[:MOST_CLAIMS]))


def _holding_claim(one: ClaimThen) -> HoldingClaim:
    if one.former is not None:
        relation, predicate, told = one.former.relation, "", one.former.told
    else:
        assert one.words is not None
        (relation, predicate), told = one.words, None
    return HoldingClaim(
        *(ClaimId(one.id), relation, one.modality, predicate, one.share, one.day, one.valid_from, one.valid_to),
        told=told,
    )
