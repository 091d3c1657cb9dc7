"""Reach: which entities of a kind lie within how many steps of an entity, each with its best shortest path.

Breadth first from one side, one look-up per level. `phases` gives each level its own expander, so that a walk may
start with one kind of relation and go on with others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from graph_schema.errors import DeadlineExceeded
from graph_schema.ids import EntityId
from service.paths.budget import Budget, Meter, OutOfBudget
from service.paths.region import Expander, Step
from service.paths.report import Bound, PathStatus


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
) -> Reach:
    """Walk outward until `enough` goals are found, where given, or the budget ends. Never raises for want of budget.

    `phases(level)` expands the frontier at distance `level`, from 0.
    """
    found = Reach(source, distance={source: 0})
    parents: dict[EntityId, Step] = {}
    frontier = [source]
    try:
        for level in range(budget.max_depth):
            expansion = await phases(level).expand(
                frontier, backward=False, room=meter.room, seconds=meter.seconds_left
            )
            meter.spend(sum(step.ties for step in expansion.steps))
            found.hubs |= expansion.hubs
            for step in sorted(expansion.steps, key=lambda one: (-one.confidence, one.source, one.target)):
                found.steps[step.source, step.target] = step
                if step.target not in found.distance:
                    found.distance[step.target] = level + 1
                    parents[step.target] = step
            new = sorted(id for id, distance in found.distance.items() if distance == level + 1)
            found.goals += [Reached(id, _way(id, parents)) for id in new if id in expansion.goals]
            if expansion.truncated:
                raise OutOfBudget(Bound.EXPANSIONS)
            closed = expansion.dead_ends if cross_hubs else expansion.dead_ends | expansion.hubs
            frontier = [id for id in new if id not in closed]
            if not frontier:
                found.exhausted = True
                return found
            if enough is not None and len(found.goals) >= enough:
                return found
        found.limited_by = Bound.DEPTH
    except OutOfBudget as stop:
        found.limited_by = stop.bound
    except DeadlineExceeded:
        found.limited_by, found.interrupted = Bound.TIME, True
    return found


def _way(entity: EntityId, parents: dict[EntityId, Step]) -> tuple[Step, ...]:
    steps = []
    while entity in parents:
        steps.append(parents[entity])
        entity = parents[entity].source
    return tuple(reversed(steps))
