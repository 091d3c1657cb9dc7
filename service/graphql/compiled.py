"""Queries compiled once per document: what each selection takes from an object is worked out before the first answer.

graphql-core decides field by field, for every object of every answer, what it decided for the object before. Here the
decisions are made once per document, operation and type (`selections`); what is left is reading attributes, calling the
resolvers that are functions, and waiting for those that wait. The schema, its resolvers and their arguments stay what
Strawberry made of them. An answer with an error is given by graphql-core: it runs the operation again over what the
resolvers gave the first time, so that its rules of null and of errors are the only ones.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

import graphql
from graphql import DocumentNode, FragmentDefinitionNode, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import Path
from strawberry.types import ExecutionResult

from service.graphql.root_fields import fragments_in, introspects, label_of
from service.graphql.selections import Completer, Pending, Run, Selections, flags_of

_MOST_PLANS = 16
"""Plans kept of one operation: one for each set of values of the variables that `@skip` and `@include` name."""


@dataclass(slots=True)
class CompiledQuery:
    """A query of a valid document. Made by `compile_query`."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    flags: tuple[str, ...]
    """Variables that decide what is selected, by name."""
    label: str
    """What it asks, in few words."""
    prices: dict[tuple[Any, ...], int | None] = field(default_factory=dict)
    """Points that the query costs, by the sizes of its variables; None where it asks for the schema too."""
    _plans: dict[tuple[Any, ...], Completer] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """What the document calls it."""
        return None if self.operation.name is None else self.operation.name.value

    async def run(self, context: Any, variables: Mapping[str, Any] | None) -> ExecutionResult:
        """The answer, the same as graphql-core's; `variables` as the client sent them."""
        given = dict(variables or {})
        values = get_variable_values(self.schema, self.operation.variable_definitions or (), given)
        if not isinstance(values, VariableValues):
            return await self._by_graphql_core(context, given, {})
        run = Run(self.schema, self.operation, dict(self.fragments), values, context)
        try:
            pending: Pending = []
            data = self._plan(values)(run, None, None, pending)
            await drain(run, pending)
        except Exception:  # noqa: BLE001 - whatever it was, graphql-core meets it again and tells of it
            outcomes = {tuple(path.as_list()): outcome for path, outcome in run.outcomes}
            return await self._by_graphql_core(context, given, outcomes)
        return ExecutionResult(data=data, errors=None)

    def _plan(self, values: VariableValues) -> Completer:
        key = tuple(values.coerced.get(name) for name in self.flags)
        if (plan := self._plans.get(key)) is None:
            root = self.schema.query_type
            assert root is not None
            selections = Selections(self.schema, self.fragments, values)
            plan = selections.of_object(root, [self.operation.selection_set])
            if len(self._plans) < _MOST_PLANS:
                self._plans[key] = plan
        return plan

    async def _by_graphql_core(
        self, context: Any, variables: dict[str, Any], outcomes: Mapping[tuple[str | int, ...], Any]
    ) -> ExecutionResult:
        def replay(resolve: Any, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
            outcome = outcomes.get(tuple(info.path.as_list()), replay)
            if outcome is replay:
                return resolve(source, info, **arguments)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        result = graphql.execute(
            self.schema,
            self.document,
            context_value=context,
            variable_values=variables,
            operation_name=self.name,
            middleware=[replay] if outcomes else None,
        )
        answer = await result if isinstance(result, Awaitable) else result
        return ExecutionResult(data=answer.data, errors=answer.errors)


def compile_query(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> CompiledQuery | None:
    """The query of a valid document, compiled; None for what graphql-core has to run: introspection, mutations, subscriptions."""
    if operation.operation is not graphql.OperationType.QUERY:
        return None
    fragments = fragments_in(document)
    if introspects(operation, fragments):
        return None
    label = label_of(operation, fragments)
    return CompiledQuery(schema, document, operation, fragments, tuple(sorted(flags_of(document))), label)


async def drain(run: Run, pending: Pending) -> None:
    """Wait for what resolvers promised and put it in its place, each branch as soon as it can. Raises what they raise."""
    while len(pending) == 1:
        ((place, key, promised, complete, path),) = pending
        pending.clear()
        place[key] = complete(run, await _outcome(run, promised, path), path, pending)
    if pending:
        results = await asyncio.gather(*(_branch(run, *one) for one in pending), return_exceptions=True)
        for problem in results:
            if problem is not None:
                raise problem


async def _branch(run: Run, place: Any, key: Any, promised: Awaitable[Any], complete: Completer, path: Path) -> None:
    below: Pending = []
    place[key] = complete(run, await _outcome(run, promised, path), path, below)
    await drain(run, below)


async def _outcome(run: Run, promised: Awaitable[Any], path: Path) -> Any:
    try:
        value = await promised
    except Exception as problem:
        run.outcomes.append((path, problem))
        raise
    run.outcomes.append((path, value))
    return value
