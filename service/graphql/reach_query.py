"""The questions of the API that start from one entity: reach, exposure, supply tiers, choke points."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated

import strawberry

from graph_schema.ids import EntityId
from service.graphql.arguments import Arguments, Avoid, Cost, Hubs, Spread, Then, Through, Walked
from service.graphql.connections import Page, Window
from service.graphql.context import Info
from service.graphql.inputs import EntityFilter, HubPolicy, RelationFilter
from service.graphql.path_query import From
from service.graphql.types.reaching import ChokePoints, ExposureConnection, ExposureSummary, ReachConnection
from service.searches.exposure import ExposureKind, ExposureRequest, exposure_summaries
from service.searches.reaching import ReachRequest
from service.searches.supply import ChokePointRequest, SupplyDirection, SupplyRequest

Whose = Annotated[strawberry.ID, strawberry.argument(description="Id, name or alias of the entity asked about.")]
Kinds = Annotated[list[ExposureKind] | None, strawberry.argument(description="Kinds of ties; not given: all.")]
Lists = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Who lists: countries, bodies or policies; not given: any."),
]
Where = Annotated[
    RelationFilter | None,
    strawberry.argument(description="Relations that count; types and direction follow the question."),
]
SUPPLY_TIERS = 4


@dataclass(frozen=True, kw_only=True)
class Ties(Arguments):
    """Which ties to listed entities count, and what the search may cost."""

    kinds: Kinds = None
    lists: Lists = None
    where: Where = None
    hubs: Hubs = None
    budget: Cost = None

    def request(self, info: Info, entity: str = "") -> ExposureRequest:
        """The question for the ties of an entity."""
        return ExposureRequest(
            entity=entity,
            kinds=tuple(self.kinds or ExposureKind),
            lists=tuple(self.lists or ()),
            via=(self.where or RelationFilter()).to_domain(),
            hubs=(self.hubs or HubPolicy()).to_domain(),
            budget=info.context.budget(self.budget, depth=SUPPLY_TIERS),
        )


@dataclass(frozen=True, kw_only=True)
class Chain(Arguments):
    """How far a supply chain is followed, over and through what, and what that may cost."""

    tiers: Annotated[int, strawberry.argument(description="Most steps along the chain.")] = SUPPLY_TIERS
    through: Through = None
    where: Where = None
    hubs: Hubs = None
    budget: Cost = None

    def request(self, info: Info, entity: str, direction: SupplyDirection, window: Window) -> SupplyRequest:
        """The question for the chain of an entity."""
        return SupplyRequest(
            entity=entity,
            direction=direction,
            through=(self.through or EntityFilter()).to_domain(),
            via=(self.where or RelationFilter()).to_domain(),
            hubs=(self.hubs or HubPolicy()).to_domain(),
            budget=replace(info.context.budget(self.budget), max_depth=self.tiers),
            skip=window.skip,
            limit=window.limit,
        )


def _tiers(direction: SupplyDirection, listed: str) -> Callable[..., Awaitable[ReachConnection]]:
    """The resolver of a chain in one direction, whose argument `listed` tells which entities are shown."""
    Listed = Annotated[  # noqa: N806  a type
        EntityFilter | None,
        strawberry.argument(name=listed, description="Conditions on the entities that are listed; not given: all."),
    ]

    async def resolve(
        info: Info, id: Whose, chain: Chain, goal: Listed = None, avoid: Avoid = None, *, page: Page
    ) -> ReachConnection:
        window = page.window(info)
        supply = replace(
            chain.request(info, id, direction, window),
            goal=(goal or EntityFilter()).to_domain(),
            avoid=tuple(map(EntityId, avoid or ())),
        )
        return ReachConnection.from_answer(await info.context.searches.run(supply.reach), window, info)

    return resolve


@strawberry.type
class ReachQuery:
    """What lies around an entity."""

    upstream: ReachConnection = strawberry.field(
        resolver=_tiers(SupplyDirection.UPSTREAM, "supplier"),
        description="What an entity depends on, tier by tier, each with its shortest chain.",
        extensions=[Spread()],
    )
    downstream: ReachConnection = strawberry.field(
        resolver=_tiers(SupplyDirection.DOWNSTREAM, "customer"),
        description="What depends on an entity, tier by tier, each with its shortest chain.",
        extensions=[Spread()],
    )

    @strawberry.field(
        description="Entities of a kind that can be reached from one entity, nearest first.", extensions=[Spread()]
    )
    async def reachable(
        self,
        info: Info,
        from_: From,
        targets: Annotated[
            EntityFilter, strawberry.argument(description="Conditions on the entities that are sought.")
        ],
        walked: Walked,
        page: Page,
    ) -> ReachConnection:
        window = page.window(info)
        request = ReachRequest(
            source=from_,
            goal=targets.to_domain(),
            walks=(walked.walk,),
            budget=info.context.budget(walked.budget),
            skip=window.skip,
            limit=window.limit,
        )
        return ReachConnection.from_answer(await info.context.searches.run(request), window, info)

    @strawberry.field(
        description="Over which kinds of ties an entity is bound to entities that someone has listed, nearest first. "
        "Ended relations expose to nothing unless `where` asks for them.",
        extensions=[Spread()],
    )
    async def exposure(self, info: Info, id: Whose, ties: Ties, then: Then, page: Page) -> ExposureConnection:
        window = page.window(info)
        answer = await info.context.searches.run(ties.request(info, id), at=then.at_version)
        return ExposureConnection.from_answer(answer, window, info)

    @strawberry.field(
        description="For each of up to 20 entities the nearest listed entity by every kind of tie.",
        extensions=[Spread()],
    )
    async def exposure_summary(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Ids, names or aliases of the entities asked about.")
        ],
        ties: Ties,
        then: Then,
    ) -> list[ExposureSummary]:
        summaries = await exposure_summaries(info.context.searches, ids, ties.request(info), at=then.at_version)
        return [ExposureSummary.from_answer(one, info) for one in summaries]

    @strawberry.field(
        description="Entities that every known chain up or down from an entity passes, things that come from one "
        "country alone, and what is lost without some entities.",
        extensions=[Spread()],
    )
    async def choke_points(
        self,
        info: Info,
        id: Whose,
        chain: Chain,
        direction: Annotated[
            SupplyDirection,
            strawberry.argument(description="Toward suppliers or toward customers; suppliers when not given."),
        ] = SupplyDirection.UPSTREAM,
        without: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Ids, names or aliases of entities to imagine gone."),
        ] = None,
        first: Annotated[
            int, strawberry.argument(description="Most choke points in the answer, up to `limits.maxPage`.")
        ] = 20,
    ) -> ChokePoints:
        supply = chain.request(info, id, direction, Page(first=first).window(info))
        answer = await info.context.searches.run(ChokePointRequest(supply, tuple(without or ())))
        return ChokePoints.from_answer(answer, info)
