"""Locks in the graph: a second holder waits or is told who holds it, one that died is followed, one cut off writes no more."""

import asyncio
import socket
import subprocess
import sys
import time

import psutil
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.database.locks import Holder, graph_lock, release, take, writer_lock
from graph_schema.errors import GraphBusy

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ready(graph: Graph) -> Graph:
    """An empty graph with its schema applied."""
    await schema.apply(graph)
    return graph


async def test_a_second_writer_is_told_who_is_writing(ready: Graph) -> None:
    async with writer_lock(ready, "load a", wait_s=0):
        with pytest.raises(GraphBusy, match=r"load a \(.*process \d+\) has been writing since"):
            async with writer_lock(ready, "load b", wait_s=0.2):
                pytest.fail("two writers at once")


async def test_a_second_writer_waits_until_the_first_is_done(ready: Graph) -> None:
    order: list[str] = []
    holders: list[Holder] = []
    told = asyncio.Event()

    def waiting(holder: Holder) -> None:
        holders.append(holder)
        told.set()

    async def second() -> None:
        async with writer_lock(ready, "load b", wait_s=30, waiting=waiting):
            order.append("b")

    async with writer_lock(ready, "load a", wait_s=0):
        task = asyncio.create_task(second())
        await told.wait()
        order.append("a")
    await task
    assert order == ["a", "b"]
    assert [holder.who.startswith("load a") for holder in holders] == [True]


async def test_a_writer_that_died_is_followed_once_its_lease_has_expired(ready: Graph) -> None:
    await ready.write(take, "dead", "load dead", 1.0)
    async with writer_lock(ready, "load b", wait_s=10):
        pass


async def test_a_writer_that_lost_its_lease_writes_no_more(ready: Graph) -> None:
    async with writer_lock(ready, "load a", wait_s=0) as lock:
        await ready.write(lock.guard)
        await ready.write(release, lock.token)
        await ready.write(take, "other", "load other", 60.0)
        with pytest.raises(GraphBusy, match="load other"):
            await ready.write(lock.guard)
    assert (await ready.write(take, "third", "load c", 60.0)).token == "other", "another's lock is not released"


async def test_a_lease_is_renewed_while_its_holder_works(ready: Graph) -> None:
    async with writer_lock(ready, "load a", wait_s=0, lease_s=2):
        await asyncio.sleep(3)
        with pytest.raises(GraphBusy):
            async with writer_lock(ready, "load b", wait_s=0):
                pytest.fail("two writers at once")


async def test_of_many_at_once_one_holds_the_lock_at_a_time(ready: Graph) -> None:
    holding, most, held = 0, 0, 0

    async def hold() -> None:
        nonlocal holding, most, held
        async with graph_lock(ready, "lock:contended", "test", wait_s=60, retry_s=0.01):
            holding, held = holding + 1, held + 1
            most = max(most, holding)
            await asyncio.sleep(0.01)
            holding -= 1

    await asyncio.gather(*(hold() for _ in range(20)))
    await asyncio.gather(*(hold() for _ in range(20)))
    assert (most, held) == (1, 40)


async def test_locks_of_different_names_do_not_wait_for_each_other(ready: Graph) -> None:
    async with graph_lock(ready, "lock:a", "test", wait_s=0), graph_lock(ready, "lock:b", "test", wait_s=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no zombies")
def test_a_holder_that_ended_and_waits_to_be_reaped_has_died() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    begun = psutil.Process(child.pid).create_time()
    holder = Holder("token", "load a", "now", 60.0, f"{socket.gethostname()}/{child.pid}/{begun:.2f}")
    told = [holder.died]
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    told.append(holder.died)
    child.communicate()
    told.append(holder.died)
    assert told == [False, True, True]
