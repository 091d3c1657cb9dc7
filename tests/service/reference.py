"""A graph in memory and a path search as plain as can be: what every answer of the service is compared with."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx

from graph_schema.ids import EntityId
from graph_schema.vocabulary import RelationType, vocabulary
from service.paths.filters import Direction, EntityFilter, RelationFilter, UndatedPolicy, Walk
from service.paths.hubs import HubMode
from service.paths.region import Expansion, Step
from service.paths.report import PathStatus
from service.queries.records import EntityRecord, RelationRecord


@dataclass
class MemoryGraph:
    """Entities and relations, without a database."""

    entities: dict[EntityId, EntityRecord] = field(default_factory=dict)
    relations: list[RelationRecord] = field(default_factory=list)

    def degree(self, id: EntityId) -> int:
        return sum((relation.subject == id) + (relation.object == id) for relation in self.relations)


def admits_relation(rule: RelationFilter, relation: RelationRecord) -> bool:
    """Whether the relation counts, conditions on claims aside."""
    if relation.type not in rule.admitted_types or relation.status not in rule.admitted_modalities:
        return False
    if relation.confidence < rule.min_confidence or relation.sources < rule.min_sources:
        return False
    undated = relation.valid_from is None and relation.valid_to is None
    if undated and rule.undated is UndatedPolicy.EXCLUDE:
        return False
    return rule.valid_at is None or holds_at(relation, rule.valid_at)


def holds_at(relation: RelationRecord, day: dt.date) -> bool:
    if relation.status == "ended" and relation.valid_to is None:
        return False
    begun = relation.valid_from is None or relation.valid_from <= day
    return begun and (relation.valid_to is None or day <= relation.valid_to)


def admits_entity(rule: EntityFilter, entity: EntityRecord) -> bool:
    return (
        entity.type in rule.admitted_types
        and (not rule.ids or entity.id in rule.ids)
        and entity.id not in rule.exclude_ids
    )


def walkable(graph: MemoryGraph, walk: Walk, ends: frozenset[EntityId], max_degree: int) -> nx.DiGraph:
    """The folded graph that the walk admits: who can be stepped to from whom, with the surest confidence."""
    blocked = {
        id
        for id, entity in graph.entities.items()
        if id not in ends
        and (
            not admits_entity(walk.through, entity)
            or id in walk.avoid
            or (walk.hubs.mode is HubMode.BLOCK_TRANSIT and is_hub(graph, walk, id, max_degree))
        )
    }
    folded = nx.DiGraph()
    folded.add_nodes_from(id for id in graph.entities if id not in blocked)
    for relation in graph.relations:
        if not admits_relation(walk.via, relation) or {relation.subject, relation.object} & blocked:
            continue
        for a, b in orientations(relation, walk.via.direction):
            known = folded.get_edge_data(a, b, {"confidence": 0.0, "ties": 0})
            folded.add_edge(a, b, confidence=max(known["confidence"], relation.confidence), ties=known["ties"] + 1)
    return folded


def is_hub(graph: MemoryGraph, walk: Walk, id: EntityId, max_degree: int) -> bool:
    if id in walk.hubs.allow_ids:
        return False
    most = max_degree if walk.hubs.max_degree is None else walk.hubs.max_degree
    return graph.entities[id].type in walk.hubs.types or graph.degree(id) > most


def orientations(relation: RelationRecord, direction: Direction) -> Iterator[tuple[EntityId, EntityId]]:
    symmetric = vocabulary().relations[RelationType(relation.type)].symmetric
    if symmetric or direction in (Direction.OUT, Direction.ANY):
        yield relation.subject, relation.object
    if symmetric or direction in (Direction.IN, Direction.ANY):
        yield relation.object, relation.subject


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
