"""The questions of the API about who owns how much of an entity."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

import strawberry

from service.graphql.arguments import Arguments, Cost, Spread, Then
from service.graphql.context import Info
from service.graphql.reach_query import Whose
from service.graphql.types.ownership import Ownership
from service.searches.ownership import OwnershipReading, OwnershipRequest


@strawberry.input(description="Whose holdings are added up. Neither given: those of whomever anyone has listed.")
class OwnershipBy:
    """See `OwnershipRequest`."""

    lists: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Those that these countries, bodies or policies list. Countries and blocs are parties to no list.",
    )
    owners: list[strawberry.ID] | None = strawberry.field(
        default=None, description="These, by id, name or alias; give either this or `lists`."
    )


@dataclass(frozen=True, kw_only=True)
class OwnershipRule(Arguments):
    """Whose holdings count, how, and from where on they are enough."""

    by: Annotated[OwnershipBy | None, strawberry.argument(description="Whose holdings are added up.")] = None
    threshold: Annotated[float, strawberry.argument(description="The share that is asked for, in (0, 1].")] = 0.5
    more_than: Annotated[
        bool, strawberry.argument(description="The threshold itself is not enough, as in the United Kingdom.")
    ] = False
    as_of: Annotated[
        dt.date | None,
        strawberry.argument(description="Holdings and listings of this day; not given: as they are stated now."),
    ] = None
    reading: Annotated[OwnershipReading, strawberry.argument(description="How holdings along a chain count.")] = (
        OwnershipReading.SUM
    )
    budget: Cost = None

    def request(self, info: Info, entities: list[strawberry.ID]) -> OwnershipRequest:
        """The question about these entities."""
        by = self.by or OwnershipBy()
        return OwnershipRequest(
            entities=tuple(entities),
            lists=tuple(by.lists or ()),
            owners=tuple(by.owners or ()),
            reading=self.reading,
            threshold=self.threshold,
            more_than=self.more_than,
            as_of=self.as_of,
            budget=info.context.budget(self.budget),
        )


@strawberry.type
class OwnershipQuery:
    """Who owns how much."""

    @strawberry.field(
        description="Whether the holdings of listed or named parties add up to a share of an entity, over all chains, "
        "which are followed to their ends whatever `budget.maxDepth` says.",
        extensions=[Spread()],
    )
    async def ownership(self, info: Info, id: Whose, rule: OwnershipRule, then: Then) -> Ownership:
        (answer,) = await info.context.searches.run(rule.request(info, [id]), at=then.at_version)
        return Ownership.from_answer(answer, info)

    @strawberry.field(
        description="`ownership` of many entities at once, in the order asked, within one budget.",
        extensions=[Spread()],
    )
    async def ownership_of(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(
                description="Ids, names or aliases of the entities asked about; with `by` at most `limits.maxIds`."
            ),
        ],
        rule: OwnershipRule,
        then: Then,
    ) -> list[Ownership]:
        answers = await info.context.searches.run(rule.request(info, ids), at=then.at_version)
        return [Ownership.from_answer(one, info) for one in answers]
