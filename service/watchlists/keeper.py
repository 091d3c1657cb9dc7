"""Looks for news of all watch lists whenever the graph has changed, and delivers what is due."""

import asyncio
import time

import structlog

from graph_schema.database.graph import Graph
from graph_schema.errors import ChokepointError, GraphUnavailable
from service.searches.desk import Searches
from service.settings import ServiceSettings
from service.watchlists import store
from service.watchlists.delivery import NotDelivered, deliver
from service.watchlists.news import news_between
from service.watchlists.observing import AskSaved, observe
from service.watchlists.settings import WatchSettings
from service.watchlists.store import Delivery, StoredWatch

log = structlog.get_logger(__name__)

_AT_ONCE = 5
_SPARE_S = 60.0
"""Seconds beyond the longest time of its attempts for which what is taken belongs to one process."""
_LONGEST_PAUSE_S = 3_600.0
_AGAIN_S = 60.0
"""Seconds after which a watch list that could not look tries again."""


class WatchKeeper:
    """Keeps watch. Several may, in as many processes: each difference is one notice."""

    def __init__(
        self,
        graph: Graph,
        searches: Searches,
        settings: WatchSettings,
        limits: ServiceSettings,
        ask: AskSaved | None = None,
    ) -> None:
        self._graph, self._searches, self._settings, self._limits = graph, searches, settings, limits
        self._ask = ask
        self._again_at: dict[str, float] = {}

    async def run(self) -> None:
        """Look and deliver until cancelled. A database that does not answer only delays it."""
        failing = False
        while True:
            try:
                await self.look()
                await self.send()
                failing = False
            except ChokepointError as error:
                if not failing:
                    log.warning("watch lists wait for the database", reason=str(error))
                failing = True
            await asyncio.sleep(self._settings.poll_seconds)

    async def look(self) -> int:
        """Look for news of every watch list that has not seen the graph's version; how many notices came of it.

        Raises GraphUnavailable, GraphError.
        """
        told = 0
        for stored in await self._graph.read(store.watches_behind):
            if time.monotonic() >= self._again_at.get(stored.watch.name, 0.0):
                told += await self._look(stored)
        return told

    async def _look(self, stored: StoredWatch) -> int:
        watch = stored.watch
        try:
            now = await observe(self._graph, self._searches, watch, self._limits, self._ask)
        except GraphUnavailable:
            raise
        except ChokepointError as error:
            self._again_at[watch.name] = time.monotonic() + _AGAIN_S
            if stored.error != str(error):
                log.warning("a watch list could not look", watch=watch.name, reason=str(error))
                await self._graph.write(store.failed_to_look, watch.name, str(error))
            return 0
        found = [] if stored.version is None else news_between(watch.name, stored.version, stored.seen, now.seen)
        news = [one for one in found if not watch.news or one.kind in watch.news]
        await self._graph.write(store.advance, stored, now, news)
        return len(news)

    async def send(self) -> tuple[int, int]:
        """Deliver what is due; how many deliveries were done and how many failed. Raises GraphUnavailable, GraphError."""
        done = failed = 0
        lease_s = _SPARE_S + _AT_ONCE * self._settings.timeout_seconds
        while await self._graph.read(store.is_due):
            for delivery in await self._graph.write(store.take_deliveries, limit=_AT_ONCE, lease_s=lease_s):
                if await self._send(delivery):
                    done += 1
                else:
                    failed += 1
        return done, failed

    async def _send(self, delivery: Delivery) -> bool:
        try:
            await deliver(delivery, self._settings)
        except NotDelivered as problem:
            attempts = delivery.attempts + 1
            pause = min(self._settings.pause_seconds * 2 ** (attempts - 1), _LONGEST_PAUSE_S)
            last = attempts >= self._settings.attempts
            log.warning(
                "a notice was not delivered",
                watch=delivery.notice.watch,
                notice=delivery.notice.id,
                channel=delivery.channel,
                attempts=attempts,
                given_up=last,
                reason=str(problem),
            )
            await self._graph.write(store.not_delivered, delivery.id, str(problem), pause_s=None if last else pause)
            return False
        await self._graph.write(store.delivered, delivery.id)
        return True
