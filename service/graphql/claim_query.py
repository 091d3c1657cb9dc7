"""The questions of the API about claims over time and by kind, and about records from elsewhere."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import strawberry

from graph_schema.errors import LimitExceeded, QuestionError
from graph_schema.ids import DocumentId, RunId
from graph_schema.vocabulary import Modality, RelationType
from service.graphql.arguments import Arguments, Spread
from service.graphql.connections import Connection, Page, connection_of
from service.graphql.context import Info
from service.graphql.types.claims import (
    Contradiction,
    MatchCandidate,
    MatchInput,
    MatchResult,
    Period,
    Share,
    TimelineEntry,
)
from service.graphql.types.records import Claim
from service.queries.claims_listed import ListedClaims, claims_counted, claims_listed
from service.queries.claims_over_time import (
    ClaimFilter,
    Clock,
    DistributionField,
    Interval,
    contradictions,
    distribution,
    time_series,
    timeline,
)
from service.queries.records import EntityRecord
from service.searches.matching import match_entities

Types = Annotated[
    list[RelationType] | None, strawberry.argument(description="Only claims of one of these relation types.")
]
Modalities = Annotated[list[Modality] | None, strawberry.argument(description="Only claims put like this.")]
Publishers = Annotated[list[str] | None, strawberry.argument(description="Only claims from these publishers.")]
Since = Annotated[dt.date | None, strawberry.argument(description="First day that counts, by the clock asked for.")]
Until = Annotated[dt.date | None, strawberry.argument(description="Last day that counts, by the clock asked for.")]
Subjects = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="Only claims about these: ids, names or aliases.")
]
Objects = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="Only claims that tie their subject to one of these.")
]
Either = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="Only claims with one of these as an end.")
]
Documents = Annotated[list[strawberry.ID] | None, strawberry.argument(description="Only claims of these documents.")]
Runs = Annotated[list[strawberry.ID] | None, strawberry.argument(description="Only claims that these load runs state.")]
ByClock = Annotated[Clock, strawberry.argument(description="Which time of a claim counts.")]


@dataclass(frozen=True, kw_only=True)
class ClaimConditions(Arguments):
    """Which claims are listed."""

    subject_ids: Subjects = None
    object_ids: Objects = None
    entity_ids: Either = None
    types: Types = None
    modalities: Modalities = None
    document_ids: Documents = None
    publishers: Publishers = None
    run_ids: Runs = None
    since: Since = None
    until: Until = None
    clock: ByClock = Clock.HAPPENED

    async def resolved(self, info: Info) -> ListedClaims:
        """The conditions with an id for each name. Raises EntityNotFound, LimitExceeded."""
        ends = [self.subject_ids or [], self.object_ids or [], self.entity_ids or []]
        known = await _known(info, [name for some in ends for name in some])
        subjects, objects, either = (tuple(dict.fromkeys(known[name].id for name in some)) for some in ends)
        return ListedClaims(
            subjects,
            objects,
            either,
            types=tuple(self.types or ()),
            modalities=tuple(self.modalities or ()),
            documents=tuple(map(DocumentId, _few(info, self.document_ids))),
            publishers=tuple(self.publishers or ()),
            runs=tuple(map(RunId, _few(info, self.run_ids))),
            since=self.since,
            until=self.until,
            clock=self.clock,
        )


@dataclass(frozen=True, kw_only=True)
class About(Arguments):
    """About whom claims are, and which of those count."""

    entity_ids: Annotated[
        list[strawberry.ID], strawberry.argument(description="Ids, names or aliases of the entities asked about.")
    ]
    types: Types = None
    modalities: Modalities = None
    publishers: Publishers = None
    since: Since = None
    until: Until = None

    async def resolved(self, info: Info, clock: Clock) -> ClaimFilter:
        """The filter with an id for each name. Raises EntityNotFound, LimitExceeded, QuestionError."""
        if not self.entity_ids:
            raise QuestionError("name at least one entity")
        known = await _known(info, self.entity_ids)
        return ClaimFilter(
            entities=tuple(dict.fromkeys(entity.id for entity in known.values())),
            types=tuple(self.types or ()),
            modalities=tuple(self.modalities or ()),
            publishers=tuple(self.publishers or ()),
            since=self.since,
            until=self.until,
            clock=clock,
        )


@strawberry.type
class ClaimQuery:
    """What was said, when, how often, and where sources differ."""

    @strawberry.field(
        description="Claims by id, under conditions that all hold; one that is not given admits all.",
        extensions=[Spread()],
    )
    async def claims(self, info: Info, conditions: ClaimConditions, page: Page) -> Connection[Claim]:
        window, where, graph = page.window(info), await conditions.resolved(info), info.context.graph
        rows = await graph.read(claims_listed, where, skip=window.skip, limit=window.limit + 1)
        return connection_of(rows, window, Claim.from_record, count=lambda: graph.read(claims_counted, where))

    @strawberry.field(
        description="Claims about entities, newest first, those without a day last.", extensions=[Spread()]
    )
    async def timeline(
        self,
        info: Info,
        about: About,
        clock: ByClock = Clock.HAPPENED,
        include_undated: Annotated[
            bool,
            strawberry.argument(
                description="Whether claims without a day are listed, last; never under `since` or `until`."
            ),
        ] = True,
        *,
        page: Page,
    ) -> Connection[TimelineEntry]:
        window, where = page.window(info), await about.resolved(info, clock)
        undated = include_undated and where.since is None and where.until is None
        rows = await info.context.graph.read(timeline, where, undated=undated, skip=window.skip, limit=window.limit + 1)
        return connection_of(rows, window, lambda row: TimelineEntry(day=row[0], claim=Claim.from_record(row[1])))

    @strawberry.field(
        description="Number of claims about entities by period, oldest first; empty periods are left out.",
        extensions=[Spread()],
    )
    async def time_series(
        self,
        info: Info,
        about: About,
        interval: Annotated[
            Interval, strawberry.argument(description="Length of the periods in which claims are counted.")
        ],
        clock: ByClock = Clock.PUBLISHED,
    ) -> list[Period]:
        where = await about.resolved(info, clock)
        found = await info.context.graph.read(time_series, where, interval)
        return [Period.from_record(period) for period in found]

    @strawberry.field(
        description="Number of claims about entities by type, modality, publisher …, most first.",
        extensions=[Spread()],
    )
    async def distribution(
        self,
        info: Info,
        about: About,
        field: Annotated[DistributionField, strawberry.argument(description="What claims are counted by.")],
        clock: ByClock = Clock.PUBLISHED,
        first: Annotated[
            int, strawberry.argument(description="Most values in the answer, up to `limits.maxPage`.")
        ] = 20,
    ) -> list[Share]:
        window, where = Page(first=first).window(info), await about.resolved(info, clock)
        found = await info.context.graph.read(distribution, where, field, limit=window.limit)
        return [Share.from_record(share) for share in found]

    @strawberry.field(
        description="Relations of entities that some claims state and others deny or call ended.",
        extensions=[Spread()],
    )
    async def contradictions(
        self,
        info: Info,
        entity_ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Ids, names or aliases of the entities asked about.")
        ],
        page: Page,
    ) -> Connection[Contradiction]:
        window, where = page.window(info), await About(entity_ids=entity_ids).resolved(info, Clock.HAPPENED)
        rows = await info.context.graph.read(contradictions, where.entities, skip=window.skip, limit=window.limit + 1)
        return connection_of(rows, window, Contradiction.from_record)

    @strawberry.field(
        description="Which entities records from elsewhere mean: for each query the candidates, with what their scores "
        "are made of."
    )
    async def match_entities(
        self,
        info: Info,
        queries: Annotated[
            list[MatchInput], strawberry.argument(description="What is known of each entity, at most `limits.maxIds`.")
        ],
        threshold: Annotated[float, strawberry.argument(description="Score from which on it is a match.")] = 0.7,
        cutoff: Annotated[float, strawberry.argument(description="Score below which nothing is told.")] = 0.5,
        limit: Annotated[int, strawberry.argument(description="Most candidates of one query.")] = 5,
    ) -> list[MatchResult]:
        settings = info.context.settings
        if not 1 <= limit <= settings.max_page:
            raise QuestionError(f"limit is {limit}, it must lie between 1 and {settings.max_page}")
        wanted = [query.to_domain() for query in queries]
        found = await match_entities(info.context.graph, wanted, cutoff=cutoff, limit=limit, most=settings.max_ids)
        return [
            MatchResult(name=query.name, candidates=[MatchCandidate.from_candidate(one, threshold) for one in some])
            for query, some in zip(wanted, found, strict=True)
        ]


async def _known(info: Info, names: list[strawberry.ID]) -> Mapping[str, EntityRecord]:
    """The entity that each name means. Raises EntityNotFound, LimitExceeded."""
    known = await info.context.lookups.meant(_few(info, names)) if names else {}
    info.context.know(known.values())
    return known


def _few(info: Info, ids: list[strawberry.ID] | None) -> list[strawberry.ID]:
    """The ids, none where none are given. Raises LimitExceeded."""
    if ids is not None and len(ids) > info.context.settings.max_ids:
        raise LimitExceeded("the number of ids", len(ids), info.context.settings.max_ids)
    return ids or []
