"""Answers on ownership as GraphQL types."""

import datetime as dt
from typing import Annotated, Self

import strawberry

from graph_schema.ids import ClaimId
from graph_schema.shares import ShareBasis
from service.graphql.context import Info
from service.graphql.types.paths import SearchReport, entities
from service.graphql.types.records import Claim, Entity, Relation
from service.searches import ownership


@strawberry.type(description="What one owner has of one firm, and who says so.")
class Holding:
    """See `ownership.Holding`."""

    owner: Entity = strawberry.field(description="The entity that holds the share.")
    owned: Entity = strawberry.field(description="The firm that it is a share of.")
    lower: float = strawberry.field(description="The share at the least, in [0, 1].")
    upper: float = strawberry.field(description="The share at the most, in [0, 1].")
    basis: ShareBasis = strawberry.field(description="Where the share is known from.")
    date: dt.date | None = strawberry.field(
        description="Day of the newest claim on the share: when it happened, began or was published."
    )
    part_lower: float | None = strawberry.field(
        description="How much of the sum's lower bound comes over this holding; null under CONTROL."
    )
    part_upper: float | None = strawberry.field(
        description="How much of the sum's upper bound comes over this holding; null under CONTROL."
    )
    relations: list[Relation] = strawberry.field(description="Relations that tell of the holding, with all claims.")
    claim_ids: strawberry.Private[tuple[ClaimId, ...]]

    @classmethod
    def from_answer(cls, one: ownership.Holding) -> Self:
        return cls(
            owner=Entity.from_record(one.owner),
            owned=Entity.from_record(one.owned),
            lower=one.lower,
            upper=one.upper,
            basis=one.basis,
            date=one.day,
            part_lower=one.part_lower,
            part_upper=one.part_upper,
            relations=[Relation.from_record(relation) for relation in one.relations],
            claim_ids=one.claims,
        )

    @strawberry.field(description="The claims that give the share, the newest first.")
    async def claims(
        self,
        info: Info,
        n: Annotated[int, strawberry.argument(description="Most claims that are given; 3 when not given.")] = 3,
    ) -> list[Claim]:
        most = min(max(n, 0), info.context.settings.max_page)
        found = await info.context.load.claim_by_id.load_many(list(self.claim_ids[:most]))
        return [Claim.from_record(claim) for claim in found if claim is not None]


@strawberry.type(description="One of the parties whose part was asked for, and what it brings.")
class OwnershipParty:
    """See `ownership.Party`."""

    entity: Entity = strawberry.field(description="The party, as named or as listed.")
    lower: float | None = strawberry.field(description="What of the lower bound it brings; null under CONTROL.")
    upper: float | None = strawberry.field(
        description="What of the upper bound it brings, where all parties together bring most; null under CONTROL."
    )
    listings: list[Relation] = strawberry.field(
        description="What puts it on a list that was asked for; empty where parties were named."
    )

    @classmethod
    def from_answer(cls, one: ownership.Party) -> Self:
        return cls(
            entity=Entity.from_record(one.entity),
            lower=one.lower,
            upper=one.upper,
            listings=[Relation.from_record(relation) for relation in one.listings],
        )


@strawberry.type(description="How much of an entity some parties hold, and whether that reaches the threshold.")
class Ownership:
    """See `ownership.OwnershipAnswer`."""

    entity: Entity = strawberry.field(description="The entity that was asked about.")
    verdict: ownership.OwnershipVerdict = strawberry.field(description="Whether the parties reach the threshold.")
    lower: float = strawberry.field(description="What the parties have of it at the least, in [0, 1].")
    upper: float = strawberry.field(
        description="What they have at the most, in [0, 1], of what is recorded: owners whom no source names are not "
        "counted."
    )
    recorded: float = strawberry.field(
        description="Part of the entity, in [0, 1], of which sources say at the least who holds it itself."
    )
    listings: list[Relation] = strawberry.field(
        description="What puts the entity itself on a list that was asked for; its verdict is of its owners alone."
    )
    parties: list[OwnershipParty] = strawberry.field(description="The parties that have a part, the largest first.")
    overstated: list[Entity] = strawberry.field(
        description="Firms on the way of which sources give away more than the whole: of each holding in them only what "
        "the others leave counts as sure."
    )
    report: SearchReport = strawberry.field(description="What the answer means and what it cost.")
    answered: strawberry.Private[ownership.OwnershipAnswer]

    @classmethod
    def from_answer(cls, answer: ownership.OwnershipAnswer, info: Info) -> Self:
        info.context.know([answer.entity], *((one.owner, one.owned) for one in answer.holdings))
        info.context.note(answer.report)
        return cls(
            entity=Entity.from_record(answer.entity),
            verdict=answer.verdict,
            lower=answer.lower,
            upper=answer.upper,
            recorded=answer.recorded,
            listings=[Relation.from_record(relation) for relation in answer.listings],
            parties=[OwnershipParty.from_answer(one) for one in answer.parties],
            overstated=entities(answer.overstated),
            report=SearchReport.from_report(answer.report),
            answered=answer,
        )

    @strawberry.field(description="The proof: holdings that the parties' part rests on, the weightiest first.")
    def holdings(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="Most holdings, up to `limits.maxPage`.")] = 20,
    ) -> list[Holding]:
        most = min(max(first, 0), info.context.settings.max_page)
        return [Holding.from_answer(one) for one in self.answered.holdings[:most]]
