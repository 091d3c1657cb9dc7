"""One writer at a time per graph: a lock that is kept in the graph and expires when its holder dies.

The holder renews its lease while it works, and every transaction of a load checks that it still holds it: a writer that was
cut off for so long that another took over writes nothing more. All times are the database's, so clocks need not agree.
"""

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import LiteralString

import psutil
from neo4j import AsyncManagedTransaction

from graph_schema.errors import GraphBusy, GraphError
from graph_schema.graph import Graph

LEASE_S = 60.0
"""A holder that has not been heard of for so long, in seconds, is taken for dead."""
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    token: str
    who: str
    since: str
    left_s: float
    """Seconds until its lease expires."""
    process: str
    """Host, number and start of its process."""

    @property
    def died(self) -> bool:
        """Whether it was a process of this machine that is no more: then nobody need wait for its lease."""
        host, number, begun = self.process.rsplit("/", 2)
        if host != socket.gethostname():
            return False
        try:
            return f"{psutil.Process(int(number)).create_time():.2f}" != begun
        except psutil.NoSuchProcess:
            return True
        except (psutil.Error, ValueError):
            return False


def _this_process() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{psutil.Process().create_time():.2f}"


TAKE: LiteralString = """
MERGE (lock:GraphState {id: 'writer'})
SET lock.token = lock.token
WITH lock, lock.token IS NULL OR lock.token IN [$token, $dead] OR lock.until < datetime() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END |
  SET lock.token = $token, lock.who = $who, lock.process = $process, lock.since = datetime(),
      lock.until = datetime() + duration({seconds: $lease}))
RETURN lock.token AS token, lock.who AS who, toString(lock.since) AS since, lock.process AS process,
       duration.inSeconds(datetime(), lock.until).seconds AS left
"""


async def take(
    tx: AsyncManagedTransaction, token: str, who: str, lease_s: float, *, process: str = "//", dead: str = ""
) -> Holder:
    """Take the lock if it is free, its lease has expired, or its token is that of the `dead`; returns who holds it then."""
    result = await tx.run(TAKE, token=token, who=who, lease=lease_s, process=process, dead=dead)
    record = await result.single(strict=True)
    return Holder(record["token"], record["who"], record["since"], float(record["left"]), record["process"])


RENEW: LiteralString = """
MATCH (lock:GraphState {id: 'writer', token: $token})
SET lock.until = datetime() + duration({seconds: $lease})
RETURN count(*) AS held
"""


async def renew(tx: AsyncManagedTransaction, token: str, lease_s: float) -> bool:
    """Whether the lock is still held; if so it is for another lease."""
    record = await (await tx.run(RENEW, token=token, lease=lease_s)).single(strict=True)
    return bool(record["held"])


CHECK: LiteralString = "MATCH (lock:GraphState {id: 'writer'}) RETURN lock.token AS token, lock.who AS who"
RELEASE: LiteralString = """
MATCH (lock:GraphState {id: 'writer', token: $token}) DELETE lock
"""


async def release(tx: AsyncManagedTransaction, token: str) -> None:
    """Give the lock back, unless another holds it by now."""
    await (await tx.run(RELEASE, token=token)).consume()


@dataclass(frozen=True, slots=True)
class WriterLock:
    """A lock that is held."""

    token: str

    async def guard(self, tx: AsyncManagedTransaction) -> None:
        """Raises GraphBusy, within a transaction that is about to write, when another has taken over."""
        record = await (await tx.run(CHECK)).single()
        if record is None or record["token"] != self.token:
            taker = "nobody" if record is None else record["who"]
            raise GraphBusy(f"this load lost the right to write, which {taker} holds now; start it again to go on")


@asynccontextmanager
async def writer_lock(
    graph: Graph,
    who: str,
    *,
    wait_s: float,
    lease_s: float = LEASE_S,
    waiting: Callable[[Holder], None] | None = None,
) -> AsyncIterator[WriterLock]:
    """Hold the lock of `graph`, for which `who` says what for. `waiting` is told once who holds it.

    Raises GraphBusy when another still holds it after `wait_s` seconds, naming it.
    """
    token = uuid.uuid4().hex
    who = f"{who} ({socket.gethostname()}, process {os.getpid()})"
    loop = asyncio.get_running_loop()
    deadline, told, process, dead = loop.time() + wait_s, False, _this_process(), ""
    while (holder := await graph.write(take, token, who, lease_s, process=process, dead=dead)).token != token:
        if holder.died and holder.token != dead:
            dead = holder.token
            continue
        if not told and waiting is not None:
            waiting(holder)
            told = True
        if loop.time() >= deadline:
            raise GraphBusy(
                f"{holder.who} has been writing since {holder.since}; its lease runs for another {holder.left_s:.0f} s"
            )
        await asyncio.sleep(min(_RETRY_S, max(deadline - loop.time(), 0.05)))
    renewing = asyncio.create_task(_keep(graph, token, lease_s))
    try:
        yield WriterLock(token)
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing
        with contextlib.suppress(GraphError):  # then it expires by itself
            await graph.write(release, token)


async def _keep(graph: Graph, token: str, lease_s: float) -> None:
    while True:
        await asyncio.sleep(lease_s / 3)
        with contextlib.suppress(GraphError):  # the next attempt comes in time, or the guard notices
            await graph.write(renew, token, lease_s)
