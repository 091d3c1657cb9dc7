"""What a request passes before and while it runs: its document is made ready, priced and refused where it costs too much."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, execute_sync
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from graph_schema.database.graph import share_of_reads
from graph_schema.errors import DeadlineExceeded
from service.errors import QueryTooExpensive
from service.graphql.document_cache import Ready, ReadyDocuments
from service.graphql.pricing import Price, price, usual_introspection
from service.graphql.root_fields import fragments_in, label_of, operation_in
from service.observability.observation import note_operation

SCHEMA_TIMES = 3
"""Introspection may ask for so many times the usual."""
_MOST_SCHEMA_BESIDE = 1_000
"""Fields of introspection beside other questions: those are told on the event loop."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What one operation may take while it runs."""

    points: int
    longest_page: int
    """Longest list that any question may ask for."""
    seconds: float
    """For a query; what writes or subscribes may take longer."""
    reads: int
    """Reads of the database at the same time: one client's many questions leave room for those of others."""


@asynccontextmanager
async def held_to(limits: RunLimits, *, timed: bool) -> AsyncIterator[None]:
    """Inside, an operation has its share of the reads and, if it is `timed`, its time. Raises DeadlineExceeded."""
    try:
        async with asyncio.timeout(limits.seconds if timed else None):
            with share_of_reads(limits.reads):
                yield
    except TimeoutError as error:
        raise DeadlineExceeded(f"the answer was not complete within {limits.seconds:g} s: ask for less") from error


class Guard(SchemaExtension):
    """Made for each request, over the same documents."""

    def __init__(self, documents: ReadyDocuments, limits: RunLimits) -> None:
        self._documents, self._limits = documents, limits
        self._ready: Ready | None = None
        self._price = Price(0)
        self._known = False

    async def on_parse(self) -> AsyncIterator[None]:
        """Make the document ready. Raises GraphQLError, DocumentTooLarge, QueryTooDeep, DocumentTooSlow."""
        run = self.execution_context
        self._known = self._documents.known(run.query or "") is not None
        self._ready = await self._documents.ready(run.query or "", _schema(run))
        run.graphql_document = self._ready.document
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        """Tell what is wrong with the document, else what it costs. Raises QueryTooExpensive."""
        run = self.execution_context
        assert self._ready is not None
        run.pre_execution_errors = list(self._ready.errors)
        if not self._ready.errors:
            _check_choice(run)
            self._price = price(
                _schema(run),
                self._ready.document,
                run.variables or {},
                run.context.operation_name,
                longest=self._limits.longest_page,
            )
            run.context.points = self._price.points
            self._note(run)
            self._check(usual_introspection(_schema(run)))
            run.context.charge(self._price.points)
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Answer what needs no database; hold the rest to its time and its share. Raises DeadlineExceeded."""
        run = self.execution_context
        assert run.graphql_document is not None
        if run.context.price_only:
            run.result = ExecutionResult(None, None)
        elif self._price.only_schema:
            run.result = await asyncio.to_thread(
                execute_sync,
                _schema(run),
                run.graphql_document,
                variable_values=run.variables,
                operation_name=run.operation_name,
            )
        run.context.writes = run.operation_type is OperationType.MUTATION
        if run.context.writes:
            run.context.lookups.from_database()
        try:
            async with held_to(self._limits, timed=run.operation_type is OperationType.QUERY):
                yield
        finally:
            if run.context.writes:
                run.context.lookups.from_database()

    def _note(self, run: ExecutionContext) -> None:
        assert self._ready is not None
        document = self._ready.document
        if (operation := operation_in(document, run.context.operation_name)) is not None:
            note_operation(
                label_of(operation, fragments_in(document)),
                None if operation.name is None else operation.name.value,
                self._price.points,
                document_known=self._known,
                stream=run.operation_type is OperationType.SUBSCRIPTION,
            )

    def _check(self, usual: int) -> None:
        asked = self._price
        if asked.points > self._limits.points:
            raise QueryTooExpensive(
                f"the document costs {asked.points} points, at most {self._limits.points} are allowed: "
                "ask for smaller pages or fewer paths",
                asked.points,
                self._limits.points,
            )
        most = SCHEMA_TIMES * usual if asked.only_schema else _MOST_SCHEMA_BESIDE
        if asked.schema_fields > most:
            raise QueryTooExpensive(
                f"the document asks for some {asked.schema_fields} fields of the schema, at most {most} are allowed"
                + ("" if asked.only_schema else " beside other questions: ask for the schema alone"),
                asked.schema_fields,
                most,
            )


def _schema(run: ExecutionContext) -> GraphQLSchema:
    return run.schema._schema  # noqa: SLF001


def _check_choice(run: ExecutionContext) -> None:
    document = run.graphql_document
    assert document is not None
    operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
    if run.context.operation_name is None and operations > 1:
        raise GraphQLError(f"the document holds {operations} operations: name the one to run in operationName")
