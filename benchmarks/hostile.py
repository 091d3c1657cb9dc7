"""How long others wait while one client sends a costly document, for each document of `costly_documents`.

    python -m benchmarks.hostile [--entities 20000] [--relations 200000] [--seconds 2] [--at-most 0.3]

Builds a synthetic graph in an embedded Neo4j of its own and serves it from a process of its own. One client sends the document
again and again; another asks a cheap question every 25 ms. Prints a line of JSON for each: the longest wait of the other;
the first tells of the longest while nobody else asks. Exits 1 when a document makes others wait longer than `--at-most` seconds.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.costly_documents import COSTLY, Costly, body_of
from benchmarks.service_paths import build
from benchmarks.serving import chokepoint, database

CHEAP = {"query": '{ entity(name: "Intel") { id name degree } }'}
PAUSE_S = 0.025
JSON = {"content-type": "application/json"}


@contextmanager
def served(entities: int, relations: int) -> Iterator[str]:
    """The address of a service over a synthetic graph, two of whose entities are called as the documents ask."""
    with database() as (graph, session):
        ids = build(session, entities, relations)
        for id, name in zip(ids[2:4], ("Intel", "United States"), strict=True):
            session.run("MATCH (e:Entity {id: $id}) SET e.name = $name", id=id, name=name).consume()
        with chokepoint(graph) as address:
            yield address


async def longest_wait(address: str, costly: Costly | None, seconds: float) -> dict[str, object]:
    """Seconds that the slowest cheap question took while the document was sent again and again, and how it was answered."""
    told: dict[str, object] = {}
    async with (
        httpx.AsyncClient(base_url=address, timeout=90) as hostile,
        httpx.AsyncClient(base_url=address, timeout=90) as other,
    ):
        await other.post("/graphql", json=CHEAP)
        waits: list[float] = []

        async def attack() -> None:
            assert costly is not None
            end, sent = time.monotonic() + seconds, 0
            while time.monotonic() < end:
                answer = await hostile.post("/graphql", content=body_of(costly), headers=JSON)
                sent += 1
                errors = answer.json().get("errors") or [{"extensions": {"code": "ANSWERED"}}]
                told["answer"] = errors[0]["extensions"]["code"]
                told["points"] = int(answer.headers.get("x-query-cost", 0))
            told["sent"] = sent

        attacking = asyncio.create_task(attack() if costly is not None else asyncio.sleep(seconds))
        while not attacking.done():
            start = time.perf_counter()
            await other.post("/graphql", json=CHEAP)
            waits.append(time.perf_counter() - start)
            await asyncio.sleep(PAUSE_S)
        await attacking
    return {"longest_s": round(max(waits), 3), **told}


async def measure(address: str, seconds: float) -> dict[str, dict[str, object]]:
    """The longest wait for each document; nobody's comes first."""
    await longest_wait(address, None, 3.0)
    waits = {"nobody": await longest_wait(address, None, seconds)}
    for costly in COSTLY:
        waits[costly.name] = await longest_wait(address, costly, seconds)
    return waits


def main() -> None:
    """Build, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=20_000)
    parser.add_argument("--relations", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each document is sent")
    parser.add_argument("--at-most", type=float, help="exit 1 when others wait longer, in seconds")
    options = parser.parse_args()
    with served(options.entities, options.relations) as address:
        waits = asyncio.run(measure(address, options.seconds))
    for name, one in waits.items():
        print(json.dumps({"document": name, **one}))
    slow = {
        name: one["longest_s"] for name, one in waits.items() if float(str(one["longest_s"])) > (options.at_most or 1e9)
    }
    if slow:
        sys.exit(f"others waited longer than {options.at_most} s: {slow}")


if __name__ == "__main__":
    main()
