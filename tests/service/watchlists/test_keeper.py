"""Watch lists on a real database: each difference is one notice, whoever looks, however often it is loaded, wherever one dies."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from service.engines.cypher import CypherEngine
from service.searches.desk import Searches
from service.settings import ServiceSettings
from service.watchlists import store
from service.watchlists.definition import Watched, WatchList
from service.watchlists.keeper import WatchKeeper
from service.watchlists.news import NewsKind
from service.watchlists.observing import AskSaved
from service.watchlists.settings import WatchSettings
from tests.service.build import story

pytestmark = pytest.mark.anyio

INTEL = WatchList(name="intel", entities=("Intel",))
QUIET = WatchSettings(poll_seconds=0.05)


NEW: LiteralString = """
MATCH (a:Entity {name: 'Intel'}), (b:Entity {name: 'TSMC'}) MERGE (a)-[r:COMPETES_WITH {id: 'rivals'}]->(b)
ON CREATE SET r += {status: 'planned', confidence: 0.9, claims: 2, sources: 2} SET r.version = $version
"""
STATUS: LiteralString = """
MATCH (:Entity)-[r:COMPETES_WITH {id: 'rivals'}]->(:Entity)
SET r.status = CASE r.status WHEN 'planned' THEN 'asserted' ELSE 'planned' END, r.version = $version
"""
END: LiteralString = "MATCH (:Entity)-[r:COMPETES_WITH {id: 'rivals'}]->(:Entity) DELETE r"
NO_TEST: LiteralString = "MATCH (:Entity {name: 'Intel'})-[r:TESTED]->(:Entity) DELETE r"
NOTHING: LiteralString = "RETURN 1"
VERSION: LiteralString = "MERGE (state:GraphState {id: 'graph'}) SET state.version = $version"


async def changed(tx: AsyncManagedTransaction, query: LiteralString, version: int) -> None:
    for text in (query, VERSION):
        await (await tx.run(text, version=version)).consume()


class Died(Exception):
    """The process died here."""


class Dying(Graph):
    """A graph whose user dies when it stores what was seen: before that, or before it hears that it is stored."""

    stored_first = False

    async def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if work is not store.advance:
            return await super().write(work, *args, **kwargs)
        if self.stored_first:
            await super().write(work, *args, **kwargs)
        raise Died


def keeper(graph: Graph, settings: WatchSettings = QUIET, *, ask: AskSaved | None = None, **most: int) -> WatchKeeper:
    limits = ServiceSettings.model_validate(most)
    return WatchKeeper(graph, Searches(CypherEngine(graph, hub_degree=1_000), limits), settings, limits, ask)


async def told(graph: Graph, name: str = "intel") -> list[tuple[NewsKind, str]]:
    return [(one.kind, one.text) for one in await graph.read(store.notices_after, name, 0, limit=1_000)]


async def test_what_comes_changes_and_goes_is_told_once(graph: Graph) -> None:
    await story().write(graph, version=7)
    await graph.write(store.put_watch, INTEL)
    keeping = keeper(graph)
    assert await keeping.look() == 0  # what there is at first is no news
    await graph.write(changed, NEW, 8)
    assert (await keeping.look(), await keeping.look()) == (1, 0), await told(graph)
    await graph.write(changed, STATUS, 9)
    await graph.write(changed, NOTHING, 10)
    assert await keeping.look() == 1
    await graph.write(changed, NO_TEST, 11)
    assert await keeping.look() == 2
    assert await told(graph) == [
        (NewsKind.NEW_RELATION_TYPE, "first relation of its type: Intel COMPETES_WITH TSMC (planned, 2 sources)"),
        (NewsKind.CHANGED_STATUS, "status changed: Intel COMPETES_WITH TSMC (asserted, 2 sources)"),
        (NewsKind.ENDED_EXPOSURE, "exposure ended: Intel · ACM Research · ACM Research Shanghai (tested, 2 hops)"),
        (NewsKind.ENDED_RELATION, "relation ended: Intel TESTED ACM Research (asserted, 2 sources)"),
    ]


async def test_a_list_that_cannot_look_says_why_and_others_look(graph: Graph) -> None:
    await story().write(graph, version=7)
    for watch in (INTEL, WatchList(name="tsmc", entities=("TSMC",), watched=(Watched.EXPOSURE,))):
        await graph.write(store.put_watch, watch)
    await graph.write(changed, NEW, 8)
    await keeper(graph, max_watched_relations=1).look()
    intel, tsmc = await graph.read(store.watches)
    assert "relations to watch" in (intel.error or "")
    assert (intel.version, tsmc.version, tsmc.error) == (None, 8, None)
    await keeper(graph).look()
    (intel, _) = await graph.read(store.watches)
    assert (intel.version, intel.error) == (8, None)


CHANGES = {"new": NEW, "status": STATUS, "load again": NOTHING, "end": END}
moves = st.lists(
    st.sampled_from([*CHANGES, "look", "both look", "die before", "die after"]),
    min_size=3,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(moves)
async def test_each_difference_is_one_notice_whoever_looks_and_wherever_one_dies(
    graph: Graph, made: Sequence[str]
) -> None:
    await schema.apply(graph)
    await story().rewrite(graph, version=7)
    await graph.write(store.put_watch, INTEL)
    one, other = keeper(graph), keeper(graph)
    await one.look()
    version = 7
    for move in made:
        match move:
            case "look":
                await one.look()
            case "both look":
                await asyncio.gather(one.look(), other.look())
            case "die before" | "die after":
                dying = Dying(graph._driver, graph.settings)
                dying.stored_first = move == "die after"
                with suppress(Died):  # it does not look where nothing has changed
                    await keeper(dying).look()
            case _:
                version += 1
                await graph.write(changed, CHANGES[move], version)
    await other.look()
    await one.look()
    notices = await graph.read(store.notices_after, "intel", 0, limit=1_000)
    assert [notice.number for notice in notices] == list(range(1, len(notices) + 1))
    state = None
    for notice in notices:
        assert notice.details["relation"] == "rivals"
        before, state = state, None if notice.kind is NewsKind.ENDED_RELATION else notice.details["status"]
        assert before != state, "the same was told twice"
    (stored,) = await graph.read(store.watches)
    assert state == stored.seen.get("relation|rivals", {}).get("status")
