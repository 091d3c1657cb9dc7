"""Bookmarks of a process: its transactions wait for what it has seen, until the database was gone."""

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.commits import SeenCommits
from graph_schema.database.graph import Graph

pytestmark = pytest.mark.anyio


async def write(tx: AsyncManagedTransaction) -> None:
    await (await tx.run("CREATE (:GraphState {id: 'here'})")).consume()


async def test_all_views_of_a_graph_wait_for_what_one_of_them_has_seen(graph: Graph) -> None:
    await graph.write(write)
    seen = set(await graph._seen.manager.get_bookmarks())
    assert seen
    for view in (graph.guarded(), graph.telling_slow_queries()):
        assert set(await view._seen.manager.get_bookmarks()) == seen


async def test_after_an_outage_it_waits_for_nothing() -> None:
    seen = SeenCommits()
    await seen.manager.update_bookmarks([], ["8"])
    seen.forget()
    assert set(await seen.manager.get_bookmarks()) == set()
