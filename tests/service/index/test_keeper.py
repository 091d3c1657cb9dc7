"""When a snapshot may answer by itself: while it is the newest as far as anybody here knows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from service.engines.cypher import CypherEngine
from service.engines.lookups import Lookups
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper
from service.index.loading import load
from service.index.snapshot import Snapshot
from service.paths.report import EngineName
from service.searches.desk import Searches
from service.searches.paths import PathRequest
from service.settings import ServiceSettings
from tests.loaders.writing.test_change import NAMES, do
from tests.service.build import story

pytestmark = pytest.mark.anyio

FAB = next(iter(NAMES))


P = ParamSpec("P")
T = TypeVar("T")


class Counted(Graph):
    """Counts its reads."""

    reads = 0

    async def read_within(
        self,
        seconds: float,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        self.reads += 1
        return await super().read_within(seconds, work, *args, **kwargs)


@pytest.fixture
async def counted(graph: Graph) -> Counted:
    await story().write(graph)
    return Counted(graph._driver, graph.settings)


def current(keeper: IndexKeeper) -> Snapshot | None:
    return keeper.current


@pytest.fixture
async def keeper(counted: Counted) -> AsyncIterator[IndexKeeper]:
    """Holds a snapshot that is known to be current, and polls on demand only."""
    with ThreadPoolExecutor(2) as executor:
        keeper = IndexKeeper(counted, executor, most_megabytes=100, poll_s=60, stale_s=60)
        keeper.snapshot = await load(counted, most_megabytes=100, progress=lambda *_: None)
        assert current(keeper) is None
        await follow(keeper)
        yield keeper


async def follow(keeper: IndexKeeper) -> None:
    """Until it is current, however slow the machine: each try waits a second."""
    for _ in range(30):
        await keeper.follow(asyncio.get_running_loop().time() + 10)
        if current(keeper) is not None:
            return


async def test_a_current_snapshot_answers_without_the_database(counted: Counted, keeper: IndexKeeper) -> None:
    options = ServiceSettings()
    with ThreadPoolExecutor(1) as executor:
        cypher = CypherEngine(counted, hub_degree=1_000)
        searches = Searches(IndexEngine(counted, keeper, cypher, executor, options), options)
        counted.reads = 0
        answer = await searches.run(PathRequest(("Intel",), ("United States",)))
        assert (answer.report.engine, answer.report.version, counted.reads) == (EngineName.INDEX, 7, 0)
        keeper.doubt()
        checked = await searches.run(PathRequest(("Intel",), ("United States",)))
        assert counted.reads == 3  # the version before and after, and what is shown
        by_cypher = await Searches(cypher, options).run(PathRequest(("Intel",), ("United States",)))
        assert answer.paths == checked.paths == by_cypher.paths
        assert by_cypher.report.version == 7
        counted.reads = 0
        by_alias = await searches.run(PathRequest(("intel",), ("United States",)))
        assert (by_alias.paths, counted.reads) == (answer.paths, 3)


async def test_what_was_told_of_a_newer_version_or_written_here_makes_it_doubtful(keeper: IndexKeeper) -> None:
    assert current(keeper) is keeper.snapshot
    keeper.told_of(7)
    assert current(keeper) is not None
    keeper.told_of(8)
    assert current(keeper) is None
    await follow(keeper)
    assert current(keeper) is not None
    keeper.doubt()
    assert current(keeper) is None


async def test_a_snapshot_that_nobody_has_checked_for_long_is_not_current(keeper: IndexKeeper) -> None:
    keeper._stale_s = 0.0
    assert current(keeper) is None


async def test_a_new_version_is_current_once_it_is_followed(graph: Graph, keeper: IndexKeeper) -> None:
    before = current(keeper)
    await do(graph, ("give", (0, 2, 0, 0.9)))
    assert current(keeper) is before
    lookups = Lookups(keeper._graph, keeper)
    assert not await lookups.entities([FAB])
    lookups.from_database()
    assert FAB in await lookups.entities([FAB])
    assert current(keeper) is None
    await follow(keeper)
    assert current(keeper) is not None
    assert current(keeper) is not before
    assert FAB in await Lookups(keeper._graph, keeper).entities([FAB])
