"""Supply: what an entity depends on (upstream), what depends on it (downstream), and where all of it hangs on one thing.

A depends on B when B supplies, exports or licenses to A, when A uses B, when B produces A, and when B is a product of A,
whose inputs are then inputs of A. Two steps of producing in a row would lead to a rival, who is no part of the chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from neo4j import AsyncManagedTransaction

from graph_schema.ids import EntityId
from graph_schema.vocabulary import THINGS, RelationType
from service.filters.hubs import HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.paths.budget import Budget, Meter
from service.paths.dominators import dominated
from service.paths.reach import Reach
from service.paths.report import Bound, SearchReport
from service.queries.entities import entities_by_id
from service.queries.records import EntityRecord
from service.queries.supply import producing_countries
from service.searches.endpoints import entities_meant
from service.searches.paths import RESOLVE_S
from service.searches.reaching import ReachAnswer, ReachFinder, ReachRequest, check_budget
from service.searches.turns import CutShort

R = RelationType
_TRADE = (R.SUPPLIES, R.EXPORTS_TO, R.LICENSES_TO)
_MAKING = (*_TRADE, R.PRODUCES)


class SupplyDirection(StrEnum):
    """Toward what is depended on, or toward what depends."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


@dataclass(frozen=True, slots=True)
class SupplyRequest:
    """Whose supply, how far, over and through what. Entities may be named by id, name or alias."""

    entity: str
    direction: SupplyDirection
    goal: EntityFilter = field(default_factory=EntityFilter)
    """Which entities are listed."""
    through: EntityFilter = field(default_factory=EntityFilter)
    """Which entities the chain may pass."""
    avoid: tuple[str, ...] = ()
    via: RelationFilter = field(default_factory=RelationFilter)
    hubs: HubPolicy = field(default_factory=HubPolicy)
    budget: Budget = field(default_factory=lambda: Budget(max_depth=4))
    skip: int = 0
    limit: int = 20

    @property
    def walks(self) -> tuple[Walk, ...]:
        """Conditions on the first and on further steps."""
        match self.direction:
            case SupplyDirection.UPSTREAM:
                return (self._walk((R.USES, R.PRODUCES), _MAKING),)
            case SupplyDirection.DOWNSTREAM:
                # Who makes a thing does not depend on it, but who makes what uses the thing does.
                return self._walk(_MAKING, (R.USES,)), self._walk(_MAKING, (R.USES, R.PRODUCES))

    def _walk(self, outward: tuple[RelationType, ...], inward: tuple[RelationType, ...]) -> Walk:
        via = replace(self.via, outward=outward, inward=inward)
        return Walk(via=via, through=self.through, avoid=frozenset(map(EntityId, self.avoid)), hubs=self.hubs)


async def supply(finder: ReachFinder, request: SupplyRequest) -> ReachAnswer:
    """Entities up or down the chain, tier by tier, each with its shortest chain. Raises what `ReachFinder.find` does."""
    reach = ReachRequest(
        source=request.entity,
        goal=request.goal,
        walks=request.walks,
        not_twice=R.PRODUCES,
        budget=request.budget,
        skip=request.skip,
        limit=request.limit,
    )
    return await finder.find(reach)


@dataclass(frozen=True, slots=True)
class ChokePoint:
    """An entity that every known chain to some others passes."""

    entity: EntityRecord
    tier: int
    cut_off: tuple[EntityRecord, ...]
    """What is reached through it alone, by id."""


@dataclass(frozen=True, slots=True)
class SingleCountryInput:
    """A thing whose known producers all sit in one country."""

    entity: EntityRecord
    country: EntityRecord
    producers: int


@dataclass(frozen=True, slots=True)
class ChokePointAnswer:
    """Where a chain hangs on one entity or one country."""

    entity: EntityRecord
    choke_points: tuple[ChokePoint, ...]
    """Those that cut off most first."""
    single_country: tuple[SingleCountryInput, ...]
    cut_off: tuple[EntityRecord, ...]
    """What is lost without the entities that were to be left out."""
    reached: int
    report: SearchReport


async def choke_points(finder: ReachFinder, request: SupplyRequest, without: Sequence[str]) -> ChokePointAnswer:
    """Dominators of the chain up or down from an entity, and what is lost `without` some of its entities.

    Raises EntityNotFound, LimitExceeded, QuestionError, GraphUnavailable, GraphError.
    """
    check_budget(request.budget, finder.settings)
    meter = Meter(request.budget)
    async with finder.turns.within(request.budget.timeout_s) as granted:
        seconds = request.budget.timeout_s + RESOLVE_S
        try:
            source, found, removed = await finder.graph.read_within(
                seconds, _explore, finder, request, without, meter, granted
            )
        except CutShort as cut:
            source, found, removed = cut.result
        return await finder.graph.read_within(RESOLVE_S, _judge, finder, request, source, found, removed, meter)


async def _explore(
    tx: AsyncManagedTransaction,
    finder: ReachFinder,
    request: SupplyRequest,
    without: Sequence[str],
    meter: Meter,
    granted: bool,
) -> tuple[EntityRecord, Reach, frozenset[EntityId]]:
    named = {request.entity, *without, *request.walks[0].named, *request.goal.named}
    known = await entities_meant(tx, sorted(named))
    ids = {name: entity.id for name, entity in known.items()}
    source, removed = known[request.entity], frozenset(ids[name] for name in without)
    if not granted:
        return source, Reach(source.id, limited_by=Bound.TIME), removed
    walks = tuple(walk.resolved(ids) for walk in request.walks)
    found = await finder.explore(
        tx, source.id, walks, request.goal.resolved(ids), request.budget, meter, not_twice=R.PRODUCES
    )
    if found.interrupted:
        raise CutShort((source, found, removed))
    return source, found, removed


async def _judge(
    tx: AsyncManagedTransaction,
    finder: ReachFinder,
    request: SupplyRequest,
    source: EntityRecord,
    found: Reach,
    removed: frozenset[EntityId],
    meter: Meter,
) -> ChokePointAnswer:
    edges: dict[EntityId, list[EntityId]] = {}
    for before, after in sorted(found.steps):
        edges.setdefault(before, []).append(after)
    below = dominated(edges, source.id)
    worst = sorted((id for id in below if below[id]), key=lambda one: (-len(below[one]), found.distance[one], one))
    worst = worst[request.skip : request.skip + request.limit]
    lost = sorted(found.distance.keys() - _still_reached(edges, source.id, removed) - removed)
    wanted = {*worst, *lost, *(id for one in worst for id in below[one])}
    known = await entities_by_id(tx, sorted(wanted))
    return ChokePointAnswer(
        entity=source,
        choke_points=tuple(
            ChokePoint(known[id], found.distance[id], _records(known, sorted(below[id]))) for id in worst if id in known
        ),
        single_country=await _single_country(tx, sorted(found.distance)),
        cut_off=_records(known, lost),
        reached=len(found.distance) - 1,
        report=finder.report(found, [], request.via, request.budget, meter),
    )


def _still_reached(
    edges: Mapping[EntityId, Sequence[EntityId]], source: EntityId, removed: frozenset[EntityId]
) -> set[EntityId]:
    seen = {source} - removed
    stack = list(seen)
    while stack:
        for after in edges.get(stack.pop(), ()):
            if after not in seen and after not in removed:
                seen.add(after)
                stack.append(after)
    return seen


async def _single_country(tx: AsyncManagedTransaction, ids: Sequence[EntityId]) -> tuple[SingleCountryInput, ...]:
    return tuple(
        SingleCountryInput(row.entity, row.countries[0], row.producers)
        for row in await producing_countries(tx, ids, types=THINGS)
        if len(row.countries) == 1 and not row.unplaced
    )


def _records(known: Mapping[EntityId, EntityRecord], ids: Sequence[EntityId]) -> tuple[EntityRecord, ...]:
    return tuple(known[id] for id in ids if id in known)
