"""Events of subscriptions as GraphQL types."""

from typing import Self

import strawberry

from service.graphql.types.reaching import Exposure
from service.graphql.types.records import Entity, Relation
from service.searches import changes


@strawberry.type(description="What became of one relation.")
class RelationChange:
    """See `changes.RelationChange`."""

    graph_version: int = strawberry.field(description="Version of the graph at which it was noticed.")
    kind: changes.ChangeKind = strawberry.field(description="What became of the relation: added, changed or removed.")
    relation: Relation = strawberry.field(description="As it is now; as it was last, when it was removed.")

    @classmethod
    def from_answer(cls, change: changes.RelationChange) -> Self:
        return cls(
            graph_version=change.version,
            kind=change.kind,
            relation=Relation.from_record(change.watched.relation),
        )


@strawberry.type(description="What became of one tie to a listed entity.")
class ExposureChange:
    """See `changes.ExposureChange`."""

    graph_version: int = strawberry.field(description="Version of the graph at which it was noticed.")
    kind: changes.ChangeKind = strawberry.field(description="What became of the tie: added, changed or removed.")
    entity: Entity = strawberry.field(description="The watched entity that the tie belongs to.")
    exposure: Exposure = strawberry.field(description="As it is now; as it was last, when it was removed.")

    @classmethod
    def from_answer(cls, change: changes.ExposureChange) -> Self:
        return cls(
            graph_version=change.version,
            kind=change.kind,
            entity=Entity.from_record(change.entity),
            exposure=Exposure.from_answer(change.exposure),
        )
