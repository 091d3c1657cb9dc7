"""A loader killed at any moment: started again it goes on, and the graph is that of an undisturbed load."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, LiteralString

import anyio
import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings

pytestmark = [pytest.mark.anyio, pytest.mark.faults, pytest.mark.timeout(600)]

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]
KILLS = 10
ROWS = 6_000
DONE: LiteralString = "MATCH (r:LoadRun) RETURN coalesce(max(r.checkpoint), 0) AS records"
EMPTY: LiteralString = "MATCH (n) WHERE NOT n:GraphState AND NOT n:SchemaVersion DETACH DELETE n"


async def _records(tx: AsyncManagedTransaction) -> int:
    return int((await (await tx.run(DONE)).single(strict=True))["records"])


async def _empty(tx: AsyncManagedTransaction) -> None:
    await (await tx.run(EMPTY)).consume()


def start(table: Path, settings: GraphSettings) -> subprocess.Popen[str]:
    assert settings.uri is not None
    assert settings.password is not None
    login = {"CHOKEPOINT_NEO4J_URI": settings.uri, "CHOKEPOINT_NEO4J_PASSWORD": settings.password.get_secret_value()}
    command = [sys.executable, "-m", "chokepoint", "load", "triples", str(table), "--batch-size", "50"]
    return subprocess.Popen(
        command, env=os.environ | login, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


async def test_killed_at_ten_random_moments_the_load_ends_as_if_it_had_not_been(
    ready: Graph, snapshot: Read, neo4j_settings: GraphSettings, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    rows = (
        f"Firm {number % 997} Works,supplies,Buyer {number % 613} Works,https://e.org/{number % 90}\n"
        for number in range(ROWS)
    )
    table.write_text("subject,predicate,object,url\n" + "".join(rows))
    output, _ = await anyio.to_thread.run_sync(lambda: start(table, neo4j_settings).communicate())
    undisturbed = await snapshot(ready)
    assert len(undisturbed["nodes"]) > ROWS, output
    await ready.write(_empty)

    chance = random.Random(11)
    done = 0
    for number in range(KILLS):
        process = start(table, neo4j_settings)
        until = done + chance.randrange(1, ROWS // KILLS)
        while process.poll() is None and (done := await ready.read(_records)) < until:  # noqa: ASYNC110  another process
            await anyio.sleep(chance.random() / 50)
        process.send_signal(signal.SIGKILL)
        await anyio.to_thread.run_sync(process.communicate)
        assert process.returncode == -signal.SIGKILL, f"it had ended before kill {number + 1}"
    begun = time.monotonic()
    process = start(table, neo4j_settings)
    output, _ = await anyio.to_thread.run_sync(process.communicate)
    assert process.returncode == 0, output
    assert "went on after record" in output
    assert time.monotonic() - begun < 300
    assert await snapshot(ready) == undisturbed
