"""Supply: what an entity depends on (upstream), what depends on it (downstream), and where all of it hangs on one thing.

A depends on B when B supplies, exports or licenses to A, when A uses B, when B produces A, and when B is a product of A,
whose inputs are then inputs of A. Two steps of producing in a row would lead to a rival, who is no part of the chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graph_schema.ids import EntityId
from graph_schema.vocabulary import RelationType
from service.engines.interface import GraphView
from service.filters.hubs import HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.paths.budget import Budget, Meter
from service.paths.dominators import dominated
from service.paths.reach import Reach
from service.paths.report import SearchReport
from service.queries.records import EntityRecord
from service.searches.desk import Answering
from service.searches.reaching import ReachRequest
from service.settings import ServiceSettings

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

    @property
    def reach(self) -> ReachRequest:
        """The same as a question for reach: tier by tier, each entity with its shortest chain."""
        return ReachRequest(
            source=self.entity,
            goal=self.goal,
            walks=self.walks,
            not_twice=R.PRODUCES,
            budget=self.budget,
            skip=self.skip,
            limit=self.limit,
        )

    def _walk(self, outward: tuple[RelationType, ...], inward: tuple[RelationType, ...]) -> Walk:
        via = replace(self.via, outward=outward, inward=inward)
        return Walk(via=via, through=self.through, avoid=frozenset(map(EntityId, self.avoid)), hubs=self.hubs)


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


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """The chain up or down from an entity, and what is to be left out of it."""

    source: EntityRecord
    reach: Reach
    removed: frozenset[EntityId]


@dataclass(frozen=True, slots=True)
class ChokePointRequest:
    """Dominators of the chain up or down from an entity, and what is lost `without` some of its entities."""

    supply: SupplyRequest
    without: tuple[str, ...] = ()

    @property
    def budget(self) -> Budget:
        """What the search may cost."""
        return self.supply.budget

    def check(self, settings: ServiceSettings) -> None:
        """Nothing but the budget is limited."""

    async def explore(self, view: GraphView, meter: Meter) -> ChainFinding:
        """Walk the whole chain."""
        request = self.supply.reach
        known = await view.entities_meant(sorted(request.named.union(self.without)))
        ids = {name: entity.id for name, entity in known.items()}
        question = replace(request.resolved(ids), enough=None, look_past=False, keep_steps=True)
        reach = await view.reach(question, meter)
        return ChainFinding(known[request.source], reach, frozenset(ids[name] for name in self.without))

    async def answer(self, answering: Answering, found: ChainFinding) -> ChokePointAnswer:
        """A page of the choke points, and what hangs on one country or on what is left out."""
        edges: dict[EntityId, list[EntityId]] = {}
        for before, after in sorted(found.reach.steps):
            edges.setdefault(before, []).append(after)
        distance, source = found.reach.distance, found.source
        below = dominated(edges, source.id)
        worst = sorted((id for id in below if below[id]), key=lambda one: (-len(below[one]), distance[one], one))
        worst = worst[self.supply.skip : self.supply.skip + self.supply.limit]
        lost = sorted(distance.keys() - _still_reached(edges, source.id, found.removed) - found.removed)
        known = await answering.reader.entities(sorted({*worst, *lost, *(id for one in worst for id in below[one])}))
        return ChokePointAnswer(
            entity=source,
            choke_points=tuple(
                ChokePoint(known[id], distance[id], _records(known, sorted(below[id]))) for id in worst if id in known
            ),
            single_country=tuple(
                SingleCountryInput(row.entity, row.countries[0], row.producers)
                for row in await answering.reader.production(sorted(distance))
                if len(row.countries) == 1 and not row.unplaced
            ),
            cut_off=_records(known, lost),
            reached=len(distance) - 1,
            report=answering.report(found.reach, (), self.supply.via),
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


def _records(known: Mapping[EntityId, EntityRecord], ids: Sequence[EntityId]) -> tuple[EntityRecord, ...]:
    return tuple(known[id] for id in ids if id in known)
