"""Histories of a writer and several readers: every answer is that of one version, whole.

Neo4j lets readers see a commit bit by bit: the larger it is, the longer they may meet the new version without what it brought.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from service.engines.cypher import CypherEngine
from service.engines.interface import GraphView, PathEngine
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, Walk
from service.index.compiling import made_in_another_process
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper
from service.index.loading import load
from service.paths.budget import Budget, Meter
from service.paths.reach import ReachQuestion
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio

SPREAD, WRITES, READERS = 1_500, 15, 3
WALK = Walk(hubs=HubPolicy(mode=HubMode.NONE))

PREPARE: LiteralString = """
MERGE (state:GraphState {id: 'graph'}) SET state.version = 1, state.removals_since = 0
WITH 1 AS one UNWIND range(1, $spread) AS n
CREATE (:Entity {id: 'company:' + n, type: 'Company', name: 'Firm ' + n, names: ['firm ' + n], version: 1})
"""
WRITE: LiteralString = """
MATCH (state:GraphState {id: 'graph'}) SET state.version = $version
CREATE (hub:Entity {id: 'company:hub-' + $version, type: 'Company', name: 'Hub', version: $version})
WITH hub UNWIND range(1, $spread) AS n
MATCH (firm:Entity {id: 'company:' + n})
CREATE (hub)-[:SUPPLIES {id: $version + ':' + n, status: 'asserted', confidence: 0.9, claims: 1, sources: 1,
  version: $version}]->(firm)
"""


async def run(tx: AsyncManagedTransaction, query: LiteralString, /, **parameters: int) -> None:
    await (await tx.run(query, parameters)).consume()


async def around(view: GraphView, version: int) -> int:
    """How many firms the hub supplies that came with a version."""
    question = ReachQuestion(EntityId(f"company:hub-{version}"), EntityFilter(), 1, walks=(WALK,))
    found = await view.reach(question, Meter(Budget(max_depth=1, timeout_s=60)))
    return len(found.distance) - 1


async def seen(view: GraphView) -> tuple[int, int, int]:
    """The version of a view, how much of what it brought is there, and how much of what the next one brings."""
    assert view.version is not None
    return view.version, await around(view, view.version), await around(view, view.version + 1)


@pytest.fixture
async def engines(graph: Graph) -> AsyncIterator[Callable[[str], PathEngine]]:
    """The engine of a name, over a graph that has been prepared."""
    await made_in_another_process()
    await schema.apply(graph)
    await graph.write(run, PREPARE, spread=SPREAD)
    cypher = CypherEngine(graph, hub_degree=100_000)
    with ThreadPoolExecutor(2) as executor:
        keeper = IndexKeeper(graph, executor, most_megabytes=100, poll_s=0.02)
        keeper.snapshot = await load(graph, most_megabytes=100, progress=lambda *_: None)
        keeping = asyncio.create_task(keeper.run())
        index = IndexEngine(graph, keeper, cypher, executor, ServiceSettings(hub_degree=100_000))
        made: dict[str, PathEngine] = {"cypher": cypher, "index": index}
        yield made.__getitem__
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.parametrize("engine", ["cypher", "index"])
async def test_every_answer_is_of_one_version_as_a_whole(
    graph: Graph, engines: Callable[[str], PathEngine], engine: str
) -> None:
    written = asyncio.Event()
    answers: set[tuple[int, int, int]] = set()

    async def write() -> None:
        for version in range(2, WRITES + 2):
            await graph.write(run, WRITE, version=version, spread=SPREAD)
        written.set()

    async def read() -> None:
        while not written.is_set():
            answers.add(await engines(engine).run(60, seen))

    await asyncio.gather(write(), *(read() for _ in range(READERS)))
    answers.add(await engines(engine).run(60, seen))
    assert answers <= {(1, 0, 0), *((version, SPREAD, 0) for version in range(2, WRITES + 2))}
    assert len(answers) >= 3
