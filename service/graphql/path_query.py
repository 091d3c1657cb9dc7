"""The path questions of the API."""

import datetime as dt
from dataclasses import replace
from typing import Annotated

import strawberry

from graph_schema.ids import EntityId
from service.graphql.connections import After, Before, First, Last, Window
from service.graphql.context import Info
from service.graphql.inputs import Budget, EntityFilter, HubPolicy, RelationFilter, walk_of
from service.graphql.types.connecting import PathConnection, PathsDiff, Subgraph
from service.graphql.types.paths import PathExists, PathResult
from service.paths.search import PathWeight
from service.searches.connecting import connecting_subgraph, paths_diff
from service.searches.paths import DistinctBy, PathRequest

From = Annotated[strawberry.ID, strawberry.argument(name="from", description="Id, name or alias of the start.")]
To = Annotated[strawberry.ID, strawberry.argument(description="Id, name or alias of the end.")]
FromAny = Annotated[
    list[strawberry.ID],
    strawberry.argument(name="from", description="Ids, names or aliases of the starts; a path has one of them."),
]
ToAny = Annotated[
    list[strawberry.ID], strawberry.argument(description="Ids, names or aliases of the ends; a path has one of them.")
]
Via = Annotated[RelationFilter | None, strawberry.argument(description="Relations that may be walked.")]
Through = Annotated[EntityFilter | None, strawberry.argument(description="Entities that may lie between the ends.")]
Avoid = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="Entities that may not lie between the ends.")
]
MustPass = Annotated[list[strawberry.ID] | None, strawberry.argument(description="Entities that every path passes.")]
Hubs = Annotated[HubPolicy | None, strawberry.argument(description="What to do with hubs between the ends.")]
Cost = Annotated[Budget | None, strawberry.argument(description="What the search may cost.")]
Weight = Annotated[PathWeight, strawberry.argument(description="What makes a path short.")]


@strawberry.type
class PathQuery:
    """How entities are tied."""

    @strawberry.field(description="Whether any path joins two entities under these conditions.")
    async def path_exists(
        self,
        info: Info,
        from_: From,
        to: To,
        via: Via = None,
        through: Through = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        budget: Cost = None,
    ) -> PathExists:
        answer = await info.context.searches.run(
            PathRequest(
                (from_,),
                (to,),
                walk=walk_of(via, through, avoid, hubs),
                budget=info.context.budget(budget),
            )
        )
        return PathExists.from_answer(answer, info)

    @strawberry.field(description="The best path between two entities: fewest hops, then surest hop by hop.")
    async def shortest_path(
        self,
        info: Info,
        from_: From,
        to: To,
        via: Via = None,
        through: Through = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        weight: Weight = PathWeight.HOPS,
        budget: Cost = None,
    ) -> PathResult:
        answer = await info.context.searches.run(
            PathRequest(
                (from_,),
                (to,),
                weight=weight,
                walk=walk_of(via, through, avoid, hubs),
                budget=info.context.budget(budget),
            )
        )
        return PathResult.from_answer(answer, info)

    @strawberry.field(description="The k best paths from any of the starts to any of the ends, past no other of them.")
    async def shortest_paths(
        self,
        info: Info,
        from_: FromAny,
        to: ToAny,
        k: Annotated[int, strawberry.argument(description="Most paths.")] = 5,
        distinct_by: Annotated[
            DistinctBy, strawberry.argument(description="When two paths are two.")
        ] = DistinctBy.ENTITIES,
        diversity: Annotated[
            float,
            strawberry.argument(
                description="In [0, 1]: how much a path loses for middle entities that better paths share."
            ),
        ] = 0.0,
        via: Via = None,
        through: Through = None,
        must_pass: MustPass = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        weight: Weight = PathWeight.HOPS,
        budget: Cost = None,
    ) -> PathResult:
        answer = await info.context.searches.run(
            PathRequest(
                tuple(from_),
                tuple(to),
                k=k,
                must_pass=tuple(map(EntityId, must_pass or ())),
                weight=weight,
                diversity=diversity,
                distinct_by=distinct_by,
                walk=walk_of(via, through, avoid, hubs),
                budget=info.context.budget(budget),
            )
        )
        return PathResult.from_answer(answer, info)

    @strawberry.field(description="All paths between two entities that pass no entity twice, shortest first, in pages.")
    async def all_simple_paths(
        self,
        info: Info,
        from_: From,
        to: To,
        min_length: Annotated[int, strawberry.argument(description="Fewest hops.")] = 1,
        max_length: Annotated[int, strawberry.argument(description="Most hops.")] = 4,
        via: Via = None,
        through: Through = None,
        must_pass: MustPass = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        budget: Cost = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> PathConnection:
        settings = info.context.settings
        window = Window.of(first, after, last, before, most=settings.max_paths - 1)
        answer = await info.context.searches.run(
            PathRequest(
                (from_,),
                (to,),
                k=window.limit + 1,
                skip=window.skip,
                min_length=min_length,
                must_pass=tuple(map(EntityId, must_pass or ())),
                walk=walk_of(via, through, avoid, hubs),
                budget=replace(info.context.budget(budget), max_depth=max_length),
            )
        )
        return PathConnection.from_answer(answer, window, info)

    @strawberry.field(
        description="A small subgraph that joins up to 12 entities: each is joined by the best path to the rest."
    )
    async def connecting_subgraph(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids, names or aliases.")],
        via: Via = None,
        through: Through = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        budget: Cost = None,
        max_nodes: Annotated[int, strawberry.argument(description="Most entities of the subgraph.")] = 100,
    ) -> Subgraph:
        template = PathRequest((), (), walk=walk_of(via, through, avoid, hubs), budget=info.context.budget(budget))
        answer = await connecting_subgraph(info.context.searches, ids, template, most_entities=max_nodes)
        return Subgraph.from_answer(answer, info)

    @strawberry.field(description="Which of the best paths between two entities became known between two times.")
    async def paths_diff(
        self,
        info: Info,
        from_: From,
        to: To,
        known_from: Annotated[dt.datetime, strawberry.argument(description="The earlier time.")],
        known_to: Annotated[dt.datetime, strawberry.argument(description="The later time.")],
        k: Annotated[int, strawberry.argument(description="Most paths of each time.")] = 20,
        via: Via = None,
        through: Through = None,
        avoid: Avoid = None,
        hubs: Hubs = None,
        budget: Cost = None,
    ) -> PathsDiff:
        walk = walk_of(via, through, avoid, hubs)
        before, after = (
            PathRequest(
                (from_,),
                (to,),
                k=k,
                walk=replace(walk, via=replace(walk.via, known_at=known)),
                budget=info.context.budget(budget),
            )
            for known in (known_from, known_to)
        )
        return PathsDiff.from_answer(await paths_diff(info.context.searches, before, after), info)
