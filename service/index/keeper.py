"""Keeps a snapshot of the graph: read in the background, then brought up to date with every new version.

A snapshot is *current* while it was the newest version a moment ago, and while nobody in this process has written or read of a
newer one. Then it answers by itself, without the database being asked.
"""

import asyncio
import math
import time
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import structlog

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import ChokepointError
from service.index.assemble import NotFollowable, next_snapshot
from service.index.build import TooManyConfidences
from service.index.compiling import made_in_another_process
from service.index.loading import TooLarge, load
from service.index.reading import TooMuchChanged, read_change
from service.index.snapshot import Snapshot

log = structlog.get_logger(__name__)

_TOLD_EVERY_S = 5.0
_CHANGE_S = 30.0
_AGAIN_S = 10.0
"""Seconds after which reading is tried again when it failed."""
_LOOK_S = 0.05
_REBUILD_SHARE = 0.2
"""Part of the relations that may change before everything is read anew, so that numbers follow degrees again."""
_MOST_WAIT_S = 1.0
"""Longest that a question waits for the index to catch up before the database answers it."""


class IndexState(StrEnum):
    """Where the index stands."""

    LOADING = "loading"
    READY = "ready"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """Where the index stands, for people and probes."""

    state: IndexState
    relations: int = 0
    """Relations read so far."""
    of: int = 0
    graph_version: int | None = None


class IndexKeeper:
    """Holds the newest snapshot. `run` keeps it; until it is there questions go elsewhere."""

    def __init__(
        self, graph: Graph, executor: Executor, *, most_megabytes: int, poll_s: float, stale_s: float = 0.0
    ) -> None:
        """`stale_s`: how long after it was seen to be the newest a snapshot may answer by itself, in seconds."""
        self._graph, self._executor = graph, executor
        self._most_megabytes, self._poll_s, self._stale_s = most_megabytes, poll_s, stale_s
        self.snapshot: Snapshot | None = None
        self._newest_at = self._doubted_at = -math.inf
        self.status = IndexStatus(IndexState.LOADING)
        self._woken = asyncio.Event()
        self._following = asyncio.Lock()
        self._kept = False
        self.loads = 0
        """How often the whole graph was read."""
        self._changed = 0
        self._told = 0.0

    @property
    def age_s(self) -> float | None:
        """Seconds since the snapshot was last known to be of the graph's version; None while it never was."""
        return None if math.isinf(self._newest_at) else time.monotonic() - self._newest_at

    @property
    def current(self) -> Snapshot | None:
        """The snapshot, where it may answer by itself."""
        newest_at = self._newest_at
        if newest_at <= self._doubted_at or time.monotonic() - newest_at > self._stale_s:
            return None
        return self.snapshot

    def told_of(self, version: int) -> None:
        """Somebody was told of this version: no older one may be answered any more."""
        if self.snapshot is not None and version > self.snapshot.version:
            self.doubt()

    def doubt(self) -> None:
        """The graph may just have been written to: the database is asked before the snapshot answers again."""
        self._doubted_at = time.monotonic()
        self._woken.set()

    async def run(self) -> None:
        """Read the graph, then follow it until cancelled. A database that does not answer only delays it."""
        self._kept = True
        await made_in_another_process()
        while True:
            try:
                if self.snapshot is None:
                    await self._load()
                await self._follow()
            except (TooLarge, TooManyConfidences) as error:
                self.snapshot, self.status = None, IndexStatus(IndexState.TOO_LARGE)
                log.warning("no index: the database answers all questions", reason=str(error))
                return
            except ChokepointError as error:
                log.warning("the index waits for the database", reason=str(error))
                await asyncio.sleep(_AGAIN_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._woken.wait()
            self._woken.clear()

    async def ready(self) -> Snapshot:
        """The newest snapshot as soon as there is one; where nobody keeps it, the graph is read now.

        Raises TooLarge, TooManyConfidences, GraphUnavailable, GraphError.
        """
        while (snapshot := self.snapshot) is None:
            if self.status.state is IndexState.TOO_LARGE:
                raise TooLarge("the graph is too large for the index")
            if self._kept:
                await asyncio.sleep(_LOOK_S)
                continue
            await made_in_another_process()
            async with self._following:
                if self.snapshot is None:
                    await self._load()
        return snapshot

    async def follow(self, deadline: float) -> None:
        """Have the snapshot brought up to date, and wait a moment for it."""
        left = min(deadline - asyncio.get_running_loop().time(), _MOST_WAIT_S)
        following = asyncio.ensure_future(self._follow())
        # Nobody hears of its failure once the wait is over; the next one meets the same, and tells.
        following.add_done_callback(lambda done: done.cancelled() or done.exception())
        with suppress(TimeoutError, ChokepointError, TooLarge, TooManyConfidences):
            async with asyncio.timeout(max(left, 0.0)):
                await asyncio.shield(following)

    async def _load(self) -> None:
        began = time.monotonic()
        self.loads += 1
        snapshot = await load(self._graph, most_megabytes=self._most_megabytes, progress=self._tell)
        self._changed = 0
        self._hold(snapshot)
        log.info(
            "index ready",
            relations=snapshot.number_of_relations,
            entities=snapshot.entities,
            megabytes=round(snapshot.nbytes / 1e6, 1),
            claims=snapshot.claims is not None,
            seconds=round(time.monotonic() - began, 1),
        )

    def _tell(self, done: int, of: int) -> None:
        self.status = IndexStatus(IndexState.LOADING, done, of)
        if time.monotonic() - self._told > _TOLD_EVERY_S:
            self._told = time.monotonic()
            log.info("index loading", relations=done, of=of)

    def _hold(self, snapshot: Snapshot, *, newest_at: float = -math.inf) -> None:
        """`newest_at`: when the graph was known to be as the snapshot has it; parts of what came later may be in another."""
        self.snapshot, self._newest_at = snapshot, newest_at
        relations = snapshot.number_of_relations
        self.status = IndexStatus(IndexState.READY, relations, relations, snapshot.version)

    async def _follow(self) -> None:
        """Bring the snapshot up to date."""
        async with self._following:
            snapshot, asked_at = self.snapshot, time.monotonic()
            if snapshot is None:
                return
            version = await self._graph.read(graph_version)
            if version == snapshot.version:
                self._newest_at = asked_at
                return
            most = max(int(snapshot.number_of_relations * _REBUILD_SHARE), 1_000)
            try:
                change = await self._graph.read_within(_CHANGE_S, read_change, snapshot.version, version, most=most)
                self._changed += len(change.relations) + len(change.removed_relations)
                if self._changed > most:
                    raise TooMuchChanged
                loop = asyncio.get_running_loop()
                following = await loop.run_in_executor(self._executor, next_snapshot, snapshot, change)
                exact = await self._graph.read(graph_version) == version
                self._hold(following, newest_at=asked_at if exact else -math.inf)
            except (TooMuchChanged, NotFollowable):
                await self._load()
