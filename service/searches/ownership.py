"""Ownership in sum: how much of an entity some parties hold over all chains, and whether that reaches a threshold.

The parties are those that somebody has listed, or those that are named. Who holds what is read upward from the entities
asked about, level by level, as far as there are owners: parties end a chain. What could not be read any more, and what no
source tells, leaves the bounds apart, so that the answer is YES or NO only where it is sure by what is recorded.
"""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graph_schema.errors import QuestionError
from graph_schema.ids import ClaimId, EntityId
from graph_schema.shares import ShareBasis
from graph_schema.vocabulary import EntityType
from service.engines.interface import GraphView
from service.filters.walk import RelationFilter
from service.ownership.bounds import Holdings, Reckoning, Stake, TooManyInCircle, parts_of, reaches, sums_of
from service.ownership.control import Control, cascade, control_of, held_at_least, held_at_most
from service.ownership.shares import share_of
from service.paths.budget import Budget, Meter, OutOfBudget
from service.paths.report import Bound, PathStatus, SearchReport
from service.queries.holdings import StoredHolding
from service.queries.records import EntityRecord, RelationRecord
from service.searches.desk import Answering, check_range
from service.searches.hops import Hop
from service.settings import ServiceSettings

_AT_ONCE = 500
"""Firms whose owners are read in one query."""
_LEAST_PART = 1e-9
"""Below it a part is the noise of arithmetic."""
OWNABLE = frozenset({EntityType.COMPANY, EntityType.FACILITY, EntityType.GOVERNMENT_BODY, EntityType.ORGANIZATION})
"""Types that the vocabulary lets have owners."""


class OwnershipReading(StrEnum):
    """How holdings along a chain count."""

    SUM = "sum"
    """A part of a part: shares along a chain are multiplied."""
    CONTROL = "control"
    """Majorities in cascade: the holding of a party, or of a firm in its hands, counts whole, any other not at all."""


class OwnershipVerdict(StrEnum):
    """Whether the parties reach the threshold."""

    YES = "yes"
    """They do, whatever the shares that are not known."""
    NO = "no"
    """They do not, whatever the shares that are not known."""
    POSSIBLE = "possible"
    """It depends on shares that are not known."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one owner has of one firm, and how much of the parties' part comes that way."""

    owner: EntityRecord
    owned: EntityRecord
    lower: float
    upper: float
    basis: ShareBasis
    day: dt.date | None
    """Of the newest claim on the share."""
    claims: tuple[ClaimId, ...]
    """Claims that give the share, the newest first."""
    relations: tuple[RelationRecord, ...]
    part_lower: float | None = None
    """Of the parties' part of the entity; None under CONTROL, where holdings count whole."""
    part_upper: float | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One of those whose part was asked for, and what it brings."""

    entity: EntityRecord
    listings: tuple[RelationRecord, ...]
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class OwnershipAnswer:
    """What the parties have of an entity."""

    entity: EntityRecord
    verdict: OwnershipVerdict
    lower: float
    upper: float
    recorded: float
    """Part of the entity itself of which a source says who holds it."""
    listings: tuple[RelationRecord, ...]
    """What puts the entity itself on a list, where listed parties were asked for."""
    parties: tuple[Party, ...]
    holdings: tuple[Holding, ...]
    """Those that the parties' part rests on, the weightiest first."""
    overstated: tuple[EntityRecord, ...]
    """Firms on the way of which sources give away more than the whole."""
    report: SearchReport


@dataclass(slots=True)
class OwnershipFinding:
    """All that was read, and what was reckoned from it."""

    subjects: tuple[EntityRecord, ...]
    entities: dict[EntityId, EntityRecord] = field(default_factory=dict)
    listings: dict[EntityId, Sequence[RelationRecord]] = field(default_factory=dict)
    parties: set[EntityId] = field(default_factory=set)
    holdings: dict[tuple[EntityId, EntityId], Holding] = field(default_factory=dict)
    unexplored: set[EntityId] = field(default_factory=set)
    limited_by: Bound | None = None
    reckoned: "dict[EntityId, Reckoned]" = field(default_factory=dict)
    """Of each entity asked about; one that is missing could not be reckoned, so that the parties may have anything."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The holdings put together, and what follows under the reading asked for."""

    together: Holdings
    sums: tuple[Reckoning, Reckoning] | None = None
    control: Control | None = None

    def bounds(self, firm: EntityId) -> tuple[float, float]:
        """What the parties have of a firm, at the least and at the most."""
        if self.control is not None:
            return (
                min(1.0, held_at_least(self.together, firm, self.control.sure)),
                held_at_most(self.together, firm, self.control.possible),
            )
        assert self.sums is not None
        return self.sums[0].part(firm), self.sums[1].part(firm)

    def parts(self, firm: EntityId) -> dict[tuple[EntityId, EntityId], tuple[float | None, float | None]]:
        """The holdings that the parties' part of a firm rests on, with what comes over each."""
        if self.control is not None:
            return dict.fromkeys(cascade(self.together, firm, self.control.possible), (None, None))
        assert self.sums is not None
        low, high = (parts_of(one, firm) for one in self.sums)
        pairs = sorted(low.keys() | high.keys(), key=lambda pair: (-low.get(pair, 0.0), -high.get(pair, 0.0), pair))
        both = ((pair, low.get(pair, 0.0), high.get(pair, 0.0)) for pair in pairs)
        return {pair: (least, most) for pair, least, most in both if max(least, most) > _LEAST_PART}


@dataclass(frozen=True, slots=True)
class OwnershipRequest:
    """Whether parties have so much of entities. All may be named by id, name or alias."""

    entities: tuple[str, ...]
    lists: tuple[str, ...] = ()
    """The parties are those that these list; none given, nor `owners`: those that anyone lists."""
    owners: tuple[str, ...] = ()
    """The parties themselves."""
    reading: OwnershipReading = OwnershipReading.SUM
    threshold: float = 0.5
    more_than: bool = False
    """The threshold itself is not enough."""
    as_of: dt.date | None = None
    """Holdings and listings of this day; None: as they are stated now."""
    budget: Budget = field(default_factory=Budget)
    """Its depth does not count: chains are followed to their ends."""
    reckoned_at_once: int = 2_000
    """Holdings that are reckoned without leaving the event loop."""

    def check(self, settings: ServiceSettings) -> None:
        """Raise LimitExceeded or QuestionError when more is asked than is granted, or nonsense."""
        check_range("the number of ids", len(self.entities) + len(self.owners) + len(self.lists), 1, settings.max_ids)
        if not self.entities:
            raise QuestionError("name at least one entity")
        if self.lists and self.owners:
            raise QuestionError("give either lists or owners")
        if not 0.0 < self.threshold <= 1.0:
            raise QuestionError(f"threshold is {self.threshold:g}, it must lie in (0, 1]")

    async def explore(self, view: GraphView, meter: Meter) -> OwnershipFinding:
        """Read who holds what, upward from the entities, and reckon what the parties have."""
        known = await view.entities_meant(dict.fromkeys([*self.entities, *self.lists, *self.owners]))
        subjects = [known[name] for name in self.entities]
        found = OwnershipFinding(tuple(subjects), {one.id: one for one in subjects})
        listers = tuple(known[name].id for name in self.lists)
        if self.owners:
            parties = [known[name] for name in self.owners]
            found.parties |= {one.id for one in parties}
            found.entities |= {one.id: one for one in parties}
        else:
            await self._who_is_listed(view, found, listers, found.entities)
        frontier = list(found.entities.keys() & {one.id for one in subjects})
        while frontier:
            batch, frontier = frontier[:_AT_ONCE], frontier[_AT_ONCE:]
            try:
                meter.check()
                stored = await view.holders(batch, self.as_of, meter.room + 1)
                meter.spend(sum(1 + len(one.claims) for one in stored))
                cut = meter.expanded > meter.budget.max_expansions
            except OutOfBudget as stop:
                found.limited_by = stop.bound
                found.unexplored |= {*batch, *frontier}
                break
            if cut:
                found.limited_by = Bound.EXPANSIONS
                found.unexplored |= {*batch, *frontier}
            new = self._take(stored, found)
            if not self.owners:
                await self._who_is_listed(view, found, listers, new)
            further = [id for id, one in new.items() if id not in found.parties and one.type in OWNABLE]
            if cut:
                found.unexplored.update(further)
                break
            frontier += further
        if len(found.holdings) <= self.reckoned_at_once:
            self._reckon(found)
        else:
            await asyncio.to_thread(self._reckon, found)
        return found

    async def _who_is_listed(
        self, view: GraphView, found: OwnershipFinding, listers: Sequence[EntityId], ids: Iterable[EntityId]
    ) -> None:
        wanted = list(ids)
        listed = await view.listings(wanted, listers, self.as_of) if wanted else {}
        found.listings |= listed
        found.parties |= listed.keys()

    def _take(self, stored: Sequence[StoredHolding], found: OwnershipFinding) -> dict[EntityId, EntityRecord]:
        """Note holdings; the owners that are new."""
        of_pair: dict[tuple[EntityId, EntityId], list[StoredHolding]] = {}
        for one in stored:
            of_pair.setdefault((one.owner.id, one.owned), []).append(one)
        new: dict[EntityId, EntityRecord] = {}
        for (owner, owned), told in of_pair.items():
            claims = [claim for one in told for claim in one.claims]
            if owner == owned or (share := share_of(claims, as_of=self.as_of)) is None:
                continue
            if owner not in found.entities:
                new[owner] = found.entities[owner] = told[0].owner
            found.holdings[owner, owned] = Holding(
                owner=told[0].owner,
                owned=found.entities[owned],
                lower=share.lower,
                upper=share.upper,
                basis=share.basis,
                day=share.day,
                claims=share.claims,
                relations=tuple(one.relation for one in told),
            )
        return new

    def _reckon(self, found: OwnershipFinding) -> None:
        """What the parties have of each entity; of one that is a party itself what the others have."""
        stakes = (Stake(*pair, one.lower, one.upper) for pair, one in found.holdings.items())
        together = Holdings.of(stakes, found.parties, unexplored=sorted(found.unexplored))
        ids = {one.id for one in found.subjects}
        groups = [(together, ids - found.parties)]
        groups += [(replace(together, parties=together.parties - {id}), {id}) for id in sorted(ids & found.parties)]
        for holdings, subjects in groups:
            try:
                reckoned = self._of_all(holdings, sorted(subjects))
            except TooManyInCircle:
                found.limited_by = Bound.EXPANSIONS
            else:
                found.reckoned |= dict.fromkeys(subjects, reckoned)

    def _of_all(self, holdings: Holdings, subjects: Sequence[EntityId]) -> Reckoned:
        if self.reading is OwnershipReading.CONTROL:
            return Reckoned(holdings, control=control_of(holdings, more_than=self.more_than))
        return Reckoned(holdings, sums=sums_of(holdings, subjects))

    async def answer(self, answering: Answering, found: OwnershipFinding) -> tuple[OwnershipAnswer, ...]:
        """For each entity the bounds, the verdict and the proof."""
        if len(found.holdings) <= self.reckoned_at_once:
            return tuple(self._of(answering, found, one) for one in found.subjects)
        return tuple([await asyncio.to_thread(self._of, answering, found, one) for one in found.subjects])

    def _of(self, answering: Answering, found: OwnershipFinding, entity: EntityRecord) -> OwnershipAnswer:
        reckoned = found.reckoned.get(entity.id)
        lower, upper = (0.0, 1.0) if reckoned is None else reckoned.bounds(entity.id)
        parts = {} if reckoned is None else reckoned.parts(entity.id)
        holdings = tuple(
            replace(found.holdings[pair], part_lower=low, part_upper=high)
            for pair, (low, high) in parts.items()
            if pair in found.holdings
        )
        own = [one for pair, one in found.holdings.items() if pair[1] == entity.id]
        overstated = () if reckoned is None else reckoned.together.overstated
        seen = {entity.id, *(one.owned.id for one in holdings)}
        return OwnershipAnswer(
            entity=entity,
            verdict=self._verdict(lower, upper),
            lower=lower,
            upper=upper,
            recorded=min(1.0, sum(one.lower for one in own)),
            listings=tuple(found.listings.get(entity.id, ())),
            parties=_parties(holdings, found, entity.id),
            holdings=holdings,
            overstated=tuple(found.entities[id] for id in sorted(seen.intersection(overstated))),
            report=_report(answering, found, holdings, upper),
        )

    def _verdict(self, lower: float, upper: float) -> OwnershipVerdict:
        if reaches(lower, self.threshold, more_than=self.more_than):
            return OwnershipVerdict.YES
        if reaches(upper, self.threshold, more_than=self.more_than):
            return OwnershipVerdict.POSSIBLE
        return OwnershipVerdict.NO


def _parties(holdings: Sequence[Holding], found: OwnershipFinding, entity: EntityId) -> tuple[Party, ...]:
    """Parties that the holdings lead to, each with what it brings; those that bring most first."""
    brought: dict[EntityId, list[Holding]] = {}
    for one in holdings:
        if one.owner.id in found.parties and one.owner.id != entity:
            brought.setdefault(one.owner.id, []).append(one)
    parties = [
        Party(
            found.entities[id],
            tuple(found.listings.get(id, ())),
            _sum(one.part_lower for one in via),
            _sum(one.part_upper for one in via),
        )
        for id, via in brought.items()
    ]
    return tuple(sorted(parties, key=lambda one: (-(one.lower or 0.0), -(one.upper or 0.0), one.entity.id)))


def _sum(parts: Iterable[float | None]) -> float | None:
    given = [part for part in parts if part is not None]
    return min(1.0, sum(given)) if given else None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the search says of itself."""

    status: PathStatus
    limited_by: Bound | None
    hubs: tuple[EntityId, ...] = ()


def _report(answering: Answering, found: OwnershipFinding, holdings: Sequence[Holding], upper: float) -> SearchReport:
    status = PathStatus.FOUND if upper > _LEAST_PART else PathStatus.NO_PATH
    hint = None if upper > _LEAST_PART else "no party has any part of it, as far as its owners are recorded"
    if found.limited_by is not None:
        status = PathStatus.BUDGET_EXHAUSTED
        hint = "not all owners were read, so that the bounds are wide; ask for fewer entities or raise the budget"
    hops = [Hop(i, one.owner, one.owned, one.relations) for i, one in enumerate(holdings)]
    report = answering.report(_Outcome(status, found.limited_by), hops, RelationFilter())
    return replace(report, hint=hint)
