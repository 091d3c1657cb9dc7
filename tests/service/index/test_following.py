"""The index on a real server: it follows whatever is written, judged and taken back, and no answer mixes two versions."""

import asyncio
import datetime as dt
import itertools
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.domain import LoadRun
from graph_schema.ids import RunId
from loaders.loading import runs
from service.engines.cypher import CypherEngine
from service.filters.walk import RelationFilter, Walk
from service.index.assemble import lists_of
from service.index.compiling import made_in_another_process
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper, IndexState
from service.index.layout import GONE, STATUSES, TYPES
from service.index.loading import load
from service.index.snapshot import Snapshot
from service.paths.report import EngineName, PathStatus
from service.searches.desk import Searches
from service.searches.paths import PathAnswer, PathRequest
from service.settings import ServiceSettings
from tests.loaders.writing.test_change import EMPTY, NAMES, Step, _rows, do, steps
from tests.service.build import story

pytestmark = pytest.mark.anyio

INTEL, USA = "company:intel", "country:united-states"


def content(graph: Snapshot) -> dict[str, Any]:
    """What a snapshot holds, whatever its numbers."""
    lists, ids = lists_of(graph), graph.ids
    number = {ids.id_of(x): x for x in range(graph.entities) if graph.types[x] & GONE != GONE}
    relations = {}
    for i in range(graph.number_of_relations):
        ends = ids.id_of(int(lists.subject[i])), ids.id_of(int(lists.object[i]))
        assert graph.claims is not None
        behind = range(graph.claims.start[i], graph.claims.start[i + 1])
        claims = sorted(
            (
                graph.claims.documents[graph.claims.document[c]],
                graph.claims.publishers[graph.claims.publisher[c]] if graph.claims.publisher[c] >= 0 else None,
                graph.claims.runs[graph.claims.run[c]],
                STATUSES[graph.claims.modality[c]],
            )
            for c in behind
        )
        relations[ends, TYPES[lists.type[i]]] = (
            *(STATUSES[lists.status[i]], float(lists.confidence[i])),
            *(*map(int, graph.details[lists.detail[i]]), repr(claims)),
            *(int(graph.relations.crowd_subject[i]), int(graph.relations.crowd_object[i])),
        )
    degrees = {id: int(graph.degrees[x]) for id, x in number.items()}
    order = [ids.id_of(int(x)) for x in graph.rows.by_rank if graph.types[x] & GONE != GONE]
    types = {id: (int(graph.types[x]), graph.naming.names_of(x)) for id, x in number.items()}
    for id, (_, names) in types.items():
        assert number[id] in graph.naming.bearers(names[0])
    wholes = {id: whole for id, whole in graph.naming.wholes.items() if id in number}
    return {"entities": types, "wholes": wholes, "relations": relations, "degrees": degrees, "order": order}


@pytest.fixture
async def indexed(graph: Graph) -> AsyncIterator[tuple[IndexKeeper, Searches]]:
    """A keeper that polls on demand only, and searches over it; no question's deadline pays for making machine code."""
    await made_in_another_process()
    with ThreadPoolExecutor(2) as executor:
        keeper = IndexKeeper(graph, executor, most_megabytes=100, poll_s=0.05)
        options = ServiceSettings()
        engine = IndexEngine(graph, keeper, CypherEngine(graph, hub_degree=1_000), executor, options)
        yield keeper, Searches(engine, options)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps)
async def test_the_snapshot_follows_whatever_is_written_and_taken_back(
    graph: Graph, indexed: tuple[IndexKeeper, Searches], given_steps: list[Step]
) -> None:
    keeper, _ = indexed
    await schema.apply(graph)
    await graph.write(_rows, EMPTY)
    for number in range(2):
        run = LoadRun(RunId(f"run:{number}"), "job", f"{number}.csv", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        await graph.write(runs.start, run, None, None)
    keeper.snapshot = await load(graph, most_megabytes=100, progress=lambda *_: None)
    for step in given_steps:
        await do(graph, step)
        afresh = await load(graph, most_megabytes=100, progress=lambda *_: None)
        for _ in range(30):  # each waits a second at most
            await keeper.follow(asyncio.get_running_loop().time() + 10)
            if keeper.snapshot.version == afresh.version:
                break
        assert keeper.snapshot.version == afresh.version
        assert content(keeper.snapshot) == content(afresh), step


async def asked(searches: Searches, source: str, target: str, **more: Any) -> PathAnswer:
    return await searches.run(PathRequest((source,), (target,), **more))


async def test_until_the_index_is_ready_the_database_answers(
    graph: Graph, indexed: tuple[IndexKeeper, Searches]
) -> None:
    keeper, searches = indexed
    await story().write(graph)
    before = await asked(searches, INTEL, USA)
    keeping = asyncio.create_task(keeper.run())
    async with asyncio.timeout(60):
        while keeper.status.state is not IndexState.READY:  # noqa: ASYNC110  the status sets no event
            await asyncio.sleep(0.05)
    after = await asked(searches, INTEL, USA)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert (before.report.engine, after.report.engine) == (EngineName.CYPHER, EngineName.INDEX)
    assert [path.id for path in before.paths] == [path.id for path in after.paths]


async def test_a_graph_that_does_not_fit_is_told_once_and_answered_by_the_database(
    graph: Graph, indexed: tuple[IndexKeeper, Searches], caplog: pytest.LogCaptureFixture
) -> None:
    keeper, searches = indexed
    keeper._most_megabytes = -1
    await story().write(graph)
    await keeper.run()
    assert keeper.status.state is IndexState.TOO_LARGE
    assert (await asked(searches, INTEL, USA)).report.engine is EngineName.CYPHER


async def test_a_filter_on_claims_that_found_no_room_goes_to_the_database(
    graph: Graph, indexed: tuple[IndexKeeper, Searches]
) -> None:
    keeper, searches = indexed
    await story().write(graph)
    keeper.snapshot = await load(graph, most_megabytes=0, progress=lambda *_: None)
    assert keeper.snapshot.claims is None
    walk = Walk(via=RelationFilter(publishers=("Chip Wire",)))
    answer = await asked(searches, INTEL, USA, walk=walk)
    assert (answer.report.engine, answer.report.status) == (EngineName.CYPHER, PathStatus.FOUND)
    assert (await asked(searches, INTEL, USA)).report.engine is EngineName.INDEX


async def test_an_answer_while_others_write_is_that_of_one_version(
    graph: Graph, indexed: tuple[IndexKeeper, Searches]
) -> None:
    """Two firms are tied by one document or by another, never by both nor by none: each change-set swaps them."""
    keeper, searches = indexed
    await schema.apply(graph)
    first, _, second, _ = NAMES
    await do(graph, ("give", (0, 2, 0, 0.9)))
    keeper.snapshot = await load(graph, most_megabytes=100, progress=lambda *_: None)
    keeping = asyncio.create_task(keeper.run())
    done = asyncio.Event()

    answered_by_index = asyncio.Event()

    async def write() -> None:
        for turn in itertools.count():
            if turn >= 12 and answered_by_index.is_set():
                break
            await do(graph, ("read", (0, 2 if turn % 2 else 3, 0, 0.9)))
            await asyncio.sleep(turn * 0.01)  # ever longer: a slow machine's index follows in the end too
        done.set()

    async def ask() -> None:
        while not done.is_set():
            answer = await asked(searches, first, second)
            if answer.report.engine is EngineName.INDEX:
                answered_by_index.set()
            if answer.paths:
                assert answer.paths[0].hops[0].relations
            await asyncio.sleep(0.01)

    async with asyncio.timeout(200), asyncio.TaskGroup() as group:
        group.create_task(write())
        group.create_task(ask())
    await do(graph, ("read", (0, 2, 0, 0.9)))
    began = asyncio.get_running_loop().time()
    while not (answer := await asked(searches, first, second)).paths or answer.report.engine is EngineName.CYPHER:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert asyncio.get_running_loop().time() - began < 20
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
