"""The path questions of the API."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Any

import strawberry

from service.graphql.arguments import Arguments, Spread, Then, Walked
from service.graphql.connections import Page
from service.graphql.context import Info
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
MustPass = Annotated[list[strawberry.ID] | None, strawberry.argument(description="Entities that every path passes.")]
Weight = Annotated[PathWeight, strawberry.argument(description="What makes a path short.")]


@dataclass(frozen=True, kw_only=True)
class _Ends(Arguments):
    from_: From
    to: To


@dataclass(frozen=True, kw_only=True)
class Between(Walked, _Ends):
    """Between which two entities, and on which ways."""

    def request(self, info: Info, **more: Any) -> PathRequest:
        """The question, with `more` of its fields."""
        budget = info.context.budget(self.budget)
        return PathRequest((self.from_,), (self.to,), walk=self.walk, budget=budget, **more)


@dataclass(frozen=True, kw_only=True)
class _ManyEnds(Arguments):
    from_: FromAny
    to: ToAny


@dataclass(frozen=True, kw_only=True)
class BetweenAny(Then, Walked, _ManyEnds):
    """Between which groups of entities, on which ways, and when."""


@strawberry.type
class PathQuery:
    """How entities are tied."""

    @strawberry.field(description="Whether any path joins two entities under these conditions.", extensions=[Spread()])
    async def path_exists(self, info: Info, between: Between, then: Then) -> PathExists:
        answer = await info.context.searches.run(between.request(info), at=then.at_version)
        return PathExists.from_answer(answer, info)

    @strawberry.field(
        description="The best path between two entities: fewest hops, then surest hop by hop.", extensions=[Spread()]
    )
    async def shortest_path(
        self, info: Info, between: Between, then: Then, weight: Weight = PathWeight.HOPS
    ) -> PathResult:
        request = between.request(info, weight=weight)
        return PathResult.from_answer(await info.context.searches.run(request, at=then.at_version), info)

    @strawberry.field(
        description="The k best paths from any of the starts to any of the ends, past no other of them.",
        extensions=[Spread()],
    )
    async def shortest_paths(
        self,
        info: Info,
        between: BetweenAny,
        k: Annotated[int, strawberry.argument(description="Most paths in the answer, up to `limits.maxPaths`.")] = 5,
        distinct_by: Annotated[
            DistinctBy, strawberry.argument(description="When two paths are two.")
        ] = DistinctBy.ENTITIES,
        diversity: Annotated[
            float,
            strawberry.argument(
                description="In [0, 1]: how much a path loses for middle entities that better paths share."
            ),
        ] = 0.0,
        must_pass: MustPass = None,
        weight: Weight = PathWeight.HOPS,
    ) -> PathResult:
        request = PathRequest(
            tuple(between.from_),
            tuple(between.to),
            k=k,
            must_pass=tuple(must_pass or ()),
            weight=weight,
            diversity=diversity,
            distinct_by=distinct_by,
            walk=between.walk,
            budget=info.context.budget(between.budget),
        )
        return PathResult.from_answer(await info.context.searches.run(request, at=between.at_version), info)

    @strawberry.field(
        description="All paths between two entities that pass no entity twice, shortest first, in pages.",
        extensions=[Spread()],
    )
    async def all_simple_paths(
        self,
        info: Info,
        between: Between,
        then: Then,
        min_length: Annotated[int, strawberry.argument(description="Fewest hops that a path may have.")] = 1,
        max_length: Annotated[
            int, strawberry.argument(description="Most hops that a path may have, up to `limits.maxDepth`.")
        ] = 4,
        must_pass: MustPass = None,
        *,
        page: Page,
    ) -> PathConnection:
        window = page.window(info, most=info.context.settings.max_paths - 1)
        request = between.request(
            info,
            k=window.limit + 1,
            skip=window.skip,
            min_length=min_length,
            must_pass=tuple(must_pass or ()),
        )
        request = replace(request, budget=replace(request.budget, max_depth=max_length))
        answer = await info.context.searches.run(request, at=then.at_version)
        return PathConnection.from_answer(answer, window, info)

    @strawberry.field(
        description="A small subgraph that joins up to 12 entities: each is joined by the best path to the rest.",
        extensions=[Spread()],
    )
    async def connecting_subgraph(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Ids, names or aliases of the entities to join.")
        ],
        walked: Walked,
        max_nodes: Annotated[int, strawberry.argument(description="Most entities of the subgraph.")] = 100,
    ) -> Subgraph:
        template = PathRequest((), (), walk=walked.walk, budget=info.context.budget(walked.budget))
        answer = await connecting_subgraph(info.context.searches, ids, template, most_entities=max_nodes)
        return Subgraph.from_answer(answer, info)

    @strawberry.field(
        description="Which of the best paths between two entities became known between two times.",
        extensions=[Spread()],
    )
    async def paths_diff(
        self,
        info: Info,
        between: Between,
        known_from: Annotated[
            dt.datetime, strawberry.argument(description="Earlier time: paths count by what had been loaded then.")
        ],
        known_to: Annotated[
            dt.datetime, strawberry.argument(description="Later time: paths count by what had been loaded then.")
        ],
        k: Annotated[int, strawberry.argument(description="Most paths of each time.")] = 20,
    ) -> PathsDiff:
        request = between.request(info, k=k)
        before, after = (
            replace(request, walk=replace(request.walk, via=replace(request.walk.via, known_at=known)))
            for known in (known_from, known_to)
        )
        return PathsDiff.from_answer(await paths_diff(info.context.searches, before, after), info)
