"""The GraphQL schema: the questions put together, and what guards them."""

import strawberry
from graphql import ASTValidationRule, GraphQLError
from strawberry.extensions import AddValidationRules
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from service.graphql.claim_query import ClaimQuery
from service.graphql.document_cache import DocumentCache, KnownDocuments
from service.graphql.guards import CostLimit, depth_rule
from service.graphql.mutation import Mutation
from service.graphql.neighbor_query import NeighborQuery
from service.graphql.path_query import PathQuery
from service.graphql.query import RecordQuery
from service.graphql.reach_query import ReachQuery
from service.graphql.subscription import Subscription
from service.graphql.types.jobs import Job
from service.graphql.types.records import Claim, Document, Entity, Relation
from service.graphql.types.runs import LoadRun

_CACHED_DOCUMENTS = 1_000
"""Documents whose parse and validation are kept."""


@strawberry.type(description="What can be asked.")
class Query(RecordQuery, NeighborQuery, PathQuery, ReachQuery, ClaimQuery):
    """All questions."""


class Schema(strawberry.Schema):
    """Leaves errors to the endpoint, which tells users of them and logs what they cannot mend."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here."""


def build_schema(*, max_query_depth: int, max_query_cost: int) -> strawberry.Schema:
    """The schema with its limits and caches."""
    rules: list[type[ASTValidationRule]] = [depth_rule(max_query_depth)]
    documents = KnownDocuments(_CACHED_DOCUMENTS)
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Entity, Relation, Claim, Document, LoadRun, Job],
        config=StrawberryConfig(auto_camel_case=True),
        extensions=[
            lambda: AddValidationRules(rules),
            lambda: CostLimit(max_query_cost),
            lambda: DocumentCache(documents),
        ],
    )
