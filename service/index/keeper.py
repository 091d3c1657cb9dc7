"""Keeps a snapshot of the graph: read in the background, then brought up to date with every new version."""

import asyncio
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

    def __init__(self, graph: Graph, executor: Executor, *, most_megabytes: int, poll_s: float) -> None:
        self._graph, self._executor = graph, executor
        self._most_megabytes, self._poll_s = most_megabytes, poll_s
        self.snapshot: Snapshot | None = None
        self.status = IndexStatus(IndexState.LOADING)
        self._woken = asyncio.Event()
        self._following = asyncio.Lock()
        self._changed = 0
        self._told = 0.0
        self._current_at: float | None = None

    @property
    def age_s(self) -> float | None:
        """Seconds since the snapshot was last seen to be of the graph's version; None while there is none."""
        return None if self._current_at is None else time.monotonic() - self._current_at

    async def run(self) -> None:
        """Read the graph, then follow it until cancelled. A database that does not answer only delays it."""
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

    async def follow(self, deadline: float) -> None:
        """Have the snapshot brought up to date, and wait a moment for it."""
        left = min(deadline - asyncio.get_running_loop().time(), _MOST_WAIT_S)
        with suppress(TimeoutError, ChokepointError, TooLarge, TooManyConfidences):
            async with asyncio.timeout(max(left, 0.0)):
                await asyncio.shield(self._follow())

    async def _load(self) -> None:
        began = time.monotonic()
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

    def _hold(self, snapshot: Snapshot) -> None:
        self.snapshot, self._current_at = snapshot, time.monotonic()
        relations = snapshot.number_of_relations
        self.status = IndexStatus(IndexState.READY, relations, relations, snapshot.version)

    async def _follow(self) -> None:
        """Bring the snapshot up to date."""
        async with self._following:
            snapshot = self.snapshot
            if snapshot is None:
                return
            if await self._graph.read(graph_version) == snapshot.version:
                self._current_at = time.monotonic()
                return
            most = max(int(snapshot.number_of_relations * _REBUILD_SHARE), 1_000)
            try:
                change = await self._graph.read_within(_CHANGE_S, read_change, snapshot.version, most=most)
                self._changed += len(change.relations) + len(change.removed_relations)
                if self._changed > most:
                    raise TooMuchChanged
                loop = asyncio.get_running_loop()
                self._hold(await loop.run_in_executor(self._executor, next_snapshot, snapshot, change))
            except (TooMuchChanged, NotFollowable):
                await self._load()
