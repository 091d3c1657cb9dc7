"""Weights of publishers in the graph: relations weigh what they are told, whichever came first, and in both engines."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString

import neo4j
import pytest

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.publishers import Publisher, read_publishers
from loaders.checking.graph import check
from loaders.submissions import SubmissionWriter
from loaders.writing import weights
from loaders.writing.weights import weigh
from service.engines.cypher import CypherEngine
from service.filters.walk import RelationFilter, Walk
from service.index.compiling import made_in_another_process
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper
from service.index.loading import load
from service.paths.budget import Budget
from service.paths.report import EngineName, PathStatus
from service.searches.desk import Searches
from service.searches.paths import PathRequest
from service.settings import ServiceSettings
from tests.whole_graph import whole_graph

pytestmark = pytest.mark.anyio

RUMOUR = Publisher("Rumour", 0.5, state_media=True, aggregator_of=("Wire",))
EDGES: LiteralString = "MATCH ()-[r:SUPPLIES|OWNS]->() RETURN type(r) AS type, r.confidence AS confidence"
APART = frozenset({"version", "since", "asked", "run"})


def row(predicate: str, publisher: str, confidence: float) -> dict[str, object]:
    return {
        "subject": "Arm Works",
        "subject_type": "Company",
        "object": "Bolt Works",
        "object_type": "Company",
        "predicate": predicate,
        "publisher": publisher,
        "confidence": confidence,
        "url": f"https://example.org/{publisher}",
    }


ROWS = [row("supplies", "Rumour", 0.8), row("supplies", "Wire", 0.5), row("owns", "Wire", 0.9)]


async def fill(graph: Graph) -> None:
    await SubmissionWriter(graph).load_triples(ROWS, source="desk", dry_run=False)


def confidences(session: neo4j.Session) -> dict[str, float]:
    return {record["type"]: record["confidence"] for record in session.run(EDGES)}


async def test_relations_weigh_what_their_publishers_are_trusted(ready: Graph, neo4j_session: neo4j.Session) -> None:
    await fill(ready)
    assert confidences(neo4j_session) == {"SUPPLIES": 0.9, "OWNS": 0.9}
    assert await weigh(ready, [RUMOUR]) == (["Rumour"], 1)
    assert confidences(neo4j_session) == {"SUPPLIES": pytest.approx(1 - 0.6 * 0.5), "OWNS": 0.9}
    assert await ready.read(read_publishers) == {"Rumour": RUMOUR}
    assert (await check(ready)).findings == []


async def test_the_order_of_loading_and_weighing_does_not_matter(ready: Graph, neo4j_session: neo4j.Session) -> None:
    await fill(ready)
    await weigh(ready, [RUMOUR])
    after = await whole_graph(ready, without=APART)
    neo4j_session.run("MATCH (n) WHERE n:Entity OR n:Claim OR n:Document OR n:LoadRun DETACH DELETE n").consume()
    await fill(ready)
    assert (await whole_graph(ready, without=APART)).edges == after.edges


async def test_the_same_weights_again_change_nothing_and_none_take_them_back(
    ready: Graph, neo4j_session: neo4j.Session
) -> None:
    await fill(ready)
    await weigh(ready, [RUMOUR])
    version = await ready.read(graph_version)
    assert await weigh(ready, [RUMOUR]) == ([], 0)
    assert await ready.read(graph_version) == version
    assert await weigh(ready, []) == (["Rumour"], 1)
    assert confidences(neo4j_session) == {"SUPPLIES": 0.9, "OWNS": 0.9}


async def test_what_an_interrupted_run_left_is_done_by_the_next(
    ready: Graph, neo4j_session: neo4j.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(ready)

    async def stop(*_: Any) -> list[Any]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(weights, "_project_some", stop)
        with pytest.raises(KeyboardInterrupt):
            await weigh(ready, [RUMOUR])
    assert confidences(neo4j_session)["SUPPLIES"] == 0.9
    assert await weigh(ready, [RUMOUR]) == (["Rumour"], 1)
    assert confidences(neo4j_session)["SUPPLIES"] == pytest.approx(0.7)


async def test_pages_of_documents_are_all_weighed(ready: Graph, neo4j_session: neo4j.Session) -> None:
    rows = [
        {**row("supplies", "Rumour", 0.8), "object": f"Bolt {i}", "url": f"https://example.org/{i}"} for i in range(5)
    ]
    await SubmissionWriter(ready).load_triples(rows, source="desk", dry_run=False)
    assert await weigh(ready, [RUMOUR], documents_at_once=2) == (["Rumour"], 5)
    assert {record["confidence"] for record in neo4j_session.run(EDGES)} == {0.4}


@pytest.mark.parametrize(("least", "found"), [(0.39, True), (0.41, False)])
async def test_filters_that_weigh_claims_count_the_weights_in_both_engines(
    ready: Graph, least: float, found: bool
) -> None:
    await made_in_another_process()  # the question's deadline does not pay for machine code
    await fill(ready)
    await weigh(ready, [RUMOUR])
    via = RelationFilter(exclude_publishers=("Wire",), min_confidence=least)
    request = PathRequest(("Arm Works",), ("Bolt Works",), walk=Walk(via=via), budget=Budget(timeout_s=100))
    expected = PathStatus.FOUND if found else PathStatus.NO_PATH
    options = ServiceSettings()
    with ThreadPoolExecutor(1) as executor:
        keeper = IndexKeeper(ready, executor, most_megabytes=100, poll_s=0.05)
        keeper.snapshot = await load(ready, most_megabytes=100, progress=lambda *_: None)
        cypher = CypherEngine(ready, hub_degree=1_000)
        for engine in (cypher, IndexEngine(ready, keeper, cypher, executor, options)):
            answer = await Searches(engine, options).run(request)
            assert answer.report.status is expected
        assert answer.report.engine is EngineName.INDEX
