"""Answers about claims over time and by kind, and about matches."""

import datetime as dt
from typing import Self

import strawberry

from graph_schema.vocabulary import EntityType
from service.graphql.types.records import Claim, Entity, Relation
from service.queries import claims_over_time as queries
from service.searches import matching


@strawberry.type(description="A claim and its day.")
class TimelineEntry:
    """One entry of a timeline."""

    day: dt.date | None = strawberry.field(description="By the clock that was asked for; null: no source tells.")
    claim: Claim = strawberry.field(description="The claim that belongs to this day.")


@strawberry.type(description="How much was stated in one period.")
class Period:
    """See `queries.Period`."""

    start: dt.date | None = strawberry.field(description="First day of the period; null: claims without a day.")
    claims: int = strawberry.field(description="Number of claims in the period.")
    relations: int = strawberry.field(description="Number of relations that they state.")
    sources: int = strawberry.field(description="Number of different publishers of these claims.")

    @classmethod
    def from_record(cls, period: queries.Period) -> Self:
        return cls(start=period.start, claims=period.claims, relations=period.relations, sources=period.sources)


@strawberry.type(description="How many claims have one value.")
class Share:
    """See `queries.Share`."""

    value: str | None = strawberry.field(description="The value; null: they have none.")
    claims: int = strawberry.field(description="Number of claims with this value.")
    relations: int = strawberry.field(description="Number of relations that they state.")

    @classmethod
    def from_record(cls, share: queries.Share) -> Self:
        return cls(value=share.value, claims=share.claims, relations=share.relations)


@strawberry.type(description="A relation that some claims state and others deny or call ended.")
class Contradiction:
    """See `queries.Contradiction`."""

    relation: Relation = strawberry.field(description="The relation on which the claims differ.")
    stating: list[Claim] = strawberry.field(description="Claims that state that the relation holds.")
    against: list[Claim] = strawberry.field(description="Claims that deny it or say that it has ended.")

    @classmethod
    def from_record(cls, one: queries.Contradiction) -> Self:
        return cls(
            relation=Relation.from_record(one.relation),
            stating=[Claim.from_record(claim) for claim in one.stating],
            against=[Claim.from_record(claim) for claim in one.against],
        )


@strawberry.input(description="What is known of an entity elsewhere.")
class MatchInput:
    """See `matching.MatchQuery`."""

    name: str = strawberry.field(description="Name of the entity in the record.")
    type: EntityType | None = strawberry.field(
        default=None, description="Type of the entity; candidates of other types score lower."
    )
    country: strawberry.ID | None = strawberry.field(
        default=None, description="Where it lies: id, name or alias of a country."
    )

    def to_domain(self) -> matching.MatchQuery:
        return matching.MatchQuery(self.name, self.type, self.country)


@strawberry.type(description="One feature of a score.")
class MatchReason:
    """See `matching.Reason`."""

    feature: str = strawberry.field(description="name, alias, type or country.")
    factor: float = strawberry.field(description="What the score was multiplied by.")
    detail: str = strawberry.field(description="What was compared and how it came out, in words.")


@strawberry.type(description="An entity that may be meant.")
class MatchCandidate:
    """See `matching.Candidate`."""

    entity: Entity = strawberry.field(description="The entity that the record may mean.")
    score: float = strawberry.field(description="How well it fits, in [0, 1]; 1 is certain.")
    match: bool = strawberry.field(description="Whether the score reaches the threshold.")
    explanations: list[MatchReason] = strawberry.field(description="What the score is made of.")

    @classmethod
    def from_candidate(cls, one: matching.Candidate, threshold: float) -> Self:
        return cls(
            entity=Entity.from_record(one.entity),
            score=one.score,
            match=one.score >= threshold,
            explanations=[
                MatchReason(feature=reason.feature, factor=reason.factor, detail=reason.detail)
                for reason in one.reasons
            ],
        )


@strawberry.type(description="The candidates for one of the queries.")
class MatchResult:
    """One answer of `matchEntities`."""

    name: str = strawberry.field(description="Name that the query asked for.")
    candidates: list[MatchCandidate] = strawberry.field(description="Entities that may be meant, highest score first.")
