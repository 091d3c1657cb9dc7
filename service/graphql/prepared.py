"""The short way of a query whose document is known: no parse, no validation, no extension, a price that is remembered.

What comes for the first time, what writes, what asks for the schema, and what is refused goes the long way, through
Strawberry and its `Guard`; both keep to the same limits.
"""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSchema
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from graph_schema.errors import DeadlineExceeded
from service.errors import RateExceeded
from service.graphql.compiled import CompiledQuery, compile_query
from service.graphql.context import Context
from service.graphql.document_cache import Ready, ReadyDocuments
from service.graphql.guards import RunLimits, held_to
from service.graphql.pricing import price
from service.graphql.root_fields import operation_in
from service.observability.observation import note_operation

_MOST_PRICES = 100
"""Prices kept of one query: one for each set of values that decide it."""


class PreparedQueries:
    """Answers the queries of documents that `documents` knows."""

    def __init__(self, schema: GraphQLSchema, documents: ReadyDocuments, limits: RunLimits) -> None:
        self._schema, self._documents, self._limits = schema, documents, limits

    async def answer(
        self, text: str, variables: Mapping[str, Any] | None, context: Context
    ) -> ExecutionResult | PreExecutionError | None:
        """The answer; None for what has to go the long way."""
        ready = self._documents.known(text)
        if ready is None or ready.errors or context.price_only:
            return None
        query = self._compiled(ready, context.operation_name)
        if query is None:
            return None
        points = self._points(ready, query, variables or {}, context.operation_name)
        if points is None or points > self._limits.points:
            return None
        context.points = points
        note_operation(query.label, query.name, points, document_known=True)
        try:
            context.charge(points)
            async with held_to(self._limits, timed=True):
                return await query.run(context, variables)
        except (DeadlineExceeded, RateExceeded) as problem:
            return PreExecutionError(data=None, errors=[GraphQLError(str(problem), original_error=problem)])

    def _compiled(self, ready: Ready, name: str | None) -> CompiledQuery | None:
        if name not in ready.compiled:
            if (operation := operation_in(ready.document, name)) is None:
                return None
            ready.compiled[name] = compile_query(self._schema, ready.document, operation)
        return ready.compiled[name]

    def _points(self, ready: Ready, query: CompiledQuery, variables: Mapping[str, Any], name: str | None) -> int | None:
        """What the query costs; None where it asks for the schema too."""
        sizes = tuple((key, _size(value)) for key, value in variables.items())
        kept = all(size is not NotImplemented for _, size in sizes)
        if kept and sizes in query.prices:
            return query.prices[sizes]
        asked = price(self._schema, ready.document, variables, name, longest=self._limits.longest_page)
        points = None if asked.schema_fields else asked.points
        if kept and len(query.prices) < _MOST_PRICES:
            query.prices[sizes] = points
        return points


def _size(value: Any) -> Any:
    """What of a variable's value decides a price: of a text nothing, of a list its length; NotImplemented: it takes a look."""
    if isinstance(value, str):
        return str
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return len(value), str
    return value if value is None or isinstance(value, int | float) else NotImplemented
