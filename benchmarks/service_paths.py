"""How much time the API adds to a path query: shortestPath over HTTP against the same question by the bare driver.

    python -m benchmarks.service_paths [--entities 20000] [--relations 200000] [--questions 200] [--quick] [--at-least R]

Builds a synthetic graph with two hubs in an embedded Neo4j of its own, serves it from a process of its own, and asks both
for the same pairs in turn. Read the ratios (`of_bare`: median time of the bare driver over that of this way): the absolute
times depend on the machine. Exits 1 when shortestPath falls under `--at-least`, which `--quick` sets.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import neo4j

from benchmarks.serving import Database, chokepoint, database
from graph_schema.ids import EntityId, relation_id
from graph_schema.vocabulary import RelationType

TYPES = list(RelationType)[:30]
HUB_SHARE = (0.05, 0.04)
BARE = f"""
MATCH path = ANY SHORTEST (a:Entity {{id: $a}})
  -[r:{"|".join(TYPES)} WHERE r.status = 'asserted' AND r.confidence >= 0.5]-{{1,5}}(b:Entity {{id: $b}})
RETURN [n IN nodes(path) | n {{.id, .name}}] AS nodes, [r IN relationships(path) | r {{.*}}] AS relations
"""
API = """
query ($a: ID!, $b: ID!) { shortestPath(from: $a, to: $b, via: {minConfidence: 0.5}) {
  report { status } paths { hops { from { id name } to { id name } relations { id type status confidence } } } } }
"""
WITH_EVIDENCE = """
query ($a: ID!, $b: ID!) { shortestPath(from: $a, to: $b, via: {minConfidence: 0.5}) {
  report { status } paths { hops { from { id name } to { id name } relations { id type
    claims(first: 3) { nodes { sentence document { title publisher published } } } } } } } }
"""


BASE, JUDGED = "bare driver", "shortestPath"
QUICK = {"entities": 2_000, "relations": 20_000, "questions": 60}
QUICK_FLOOR = 0.03
"""Far below what is measured, since shared machines are noisy: it catches a path query that became several times slower."""


def build(
    session: neo4j.Session, entities: int, relations: int, seed: int = 7, hub_share: tuple[float, float] = HUB_SHARE
) -> list[str]:
    """Write the synthetic graph; returns the ids of its entities, hubs first."""
    chance = random.Random(seed)
    ids = [f"company:{i}" for i in range(entities)]
    rows = [{"id": id, "name": f"Company {id[8:]}", "type": "Company", "aliases": []} for id in ids]
    for start in range(0, len(rows), 10_000):
        session.run(
            "UNWIND $rows AS row CREATE (e:Entity:Company) SET e = row", rows=rows[start : start + 10_000]
        ).consume()

    def end() -> str:
        draw = chance.random()
        return ids[0] if draw < hub_share[0] else ids[1] if draw < sum(hub_share) else chance.choice(ids)

    by_type: dict[str, list[dict[str, Any]]] = {}
    seen: set[str] = set()
    while len(seen) < relations:
        a, type, b = EntityId(end()), chance.choice(TYPES), EntityId(end())
        id, confidence = relation_id(a, type, b), round(chance.uniform(0.3, 1), 2)
        if a == b or id in seen:
            continue
        seen.add(id)
        edge = {"id": id, "status": "asserted", "confidence": confidence, "claims": 1, "sources": 1}
        by_type.setdefault(type, []).append({"a": a, "b": b, "props": edge})
    for name, edges in by_type.items():
        for start in range(0, len(edges), 5_000):
            session.run(
                "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) "
                f"CREATE (a)-[r:{name}]->(b) SET r = row.props",
                rows=edges[start : start + 5_000],
            ).consume()
    session.run("MERGE (s:GraphState {id: 'graph'}) SET s.version = 1").consume()
    return ids


Ask = Callable[[str, str], Awaitable[Any]]


async def timed(questions: Sequence[tuple[str, str]], ways: dict[str, Ask]) -> dict[str, list[float]]:
    """Milliseconds of each question by each way, in turn, so that a busy machine slows all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for a, b in questions:
        for name, ask in ways.items():
            start = time.perf_counter()
            await ask(a, b)
            times[name].append((time.perf_counter() - start) * 1000)
    return times


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(times)
    return {"p50_ms": round(statistics.median(ordered), 2), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2)}


async def measure(graph: Database, base: str, ids: list[str], count: int) -> dict[str, dict[str, float]]:
    """Times of each way to ask the same questions."""
    chance = random.Random(11)
    questions = [(chance.choice(ids[2:]), chance.choice(ids[2:])) for _ in range(count)]
    async with (
        neo4j.AsyncGraphDatabase.driver(graph.uri, auth=graph.auth) as driver,
        httpx.AsyncClient(timeout=60) as http,
    ):

        async def bare(a: str, b: str) -> None:
            async with driver.session() as session:
                await session.execute_read(_fetch, a, b)

        async def api(a: str, b: str, query: str = API) -> None:
            answer = (await http.post(f"{base}/graphql", json={"query": query, "variables": {"a": a, "b": b}})).json()
            assert "errors" not in answer, answer

        async def evidence(a: str, b: str) -> None:
            await api(a, b, WITH_EVIDENCE)

        async def version(_a: str, _b: str) -> None:
            await http.post(f"{base}/graphql", json={"query": "{ graphVersion }"})

        ways: dict[str, Ask] = {
            BASE: bare,
            JUDGED: api,
            "shortestPath with evidence": evidence,
            "graphVersion": version,
        }
        await timed(questions[:30], ways)
        return {name: summary(times) for name, times in (await timed(questions, ways)).items()}


async def _fetch(tx: neo4j.AsyncManagedTransaction, a: str, b: str) -> list[Any]:
    return [record async for record in await tx.run(BARE, a=a, b=b)]


def main() -> None:
    """Build, serve, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=20_000)
    parser.add_argument("--relations", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="a small graph, and a floor")
    parser.add_argument("--at-least", type=float, help="exit 1 when shortestPath has less of the bare driver's speed")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(QUICK)
    floor = QUICK_FLOOR if options.quick and options.at_least is None else options.at_least
    with database() as (graph, session):
        ids = build(session, options.entities, options.relations)
        with chokepoint(graph) as address:
            result = asyncio.run(measure(graph, address, ids, options.questions))
    base = result[BASE]["p50_ms"]
    ratios = {name: round(base / one["p50_ms"], 3) for name, one in result.items()}
    print(json.dumps({name: {**one, "of_bare": ratios[name]} for name, one in result.items()}, indent=2))
    if floor is not None and ratios[JUDGED] < floor:
        sys.exit(f"{JUDGED} has {ratios[JUDGED]} of the bare driver's speed, less than {floor}")


if __name__ == "__main__":
    main()
