"""The questions of the API about claims over time and by kind, and about records from elsewhere."""

import datetime as dt
from typing import Annotated

import strawberry

from graph_schema.errors import LimitExceeded, QuestionError
from graph_schema.ids import DocumentId, EntityId, RunId
from graph_schema.vocabulary import Modality, RelationType
from service.graphql.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Window,
    connection,
)
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
from service.searches.endpoints import lookup
from service.searches.matching import match_entities

EntityIds = Annotated[list[strawberry.ID], strawberry.argument(description="Ids, names or aliases.")]
Types = Annotated[list[RelationType] | None, strawberry.argument(description="Only these relation types.")]
Modalities = Annotated[list[Modality] | None, strawberry.argument(description="Only claims put like this.")]
Publishers = Annotated[list[str] | None, strawberry.argument(description="Only claims from these publishers.")]
Since = Annotated[dt.date | None, strawberry.argument(description="First day.")]
Until = Annotated[dt.date | None, strawberry.argument(description="Last day.")]
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


@strawberry.type
class ClaimQuery:
    """What was said, when, how often, and where sources differ."""

    @strawberry.field(description="Claims by id, under conditions that all hold; one that is not given admits all.")
    async def claims(
        self,
        info: Info,
        subject_ids: Subjects = None,
        object_ids: Objects = None,
        entity_ids: Either = None,
        types: Types = None,
        modalities: Modalities = None,
        document_ids: Documents = None,
        publishers: Publishers = None,
        run_ids: Runs = None,
        since: Since = None,
        until: Until = None,
        clock: ByClock = Clock.HAPPENED,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Claim]:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        subjects, objects, either = await _ends(info, subject_ids or [], object_ids or [], entity_ids or [])
        where = ListedClaims(
            subjects,
            objects,
            either,
            types=tuple(types or ()),
            modalities=tuple(modalities or ()),
            documents=tuple(map(DocumentId, _few(info, document_ids))),
            publishers=tuple(publishers or ()),
            runs=tuple(map(RunId, _few(info, run_ids))),
            since=since,
            until=until,
            clock=clock,
        )
        graph = info.context.graph
        page, more = window.cut(await graph.read(claims_listed, where, skip=window.skip, limit=window.limit + 1))
        claims = [Claim.from_record(claim) for claim in page]
        return connection(claims, window, more=more, count=lambda: graph.read(claims_counted, where))

    @strawberry.field(description="Claims about entities, newest first, those without a day last.")
    async def timeline(
        self,
        info: Info,
        entity_ids: EntityIds,
        types: Types = None,
        modalities: Modalities = None,
        publishers: Publishers = None,
        since: Since = None,
        until: Until = None,
        clock: ByClock = Clock.HAPPENED,
        include_undated: bool = True,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TimelineEntry]:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        where = await _claims(info, entity_ids, types, modalities, publishers, since, until, clock)
        undated = include_undated and since is None and until is None
        rows = await info.context.graph.read(timeline, where, undated=undated, skip=window.skip, limit=window.limit + 1)
        page, more = window.cut(rows)
        entries = [TimelineEntry(day=day, claim=Claim.from_record(claim)) for day, claim in page]
        return connection(entries, window, more=more)

    @strawberry.field(
        description="Number of claims about entities by period, oldest first; empty periods are left out."
    )
    async def time_series(
        self,
        info: Info,
        entity_ids: EntityIds,
        interval: Interval,
        types: Types = None,
        modalities: Modalities = None,
        publishers: Publishers = None,
        since: Since = None,
        until: Until = None,
        clock: ByClock = Clock.PUBLISHED,
    ) -> list[Period]:
        where = await _claims(info, entity_ids, types, modalities, publishers, since, until, clock)
        found = await info.context.graph.read(time_series, where, interval)
        return [Period.from_record(period) for period in found]

    @strawberry.field(description="Number of claims about entities by type, modality, publisher …, most first.")
    async def distribution(
        self,
        info: Info,
        entity_ids: EntityIds,
        field: DistributionField,
        types: Types = None,
        modalities: Modalities = None,
        publishers: Publishers = None,
        since: Since = None,
        until: Until = None,
        clock: ByClock = Clock.PUBLISHED,
        first: Annotated[int, strawberry.argument(description="Most values.")] = 20,
    ) -> list[Share]:
        window = Window.of(first, None, None, None, most=info.context.settings.max_page)
        where = await _claims(info, entity_ids, types, modalities, publishers, since, until, clock)
        found = await info.context.graph.read(distribution, where, field, limit=window.limit)
        return [Share.from_record(share) for share in found]

    @strawberry.field(description="Relations of entities that some claims state and others deny or call ended.")
    async def contradictions(
        self,
        info: Info,
        entity_ids: EntityIds,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contradiction]:
        window = Window.of(first, after, last, before, most=info.context.settings.max_page)
        where = await _claims(info, entity_ids)
        rows = await info.context.graph.read(contradictions, where.entities, skip=window.skip, limit=window.limit + 1)
        page, more = window.cut(rows)
        return connection([Contradiction.from_record(one) for one in page], window, more=more)

    @strawberry.field(
        description="Which entities records from elsewhere mean: for each query the candidates, with what their scores "
        "are made of."
    )
    async def match_entities(
        self,
        info: Info,
        queries: list[MatchInput],
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


async def _claims(
    info: Info,
    entity_ids: list[strawberry.ID],
    types: list[RelationType] | None = None,
    modalities: list[Modality] | None = None,
    publishers: list[str] | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    clock: Clock = Clock.HAPPENED,
) -> ClaimFilter:
    """The filter with an id for each name. Raises EntityNotFound, LimitExceeded, QuestionError."""
    if not entity_ids:
        raise QuestionError("name at least one entity")
    known = await lookup(info.context.graph, _few(info, entity_ids))
    info.context.know(known.values())
    return ClaimFilter(
        entities=tuple(dict.fromkeys(entity.id for entity in known.values())),
        types=tuple(types or ()),
        modalities=tuple(modalities or ()),
        publishers=tuple(publishers or ()),
        since=since,
        until=until,
        clock=clock,
    )


async def _ends(info: Info, *ends: list[strawberry.ID]) -> list[tuple[EntityId, ...]]:
    """The ids of each list of names. Raises EntityNotFound, LimitExceeded."""
    names = _few(info, [name for some in ends for name in some])
    known = await lookup(info.context.graph, names) if names else {}
    info.context.know(known.values())
    return [tuple(dict.fromkeys(known[name].id for name in some)) for some in ends]


def _few(info: Info, ids: list[strawberry.ID] | None) -> list[strawberry.ID]:
    """The ids, none where none are given. Raises LimitExceeded."""
    if ids is not None and len(ids) > info.context.settings.max_ids:
        raise LimitExceeded("the number of ids", len(ids), info.context.settings.max_ids)
    return ids or []
