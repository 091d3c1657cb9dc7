"""Path search: which paths join two groups of entities, best first, and what can be said of those not found.

Levels of rising length come from `Region` and `simple_paths`. A path never costs less than its hops, so once the k-th
best costs no more than the next length, nothing still unseen can rank before it.
"""

import math
from bisect import insort
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush

from graph_schema.errors import DeadlineExceeded
from graph_schema.ids import EntityId
from service.filters.hubs import PENALTY, HubMode
from service.filters.walk import Walk
from service.paths.budget import Budget, Meter, OutOfBudget
from service.paths.enumerate import simple_paths
from service.paths.region import Expander, Region, Step
from service.paths.report import Bound, PathStatus


class PathWeight(StrEnum):
    """What makes a path short."""

    HOPS = "hops"
    CONFIDENCE = "confidence"
    """Each hop costs 1 − log₂(confidence): halving the confidence of a hop is as bad as one hop more."""
    SPECIFICITY = "specificity"
    """Each hop and each entity in between costs by how little it tells: see `service.paths.specificity`."""


MOST_RANKED = 20_000
"""Most paths that are held while the best are sought under a weight other than hops."""
_PROBE = 5_000
"""Relations looked at past the asked depth, and steps taken there, when nothing was found within it."""
_LAST_LOOK = Budget(max_expansions=50_000, timeout_s=0.3)
_LOWEST_CONFIDENCE = 1e-3
_POOL_FACTOR = 10
"""Diverse paths are chosen among this many times as many as were asked for."""


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """Which paths are sought."""

    sources: frozenset[EntityId]
    targets: frozenset[EntityId]
    k: int = 1
    min_length: int = 1
    must_pass: frozenset[EntityId] = frozenset()
    weight: PathWeight = PathWeight.HOPS
    diversity: float = 0.0
    """In [0, 1]: how much a middle entity shared with a better path counts against a path."""
    walk: Walk = field(default_factory=Walk)
    """Conditions on the way, held by the expander; here its mode for hubs counts."""

    @property
    def cross_hubs(self) -> bool:
        """Whether paths may pass through hubs."""
        return self.walk.hubs.mode is not HubMode.BLOCK_TRANSIT

    @property
    def hub_penalty(self) -> bool:
        """Whether hubs on the way count against a path."""
        return self.walk.hubs.mode is HubMode.PENALISE


@dataclass(frozen=True, slots=True, order=True)
class FoundPath:
    """One path; paths sort by rank."""

    cost: float
    length: int
    order: tuple[tuple[float, EntityId], ...]
    steps: tuple[Step, ...] = field(compare=False)

    @property
    def entities(self) -> tuple[EntityId, ...]:
        """The entities from source to target."""
        return (self.steps[0].source, *(step.target for step in self.steps))


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """Paths by rank, and what they mean."""

    status: PathStatus
    paths: Sequence[FoundPath] = ()
    limited_by: Bound | None = None
    hubs: frozenset[EntityId] = frozenset()


async def search(expander: Expander, question: PathQuestion, meter: Meter) -> SearchOutcome:
    """The k best paths, or fewer when there are fewer within the budget. Never raises for want of budget."""
    max_depth = meter.budget.max_depth
    if question.sources & question.targets:
        return SearchOutcome(PathStatus.SAME_ENTITY)
    region = Region(expander, question.sources, question.targets, meter=meter, cross_hubs=question.cross_hubs)
    ranking = _Ranking(question, region)
    stopped_by: Bound | None = None
    try:
        await _search_levels(region, question, ranking, max_depth, meter)
    except OutOfBudget as stop:
        stopped_by = stop.bound
    except DeadlineExceeded:
        stopped_by = Bound.TIME
    absent = False
    if stopped_by is None and not ranking.found:
        absent = await _probe(region, question, max_depth, meter)
    elif stopped_by is not None and not ranking.found:
        await _last_look(region, question, ranking, max_depth)
    status, limited_by = _judge(region, question, ranking, stopped_by, absent=absent)
    hubs = frozenset() if question.cross_hubs else frozenset(region.hubs)
    return SearchOutcome(status, ranking.best(), limited_by, hubs)


async def _search_levels(
    region: Region, question: PathQuestion, ranking: "_Ranking", max_depth: int, meter: Meter
) -> None:
    for length in range(1, max_depth + 1):
        while region.reach < length and not region.complete:
            await region.grow()
        if not region.connected:
            if region.complete:
                return
            continue
        if length >= question.min_length:
            async for steps in simple_paths(region, length, must_pass=question.must_pass, meter=meter):
                ranking.add(steps)
                if ranking.settled_within_level:
                    return
        meter.check()
        if ranking.settled(length + 1):
            return


async def _probe(region: Region, question: PathQuestion, max_depth: int, meter: Meter) -> bool:
    """Look a little past the asked depth, for the difference between "no path" and "none so short".

    True when all paths of any length were seen and none will do, although some walk joins the ends.
    """
    enough = meter.expanded + _PROBE
    any_path_will_do = question.min_length == 1 and not question.must_pass
    with suppress(OutOfBudget, DeadlineExceeded):
        while not (region.complete or (region.connected and any_path_will_do)) and meter.expanded < enough:
            await region.grow(most=enough - meter.expanded)
        if any_path_will_do or not (region.complete and region.connected):
            return False
        further = Meter(Budget(max_expansions=_PROBE, timeout_s=meter.seconds_left))
        for length in range(max(max_depth + 1, question.min_length), region.entities):
            async for _ in simple_paths(region, length, must_pass=question.must_pass, meter=further):
                return False
            further.check()
        return True
    return False


async def _last_look(region: Region, question: PathQuestion, ranking: "_Ranking", max_depth: int) -> None:
    """Paths that lie in what was seen before the budget ran out, sought for a moment only."""
    if not region.connected:
        return
    meter = Meter(_LAST_LOOK)
    with suppress(OutOfBudget):
        for length in range(question.min_length, max_depth + 1):
            async for steps in simple_paths(region, length, must_pass=question.must_pass, meter=meter):
                ranking.add(steps)
                if ranking.full:
                    return


def _judge(
    region: Region, question: PathQuestion, ranking: "_Ranking", stopped_by: Bound | None, *, absent: bool
) -> tuple[PathStatus, Bound | None]:
    if stopped_by is not None:
        return PathStatus.BUDGET_EXHAUSTED, stopped_by
    if ranking.full:
        return PathStatus.FOUND, None
    if absent or (region.complete and not (region.connected and question.must_pass <= _reachable(region))):
        return PathStatus.NO_PATH, None
    return (PathStatus.FOUND if ranking.found else PathStatus.NONE_WITHIN_BOUNDS), Bound.DEPTH


def _reachable(region: Region) -> frozenset[EntityId]:
    """What a path may pass, as far as a closed ball tells."""
    closed = region.ahead if region.ahead.closed else region.behind
    return frozenset(closed.distance) | region.sources | region.targets


class _Ranking:
    """The best paths so far."""

    def __init__(self, question: PathQuestion, region: Region) -> None:
        self._question, self._region = question, region
        self._wanted = pool_size(question)
        self._paths: list[FoundPath] = []
        self._by_hops = question.weight is PathWeight.HOPS and not question.hub_penalty

    @property
    def found(self) -> bool:
        return bool(self._paths)

    @property
    def full(self) -> bool:
        return len(self._paths) >= self._question.k

    @property
    def settled_within_level(self) -> bool:
        """Whether the order in which paths come is their rank, and there are enough."""
        return self._by_hops and len(self._paths) >= self._wanted

    def settled(self, next_length: int) -> bool:
        """Whether no path of at least `next_length` hops can rank among those wanted."""
        return len(self._paths) >= self._wanted and self._paths[self._wanted - 1].cost <= next_length

    def add(self, steps: tuple[Step, ...]) -> None:
        path = found_path(self._question, steps, self._region.hubs)
        if self._by_hops:
            self._paths.append(path)
            return
        if len(self._paths) >= MOST_RANKED:
            raise OutOfBudget(Bound.PATHS)
        insort(self._paths, path)

    def best(self) -> list[FoundPath]:
        """Those asked for, by rank."""
        pool = self._paths[: self._wanted]
        return diverse(pool, self._question.k, self._question.diversity) if self._question.diversity else pool


def pool_size(question: PathQuestion) -> int:
    """Among how many best paths those asked for are chosen."""
    return question.k * _POOL_FACTOR if question.diversity else question.k


def found_path(question: PathQuestion, steps: tuple[Step, ...], hubs: Collection[EntityId]) -> FoundPath:
    """A path with what it costs; `hubs` holds at least those on it."""
    cost = float(len(steps))
    if question.weight is PathWeight.CONFIDENCE:
        cost += sum(halvings(step.confidence) for step in steps)
    elif question.weight is PathWeight.SPECIFICITY:
        cost = sum(step.cost.total for step in steps if step.cost is not None)
    if question.hub_penalty:
        cost += PENALTY * sum(step.target in hubs for step in steps[:-1])
    order = ((0.0, steps[0].source), *((-step.confidence, step.target) for step in steps))
    return FoundPath(cost, len(steps), order, steps)


def halvings(confidence: float) -> float:
    """How often 1 is halved to get a confidence."""
    return -math.log2(max(confidence, _LOWEST_CONFIDENCE))


def diverse(paths: Sequence[FoundPath], k: int, weight: float) -> list[FoundPath]:
    """Up to k of `paths`, each the cheapest after a surcharge for the share of its middle that chosen ones use.

    A path whose whole middle is already used costs `weight` times its length more. The first path stays first.
    Source: maximal marginal relevance, Carbonell & Goldstein 1998.
    """
    used: set[EntityId] = set()
    chosen: list[FoundPath] = []

    def marginal(path: FoundPath) -> float:
        middle = path.entities[1:-1]
        shared = sum(entity in used for entity in middle) / len(middle) if middle else 0.0
        return path.cost + weight * path.length * shared

    # A surcharge only grows, so a path whose key is still the lowest after a fresh look is the cheapest.
    queue = [(path.cost, path) for path in paths]
    heapify(queue)
    while queue and len(chosen) < k:
        _, path = heappop(queue)
        fresh = (marginal(path), path)
        if queue and fresh > queue[0]:
            heappush(queue, fresh)
            continue
        chosen.append(path)
        used.update(path.entities[1:-1])
    return chosen
