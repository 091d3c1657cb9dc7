"""Turns: how many searches run at the same time; and what becomes of one that is cut short."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class CutShort(Exception, Generic[T]):
    """Time ran out in the middle of a query: its transaction is lost, `result`, what was found before, is not."""

    def __init__(self, result: T) -> None:
        super().__init__()
        self.result = result


class Turns:
    """Grants a limited number of turns at a time; who waits too long gets none."""

    def __init__(self, number: int) -> None:
        self._free = asyncio.Semaphore(number)

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[bool]:
        """A turn for the length of the block; False when none came free within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._free.release()
