"""What is stored of watch lists: what they have seen, their notices in order, what is due."""

import pytest

from graph_schema.database.graph import Graph
from service.watchlists import store
from service.watchlists.definition import Channel, WatchList
from service.watchlists.news import Sighting, news_between
from tests.service.build import story
from tests.service.watchlists.test_keeper import INTEL, keeper

pytestmark = pytest.mark.anyio

SEEN = {f"exposure|{n}": {"about": "company:intel", "mark": n, "text": f"tie {n}"} for n in range(5)}


async def test_a_list_that_watches_something_else_begins_anew(graph: Graph) -> None:
    await story().write(graph, version=7)
    await graph.write(store.put_watch, INTEL)
    await keeper(graph).look()
    await graph.write(store.put_watch, WatchList(name="intel", entities=("TSMC",)))
    assert await keeper(graph).look() == 0
    await graph.write(store.put_watch, WatchList(name="intel", entities=("TSMC",), email="a@example.org"))
    (stored,) = await graph.read(store.watches)
    assert (stored.version, bool(stored.seen)) == (7, True)  # where it is told does not change what was seen


async def test_what_is_told_against_another_state_is_not_stored(graph: Graph) -> None:
    await graph.write(store.put_watch, INTEL.model_copy(update={"email": "a@example.org"}))
    (stored,) = await graph.read(store.watches)
    await graph.write(store.advance, stored, Sighting(3, {}), [])
    (stored,) = await graph.read(store.watches)
    news = news_between("intel", 3, {}, SEEN)
    await graph.write(store.advance, stored, Sighting(4, SEEN), news)
    await graph.write(store.advance, stored, Sighting(5, SEEN), news)  # somebody else was faster
    (now,) = await graph.read(store.watches)
    assert (now.version, now.seen) == (4, SEEN)
    notices = await graph.read(store.notices_after, "intel", 0, limit=10)
    assert [(one.number, one.id) for one in notices] == [(n, one.id) for n, one in enumerate(news, 1)]
    assert [one.number for one in await graph.read(store.notices_after, "intel", 3, limit=10)] == [4, 5]
    assert [one.number for one in await graph.read(store.newest_notices, "intel", skip=1, limit=2)] == [4, 3]


async def test_what_one_takes_is_not_due_to_others_until_its_time(graph: Graph) -> None:
    await graph.write(store.put_watch, INTEL.model_copy(update={"email": "a@example.org"}))
    (stored,) = await graph.read(store.watches)
    await graph.write(store.advance, stored, Sighting(3, SEEN), news_between("intel", 0, {}, SEEN))
    taken = await graph.write(store.take_deliveries, limit=3, lease_s=60)
    rest = await graph.write(store.take_deliveries, limit=10, lease_s=60)
    assert ([one.channel for one in taken], len(rest)) == ([Channel.EMAIL] * 3, 2)
    assert {one.notice.number for one in (*taken, *rest)} == {1, 2, 3, 4, 5}
    await graph.write(store.not_delivered, taken[0].id, "busy", pause_s=0)
    (again,) = await graph.write(store.take_deliveries, limit=10, lease_s=60)
    assert (again.id, again.attempts) == (taken[0].id, 1)


async def test_a_list_goes_with_all_its_notices(graph: Graph) -> None:
    await graph.write(store.put_watch, INTEL.model_copy(update={"email": "a@example.org"}))
    (stored,) = await graph.read(store.watches)
    await graph.write(store.advance, stored, Sighting(3, SEEN), news_between("intel", 0, {}, SEEN))
    assert await graph.write(store.remove_watch, "intel")
    assert not await graph.write(store.remove_watch, "intel")
    assert await graph.read(store.notices_after, "intel", 0, limit=10) == []
    assert await graph.write(store.take_deliveries, limit=10, lease_s=60) == []
