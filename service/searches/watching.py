"""One poller for all subscriptions of the process: it asks the database for the graph's version while anyone waits for it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import Context

import structlog

from graph_schema.database.graph import Graph
from graph_schema.errors import ChokepointError
from graph_schema.ids import RunId
from service.errors import TooManySubscribers
from service.queries.changes import Pulse, read_pulse

log = structlog.get_logger(__name__)


class Watch:
    """Who waits for changes. A subscriber that is slow misses pulses, never the state that the last one tells."""

    def __init__(
        self, graph: Graph, *, interval_s: float, most: int, told_of: Callable[[int], None] | None = None
    ) -> None:
        """`told_of` hears of each version before the subscribers do."""
        self._told_of = told_of
        self._graph, self._interval_s, self._most = graph, interval_s, most
        self._subscribers = 0
        self._runs: Counter[RunId] = Counter()
        self._poller: asyncio.Task[None] | None = None
        self._coming: asyncio.Future[Pulse] | None = None

    @property
    def subscribers(self) -> int:
        """Subscriptions that are open."""
        return self._subscribers

    @asynccontextmanager
    async def subscription(self, run: RunId | None = None) -> AsyncIterator[None]:
        """Be counted while inside; `run` is read at every pulse. Raises TooManySubscribers."""
        if self._subscribers >= self._most:
            raise TooManySubscribers(f"{self._most} subscriptions are open, and no more are allowed")
        self._subscribers += 1
        self._runs.update([run] if run else [])
        try:
            yield
        finally:
            self._subscribers -= 1
            self._runs.subtract([run] if run else [])
            self._runs = +self._runs
            if not self._subscribers:
                self._stop()

    async def pulse(self) -> Pulse:
        """The next state of the graph. A database that does not answer only delays it."""
        if self._poller is None or self._coming is None:
            self._coming = asyncio.get_running_loop().create_future()
            self._poller = asyncio.create_task(
                self._poll(), context=Context()
            )  # it works for all, not for who came first
            self._poller.add_done_callback(self._ended)
        return await asyncio.shield(self._coming)

    async def _poll(self) -> None:
        failing = False
        while True:
            # The wait comes first, so that whoever subscribes during it hears of the same pulse.
            await asyncio.sleep(self._interval_s)
            try:
                pulse = await self._graph.read(read_pulse, list(self._runs))
            except ChokepointError as error:
                if not failing:
                    log.warning("subscriptions wait for the database", reason=str(error))
                failing = True
                continue
            failing = False
            if self._told_of is not None:
                self._told_of(pulse.version)
            told, self._coming = self._coming, asyncio.get_running_loop().create_future()
            if told is not None and not told.done():
                told.set_result(pulse)

    def _ended(self, poller: "asyncio.Task[None]") -> None:
        """A poller that failed must not leave its subscribers waiting for ever."""
        if poller.cancelled() or (problem := poller.exception()) is None:
            return
        if poller is self._poller and self._coming is not None and not self._coming.done():
            self._coming.set_exception(problem)
            self._poller = self._coming = None

    def _stop(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
        self._poller = self._coming = None
