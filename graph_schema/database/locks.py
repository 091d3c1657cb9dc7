"""Locks that are kept in the graph and expire when their holder dies: one writer at a time, one run of a job at a time.

The holder renews its lease while it works, and every transaction of a load checks that it still holds it: a writer that was
cut off for so long that another took over writes nothing more. All times are the database's, so clocks need not agree.
"""

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import LiteralString

import psutil
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import GraphBusy, GraphError

LEASE_S = 60.0
"""A holder that has not been heard of for so long, in seconds, is taken for dead."""
_RETRY_S = 1.0
WRITER = "writer"
"""Name of the lock that loads hold while they write."""


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
            process = psutil.Process(int(number))
            return f"{process.create_time():.2f}" != begun or process.status() == psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return True
        except (psutil.Error, ValueError, OverflowError):
            return False


def _this_process() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{psutil.Process().create_time():.2f}"


TAKE: LiteralString = """
MERGE (lock:GraphState {id: $lock})
SET lock.asked = datetime()
WITH lock, lock.token IS NULL OR lock.token IN [$token, $dead] OR lock.until < datetime() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END |
  SET lock.token = $token, lock.who = $who, lock.process = $process, lock.since = datetime(),
      lock.until = datetime() + duration({seconds: $lease}))
RETURN lock.token AS token, lock.who AS who, toString(lock.since) AS since, lock.process AS process,
       duration.inSeconds(datetime(), lock.until).seconds AS left
"""


async def take(
    tx: AsyncManagedTransaction,
    token: str,
    who: str,
    lease_s: float,
    *,
    lock: str = WRITER,
    process: str = "//",
    dead: str = "",
) -> Holder:
    """Take the lock if it is free, its lease has expired, or its token is that of the `dead`; returns who holds it then."""
    result = await tx.run(TAKE, lock=lock, token=token, who=who, lease=lease_s, process=process, dead=dead)
    record = await result.single(strict=True)
    return Holder(record["token"], record["who"], record["since"], float(record["left"]), record["process"])


RENEW: LiteralString = """
MATCH (lock:GraphState {id: $lock, token: $token})
SET lock.until = datetime() + duration({seconds: $lease})
RETURN count(*) AS held
"""


async def renew(tx: AsyncManagedTransaction, token: str, lease_s: float, *, lock: str = WRITER) -> bool:
    """Whether the lock is still held; if so it is for another lease."""
    record = await (await tx.run(RENEW, lock=lock, token=token, lease=lease_s)).single(strict=True)
    return bool(record["held"])


CHECK: LiteralString = "MATCH (lock:GraphState {id: $lock}) RETURN lock.token AS token, lock.who AS who"
RELEASE: LiteralString = """
MATCH (lock:GraphState {id: $lock, token: $token})
REMOVE lock.token, lock.who, lock.process, lock.since, lock.until
"""
# The node stays: one that is deleted while another asks for the lock would be taken by nobody, or by two.


async def release(tx: AsyncManagedTransaction, token: str, *, lock: str = WRITER) -> None:
    """Give the lock back, unless another holds it by now."""
    await (await tx.run(RELEASE, lock=lock, token=token)).consume()


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock that is held."""

    token: str
    name: str = WRITER

    async def guard(self, tx: AsyncManagedTransaction) -> None:
        """Raises GraphBusy, within a transaction that is about to write, when another has taken over."""
        record = await (await tx.run(CHECK, lock=self.name)).single()
        if record is None or record["token"] != self.token:
            taker = "nobody" if record is None or record["who"] is None else record["who"]
            raise GraphBusy(f"this load lost the right to write, which {taker} holds now; start it again to go on")


@asynccontextmanager
async def graph_lock(
    graph: Graph,
    name: str,
    who: str,
    *,
    wait_s: float,
    lease_s: float = LEASE_S,
    retry_s: float = _RETRY_S,
    waiting: Callable[[Holder], None] | None = None,
) -> AsyncIterator[HeldLock]:
    """Hold the lock `name` of `graph`, for which `who` says what for. `waiting` is told once who holds it.

    Raises GraphBusy when another still holds it after `wait_s` seconds, asked every `retry_s`, naming it.
    """
    token = uuid.uuid4().hex
    who = f"{who} ({socket.gethostname()}, process {os.getpid()})"
    loop = asyncio.get_running_loop()
    deadline, told, process, dead = loop.time() + wait_s, False, _this_process(), ""
    while True:
        holder = await graph.write(take, token, who, lease_s, lock=name, process=process, dead=dead)
        if holder.token == token:
            break
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
        await asyncio.sleep(min(retry_s, max(deadline - loop.time(), 0.05)))
    renewing = asyncio.create_task(_keep(graph, name, token, lease_s))
    try:
        yield HeldLock(token, name)
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing
        with contextlib.suppress(GraphError):  # then it expires by itself
            await graph.write(release, token, lock=name)


def writer_lock(
    graph: Graph,
    who: str,
    *,
    wait_s: float,
    lease_s: float = LEASE_S,
    waiting: Callable[[Holder], None] | None = None,
) -> AbstractAsyncContextManager[HeldLock]:
    """Hold the right to write to `graph`. Raises GraphBusy, see `graph_lock`."""
    return graph_lock(graph, WRITER, who, wait_s=wait_s, lease_s=lease_s, waiting=waiting)


async def _keep(graph: Graph, name: str, token: str, lease_s: float) -> None:
    while True:
        await asyncio.sleep(lease_s / 3)
        with contextlib.suppress(GraphError):  # the next attempt comes in time, or the guard notices
            await graph.write(renew, token, lease_s, lock=name)
