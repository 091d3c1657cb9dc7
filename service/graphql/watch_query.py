"""Watch lists in the API: what there is, what is new, and how a list is set."""

from collections.abc import AsyncGenerator
from typing import Annotated
from urllib.parse import urlsplit

import strawberry

from graph_schema.errors import QuestionError
from graph_schema.settings import read_settings
from service.asking.watchable import must_be_watchable
from service.graphql.arguments import Spread
from service.graphql.connections import Connection, Page, connection_of
from service.graphql.context import Info
from service.graphql.types.watchlists import Notice, WatchList, WatchListInput
from service.watchlists import store
from service.watchlists.settings import WatchSettings

_BATCH = 100
ListName = Annotated[str, strawberry.argument(description="Name of the watch list.")]


@strawberry.type
class WatchQuery:
    """What is watched, and what is new of it."""

    @strawberry.field(description="All watch lists, by name.")
    async def watch_lists(self, info: Info) -> list[WatchList]:
        info.context.cacheable = False
        return [WatchList.from_stored(one) for one in await info.context.graph.read(store.watches)]

    @strawberry.field(description="What was new of a watch list, the newest first.", extensions=[Spread()])
    async def notices(self, info: Info, list: ListName, *, page: Page) -> Connection[Notice]:
        window = page.window(info)
        info.context.cacheable = False
        await _known(info, list)
        read = info.context.graph.read
        rows = await read(store.newest_notices, list, skip=window.skip, limit=window.limit + 1)
        return connection_of(rows, window, Notice.from_stored)


@strawberry.type
class WatchMutation:
    """Setting watch lists."""

    @strawberry.mutation(
        description="Store a watch list, in place of one of its name. What there is when it first looks is no news."
    )
    async def put_watch_list(
        self, info: Info, list: Annotated[WatchListInput, strawberry.argument(description="What is to be watched.")]
    ) -> WatchList:
        info.context.writer_for()
        watch = list.to_domain()
        hosts = read_settings(WatchSettings).webhook_hosts
        if watch.webhook is not None and urlsplit(watch.webhook).hostname not in hosts:
            raise QuestionError("the API takes webhooks on hosts that CHOKEPOINT_WATCH_WEBHOOK_HOSTS names alone")
        await must_be_watchable(info.context.graph, watch)
        await info.context.graph.write(store.put_watch, watch)
        info.context.changes.append({"change": "putWatchList", "name": watch.name})
        return WatchList.from_stored(await _known(info, watch.name))

    @strawberry.mutation(description="Remove a watch list with all its notices; whether there was one.")
    async def remove_watch_list(self, info: Info, name: ListName) -> bool:
        info.context.writer_for()
        removed = await info.context.graph.write(store.remove_watch, name)
        if removed:
            info.context.changes.append({"change": "removeWatchList", "name": name})
        return removed


@strawberry.type
class WatchSubscription:
    """Being told what is new."""

    @strawberry.subscription(description="Notices of a watch list as they come.")
    async def notices(
        self,
        info: Info,
        list: ListName,
        after: Annotated[
            int | None,
            strawberry.argument(description="First tell those after the notice of this number; 0: all that there are."),
        ] = None,
    ) -> AsyncGenerator[Notice, None]:
        context = info.context
        async with context.watch.subscription():
            await _known(info, list)
            told = after
            if told is None:
                newest = await context.graph.read(store.newest_notices, list, limit=1)
                told = newest[0].number if newest else 0
            while True:
                for notice in await context.graph.read(store.notices_after, list, told, limit=_BATCH):
                    told = notice.number
                    context.renew()
                    yield Notice.from_stored(notice)
                await context.watch.pulse()


async def _known(info: Info, name: str) -> store.StoredWatch:
    """The watch list. Raises QuestionError."""
    for stored in await info.context.graph.read(store.watches, [name]):
        return stored
    raise QuestionError(f"no watch list is called {name!r}: watchLists names them")
