"""Questions that could walk half the graph: they end in time, say so, and leave nothing running."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from graph_schema import schema
from graph_schema.graph import Graph
from tests.service.conftest import asker

pytestmark = pytest.mark.anyio

BUILD = """
UNWIND range(0, $size) AS i
CREATE (:Entity:Company {id: 'company:' + i, name: 'Company ' + i, type: 'Company', aliases: []})
"""
TIE = """
UNWIND range(2, $size) AS i
MATCH (a:Entity {id: 'company:' + i}) MATCH (b:Entity {id: 'company:' + toString($hub)})
CREATE (a)-[:SUPPLIES {id: 'rel:' + $hub + '-' + i, status: 'asserted', confidence: 0.9, claims: 1, sources: 1}]->(b)
"""
MESH = """
UNWIND range(2, $size) AS i UNWIND range(1, 8) AS step
MATCH (a:Entity {id: 'company:' + i})
MATCH (b:Entity {id: 'company:' + toString(2 + (i * 31 + step * step * 977) % ($size - 2))})
CREATE (a)-[:OWNS {id: 'rel:m' + i + '-' + step, status: 'asserted', confidence: 0.5, claims: 1, sources: 1}]->(b)
"""
RUNNING = (
    "SHOW TRANSACTIONS YIELD currentQuery WHERE NOT currentQuery CONTAINS 'SHOW TRANSACTIONS' RETURN count(*) AS n"
)
SIZE = 2_000
TIMEOUT_MS = 5_000
QUESTION = """
query ($from: [ID!]!, $to: [ID!]!, $mustPass: [ID!], $timeout: Int!) {
  shortestPaths(from: $from, to: $to, k: 100, diversity: 1, weight: CONFIDENCE, mustPass: $mustPass, hubs: {mode: NONE},
    budget: {maxDepth: 8, timeoutMs: $timeout}) { report { status limitedBy expanded elapsedMs } paths { length } } }
"""


@pytest.fixture
async def tangle(graph: Graph, neo4j_session: Any) -> Graph:
    """Two hubs tied to everything, and everything tied to eight others."""
    await schema.apply(graph)
    neo4j_session.run(BUILD, size=SIZE).consume()
    for hub in (0, 1):
        neo4j_session.run(TIE, size=SIZE, hub=hub).consume()
    neo4j_session.run(MESH, size=SIZE).consume()
    return graph


@pytest.mark.parametrize(
    ("must_pass", "statuses", "found"),
    [
        pytest.param([], {"FOUND", "BUDGET_EXHAUSTED"}, True, id="any-way"),
        # Nothing leads past it, so that only the budget ends the search.
        pytest.param(["company:alone"], {"BUDGET_EXHAUSTED"}, False, id="no-way"),
    ],
)
async def test_sixteen_at_once_end_in_time_with_what_was_found(
    tangle: Graph,
    neo4j_session: Any,
    client_of: Callable[..., httpx.AsyncClient],
    must_pass: list[str],
    statuses: set[str],
    found: bool,
) -> None:
    neo4j_session.run("CREATE (:Entity:Company {id: 'company:alone', name: 'Alone', type: 'Company'})").consume()
    async with client_of(tangle) as client:
        ask = asker(client)

        async def timed(i: int) -> tuple[float, dict[str, Any]]:
            start = time.monotonic()
            ends = {"from": [f"company:{i % 2}"], "to": [f"company:{(i + 1) % 2}"]}
            answer = await ask(QUESTION, **ends, mustPass=must_pass, timeout=TIMEOUT_MS)
            return time.monotonic() - start, answer

        await timed(0)  # the plans are made once
        answers = await asyncio.gather(*(timed(i) for i in range(16)))
    assert all("errors" not in answer for _, answer in answers), answers
    results = [answer["data"]["shortestPaths"] for _, answer in answers]
    assert {result["report"]["status"] for result in results} <= statuses
    assert any(result["paths"] for result in results) == found
    assert max(seconds for seconds, _ in answers) < TIMEOUT_MS / 1000 + 1
    assert neo4j_session.run(RUNNING).single()["n"] == 0


async def test_a_hub_as_an_end_is_no_obstacle(tangle: Graph, client_of: Callable[..., httpx.AsyncClient]) -> None:
    async with client_of(tangle, hub_degree=1_000) as client:
        answer = await asker(client)(
            """{ shortestPath(from: "company:0", to: "company:17") { report { status } paths { length } }
                 around: shortestPath(from: "company:17", to: "company:1711") { report { status hubsSkipped { id } } } }"""
        )
    assert answer["data"]["shortestPath"] == {"report": {"status": "FOUND"}, "paths": [{"length": 1}]}
    assert {hub["id"] for hub in answer["data"]["around"]["report"]["hubsSkipped"]} == {"company:0", "company:1"}


async def test_too_small_a_budget_is_told(tangle: Graph, client_of: Callable[..., httpx.AsyncClient]) -> None:
    async with client_of(tangle) as client:
        answer = await asker(client)(
            """{ shortestPath(from: "company:0", to: "company:1", hubs: {mode: NONE}, budget: {maxExpansions: 100})
                 { report { status limitedBy hint } } }"""
        )
    report = answer["data"]["shortestPath"]["report"]
    assert (report["status"], report["limitedBy"]) == ("BUDGET_EXHAUSTED", "EXPANSIONS")
    assert report["hint"]
