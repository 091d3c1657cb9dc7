"""Hops and the paths made of them, as answers show them: entities with every relation behind each step."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph_schema.ids import EntityId
from service.filters.walk import RelationFilter, UndatedPolicy
from service.paths.specificity import StepCost
from service.queries.cypher_text import draw_hops
from service.queries.paths_expand import Hops
from service.queries.records import EntityRecord, RelationRecord


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path with every relation that the question admits between its two entities, surest first."""

    index: int
    source: EntityRecord
    target: EntityRecord
    relations: tuple[RelationRecord, ...]
    cost: StepCost | None = None
    """The parts of what it costs under the weight SPECIFICITY."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one entity to another."""

    hops: tuple[Hop, ...]
    cost: float

    @property
    def id(self) -> str:
        """The entities in order: stays the same as long as they do, and can be asked for again."""
        return path_id([self.hops[0].source.id, *(hop.target.id for hop in self.hops)])

    @property
    def entities(self) -> tuple[EntityRecord, ...]:
        """From source to target."""
        return (self.hops[0].source, *(hop.target for hop in self.hops))

    @property
    def confidence(self) -> float:
        """Product of the surest relation of each hop: how sure the whole chain is, hops taken as independent."""
        sure = 1.0
        for hop in self.hops:
            sure *= max(relation.confidence for relation in hop.relations)
        return sure

    @property
    def cypher(self) -> str:
        """Draws this path in Neo4j Browser."""
        return drawing(self.hops)


def path_id(entities: Collection[EntityId]) -> str:
    """Id of the path through these entities."""
    return "path:" + ">".join(entities)


def path_of(
    entities: Sequence[EntityId], cost: float, behind: Hops, costs: Sequence[StepCost | None] = ()
) -> Path | None:
    """The path with its relations; None when one of them vanished from the graph since the search.

    `costs` of its steps, where they are known.
    """
    pairs = list(pairwise(entities))
    if any(pair not in behind.relations for pair in pairs):
        return None
    known = behind.entities
    parts = costs or [None] * len(pairs)
    hops = (
        Hop(i, known[a], known[b], behind.relations[a, b], part)
        for i, ((a, b), part) in enumerate(zip(pairs, parts, strict=True))
    )
    return Path(tuple(hops), cost)


def drawing(hops: Iterable[Hop]) -> str:
    """Cypher that draws hops in Neo4j Browser."""
    return draw_hops((hop.source.id, hop.target.id, hop.relations) for hop in hops)


def flagged(hops: Iterable[Hop], via: RelationFilter) -> int:
    """Number of undated relations in these hops, where the filter asks for them to be flagged, else 0."""
    undated = {relation.id for hop in hops for relation in hop.relations if relation.undated}
    return len(undated) if via.undated is UndatedPolicy.FLAG else 0
