"""A client that leaves stops the work that only it waited for."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from service.http.leaving import ClientLeft, unless_left

pytestmark = pytest.mark.anyio


class Client:
    """Leaves when it is told to."""

    def __init__(self) -> None:
        self.leaves, self.met = asyncio.Event(), asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.leaves.wait()
        self.met.set()
        return {"type": "http.disconnect"}


async def test_the_work_of_a_query_is_cancelled() -> None:
    client, ended = Client(), asyncio.Event()

    async def work() -> None:
        client.leaves.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(ClientLeft):
        await unless_left(client.receive, work(), may_stop=lambda: True)
    assert ended.is_set()


async def test_a_change_that_is_under_way_goes_on_to_its_end() -> None:
    client = Client()

    async def work() -> str:
        client.leaves.set()
        await client.met.wait()
        return "written"

    assert await unless_left(client.receive, work(), may_stop=lambda: False) == "written"


async def test_what_the_work_raises_is_raised() -> None:
    async def work() -> None:
        raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        await unless_left(Client().receive, work(), may_stop=lambda: True)
