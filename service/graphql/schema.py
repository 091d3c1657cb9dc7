"""The GraphQL schema: the questions put together, and what guards them."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError

from graph_schema.errors import ChokepointError
from service.graphql.ask_query import AskQuery
from service.graphql.claim_query import ClaimQuery
from service.graphql.document_cache import ReadyDocuments
from service.graphql.document_limits import DocumentLimits
from service.graphql.guards import Guard, RunLimits
from service.graphql.mutation import GraphMutation
from service.graphql.neighbor_query import NeighborQuery
from service.graphql.ownership_query import OwnershipQuery
from service.graphql.pack_query import PackQuery
from service.graphql.path_query import PathQuery
from service.graphql.prepared import PreparedQueries
from service.graphql.query import RecordQuery
from service.graphql.reach_query import ReachQuery
from service.graphql.same_as_query import SameAsQuery
from service.graphql.subscription import GraphSubscription
from service.graphql.types.jobs import Job
from service.graphql.types.records import Claim, Document, Entity, Relation
from service.graphql.types.runs import LoadRun
from service.graphql.watch_query import WatchMutation, WatchQuery, WatchSubscription
from service.settings import ServiceSettings


@strawberry.type(description="What can be asked of the graph; nothing here changes it.")
class Query(
    RecordQuery,
    NeighborQuery,
    PathQuery,
    ReachQuery,
    OwnershipQuery,
    ClaimQuery,
    AskQuery,
    PackQuery,
    SameAsQuery,
    WatchQuery,
):
    """All questions."""


@strawberry.type(description="What authorised writers may change. All of it may be sent twice without harm.")
class Mutation(GraphMutation, WatchMutation):
    """All changes."""


@strawberry.type(description="What can be watched, over a WebSocket (graphql-transport-ws) or an event stream (SSE).")
class Subscription(GraphSubscription, WatchSubscription):
    """All that one can be told of."""


class Schema(strawberry.Schema):
    """Leaves errors to the endpoint, which tells users of them and logs what they cannot mend."""

    prepared: PreparedQueries | None = None
    """Answers known documents on a short way."""

    async def execute(self, query: str | None, *arguments: Any, **more: Any) -> ExecutionResult:
        """As Strawberry's, by the short way where there is one."""
        if self.prepared is not None and query is not None:
            answer = await self.prepared.answer(query, more.get("variable_values"), more["context_value"])
            if answer is not None:
                return answer
        return await super().execute(query, *arguments, **more)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        # Strawberry tells of what extensions raise here when it executes, but lets it pass when it streams.
        try:
            return await super()._prepare_operation_async(context, extensions_runner)
        except GraphQLError as error:
            return PreExecutionError(data=None, errors=[error])
        except ChokepointError as error:
            return PreExecutionError(data=None, errors=[GraphQLError(str(error), original_error=error)])


def build_schema(settings: ServiceSettings) -> Schema:
    """The schema with its limits and its cache of documents."""
    limits = DocumentLimits(
        bytes=settings.max_document_bytes,
        tokens=settings.max_document_tokens,
        depth=settings.max_query_depth,
        root_fields=settings.max_root_fields,
        aliases=settings.max_aliases,
        directives=settings.max_directives,
    )
    documents = ReadyDocuments(limits, hide_suggestions=not settings.suggestions, introspection=settings.introspection)
    run_limits = RunLimits(
        points=settings.max_query_cost,
        longest_page=max(settings.max_page, settings.max_paths),
        seconds=settings.max_query_seconds,
        reads=settings.reads_per_query,
    )
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Entity, Relation, Claim, Document, LoadRun, Job],
        config=StrawberryConfig(auto_camel_case=True),
        extensions=[lambda: Guard(documents, run_limits)],
    )
    schema.prepared = PreparedQueries(schema._schema, documents, run_limits)  # noqa: SLF001
    return schema
