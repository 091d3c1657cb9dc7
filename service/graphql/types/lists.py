"""Items of lists that carry more than a record."""

from typing import Self

import strawberry

from service.graphql.types.records import Entity, Relation
from service.queries import entities as queries
from service.queries.records import EntityRecord, RelationRecord


@strawberry.type(description="An entity that answers to a name.")
class EntityMatch:
    """See `queries.EntityMatch`."""

    entity: Entity = strawberry.field(description="The entity that answers to the name.")
    kind: queries.MatchKind = strawberry.field(description="How the name was met.")
    similarity: float = strawberry.field(description="Of the closest of its names, in [0, 1].")
    matched: str = strawberry.field(description="The one of its names that came closest to what was asked for.")

    @classmethod
    def from_match(cls, match: queries.EntityMatch) -> Self:
        return cls(
            entity=Entity.from_record(match.entity),
            kind=match.kind,
            similarity=match.similarity,
            matched=match.matched,
        )


@strawberry.type(description="An entity one step away.")
class Neighbor:
    """An entity and all admitted relations to it."""

    entity: Entity = strawberry.field(description="The entity at the other end.")
    relations: list[Relation] = strawberry.field(description="Relations between the two, surest first.")

    @classmethod
    def from_records(cls, entity: EntityRecord, relations: tuple[RelationRecord, ...]) -> Self:
        ordered = sorted(relations, key=lambda one: (-one.confidence, one.type, one.id))
        return cls(entity=Entity.from_record(entity), relations=[Relation.from_record(one) for one in ordered])
