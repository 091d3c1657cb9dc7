"""Questions that start from one entity and seek others of a kind: reach, exposure, supply tiers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import LimitExceeded, QuestionError
from graph_schema.ids import EntityId
from graph_schema.vocabulary import RelationType
from service.filters.hubs import HubMode
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.paths.budget import Budget, Meter
from service.paths.reach import Reach, Reached, reach
from service.paths.report import Bound, SearchReport, hint_for
from service.queries.cypher_text import draw_hops
from service.queries.paths_expand import Arrivals, HopKey, ReachExpander, relations_of_hops
from service.queries.records import EntityRecord, RelationRecord
from service.searches.endpoints import entities_meant
from service.searches.hub_degrees import HubDegrees
from service.searches.paths import RESOLVE_S, Path, flagged, path_of
from service.searches.turns import CutShort, Turns
from service.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class ReachRequest:
    """What is sought from where, over which relations. Entities may be named by id, name or alias."""

    source: str
    goal: EntityFilter
    walks: tuple[Walk, ...] = (Walk(),)
    """Conditions of the first step, the second …; the last one holds for all further steps."""
    not_twice: RelationType | None = None
    """A relation type that may not be walked twice in a row."""
    budget: Budget = field(default_factory=Budget)
    skip: int = 0
    limit: int = 20

    @property
    def named(self) -> frozenset[str]:
        """Every entity that the request names."""
        return frozenset({self.source}).union(self.goal.named, *(walk.named for walk in self.walks))


@dataclass(frozen=True, slots=True)
class ReachItem:
    """An entity that was sought, and the best shortest path to it."""

    entity: EntityRecord
    distance: int
    path: Path


@dataclass(frozen=True, slots=True)
class ReachAnswer:
    """What was found, nearest first."""

    source: EntityRecord
    items: tuple[ReachItem, ...]
    more: bool
    found: int
    """Entities found, those of other pages too, as far as the search went."""
    report: SearchReport


@dataclass(frozen=True, slots=True)
class Filled:
    """Relations and entities behind hops."""

    relations: Mapping[HopKey, tuple[RelationRecord, ...]]
    entities: Mapping[EntityId, EntityRecord]


class ReachFinder:
    """Answers such questions on one graph, a limited number at a time."""

    def __init__(self, graph: Graph, settings: ServiceSettings, turns: Turns, hub_degrees: HubDegrees) -> None:
        self.graph, self.settings, self.turns = graph, settings, turns
        self._hub_degrees = hub_degrees

    async def find(self, request: ReachRequest) -> ReachAnswer:
        """Entities that `goal` admits, nearest first. Raises EntityNotFound, LimitExceeded, QuestionError, GraphError."""
        check_budget(request.budget, self.settings)
        meter = Meter(request.budget)
        async with self.turns.within(request.budget.timeout_s) as granted:
            seconds = request.budget.timeout_s + RESOLVE_S
            try:
                source, found = await self.graph.read_within(seconds, self._walk, request, meter, granted)
            except CutShort as cut:
                source, found = cut.result
            page = found.goals[request.skip : request.skip + request.limit]
            filled = await self.graph.read_within(RESOLVE_S, fill, page, widest(request.walks))
        items = tuple(item for one in page if (item := item_of(one, filled)) is not None)
        more = len(found.goals) > request.skip + request.limit
        report = self.report(found, [item.path for item in items], request.walks[0].via, request.budget, meter)
        return ReachAnswer(source, items, more, len(found.goals), report)

    async def _walk(
        self, tx: AsyncManagedTransaction, request: ReachRequest, meter: Meter, granted: bool
    ) -> tuple[EntityRecord, Reach]:
        known = await entities_meant(tx, sorted(request.named))
        source = known[request.source]
        if not granted:
            return source, Reach(source.id, limited_by=Bound.TIME)
        ids = {name: entity.id for name, entity in known.items()}
        found = await self.explore(
            tx,
            source.id,
            tuple(walk.resolved(ids) for walk in request.walks),
            request.goal.resolved(ids),
            request.budget,
            meter,
            enough=request.skip + request.limit + 1,
            not_twice=request.not_twice,
            look_past=True,
        )
        if found.interrupted:
            raise CutShort((source, found))
        return source, found

    async def explore(
        self,
        tx: AsyncManagedTransaction,
        source: EntityId,
        walks: Sequence[Walk],
        goal: EntityFilter,
        budget: Budget,
        meter: Meter,
        *,
        enough: int | None = None,
        not_twice: RelationType | None = None,
        look_past: bool = False,
    ) -> Reach:
        """Walk outward from `source`, each level under its own conditions."""
        arrivals = Arrivals()
        walks = [await self._hub_degrees.settle(tx, walk) for walk in walks]

        @cache
        def expander(phase: int) -> ReachExpander:
            degree = self.settings.hub_degree
            return ReachExpander(
                tx, walks[phase], goal, source, default_degree=degree, not_twice=not_twice, arrivals=arrivals
            )

        cross = walks[0].hubs.mode is not HubMode.BLOCK_TRANSIT
        phases: Callable[[int], ReachExpander] = lambda level: expander(min(level, len(walks) - 1))  # noqa: E731
        return await reach(phases, source, budget, meter, enough=enough, cross_hubs=cross, look_past=look_past)

    def report(
        self, found: Reach, paths: Sequence[Path], via: RelationFilter, budget: Budget, meter: Meter
    ) -> SearchReport:
        """What the answer means."""
        status = found.status()
        hops = {(hop.source.id, hop.target.id): hop for path in paths for hop in path.hops}.values()
        return SearchReport(
            status=status,
            limited_by=found.limited_by,
            expanded=meter.expanded,
            elapsed_ms=meter.elapsed_s * 1000,
            hubs_skipped=tuple(sorted(found.hubs)),
            undated=flagged(hops, via),
            hint=hint_for(
                status,
                found.limited_by,
                depth=budget.max_depth,
                most_depth=self.settings.max_depth,
                hubs=len(found.hubs),
            ),
            cypher=draw_hops((hop.source.id, hop.target.id, hop.relations) for hop in hops) if hops else None,
        )


def check_budget(budget: Budget, settings: ServiceSettings) -> None:
    """Raise LimitExceeded or QuestionError when a budget is more than the service grants, or nothing."""
    for what, asked, most in (
        ("maxDepth", budget.max_depth, settings.max_depth),
        ("maxExpansions", budget.max_expansions, settings.max_expansions),
        ("timeoutMs", round(budget.timeout_s * 1000), settings.max_timeout_ms),
    ):
        if asked > most:
            raise LimitExceeded(what, asked, most)
        if asked < 1:
            raise QuestionError(f"{what} is {asked}, it must be at least 1")


def widest(walks: Sequence[Walk]) -> Walk:
    """A walk that admits every relation that one of `walks` does: for showing hops, not for searching."""
    first, outward, inward = walks[0], set(), set()
    for walk in walks:
        for type in walk.via.admitted_types:
            forward, backward = walk.via.ways(type)
            outward |= {type} if forward else set()
            inward |= {type} if backward else set()
    via = replace(first.via, types=(), outward=tuple(sorted(outward)), inward=tuple(sorted(inward)))
    return replace(first, via=via)


async def fill(tx: AsyncManagedTransaction, page: Sequence[Reached], walk: Walk) -> Filled:
    """The relations behind the hops of these paths."""
    pairs = [pair for one in page for pair in pairwise(entities_of(one))]
    return Filled(*await relations_of_hops(tx, pairs, walk))


def entities_of(found: Reached) -> list[EntityId]:
    """The entities on the way, from the source on."""
    return [found.steps[0].source, *(step.target for step in found.steps)]


def item_of(found: Reached, filled: Filled) -> ReachItem | None:
    """The entity with its path; None when a relation vanished since the search."""
    path = path_of(entities_of(found), float(found.distance), filled.relations, filled.entities)
    return None if path is None else ReachItem(path.entities[-1], found.distance, path)
