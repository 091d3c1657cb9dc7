"""Walks outward from one entity in a snapshot: the same answers as `service.paths.reach` gives over the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graph_schema.ids import EntityId
from service.filters.walk import Walk
from service.index.filters import NotIndexed, entity_mask, ground_mask, numbers_of, relation_rule
from service.index.kernels.around import Arrivals, steps_walked, walk_level
from service.index.kernels.walking import (
    AVOIDED,
    ENDED,
    EXPANSIONS,
    HUB,
    HUBS,
    LIMIT,
    OPEN,
    SOURCE,
    STOPPED,
    UNKNOWN,
    Ground,
    Notes,
    Rule,
    step_code,
)
from service.index.layout import TYPE_CODE, Bytes, Numbers
from service.index.snapshot import Snapshot
from service.paths.reach import Reach, Reached, ReachQuestion
from service.paths.region import Step
from service.paths.report import Bound

_FARTHEST = 250
_BOUNDS = {EXPANSIONS: Bound.EXPANSIONS, STOPPED: Bound.TIME}


@dataclass(frozen=True, slots=True)
class _Phase:
    """Conditions of a step."""

    rule: Rule
    ground: Ground


class _Walk:
    """One walk under way."""

    def __init__(self, graph: Snapshot, question: ReachQuestion, notes: Notes, arrivals: Arrivals, hub_degree: int):
        self.graph, self.question, self.notes, self.arrivals = graph, question, notes, arrivals
        self.source = int(numbers_of(graph, [question.source])[0])
        self.goal: Bytes = entity_mask(graph, question.goal)
        self.phases = [self._phase(walk, hub_degree) for walk in question.walks]
        self.avoid: Numbers = numbers_of(graph, sorted(question.walks[0].avoid))
        self.not_twice = -1 if question.not_twice is None else TYPE_CODE[question.not_twice]
        self.levels = [0, 1]
        """Where the arrivals of each level start."""

    def _phase(self, walk: Walk, hub_degree: int) -> _Phase:
        mask = ground_mask(self.graph, walk.through, walk.hubs, hub_degree)
        return _Phase(relation_rule(self.graph, walk.via), Ground(mask, not self.question.cross_hubs))

    def phase(self, level: int) -> _Phase:
        """Conditions of the step from one level to the next."""
        return self.phases[min(level, len(self.phases) - 1)]

    def begin(self) -> None:
        """Mark the ends and arrive at the source."""
        for number in self.avoid:
            self.notes.mark[number] |= AVOIDED
        self.notes.mark[self.source] |= SOURCE
        self.notes.ahead[self.source] = 0
        self.arrivals.entity[0], self.arrivals.above[0], self.arrivals.number[0] = self.source, -1, 1
        self.arrivals.newest[self.source] = 0

    def end(self) -> None:
        """Leave notes and arrivals clean."""
        for numbers in (self.arrivals.entity[: self.arrivals.number[0]], self.avoid):
            self.notes.mark[numbers] = 0
            self.notes.ahead[numbers] = UNKNOWN
            self.arrivals.newest[numbers] = -1
        self.notes.mark[self.notes.hubs[: self.notes.tally[HUBS]]] = 0

    def advance(self) -> bool:
        """Walk one level on; False when the search must end."""
        level, phase = len(self.levels) - 2, self.phase(len(self.levels) - 2)
        first, last = self.levels[-2:]
        on = walk_level(
            *(self.graph.rows, phase.rule, phase.ground, self.goal, self.notes, self.arrivals),
            *(level + 1, first, last, self.not_twice),
        )
        self.levels.append(int(self.arrivals.number[0]))
        return bool(on)

    @property
    def closed(self) -> bool:
        """Whether there is nowhere to go on from."""
        first, last = self.levels[-2:]
        entities, ground = self.arrivals.entity[first:last], self.phases[-1].ground
        barred = HUB if ground.block_hubs else 0
        onward = (ground.open[entities] & (OPEN | barred) == OPEN) & (self.notes.mark[entities] & AVOIDED == 0)
        return not onward.any()

    def new_goals(self) -> list[int]:
        """Arrivals of the last level that are sought and were reached for the first time, by id."""
        first, last = self.levels[-2:]
        level = len(self.levels) - 2
        entities = self.arrivals.entity[first:last]
        sought = np.flatnonzero((self.notes.ahead[entities] == level) & (self.goal[entities] != 0))
        return (sought[np.argsort(self.graph.rows.rank[entities[sought]])] + first).tolist()

    def way(self, arrival: int) -> tuple[Step, ...]:
        """The steps that led to an arrival."""
        graph, arrivals, steps = self.graph, self.arrivals, []
        while (above := int(arrivals.above[arrival])) >= 0:
            source, target = graph.ids.ids_of((arrivals.entity[above], arrivals.entity[arrival]))
            steps.append(Step(source, target, float(graph.confidences[arrivals.code[arrival]])))
            arrival = above
        return tuple(reversed(steps))

    def distances(self) -> dict[EntityId, int]:
        """Fewest hops to everything that was reached."""
        reached = self.arrivals.entity[: self.arrivals.number[0]]
        return {self.graph.ids.id_of(x): int(self.notes.ahead[x]) for x in reached}

    def steps(self) -> Iterator[Step]:
        """Every step that was walked."""
        reached = np.unique(self.arrivals.entity[: self.arrivals.number[0]])
        ids = self.graph.ids.ids_of(reached)
        local = np.full(self.graph.entities, -1, dtype=np.int32)
        local[reached] = np.arange(len(reached), dtype=np.int32)
        none = np.zeros(0, dtype=np.int32)
        for level, (first, last) in enumerate(pairwise(self.levels[:-1])):
            phase = self.phase(level)
            walked = (
                *(self.graph.rows, phase.rule, phase.ground, self.goal, self.notes, self.arrivals),
                *(first, last, self.not_twice, local),
            )
            count = steps_walked(*walked, none, none)
            source, target = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
            if count:
                steps_walked(*walked, source, target)
            for pair in np.unique(source.astype(np.int64) << 32 | target):
                x, y = int(pair >> 32), int(pair & 0xFFFFFFFF)
                code = step_code(self.graph.rows, phase.rule, reached[x], reached[y])
                yield Step(ids[x], ids[y], float(self.graph.confidences[code]))


def reach_around(graph: Snapshot, question: ReachQuestion, notes: Notes, *, hub_degree: int) -> Reach:
    """Walk outward. `notes` are clean, its tally says how much may be looked at, and is what was; they are left clean.

    Raises NotIndexed.
    """
    if len({(walk.through, walk.avoid, walk.hubs) for walk in question.walks}) > 1:
        raise NotIndexed("steps with different entities in between")
    arrivals = graph.cache.get("arrivals", ArrivalsPool).take(graph.entities)
    walk = _Walk(graph, question, notes, arrivals, hub_degree)
    walk.begin()
    try:
        found = _walk(walk, question)
        found.hubs = set(graph.ids.ids_of(notes.hubs[: notes.tally[HUBS]]))
        if question.keep_steps:
            found.distance = walk.distances()
            found.steps = {(step.source, step.target): step for step in walk.steps()}
        return found
    finally:
        walk.end()
        graph.cache.get("arrivals", ArrivalsPool).give(arrivals)


def _walk(walk: _Walk, question: ReachQuestion) -> Reach:
    found = Reach(question.source, distance={question.source: 0})
    for _ in range(question.max_depth):
        on = walk.advance()
        for goal in walk.new_goals():
            found.goals.append(Reached(walk.graph.ids.id_of(walk.arrivals.entity[goal]), walk.way(goal)))
        if not on:
            found.limited_by = _BOUNDS[int(walk.notes.tally[ENDED])]
            return found
        if walk.closed:
            found.exhausted = True
            return found
        if question.enough is not None and len(found.goals) >= question.enough:
            return found
    if question.look_past and not found.goals:
        found.exhausted = _nothing_beyond(walk)
    found.limited_by = None if found.exhausted else Bound.DEPTH
    return found


def _nothing_beyond(walk: _Walk) -> bool:
    """Whether the walk ends beyond the depth asked for without meeting a goal."""
    walk.notes.tally[LIMIT] = np.iinfo(np.int64).max
    while len(walk.levels) < _FARTHEST:
        if not walk.advance() or walk.new_goals():
            return False
        if walk.closed:
            return True
    return False


class ArrivalsPool:
    """Room for arrivals, borrowed by walks."""

    def __init__(self) -> None:
        self._free: list[Arrivals] = []

    def take(self, entities: int) -> Arrivals:
        """Room that nobody else uses."""
        try:
            arrivals = self._free.pop()
        except IndexError:
            entity, above, code = (np.empty(2 * entities + 1, dtype=np.int32) for _ in range(3))
            newest, count = np.full(entities, -1, dtype=np.int32), np.zeros(1, dtype=np.int64)
            arrivals = Arrivals(entity, above, code, np.zeros(2 * entities + 1, dtype=np.uint8), newest, count)
        return arrivals

    def give(self, arrivals: Arrivals) -> None:
        """Give clean room back."""
        arrivals.number[0] = 0
        self._free.append(arrivals)
