"""Reach: which entities of a kind lie within how many steps of an entity, each with its best shortest path.

Breadth first from one side, one look-up per level. `phases` gives each level its own expander, so that a walk may
start with one kind of relation and go on with others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from graph_schema.errors import DeadlineExceeded
from graph_schema.ids import EntityId
from service.paths.budget import Budget, Meter, OutOfBudget
from service.paths.region import Expander, Expansion, Step
from service.paths.report import Bound, PathStatus

_PROBE = 5_000
"""Relations looked at past the asked depth, when nothing was found within it."""


@dataclass(frozen=True, slots=True)
class Reached:
    """An entity that was sought, and the way there."""

    entity: EntityId
    steps: tuple[Step, ...]

    @property
    def distance(self) -> int:
        """Number of hops."""
        return len(self.steps)


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
    interrupted: bool = False
    """Whether time ran out in the middle of a look-up."""

    def status(self) -> PathStatus:
        """What the goals found, or their lack, mean."""
        if self.limited_by not in (None, Bound.DEPTH):
            return PathStatus.BUDGET_EXHAUSTED
        if self.goals:
            return PathStatus.FOUND
        return PathStatus.NO_PATH if self.exhausted else PathStatus.NONE_WITHIN_BOUNDS


async def reach(
    phases: Callable[[int], Expander],
    source: EntityId,
    budget: Budget,
    meter: Meter,
    *,
    enough: int | None = None,
    cross_hubs: bool = False,
    look_past: bool = False,
) -> Reach:
    """Walk outward until `enough` goals are found, where given, or the budget ends. Never raises for want of budget.

    `phases(level)` expands the frontier at distance `level`, from 0. `look_past`: where nothing was found within the
    depth, look a little further, for the difference between "none" and "none so near".
    """
    found = Reach(source, distance={source: 0})
    ways: dict[EntityId, tuple[Step, ...]] = {source: ()}
    frontier = [source]
    try:
        for level in range(budget.max_depth):
            expansion = await phases(level).expand(
                frontier, backward=False, room=meter.room, seconds=meter.seconds_left
            )
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
            frontier = sorted(anew.keys() - _closed(expansion, cross_hubs))
            if not frontier:
                found.exhausted = True
                return found
            if enough is not None and len(found.goals) >= enough:
                return found
        if look_past and not found.goals:
            found.exhausted = await _nothing_beyond(phases, found, frontier, budget.max_depth, meter, cross_hubs)
        found.limited_by = None if found.exhausted else Bound.DEPTH
    except OutOfBudget as stop:
        found.limited_by = stop.bound
    except DeadlineExceeded:
        found.limited_by, found.interrupted = Bound.TIME, True
    return found


async def _nothing_beyond(
    phases: Callable[[int], Expander],
    found: Reach,
    frontier: list[EntityId],
    level: int,
    meter: Meter,
    cross_hubs: bool,
) -> bool:
    """Whether the walk ends beyond `level` without meeting a goal."""
    seen = set(found.distance)
    enough = meter.expanded + _PROBE
    try:
        while frontier and (room := min(enough - meter.expanded, meter.room)) > 0:
            expansion = await phases(level).expand(frontier, backward=False, room=room, seconds=meter.seconds_left)
            meter.spend(sum(step.ties for step in expansion.steps))
            found.hubs |= expansion.hubs
            if expansion.goals or expansion.truncated:
                return False
            new = {step.target for step in expansion.steps} - seen | {step.target for step in expansion.reopened}
            seen |= new
            frontier = sorted(new - _closed(expansion, cross_hubs))
            level += 1
    except OutOfBudget:
        return False
    except DeadlineExceeded:
        found.interrupted = True
        return False
    return not frontier


def _closed(expansion: Expansion, cross_hubs: bool) -> frozenset[EntityId]:
    """Where the walk does not go on."""
    return expansion.dead_ends if cross_hubs else expansion.dead_ends | expansion.hubs


def _surest(step: Step) -> tuple[float, EntityId, EntityId]:
    """Sort key."""
    return -step.confidence, step.source, step.target
