"""Exposure: over which kinds of ties an entity is bound to entities that someone has put on a list.

Each kind starts with its own relation. Where it goes on, it follows the same relations or the ownership of the firm that
it met, because who deals with a firm deals with its group. A relation that has ended exposes to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graph_schema.errors import LimitExceeded
from graph_schema.vocabulary import EntityType, RelationType
from service.engines.interface import GraphView
from service.filters.hubs import HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.paths.budget import Budget, Meter
from service.paths.reach import Reach, Reached, ReachQuestion
from service.paths.report import Bound, SearchReport
from service.queries.records import EntityRecord
from service.searches.desk import Answering, Searches
from service.searches.hops import Path
from service.searches.reaching import hops_once, with_paths
from service.settings import ServiceSettings

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
class ExposureAnswer:
    """All ties found, nearest first."""

    entity: EntityRecord
    exposures: tuple[Exposure, ...]
    report: SearchReport


@dataclass(frozen=True, slots=True)
class ExposureFinding:
    """What the walks for each kind of tie found."""

    source: EntityRecord
    listed: bool
    """Whether the entity is listed itself, where that was asked."""
    reached: dict[ExposureKind, Reach]


@dataclass(frozen=True, slots=True)
class ExposureRequest:
    """Whose exposure to what: every listed entity once for each kind. Entities may be named by id, name or alias."""

    entity: str
    kinds: tuple[ExposureKind, ...] = tuple(ExposureKind)
    lists: tuple[str, ...] = ()
    """Who lists: countries, bodies or policies; none given: any."""
    via: RelationFilter = field(default_factory=RelationFilter)
    hubs: HubPolicy = field(default_factory=HubPolicy)
    budget: Budget = field(default_factory=lambda: Budget(max_depth=4))

    def check(self, settings: ServiceSettings) -> None:
        """Nothing but the budget is limited."""

    async def explore(self, view: GraphView, meter: Meter) -> ExposureFinding:
        """Walk outward once for each kind of tie."""
        known = await view.entities_meant([self.entity, *self.lists])
        source = known[self.entity]
        goal = EntityFilter(listed=True, listed_by=tuple(known[name].id for name in self.lists))
        direct = ExposureKind.DIRECT in self.kinds and bool(await view.admitted([source.id], goal))
        reached: dict[ExposureKind, Reach] = {}
        for kind in self.kinds:
            if kind is ExposureKind.DIRECT or view.lost:
                continue
            depth = self.budget.max_depth
            if kind is ExposureKind.SHARED_OFFICER:
                depth = min(_SHARED_OFFICER_HOPS, depth)
            question = ReachQuestion(source.id, goal, depth, self.walks(kind))
            reached[kind] = await view.reach(question, meter)
        return ExposureFinding(source, direct, reached)

    async def answer(self, answering: Answering, found: ExposureFinding) -> ExposureAnswer:
        """Each tie by its best shortest path, nearest first."""
        ties = [Exposure(ExposureKind.DIRECT, found.source, 0, None)] if found.listed else []
        for kind, reach in found.reached.items():
            items = await with_paths(answering.reader, reach.goals, self.walks(kind))
            ties += [Exposure(kind, item.entity, item.distance, item.path) for item in items]
        ties.sort(key=lambda tie: (tie.distance, tie.kind, tie.entity.id))
        together = _together(found)
        shown = hops_once(tie.path for tie in ties if tie.path is not None)
        return ExposureAnswer(found.source, tuple(ties), answering.report(together, shown, self.via))

    def walks(self, kind: ExposureKind) -> tuple[Walk, ...]:
        """What may be walked at the first step of a tie of this kind, and at those after it."""
        return tuple(
            Walk(
                via=replace(self.via, types=(), outward=outward, inward=inward),
                through=EntityFilter(types=_ACTORS),
                hubs=self.hubs,
            )
            for outward, inward in _STEPS[kind]
        )


def _together(found: ExposureFinding) -> Reach:
    """What all walks say together; a limit other than depth goes first."""
    reached = found.reached.values()
    goals = [Reached(found.source.id, ())] if found.listed else []
    bounds = [one.limited_by for one in reached if one.limited_by is not None]
    return Reach(
        found.source.id,
        goals=goals + [goal for one in reached for goal in one.goals],
        hubs=set().union(*(one.hubs for one in reached)),
        exhausted=all(one.exhausted for one in reached),
        limited_by=min(bounds, key=lambda bound: bound is Bound.DEPTH, default=None),
    )


MOST_SUMMARISED = 20


@dataclass(frozen=True, slots=True)
class ExposureSummary:
    """Distance of the nearest listed entity for each kind of tie that leads to one."""

    entity: EntityRecord
    nearest: tuple[Exposure, ...]
    report: SearchReport


async def exposure_summaries(
    searches: Searches, entities: Sequence[str], request: ExposureRequest, *, at: int | None = None
) -> list[ExposureSummary]:
    """One summary for each entity, now or `at` an earlier version. Raises LimitExceeded, and what `Searches.run` raises."""
    if len(entities) > MOST_SUMMARISED:
        raise LimitExceeded("the number of ids", len(entities), MOST_SUMMARISED)
    summaries = []
    for name in entities:
        answer = await searches.run(replace(request, entity=name), at=at)
        nearest: dict[ExposureKind, Exposure] = {}
        for one in answer.exposures:
            nearest.setdefault(one.kind, one)
        summaries.append(ExposureSummary(answer.entity, tuple(nearest.values()), answer.report))
    return summaries
