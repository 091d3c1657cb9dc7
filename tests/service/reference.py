"""A graph in memory and a path search as plain as can be: what the search is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx

from graph_schema.ids import EntityId
from service.paths.region import Expansion, Step
from service.paths.report import PathStatus
from service.queries.records import EntityRecord, RelationRecord


@dataclass
class MemoryGraph:
    """Entities and relations, without a database."""

    entities: dict[EntityId, EntityRecord] = field(default_factory=dict)
    relations: list[RelationRecord] = field(default_factory=list)


@dataclass
class MemoryExpander:
    """The interface of the search over a folded networkx graph."""

    folded: nx.DiGraph
    calls: int = 0

    async def expand(self, frontier: Sequence[EntityId], *, backward: bool, room: int, seconds: float) -> Expansion:
        self.calls += 1
        edges = self.folded.in_edges if backward else self.folded.out_edges
        steps = [
            Step(a, b, self.folded[a][b]["confidence"], self.folded[a][b]["ties"]) for a, b in edges(list(frontier))
        ]
        kept: list[Step] = []
        for step in steps:
            if sum(one.ties for one in kept) + step.ties > room:
                return Expansion(kept, truncated=True)
            kept.append(step)
        return Expansion(kept)


def all_paths(
    folded: nx.DiGraph, sources: frozenset[EntityId], targets: frozenset[EntityId], depth: int
) -> list[tuple[EntityId, ...]]:
    """Simple paths of at most `depth` hops whose middles are no ends: by length, then surer and smaller hop by hop."""
    ends = sources | targets
    found = []
    for source in sources:
        for target in targets:
            middle = folded.subgraph((set(folded) - ends) | {source, target})
            found += [tuple(path) for path in nx.all_simple_paths(middle, source, target, cutoff=depth)]

    def rank(path: tuple[EntityId, ...]) -> tuple[object, ...]:
        hops = [(-folded[a][b]["confidence"], b) for a, b in pairwise(path)]
        return len(path), path[0], hops

    return sorted(found, key=rank)


def expected_status(
    folded: nx.DiGraph, sources: frozenset[EntityId], targets: frozenset[EntityId], depth: int
) -> PathStatus:
    """What an unlimited search must say."""
    if sources & targets:
        return PathStatus.SAME_ENTITY
    if all_paths(folded, sources, targets, depth):
        return PathStatus.FOUND
    return PathStatus.NONE_WITHIN_BOUNDS if all_paths(folded, sources, targets, len(folded)) else PathStatus.NO_PATH
