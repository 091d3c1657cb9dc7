"""The part of the graph around two groups of ends: expanded level by level from both, one database query per level.

The ball of radius a around the sources and the ball of radius b around the targets together hold every path of at most
a + b hops between them: its first a steps start within the one ball, its other steps end within the other.
"""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from graph_schema.ids import EntityId
from service.paths.budget import Meter, OutOfBudget
from service.paths.report import Bound
from service.paths.specificity import StepCost


@dataclass(frozen=True, slots=True)
class Step:
    """All admitted relations that lead from one entity to another, folded."""

    source: EntityId
    target: EntityId
    confidence: float
    """Of the surest of them."""
    ties: int = 1
    """Their number."""
    cost: StepCost | None = None
    """Under the weight SPECIFICITY: of the cheapest of them."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What lies one step from a frontier."""

    steps: Sequence[Step]
    """Always in walking order, also when expanded backward."""
    hubs: frozenset[EntityId] = frozenset()
    """Entities found that the policy calls hubs; the ends of the question never are."""
    goals: frozenset[EntityId] = frozenset()
    """Entities found that are sought, where a search seeks a kind of entity instead of given ones."""
    dead_ends: frozenset[EntityId] = frozenset()
    """Those of the goals that may not be passed through."""
    reopened: tuple[Step, ...] = ()
    """Steps to entities from which less than everything was walked so far, because of how they had been reached; from
    here on all of it may be."""
    truncated: bool = False
    """Whether the room was too small for all steps."""


class Expander(Protocol):
    """Looks up what lies one step away under the filters of a question."""

    async def expand(self, frontier: Sequence[EntityId], *, backward: bool, room: int, seconds: float) -> Expansion:
        """Steps that start at the frontier, or end there when `backward`; at most `room` relations are looked at.

        Raises DeadlineExceeded after `seconds`.
        """
        ...


class Ball:
    """Everything within `radius` steps of the centres that may be passed through."""

    def __init__(self, centres: Collection[EntityId]) -> None:
        self.distance = dict.fromkeys(sorted(centres), 0)
        self.frontier = list(self.distance)
        self.radius = 0

    @property
    def closed(self) -> bool:
        """Whether nothing lies beyond: the ball holds all that can be reached."""
        return not self.frontier

    def advance(self, found: set[EntityId]) -> None:
        """Grow by one step to those of `found` that are new."""
        self.radius += 1
        self.frontier = sorted(found - self.distance.keys())
        self.distance.update(dict.fromkeys(self.frontier, self.radius))


class Region:
    """What is known of the graph between sources and targets."""

    def __init__(
        self,
        expander: Expander,
        sources: Collection[EntityId],
        targets: Collection[EntityId],
        *,
        meter: Meter,
        cross_hubs: bool,
    ) -> None:
        self.sources, self.targets = frozenset(sources), frozenset(targets)
        self.ahead, self.behind = Ball(self.sources), Ball(self.targets)
        self.steps: dict[EntityId, dict[EntityId, Step]] = {}
        self.hubs: set[EntityId] = set()
        self.connected = False
        """Whether the balls touch: some walk from a source to a target is known."""
        self._into: dict[EntityId, set[EntityId]] = {}
        self._onward: dict[EntityId, list[Step]] = {}
        self._hops: dict[EntityId, int] | None = None
        self._expander, self._meter, self._cross_hubs = expander, meter, cross_hubs

    @property
    def reach(self) -> int:
        """Every path of at most this many hops is known."""
        return self.ahead.radius + self.behind.radius

    @property
    def entities(self) -> int:
        """Number of entities that were seen."""
        return len(self.ahead.distance.keys() | self.behind.distance.keys())

    @property
    def complete(self) -> bool:
        """Whether all paths of any length are known, because one ball cannot grow."""
        return self.ahead.closed or self.behind.closed

    async def grow(self, *, most: int | None = None) -> None:
        """Expand the smaller frontier by one step, looking at `most` relations where given.

        Raises OutOfBudget when not all of it could be looked at, DeadlineExceeded.
        """
        backward = len(self.behind.frontier) < len(self.ahead.frontier)
        ball, other = (self.behind, self.ahead) if backward else (self.ahead, self.behind)
        opposite = self.sources if backward else self.targets
        room = self._meter.room if most is None else min(most, self._meter.room)
        expansion = await self._expander.expand(
            ball.frontier, backward=backward, room=room, seconds=self._meter.seconds_left
        )
        self.hubs |= expansion.hubs
        blocked = frozenset() if self._cross_hubs else expansion.hubs
        found = set()
        looked_at = 0
        for step in expansion.steps:
            looked_at += step.ties
            far = step.source if backward else step.target
            if far in blocked:
                continue
            self.steps.setdefault(step.source, {})[step.target] = step
            self._onward.pop(step.source, None)
            self._into.setdefault(step.target, set()).add(step.source)
            self.connected = self.connected or far in other.distance
            if far not in opposite:
                found.add(far)
        self._meter.spend(looked_at)
        self._hops = None
        ball.advance(found)
        if expansion.truncated:
            raise OutOfBudget(Bound.EXPANSIONS)

    def hops_to_target(self) -> dict[EntityId, int]:
        """Fewest known steps from each entity to a target, without passing through an end."""
        if self._hops is not None:
            return self._hops
        hops = dict.fromkeys(self.targets, 0)
        queue = deque(sorted(self.targets))
        while queue:
            entity = queue.popleft()
            for before in self._into.get(entity, ()):
                if before not in hops:
                    hops[before] = hops[entity] + 1
                    if before not in self.sources:
                        queue.append(before)
        self._hops = hops
        return hops

    def onward(self, entity: EntityId) -> list[Step]:
        """Known steps from an entity: the surer first, then the smaller id."""
        if (steps := self._onward.get(entity)) is None:
            steps = sorted(self.steps.get(entity, {}).values(), key=lambda step: (-step.confidence, step.target))
            self._onward[entity] = steps
        return steps
