"""Exposure: over which kinds of ties an entity is bound to entities that someone has put on a list.

Each kind starts with its own relation. Where it goes on, it follows the same relations or the ownership of the firm that
it met, because who deals with a firm deals with its group. A relation that has ended exposes to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from neo4j import AsyncManagedTransaction

from graph_schema.errors import LimitExceeded
from graph_schema.vocabulary import EntityType, RelationType
from service.filters.hubs import HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.paths.budget import Budget, Meter
from service.paths.reach import Reach, Reached
from service.paths.report import Bound, SearchReport
from service.queries.entities import entities_admitted
from service.queries.records import EntityRecord
from service.searches.endpoints import entities_meant
from service.searches.paths import RESOLVE_S, Path
from service.searches.reaching import ReachFinder, check_budget, fill, item_of, widest
from service.searches.turns import CutShort

R = RelationType
_GROUP = (R.OWNS, R.ACQUIRES, R.SUBSIDIARY_OF)
_TRADE = (R.SUPPLIES, R.EXPORTS_TO, R.LICENSES_TO)
_ACTORS = (EntityType.COMPANY, EntityType.ORGANIZATION, EntityType.FACILITY, EntityType.PERSON)


class ExposureKind(StrEnum):
    """How an entity is bound to a listed one."""

    DIRECT = "direct"
    """It is listed itself."""
    OWNED = "owned"
    """A listed entity owns it, in one step or several."""
    OWNS = "owns"
    """It owns a listed entity, in one step or several."""
    SUPPLIES_TO = "supplies_to"
    """Its goods or licences go to a listed firm or its group."""
    SOURCES_FROM = "sources_from"
    """It gets goods or licences from a listed firm or its group."""
    TESTED = "tested"
    """It tested products of a listed firm or its group."""
    PARTNERS_WITH = "partners_with"
    """It works jointly with a listed firm or its group."""
    SHARED_OFFICER = "shared_officer"
    """Someone holds a role both there and at a listed entity."""


Ways = tuple[tuple[RelationType, ...], tuple[RelationType, ...]]
"""Relation types walked from subject to object, and from object to subject."""

_STEPS: dict[ExposureKind, tuple[Ways, ...]] = {
    ExposureKind.OWNED: (((R.SUBSIDIARY_OF,), (R.OWNS, R.ACQUIRES)),),
    ExposureKind.OWNS: (((R.OWNS, R.ACQUIRES), (R.SUBSIDIARY_OF,)),),
    ExposureKind.SUPPLIES_TO: ((_TRADE, ()), ((*_TRADE, *_GROUP), _GROUP)),
    ExposureKind.SOURCES_FROM: (((), _TRADE), (_GROUP, (*_TRADE, *_GROUP))),
    ExposureKind.TESTED: (((R.TESTED,), ()), (_GROUP, _GROUP)),
    ExposureKind.PARTNERS_WITH: (((R.PARTNERS_WITH,), (R.PARTNERS_WITH,)), (_GROUP, _GROUP)),
    ExposureKind.SHARED_OFFICER: (((), (R.HOLDS_ROLE_AT,)), ((R.HOLDS_ROLE_AT,), ())),
}
_SHARED_OFFICER_HOPS = 2


@dataclass(frozen=True, slots=True)
class Exposure:
    """One tie to a listed entity."""

    kind: ExposureKind
    entity: EntityRecord
    """The listed one."""
    distance: int
    path: Path | None
    """None when the entity asked about is listed itself."""


@dataclass(frozen=True, slots=True)
class ExposureRequest:
    """Whose exposure to what. Entities may be named by id, name or alias."""

    entity: str
    kinds: tuple[ExposureKind, ...] = tuple(ExposureKind)
    lists: tuple[str, ...] = ()
    """Who lists: countries, bodies or policies; none given: any."""
    via: RelationFilter = field(default_factory=RelationFilter)
    hubs: HubPolicy = field(default_factory=HubPolicy)
    budget: Budget = field(default_factory=lambda: Budget(max_depth=4))


@dataclass(frozen=True, slots=True)
class ExposureAnswer:
    """All ties found, nearest first."""

    entity: EntityRecord
    exposures: tuple[Exposure, ...]
    report: SearchReport


async def exposure(finder: ReachFinder, request: ExposureRequest) -> ExposureAnswer:
    """Every listed entity to which the asked kinds of ties lead, once for each kind, by its best shortest path.

    Raises EntityNotFound, LimitExceeded, QuestionError, GraphUnavailable, GraphError.
    """
    check_budget(request.budget, finder.settings)
    meter = Meter(request.budget)
    async with finder.turns.within(request.budget.timeout_s) as granted:
        seconds = request.budget.timeout_s + RESOLVE_S
        try:
            return await finder.graph.read_within(seconds, _work, finder, request, meter, granted)
        except CutShort as cut:
            answer: ExposureAnswer = cut.result
            return answer


async def _work(
    tx: AsyncManagedTransaction, finder: ReachFinder, request: ExposureRequest, meter: Meter, granted: bool
) -> ExposureAnswer:
    known = await entities_meant(tx, [request.entity, *request.lists])
    source = known[request.entity]
    goal = EntityFilter(listed=True, listed_by=tuple(known[name].id for name in request.lists))
    found: list[Exposure] = []
    total = Reach(source.id, exhausted=True, limited_by=None if granted else Bound.TIME)
    if ExposureKind.DIRECT in request.kinds and await entities_admitted(tx, [source.id], goal):
        found.append(Exposure(ExposureKind.DIRECT, source, 0, None))
    for kind in request.kinds if granted else ():
        if kind is ExposureKind.DIRECT:
            continue
        walks = tuple(_walk(request, *ways) for ways in _STEPS[kind])
        one = await finder.explore(tx, source.id, walks, goal, _budget(kind, request.budget), meter)
        _merge(total, one)
        if one.interrupted:
            raise CutShort(_answer(finder, request, source, found, total, meter))
        found += await _filled(tx, kind, one.goals, walks)
    return _answer(finder, request, source, found, total, meter)


def _answer(
    finder: ReachFinder,
    request: ExposureRequest,
    source: EntityRecord,
    found: list[Exposure],
    total: Reach,
    meter: Meter,
) -> ExposureAnswer:
    found.sort(key=lambda one: (one.distance, one.kind, one.entity.id))
    total.goals = [Reached(source.id, ())] if found else []
    paths = [one.path for one in found if one.path is not None]
    return ExposureAnswer(source, tuple(found), finder.report(total, paths, request.via, request.budget, meter))


def _walk(request: ExposureRequest, outward: Sequence[RelationType], inward: Sequence[RelationType]) -> Walk:
    via = replace(request.via, types=(), outward=tuple(outward), inward=tuple(inward))
    return Walk(via=via, through=EntityFilter(types=_ACTORS), hubs=request.hubs)


def _budget(kind: ExposureKind, budget: Budget) -> Budget:
    if kind is ExposureKind.SHARED_OFFICER:
        return replace(budget, max_depth=min(_SHARED_OFFICER_HOPS, budget.max_depth))
    return budget


async def _filled(
    tx: AsyncManagedTransaction, kind: ExposureKind, goals: Sequence[Reached], walks: Sequence[Walk]
) -> list[Exposure]:
    filled = await fill(tx, goals, widest(walks))
    items = [item for one in goals if (item := item_of(one, filled)) is not None]
    return [Exposure(kind, item.entity, item.distance, item.path) for item in items]


def _merge(total: Reach, one: Reach) -> None:
    total.hubs |= one.hubs
    total.exhausted = total.exhausted and one.exhausted
    if total.limited_by in (None, Bound.DEPTH):
        total.limited_by = one.limited_by or total.limited_by


MOST_SUMMARISED = 20


@dataclass(frozen=True, slots=True)
class ExposureSummary:
    """Distance of the nearest listed entity for each kind of tie that leads to one."""

    entity: EntityRecord
    nearest: tuple[Exposure, ...]
    report: SearchReport


async def exposure_summaries(
    finder: ReachFinder, entities: Sequence[str], request: ExposureRequest
) -> list[ExposureSummary]:
    """One summary for each entity. Raises LimitExceeded, and what `exposure` raises."""
    if len(entities) > MOST_SUMMARISED:
        raise LimitExceeded("the number of ids", len(entities), MOST_SUMMARISED)
    summaries = []
    for name in entities:
        answer = await exposure(finder, replace(request, entity=name))
        nearest: dict[ExposureKind, Exposure] = {}
        for one in answer.exposures:
            nearest.setdefault(one.kind, one)
        summaries.append(ExposureSummary(answer.entity, tuple(nearest.values()), answer.report))
    return summaries
