"""Transactions whose queries are timed: each is counted for the work at hand, and a slow one is logged.

A query takes from when it is sent until its last record is read. The log tells its name and how large its parameters are, never
their values.
"""

import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sized
from functools import lru_cache
from types import FrameType, ModuleType
from typing import Any

import structlog
from neo4j import AsyncManagedTransaction, AsyncResult, Record, ResultSummary

from graph_schema.correlation import current_work
from graph_schema.tracing import TracedWork, begin, tracing

log = structlog.get_logger(__name__)
_OURS = ("graph_schema", "loaders", "service")
_BETWEEN = frozenset({__name__, "graph_schema.database.cypher", "graph_schema.database.graph"})
"""Modules that hand queries on: they ask nothing themselves."""


class SlowQueries:
    """Where slow queries are told."""

    def __init__(self, after_s: float) -> None:
        """`after_s`: seconds from which on a query counts as slow."""
        self.after_s = after_s
        self.told = 0
        """Slow queries so far."""

    def tell(self, text: str, parameters: Mapping[str, Any], seconds: float) -> None:
        """Log one."""
        self.told += 1
        log.warning(
            "slow query",
            query=query_name(text),
            ms=round(seconds * 1000),
            parameters={name: size_of(value) for name, value in parameters.items()},
        )


class ObservedTransaction:
    """A transaction that times what it runs; `close` once its work is done."""

    def __init__(self, tx: AsyncManagedTransaction, slow: SlowQueries | None) -> None:
        self._tx, self._slow = tx, slow
        self._open: _Result | None = None

    async def run(self, query: Any, parameters: dict[str, Any] | None = None, **more: Any) -> "_Result":
        """See `AsyncManagedTransaction.run`."""
        self.close()
        given = {**(parameters or {}), **more}
        traced = begin(query_name(query), db__system__name="neo4j") if tracing() else None
        self._open = timed = _Result(query, given, self._slow, traced)
        try:
            timed.result = await self._tx.run(query, given)
        except BaseException:
            timed.end()
            raise
        return timed

    def close(self) -> None:
        """Nothing more is read of the last query."""
        if self._open is not None:
            self._open.end()
            self._open = None


class _Result:
    """An `AsyncResult` that knows when it was read to its end."""

    result: AsyncResult

    def __init__(
        self, text: str, parameters: Mapping[str, Any], slow: SlowQueries | None, traced: TracedWork | None = None
    ) -> None:
        self._text, self._parameters, self._slow, self._traced = text, parameters, slow, traced
        self._ended = False
        self._began = time.perf_counter()

    def end(self) -> None:
        """The query is over, whether answered or given up."""
        if self._ended:
            return
        self._ended = True
        seconds = time.perf_counter() - self._began
        if self._traced is not None:
            self._traced.end()
        if (work := current_work()) is not None:
            work.queries += 1
            work.database_s += seconds
        if self._slow is not None and seconds >= self._slow.after_s:
            self._slow.tell(self._text, self._parameters, seconds)

    async def single(self, strict: bool = False) -> Record | None:
        """See `AsyncResult.single`."""
        try:
            return await (self.result.single(strict=True) if strict else self.result.single())
        finally:
            self.end()

    async def consume(self) -> ResultSummary:
        """See `AsyncResult.consume`."""
        try:
            return await self.result.consume()
        finally:
            self.end()

    async def data(self, *keys: int | str) -> list[dict[str, Any]]:
        """See `AsyncResult.data`."""
        try:
            return await self.result.data(*keys)
        finally:
            self.end()

    async def __aiter__(self) -> AsyncIterator[Record]:
        try:
            async for record in self.result:
                yield record
        finally:
            self.end()

    def __getattr__(self, name: str) -> Any:
        # What reads in another way is over when the next query begins, or the transaction ends.
        return getattr(self.result, name)


def query_name(text: str) -> str:
    """The constant that holds a query, as `service.queries.names.NAMES`; of one that is put together, the function that runs it.

    Called while the query runs: the function is looked for among the callers.
    """
    return _constant_name(text) or _asking_function()


@lru_cache(2_048)
def _constant_name(text: str) -> str | None:
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").partition(".")[0] in _OURS:
            for name, value in _texts(module):
                if value == text:
                    return f"{module.__name__}.{name}"
    return None


def _texts(module: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in list(vars(module).items()):
        if not name.isupper():
            continue
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}[{key}]", one) for key, one in value.items() if isinstance(one, str))


def _asking_function() -> str:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  what `inspect.stack` stands on; that reads source files
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.partition(".")[0] in _OURS and module not in _BETWEEN:
            return f"{module}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return "unknown"


def size_of(value: Any) -> str:
    """How large a parameter is, in words that tell nothing of its content."""
    if isinstance(value, str):
        return f"text of {len(value)}"
    if isinstance(value, Sized):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__
