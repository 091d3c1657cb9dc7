"""What was judged on whether entities are one, and what may be judged."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from graph_schema import domain
from graph_schema.ids import EntityId
from graph_schema.writing import Likeness
from service.graphql.context import Info
from service.graphql.types.records import Entity, entity


@strawberry.type(description="What was decided on whether two entities are one.")
class Judgement:
    """See `domain.Judgement`."""

    verdict: domain.Verdict = strawberry.field(description="Whether the two are the same, different, or undecided.")
    by: str = strawberry.field(description="Who decided; `api` for judgements sent through this API.")
    at: dt.datetime = strawberry.field(description="Time at which the judgement was made.")
    reason: str | None = strawberry.field(description="Why it was decided so, in the words of who decided.")
    ends: strawberry.Private[tuple[EntityId, EntityId]]

    @classmethod
    def from_domain(cls, one: domain.Judgement) -> Self:
        ends = (one.first, one.second)
        return cls(verdict=one.verdict, by=one.by, at=one.at, reason=one.why, ends=ends)

    @strawberry.field(description="One of the two entities; their order means nothing.")
    async def a(self, info: Info) -> Entity:
        return await entity(info.context, self.ends[0])

    @strawberry.field(description="The other of the two entities; their order means nothing.")
    async def b(self, info: Info) -> Entity:
        return await entity(info.context, self.ends[1])


@strawberry.type(description="An entity that may be one with another, and that nobody has judged.")
class SameAsCandidate:
    """See `Likeness`."""

    score: float = strawberry.field(description="In [0, 1]; not a probability, but higher is likelier.")
    reasons: list[str] = strawberry.field(description="What speaks for it and against it, in words.")
    other: strawberry.Private[EntityId]

    @classmethod
    def from_domain(cls, one: Likeness) -> Self:
        return cls(score=one.score, reasons=list(one.why), other=one.entity)

    @strawberry.field(description="The entity that may be one with the one asked about.")
    async def entity(self, info: Info) -> Entity:
        return await entity(info.context, self.other)


@strawberry.type(description="Which entities are one with an entity, which are not, and which may be.")
class SameAs:
    """Of one entity."""

    entity: Entity = strawberry.field(
        description="The entity asked about; of those judged to be one, the one that stands for all."
    )
    judgements: list[Judgement] = strawberry.field(
        description="Judgements on it and on those that it stands for, the latest first; at most `limits.maxPage`."
    )

    @strawberry.field(
        description="Entities that may be one with it and that nobody has judged, likeliest first; null: no loaders stand "
        "behind this service, which alone can tell."
    )
    async def candidates(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="Most entities, up to `limits.maxPage`.")] = 10,
    ) -> list[SameAsCandidate] | None:
        if info.context.resolver is None:
            return None
        most = min(max(first, 0), info.context.settings.max_page)
        found = await info.context.resolver.likenesses(EntityId(self.entity.id), limit=most)
        return [SameAsCandidate.from_domain(one) for one in found]
