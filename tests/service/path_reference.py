"""What the path operations must answer, computed plainly with networkx from statements and the variables of a question.

It shares no code with the service: filters are read as the API documents them, paths are enumerated one and all.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import floor, log2, prod
from typing import Any, TypeVar

import networkx as nx

from graph_schema.domain import Claim
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType, vocabulary
from service.queries.records import RelationRecord
from tests.service.build import GraphBuilder, started
from tests.service.reference import all_paths

T = TypeVar("T")
Variables = Mapping[str, Any]
Way = tuple[EntityId, ...]
LIVE = {"ASSERTED", "PLANNED", "ALLEGED", "POSSIBLE", "CONDITIONAL", "THREATENED"}
STRENGTH = ["ASSERTED", "PLANNED", "ALLEGED", "POSSIBLE", "CONDITIONAL", "THREATENED", "ENDED", "DENIED"]
LISTINGS = ("SANCTIONS", "RESTRICTS_EXPORTS_TO")
HUB_PENALTY = 2
PLACES = {"COUNTRY", "BLOC", "PLACE"}
PLACE_COST, CROWD_COST, DOUBT_COST, SINGLE_COST = 0.75, 0.125, 0.5, 0.1
TYPE_COSTS = {"RELATED_TO": 1.0, "LOCATED_IN": 0.75}
STATUS_COSTS = {"ASSERTED": 0.0, "PLANNED": 0.25, "ENDED": 0.5, "DENIED": 2.0}
MOST_HOPS_TO_A_COUNTRY = 3


@dataclass(frozen=True)
class Reference:
    """One graph under the filters of one question."""

    build: GraphBuilder
    via: Variables
    through: Variables
    avoid: Sequence[EntityId]
    hubs: Variables
    outward: frozenset[str] | None = None
    inward: frozenset[str] | None = None
    """Types that are walked from subject to object, and from object to subject, where the question tells them."""

    def admits(self, relation: RelationRecord) -> bool:
        """Whether the relation may be walked, its direction aside."""
        via, type = self.via, relation.type.name
        if type not in via.get("types", [type]) or type in via.get("excludeTypes", []):
            return False
        former = {"ENDED"} if via.get("includeFormer") or "validAt" in via else set()
        if relation.status.name not in (modalities := set(via.get("modalities", LIVE | former))):
            return False
        if relation.confidence < via.get("minConfidence", 0.0) or relation.sources < via.get("minSources", 0):
            return False
        if relation.undated and via.get("undated") == "EXCLUDE":
            return False
        if "validAt" in via and not _held(relation, dt.date.fromisoformat(via["validAt"])):
            return False
        claims = [(claim, run) for claim, run in self.build.claims if claim.relation_id == relation.id]
        left = [claim for claim, run in claims if claim.modality.name in modalities and self._supports(claim, run)]
        shares = [claim.share for claim in left if claim.share is not None]
        if shares and max(shares) < via.get("minShare", 0.0):
            return False
        if not via.keys() & {"publishers", "excludePublishers", "excludeDocuments", "knownAt"}:
            return True
        if not via.get("minConfidence") and via.get("minSources", 0) < 2:
            return bool(left)
        strongest = min((claim.modality.name for claim in left), key=STRENGTH.index, default=None)
        surest: dict[str, float] = {}
        for claim in left:
            if claim.modality.name == strongest:
                publisher = self.build.documents[claim.document].publisher or claim.document
                surest[publisher] = max(surest.get(publisher, 0.0), claim.confidence)
        doubt = prod(1 - confidence for confidence in surest.values())
        enough = len(surest) >= via.get("minSources", 0)
        return bool(left) and enough and round(1 - doubt, 6) >= via.get("minConfidence", 0.0)

    def _supports(self, claim: Claim, run: str) -> bool:
        via, document = self.via, self.build.documents[claim.document]
        return (
            document.publisher in via.get("publishers", [document.publisher])
            and document.publisher not in via.get("excludePublishers", [])
            and document.id not in via.get("excludeDocuments", [])
            and ("knownAt" not in via or started(run) <= dt.datetime.fromisoformat(via["knownAt"]))
        )

    def entity_meets(self, rule: Variables, id: EntityId) -> bool:
        """Whether the filter of entities admits this one."""
        type = self.build.memory.entities[id].type.name
        lists = {one.subject for one in self._asserted(*LISTINGS) if one.object == id}
        return (
            type in rule.get("types", [type])
            and type not in rule.get("excludeTypes", [])
            and id in rule.get("ids", [id])
            and id not in rule.get("excludeIds", [])
            and ("countries" not in rule or bool(self._places(id) & set(rule["countries"])))
            and not self._places(id) & set(rule.get("excludeCountries", []))
            and rule.get("listed", bool(lists)) == bool(lists)
            and ("listedBy" not in rule or bool(lists & set(rule["listedBy"])))
        )

    def _asserted(self, *types: str) -> Iterator[RelationRecord]:
        relations = self.build.memory.relations
        return (one for one in relations if one.type.name in types and one.status.name == "ASSERTED")

    def _places(self, id: EntityId) -> set[EntityId]:
        located = nx.DiGraph()
        located.add_node(id)
        located.add_edges_from((one.subject, one.object) for one in self._asserted("LOCATED_IN"))
        return set(nx.single_source_shortest_path_length(located, id, cutoff=MOST_HOPS_TO_A_COUNTRY))

    def hubs_but(self, ends: Iterable[EntityId], default_degree: int = 1_000) -> set[EntityId]:
        """Entities that the policy calls hubs."""
        entities, degrees = self.build.memory.entities, self._degrees()
        most = self.hubs.get("maxDegree", default_degree)
        if "percentile" in self.hubs:
            enough = self.hubs["percentile"] * len(degrees)
            most = min(d for d in degrees.values() if sum(one <= d for one in degrees.values()) >= enough)
        types = self.hubs.get("types", [])
        hubs = {id for id, entity in entities.items() if degrees[id] > most or entity.type.name in types}
        return hubs - set(ends) - set(self.hubs.get("allowIds", []))

    def _degrees(self) -> dict[EntityId, int]:
        relations = self.build.memory.relations
        return {id: sum(id in (one.subject, one.object) for one in relations) for id in self.build.memory.entities}

    @property
    def mode(self) -> str:
        """What becomes of hubs."""
        return str(self.hubs.get("mode", "BLOCK_TRANSIT"))

    def ways(self, type: RelationType, subject: T, object: T) -> list[tuple[T, T]]:
        """How a relation may be walked."""
        if self.outward is not None and self.inward is not None:
            there = [(subject, object)] if type.name in self.outward else []
            return there + ([(object, subject)] if type.name in self.inward else [])
        direction = self.via.get("direction", "ANY")
        symmetric = vocabulary().relations[type].symmetric
        forward = [(subject, object)] if symmetric or direction != "IN" else []
        return forward + ([(object, subject)] if symmetric or direction != "OUT" else [])

    def walks(self, relation: RelationRecord, a: EntityId, b: EntityId) -> bool:
        """Whether the relation leads from a to b."""
        return self.admits(relation) and (a, b) in self.ways(relation.type, relation.subject, relation.object)

    def steps(self) -> nx.DiGraph:
        """Everything that relations admit: who can be stepped to from whom, whatever the entities."""
        folded = nx.DiGraph()
        folded.add_nodes_from(self.build.memory.entities)
        for relation in filter(self.admits, self.build.memory.relations):
            for a, b in self.ways(relation.type, relation.subject, relation.object):
                known = folded.get_edge_data(a, b, {"confidence": 0.0})
                folded.add_edge(a, b, confidence=max(known["confidence"], relation.confidence))
        return folded

    def barred(self, id: EntityId) -> bool:
        """Whether it may not lie between the ends, hubs aside."""
        return id in self.avoid or not self.entity_meets(self.through, id)

    def between(self, *ends: EntityId) -> nx.DiGraph:
        """The steps that a path between these ends may take."""
        blocked = {id for id in self.build.memory.entities if id not in ends and self.barred(id)}
        if self.mode == "BLOCK_TRANSIT":
            blocked |= self.hubs_but(ends)
        folded = self.steps()
        folded.remove_nodes_from(blocked)
        return folded

    def hop(self, a: EntityId, b: EntityId) -> list[RelationRecord]:
        """The relations that lead from a to b, surest first."""
        found = [one for one in self.build.memory.relations if self.walks(one, a, b)]
        return sorted(found, key=lambda one: (-one.confidence, one.type, one.id))

    def undated(self, hops: Iterable[tuple[EntityId, EntityId]]) -> int:
        """How many relations of these hops the report must flag."""
        relations = {one.id: one for pair in hops for one in self.hop(*pair)}
        return sum(one.undated for one in relations.values()) if self.via.get("undated", "FLAG") == "FLAG" else 0


def _held(relation: RelationRecord, day: dt.date) -> bool:
    if relation.status.name == "ENDED" and relation.valid_to is None:
        return False
    return (relation.valid_from or day) <= day <= (relation.valid_to or day)


@dataclass(frozen=True)
class Paths:
    """Which paths there are, and what an unlimited search says of them."""

    reference: Reference
    sources: Sequence[EntityId]
    targets: Sequence[EntityId]
    depth: int
    must_pass: Sequence[EntityId] = ()
    min_length: int = 1
    weight: str = "HOPS"

    def all(self, depth: int | None = None) -> list[Way]:
        """Every path of at most `depth` hops, best first."""
        sources, targets = frozenset(self.sources), frozenset(self.targets)
        if sources & targets:
            return []
        folded = self.reference.between(*sources, *targets, *self.must_pass)
        found = all_paths(folded, sources, targets, self.depth if depth is None else depth)
        kept = [path for path in found if len(path) > self.min_length and {*self.must_pass} <= {*path}]
        return sorted(kept, key=lambda path: round(self.cost(path), 9))

    def cost(self, path: Way) -> float:
        """What it is ranked by."""
        hubs = self.reference.hubs_but([*self.sources, *self.targets, *self.must_pass])
        cost = float(len(path) - 1)
        if self.weight == "CONFIDENCE":
            cost -= sum(log2(self.reference.hop(a, b)[0].confidence) for a, b in pairwise(path))
        if self.weight == "SPECIFICITY":
            middle = path[1:-1]
            cost += sum(min(self._vague(one, middle) for one in self.reference.hop(a, b)) for a, b in pairwise(path))
            cost += sum(self.reference.build.memory.entities[id].type.name in PLACES for id in middle) * PLACE_COST
        if self.reference.mode == "PENALISE":
            cost += HUB_PENALTY * sum(id in hubs for id in path[1:-1])
        return cost

    def _vague(self, one: RelationRecord, middle: Way) -> float:
        """What docs/explanation/specificity.md says that a relation costs beside its hop."""
        crowd = 0.0
        for end, role in ((one.subject, "subject"), (one.object, "object")):
            if end in middle:
                of_type = [other for other in self.reference.build.memory.relations if other.type == one.type]
                crowd += floor(8 * log2(sum(getattr(other, role) == end for other in of_type))) / 8 * CROWD_COST
        sure = -log2(one.confidence) * DOUBT_COST
        return (
            TYPE_COSTS.get(one.type.name, 0.0)
            + STATUS_COSTS[one.status.name]
            + sure
            + (one.sources < 2) * SINGLE_COST
            + crowd
        )

    def status(self) -> str:
        """What is to be said of them."""
        if {*self.sources} & {*self.targets}:
            return "SAME_ENTITY"
        if self.all():
            return "FOUND"
        if not self._possible():
            return "IMPOSSIBLE_BY_SCHEMA"
        return "NONE_WITHIN_BOUNDS" if self.all(len(self.reference.build.memory.entities)) else "NO_PATH"

    def _possible(self) -> bool:
        """Whether the signatures of the relations lead from the one type to the other in as many hops."""
        via, through = self.reference.via, self.reference.through
        middle = {type.name for type in EntityType if type.name in through.get("types", [type.name])}
        middle -= set(through.get("excludeTypes", []))
        pairs: set[tuple[str, str]] = set()
        for type in RelationType:
            relation = vocabulary().relations[type]
            if type.name in via.get("types", [type.name]) and type.name not in via.get("excludeTypes", []):
                for subject, object in product(relation.subject_types, relation.object_types):
                    pairs.update(self.reference.ways(type, subject.name, object.name))
        signatures = nx.DiGraph()
        for a, b in pairs:
            signatures.add_edge(("from", a), ("to", b))
            signatures.add_edges_from([(("from", a), b)] if b in middle else [])
            signatures.add_edges_from([(a, ("to", b))] if a in middle else [])
            signatures.add_edges_from([(a, b)] if {a, b} <= middle else [])
        types = {id: entity.type.name for id, entity in self.reference.build.memory.entities.items()}
        ends = product({("from", types[id]) for id in self.sources}, {("to", types[id]) for id in self.targets})
        return any(
            a in signatures
            and b in signatures
            and nx.has_path(signatures, a, b)
            and nx.shortest_path_length(signatures, a, b) <= self.depth
            for a, b in ends
        )


@dataclass(frozen=True)
class Walks:
    """What can be reached from an entity, step by step."""

    first: Reference
    """What the first step may take."""
    further: Reference
    source: EntityId
    depth: int
    not_twice: str | None = None
    """Type that may not be walked twice in a row."""

    def states(self) -> nx.DiGraph:
        """Who can be stepped to from whom; a node also tells whether it was entered over the type `not_twice`."""
        graph = nx.DiGraph()
        graph.add_node((self.source, False))
        for id in self.first.build.memory.entities:
            if id != self.source and not self.passable(id):
                continue
            reference = self.first if id == self.source else self.further
            for one in filter(reference.admits, reference.build.memory.relations):
                spends = one.type.name == self.not_twice
                for a, b in reference.ways(one.type, one.subject, one.object):
                    if a == id and self.source != b:
                        graph.add_edges_from(
                            [((a, spent), (b, spends)) for spent in (False, True) if not (spent and spends)]
                        )
        return graph

    def passable(self, id: EntityId) -> bool:
        """Whether the walk goes on from there."""
        reference = self.first
        return not reference.barred(id) and not (
            reference.mode == "BLOCK_TRANSIT" and id in reference.hubs_but([self.source])
        )

    def distances(self) -> dict[EntityId, int]:
        """Fewest hops to everything but the source, at any distance."""
        found: dict[EntityId, int] = {}
        for (id, _), distance in nx.single_source_shortest_path_length(self.states(), (self.source, False)).items():
            found[id] = min(distance, found.get(id, distance))
        return {id: distance for id, distance in found.items() if id != self.source}

    def goals(self, goal: Variables) -> list[tuple[int, EntityId]]:
        """Those within the depth that a filter admits, nearest first."""
        return sorted((d, id) for id, d in self._sought(goal).items() if d <= self.depth)

    def status(self, goal: Variables) -> str:
        """What is to be said of them."""
        if self.goals(goal):
            return "FOUND"
        return "NONE_WITHIN_BOUNDS" if self._sought(goal) else "NO_PATH"

    def _sought(self, goal: Variables) -> dict[EntityId, int]:
        return {id: d for id, d in self.distances().items() if self.first.entity_meets(goal, id)}

    def leads(self, path: Way) -> bool:
        """Whether the walk may go this way."""
        states = self.states()
        ends = {(self.source, False)}
        for id in path[1:]:
            ends = {after for before in ends & set(states) for after in states.successors(before) if after[0] == id}
        return path[0] == self.source and bool(ends)

    def cut_off(self, *without: EntityId) -> set[EntityId]:
        """What is reached within the depth, but not along the same steps without these."""
        near = {self.source: 0} | {id: d for id, d in self.distances().items() if d <= self.depth}
        steps = nx.DiGraph([(a, b) for (a, _), (b, _) in self.states().edges if near.get(a, self.depth) < self.depth])
        steps.add_nodes_from(near)
        steps.remove_nodes_from(without)
        left = {self.source, *nx.descendants(steps, self.source)} if self.source in steps else set()
        return set(near) - left - set(without)


@dataclass(frozen=True)
class Case:
    """A question about a graph."""

    build: GraphBuilder
    variables: dict[str, Any]

    def reference(self, outward: frozenset[str] | None = None, inward: frozenset[str] | None = None) -> Reference:
        asked = self.variables
        return Reference(self.build, asked["via"], asked["through"], asked["avoid"], asked["hubs"], outward, inward)
