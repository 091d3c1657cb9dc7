"""The questions of the API that start from one entity: reach, exposure, supply tiers, choke points."""

from dataclasses import replace
from typing import Annotated

import strawberry

from graph_schema.ids import EntityId
from service.graphql.connections import After, Before, First, Last, Window
from service.graphql.context import Info
from service.graphql.inputs import Budget, EntityFilter, HubPolicy, RelationFilter, walk_of
from service.graphql.path_query import Avoid, Cost, From, Hubs, Through, Via
from service.graphql.types.reaching import ChokePoints, ExposureConnection, ExposureSummary, ReachConnection
from service.searches.exposure import ExposureKind, ExposureRequest, exposure_summaries
from service.searches.reaching import ReachRequest
from service.searches.supply import ChokePointRequest, SupplyDirection, SupplyRequest

Whose = Annotated[strawberry.ID, strawberry.argument(description="Id, name or alias.")]
Kinds = Annotated[list[ExposureKind] | None, strawberry.argument(description="Kinds of ties; not given: all.")]
Lists = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Who lists: countries, bodies or policies; not given: any."),
]
Tiers = Annotated[int, strawberry.argument(description="Most steps along the chain.")]
Listed = Annotated[EntityFilter | None, strawberry.argument(description="Which entities are listed.")]
Where = Annotated[
    RelationFilter | None,
    strawberry.argument(description="Relations that count; types and direction follow the question."),
]
SUPPLY_TIERS = 4


@strawberry.type
class ReachQuery:
    """What lies around an entity."""

    @strawberry.field(description="Entities of a kind that can be reached from one entity, nearest first.")
    async def reachable(
        self,
        info: Info,
        from_: From,
        targets: Annotated[EntityFilter, strawberry.argument(description="Which entities are sought.")],
        via: Via = None,
        through: Through = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        budget: Cost = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ReachConnection:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        request = ReachRequest(
            source=from_,
            goal=targets.to_domain(),
            walks=(walk_of(via, through, avoid, hubs),),
            budget=info.context.budget(budget),
            skip=window.skip,
            limit=window.limit,
        )
        return ReachConnection.from_answer(await info.context.searches.run(request), window, info)

    @strawberry.field(
        description="Over which kinds of ties an entity is bound to entities that someone has listed, nearest first. "
        "Ended relations expose to nothing unless `where` asks for them."
    )
    async def exposure(
        self,
        info: Info,
        id: Whose,
        kinds: Kinds = None,
        lists: Lists = None,
        where: Where = None,
        hubs: Hubs = None,
        budget: Cost = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ExposureConnection:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        request = exposure_request(info, id, kinds, lists, where, hubs, budget)
        return ExposureConnection.from_answer(await info.context.searches.run(request), window, info)

    @strawberry.field(description="For each of up to 20 entities the nearest listed entity by every kind of tie.")
    async def exposure_summary(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids, names or aliases.")],
        kinds: Kinds = None,
        lists: Lists = None,
        where: Where = None,
        hubs: Hubs = None,
        budget: Cost = None,
    ) -> list[ExposureSummary]:
        request = exposure_request(info, "", kinds, lists, where, hubs, budget)
        summaries = await exposure_summaries(info.context.searches, ids, request)
        return [ExposureSummary.from_answer(one, info) for one in summaries]

    @strawberry.field(description="What an entity depends on, tier by tier, each with its shortest chain.")
    async def upstream(
        self,
        info: Info,
        id: Whose,
        tiers: Tiers = SUPPLY_TIERS,
        supplier: Listed = None,
        through: Through = None,
        avoid: Avoid = None,
        where: Where = None,
        hubs: Hubs = None,
        budget: Cost = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ReachConnection:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        request = _supply(
            info, id, SupplyDirection.UPSTREAM, tiers, supplier, through, avoid, where, hubs, budget, window
        )
        return ReachConnection.from_answer(await info.context.searches.run(request.reach), window, info)

    @strawberry.field(description="What depends on an entity, tier by tier, each with its shortest chain.")
    async def downstream(
        self,
        info: Info,
        id: Whose,
        tiers: Tiers = SUPPLY_TIERS,
        customer: Listed = None,
        through: Through = None,
        avoid: Avoid = None,
        where: Where = None,
        hubs: Hubs = None,
        budget: Cost = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ReachConnection:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        request = _supply(
            info, id, SupplyDirection.DOWNSTREAM, tiers, customer, through, avoid, where, hubs, budget, window
        )
        return ReachConnection.from_answer(await info.context.searches.run(request.reach), window, info)

    @strawberry.field(
        description="Entities that every known chain up or down from an entity passes, things that come from one "
        "country alone, and what is lost without some entities."
    )
    async def choke_points(
        self,
        info: Info,
        id: Whose,
        direction: SupplyDirection = SupplyDirection.UPSTREAM,
        tiers: Tiers = SUPPLY_TIERS,
        without: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="Entities to imagine gone.")
        ] = None,
        through: Through = None,
        where: Where = None,
        hubs: Hubs = None,
        budget: Cost = None,
        first: Annotated[int, strawberry.argument(description="Most choke points.")] = 20,
    ) -> ChokePoints:
        window = Window.of(first, None, None, None, most=info.context.settings.max_page)
        request = _supply(info, id, direction, tiers, None, through, None, where, hubs, budget, window)
        answer = await info.context.searches.run(ChokePointRequest(request, tuple(without or ())))
        return ChokePoints.from_answer(answer, info)


def exposure_request(
    info: Info,
    id: str,
    kinds: list[ExposureKind] | None,
    lists: list[strawberry.ID] | None,
    where: RelationFilter | None,
    hubs: HubPolicy | None,
    budget: Budget | None,
) -> ExposureRequest:
    """The question for ties of one entity, as its arguments put it."""
    return ExposureRequest(
        entity=id,
        kinds=tuple(kinds or ExposureKind),
        lists=tuple(lists or ()),
        via=(where or RelationFilter()).to_domain(),
        hubs=(hubs or HubPolicy()).to_domain(),
        budget=info.context.budget(budget, depth=SUPPLY_TIERS),
    )


def _supply(
    info: Info,
    id: str,
    direction: SupplyDirection,
    tiers: int,
    goal: EntityFilter | None,
    through: EntityFilter | None,
    avoid: list[strawberry.ID] | None,
    where: RelationFilter | None,
    hubs: HubPolicy | None,
    budget: Budget | None,
    window: Window,
) -> SupplyRequest:
    return SupplyRequest(
        entity=id,
        direction=direction,
        goal=(goal or EntityFilter()).to_domain(),
        through=(through or EntityFilter()).to_domain(),
        avoid=tuple(map(EntityId, avoid or ())),
        via=(where or RelationFilter()).to_domain(),
        hubs=(hubs or HubPolicy()).to_domain(),
        budget=replace(info.context.budget(budget), max_depth=tiers),
        skip=window.skip,
        limit=window.limit,
    )
