"""Reach: which entities of a kind lie within how many steps of an entity, each with its best shortest path.

Breadth first from one side, one look-up per level. `phases` gives each level its own seeker, so that a walk may
start with one kind of relation and go on with others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph_schema.errors import DeadlineExceeded
from graph_schema.ids import EntityId
from graph_schema.vocabulary import RelationType
from service.filters.hubs import HubMode
from service.filters.walk import EntityFilter, Walk
from service.paths.budget import Meter, OutOfBudget
from service.paths.region import Expansion, Step
from service.paths.report import Bound, PathStatus

_PROBE = 5_000
"""Relations looked at past the asked depth, when nothing was found within it."""


@dataclass(frozen=True, slots=True)
class ReachQuestion:
    """Which entities are sought around which, over which relations."""

    source: EntityId
    goal: EntityFilter
    max_depth: int
    walks: tuple[Walk, ...] = (Walk(),)
    """Conditions of the first step, the second …; the last one holds for all further steps."""
    not_twice: RelationType | None = None
    """A relation type that may not be walked twice in a row."""
    enough: int | None = None
    """Goals after which the walk may stop."""
    look_past: bool = False
    """Where nothing was found within the depth, look a little further, for the difference between "none" and "none so
    near"."""
    keep_steps: bool = False
    """Whether all steps and distances of the walk are wanted, not the goals alone."""

    @property
    def cross_hubs(self) -> bool:
        """Whether the walk goes on beyond hubs."""
        return self.walks[0].hubs.mode is not HubMode.BLOCK_TRANSIT


class Seeker(Protocol):
    """Looks up what lies one step away, and which of it is sought."""

    async def seek(self, frontier: Sequence[EntityId], *, room: int, seconds: float) -> Expansion:
        """Steps that start at the frontier; at most `room` relations are looked at.

        Raises DeadlineExceeded after `seconds`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reached:
    """An entity that was sought, and the way there."""

    entity: EntityId
    steps: tuple[Step, ...]

    @property
    def distance(self) -> int:
        """Number of hops."""
        return len(self.steps)

    @property
    def entities(self) -> list[EntityId]:
        """The entities on the way, from the source on; none where no step was needed."""
        return [step.source for step in self.steps[:1]] + [step.target for step in self.steps]


@dataclass(slots=True)
class Reach:
    """What a walk from `source` found."""

    source: EntityId
    goals: list[Reached] = field(default_factory=list)
    """Nearest first, then by id."""
    steps: dict[tuple[EntityId, EntityId], Step] = field(default_factory=dict)
    """Every step that was seen."""
    distance: dict[EntityId, int] = field(default_factory=dict)
    hubs: set[EntityId] = field(default_factory=set)
    exhausted: bool = False
    """Whether nothing more can be reached at any distance."""
    limited_by: Bound | None = None

    @property
    def status(self) -> PathStatus:
        """What the goals found, or their lack, mean."""
        if self.limited_by not in (None, Bound.DEPTH):
            return PathStatus.BUDGET_EXHAUSTED
        if self.goals:
            return PathStatus.FOUND
        return PathStatus.NO_PATH if self.exhausted else PathStatus.NONE_WITHIN_BOUNDS


async def reach(phases: Callable[[int], Seeker], question: ReachQuestion, meter: Meter) -> Reach:
    """Walk outward until enough goals are found or the budget ends. Never raises for want of budget.

    `phases(level)` expands the frontier at distance `level`, from 0.
    """
    source, enough = question.source, question.enough
    found = Reach(source, distance={source: 0})
    ways: dict[EntityId, tuple[Step, ...]] = {source: ()}
    frontier = [source]
    try:
        for level in range(question.max_depth):
            expansion = await phases(level).seek(frontier, room=meter.room, seconds=meter.seconds_left)
            meter.spend(sum(step.ties for step in expansion.steps))
            found.hubs |= expansion.hubs
            anew: dict[EntityId, tuple[Step, ...]] = {}
            for step in sorted(expansion.steps, key=_surest):
                found.steps[step.source, step.target] = step
                if step.target not in found.distance:
                    found.distance[step.target] = level + 1
                    anew[step.target] = (*ways[step.source], step)
            found.goals += [Reached(id, anew[id]) for id in sorted(anew) if id in expansion.goals]
            if expansion.truncated:
                raise OutOfBudget(Bound.EXPANSIONS)
            for step in sorted(expansion.reopened, key=_surest):
                anew.setdefault(step.target, (*ways[step.source], step))
            ways |= anew
            frontier = sorted(anew.keys() - _closed(expansion, question.cross_hubs))
            if not frontier:
                found.exhausted = True
                return found
            if enough is not None and len(found.goals) >= enough:
                return found
        if question.look_past and not found.goals:
            found.exhausted = await _nothing_beyond(phases, question, found, frontier, meter)
        found.limited_by = None if found.exhausted else Bound.DEPTH
    except OutOfBudget as stop:
        found.limited_by = stop.bound
    except DeadlineExceeded:
        found.limited_by = Bound.TIME
    return found


async def _nothing_beyond(
    phases: Callable[[int], Seeker], question: ReachQuestion, found: Reach, frontier: list[EntityId], meter: Meter
) -> bool:
    """Whether the walk ends beyond the depth without meeting a goal."""
    seen, level = set(found.distance), question.max_depth
    enough = meter.expanded + _PROBE
    try:
        while frontier and (room := min(enough - meter.expanded, meter.room)) > 0:
            expansion = await phases(level).seek(frontier, room=room, seconds=meter.seconds_left)
            meter.spend(sum(step.ties for step in expansion.steps))
            found.hubs |= expansion.hubs
            if expansion.goals or expansion.truncated:
                return False
            new = {step.target for step in expansion.steps} - seen | {step.target for step in expansion.reopened}
            seen |= new
            frontier = sorted(new - _closed(expansion, question.cross_hubs))
            level += 1
    except (OutOfBudget, DeadlineExceeded):
        return False
    return not frontier


def _closed(expansion: Expansion, cross_hubs: bool) -> frozenset[EntityId]:
    """Where the walk does not go on."""
    return expansion.dead_ends if cross_hubs else expansion.dead_ends | expansion.hubs


def _surest(step: Step) -> tuple[float, EntityId, EntityId]:
    """Sort key."""
    return -step.confidence, step.source, step.target
