"""Clients that leave before they are answered: what only they waited for is stopped."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

T = TypeVar("T")


_UNWATCHED_S = 0.05


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


async def unless_left(receive: Receive, work: Coroutine[Any, Any, T], *, may_stop: Callable[[], bool]) -> T:
    """The result of `work`, which is cancelled when the client leaves, if `may_stop` then says so. Raises ClientLeft.

    The body of the request must have been read. Nobody looks for the client in the first moment: most answers are there by then.
    """
    watch = _Watch(receive, may_stop)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.cancelled and watch.worker.uncancel() <= watch.cancelling:
            raise ClientLeft from None
        raise
    finally:
        watch.close()


class _Watch:
    """Cancels the task that made it once the client has left."""

    def __init__(self, receive: Receive, may_stop: Callable[[], bool]) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        self.worker, self.cancelling, self.cancelled = worker, worker.cancelling(), False
        self._receive, self._may_stop = receive, may_stop
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_UNWATCHED_S, self._begin)

    def close(self) -> None:
        """Look no further."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        await left(self._receive)
        if self._may_stop():
            self.cancelled = True
            self.worker.cancel()


async def left(receive: Receive) -> None:
    """Return once the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
