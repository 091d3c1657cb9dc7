"""`/watch/{name}.atom` over HTTP."""

from collections.abc import Callable

import httpx
import pytest

from graph_schema.database.graph import Graph
from service.watchlists import store
from tests.service.watchlists.test_keeper import INTEL, NEW, changed, keeper

pytestmark = pytest.mark.anyio


async def test_the_feed_of_a_list(client: httpx.AsyncClient, story_graph: Graph) -> None:
    await story_graph.write(store.put_watch, INTEL)
    await keeper(story_graph).look()
    empty = await client.get("/watch/intel.atom")
    await story_graph.write(changed, NEW, 8)
    await keeper(story_graph).look()
    feed = await client.get("/watch/intel.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert (empty.text.count("<entry>"), feed.text.count("<entry>")) == (0, 1)
    assert "Intel COMPETES_WITH TSMC" in feed.text


async def test_a_list_that_there_is_not(client: httpx.AsyncClient) -> None:
    assert (await client.get("/watch/none.atom")).status_code == 404


async def test_who_may_not_read_gets_no_feed(story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> None:
    async with client_of(story_graph) as client:
        answer = await client.get("/watch/intel.atom", headers={"x-forwarded-for": "203.0.113.7"})
    assert answer.status_code == 401
