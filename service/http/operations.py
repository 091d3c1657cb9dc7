"""Runs operations whose answers come one after another: subscriptions, and any other operation as a stream of one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from service.access.caller import Caller
from service.access.trail import Trail
from service.graphql.context import Context
from service.http.documents import Documents
from service.http.endpoint import payload_of
from service.http.request import GraphQLRequest
from service.observability.observation import note_refused

T = TypeVar("T")


class _End:
    """Nothing more comes."""


_END = _End()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of an operation."""

    payload: dict[str, Any]
    refused: bool
    """The operation never ran, or its stream broke: there is no data, and no more answers will come."""


class Operations:
    """Runs operations, each with a context of its own."""

    def __init__(
        self, schema: strawberry.Schema, documents: Documents, trail: Trail, make_context: Callable[[], Context]
    ) -> None:
        self._schema, self._documents, self._trail, self._make_context = schema, documents, trail, make_context

    async def answers(
        self, asked: GraphQLRequest, caller: Caller, *, mutations: bool = True
    ) -> AsyncGenerator[Answer, None]:
        """The answers of one operation. Raises BadRequest for a document that is unknown or not trusted."""
        document = self._documents.find(asked)
        context = self._make_context()
        context.operation_name, context.caller = asked.operation_name, caller
        allowed = set(OperationType) - (set() if mutations else {OperationType.MUTATION})
        stream = await self._schema.stream(
            document,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=allowed,
        )
        count = 0
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(aclosing(stream))
            stack.callback(
                lambda: self._trail.operation(
                    context, document, asked.variables, context.payload, via="stream", answers=count
                )
            )
            async for result in stream:
                assert isinstance(result, ExecutionResult | PreExecutionError)
                refused = result.data is None and all(error.path is None for error in result.errors or ())
                payload = payload_of(result)
                context.payload, count = payload, count + 1
                if refused:
                    note_refused()
                yield Answer({"errors": payload["errors"]} if refused else payload, refused)


async def with_heartbeats(source: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None, None]:
    """What `source` gives, and None whenever it gave nothing for so long."""
    coming = asyncio.ensure_future(_next(source))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=seconds)
            if not done:
                yield None
                continue
            item = coming.result()
            if isinstance(item, _End):
                return
            yield item
            coming = asyncio.ensure_future(_next(source))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _next(source: AsyncIterator[T]) -> T | _End:
    return await anext(source, _END)
