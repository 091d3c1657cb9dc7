"""Path questions: ends resolved, schema asked first, graph searched, hops filled in."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice, pairwise, product

from graph_schema.errors import QuestionError
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType
from service.engines.interface import GraphView
from service.filters.walk import Walk, possible_by_schema
from service.paths.budget import Budget, Meter
from service.paths.report import PathStatus, SearchReport
from service.paths.search import MOST_RANKED, PathQuestion, PathWeight, SearchOutcome
from service.queries.records import EntityRecord, RelationRecord
from service.searches.desk import Answering, check_range
from service.searches.hops import Hop, Path, path_of
from service.settings import ServiceSettings


class DistinctBy(StrEnum):
    """When two paths are two."""

    ENTITIES = "entities"
    """They pass other entities; each hop holds all relations between its two."""
    RELATION_TYPES = "relation_types"
    """They pass other entities or relation types; each hop holds the relations of one type."""
    RELATIONS = "relations"
    """They pass other relations; each hop holds one."""


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """Paths, best first, and what they mean."""

    sources: tuple[EntityRecord, ...]
    targets: tuple[EntityRecord, ...]
    paths: tuple[Path, ...]
    report: SearchReport


@dataclass(frozen=True, slots=True)
class PathFinding:
    """What the search for paths found, between which entities."""

    sources: tuple[EntityRecord, ...]
    targets: tuple[EntityRecord, ...]
    outcome: SearchOutcome


@dataclass(frozen=True, slots=True)
class PathRequest:
    """A path question. Wherever it names an entity, an id, a name or an alias will do."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    k: int = 1
    skip: int = 0
    """Paths that rank first and are left out, for paging."""
    min_length: int = 1
    must_pass: tuple[str, ...] = ()
    weight: PathWeight = PathWeight.HOPS
    diversity: float = 0.0
    distinct_by: DistinctBy = DistinctBy.ENTITIES
    walk: Walk = field(default_factory=Walk)
    budget: Budget = field(default_factory=Budget)

    def check(self, settings: ServiceSettings) -> None:
        """Raise LimitExceeded or QuestionError when more is asked than is granted, or nonsense."""
        check_range("k", self.k, 1, settings.max_paths)
        check_range("the number of paths skipped", self.skip, 0, MOST_RANKED)
        check_range("minLength", self.min_length, 1, self.budget.max_depth)
        check_range("the number of names", len(self.sources) + len(self.targets), 2, settings.max_ids)
        if not 0.0 <= self.diversity <= 1.0:
            raise QuestionError(f"diversity is {self.diversity:g}, it must lie in [0, 1]")

    async def explore(self, view: GraphView, meter: Meter) -> PathFinding:
        """The k best paths between what the names mean; none are sought where the vocabulary admits none."""
        names = [*self.sources, *self.targets, *self.must_pass, *sorted(self.walk.named)]
        known = await view.entities_meant(names)
        ids = {name: entity.id for name, entity in known.items()}
        sources = tuple(dict.fromkeys(known[name] for name in self.sources))
        targets = tuple(dict.fromkeys(known[name] for name in self.targets))
        question = PathQuestion(
            ids_of(sources),
            ids_of(targets),
            k=self.skip + self.k,
            min_length=self.min_length,
            must_pass=frozenset(ids[name] for name in self.must_pass),
            weight=self.weight,
            diversity=self.diversity,
            walk=self.walk.resolved(ids),
        )
        if question.sources & question.targets:
            outcome = SearchOutcome(status=PathStatus.SAME_ENTITY)
        elif not possible_by_schema(question.walk, types_of(sources), types_of(targets), self.budget.max_depth):
            outcome = SearchOutcome(status=PathStatus.IMPOSSIBLE_BY_SCHEMA)
        else:
            outcome = await view.paths(question, meter)
        return PathFinding(sources, targets, outcome)

    async def answer(self, answering: Answering, found: PathFinding) -> PathAnswer:
        """The paths with the relations that the question admits."""
        wanted = found.outcome.paths[self.skip :]
        behind = await answering.reader.hops([pair for one in wanted for pair in pairwise(one.entities)], self.walk)
        filled = (path_of(one.entities, one.cost, behind, [step.cost for step in one.steps]) for one in wanted)
        paths = tuple(islice(unfold((path for path in filled if path), self.distinct_by), self.k))
        report = answering.report(found.outcome, [hop for path in paths for hop in path.hops], self.walk.via)
        return PathAnswer(found.sources, found.targets, paths, report)


def ids_of(entities: Iterable[EntityRecord]) -> frozenset[EntityId]:
    """The ids of entities."""
    return frozenset(entity.id for entity in entities)


def types_of(entities: Iterable[EntityRecord]) -> frozenset[EntityType]:
    """The types of entities."""
    return frozenset(entity.type for entity in entities)


def unfold(paths: Iterable[Path], distinct_by: DistinctBy) -> Iterable[Path]:
    """Each path as often as `distinct_by` tells its relations apart, the surest choice first."""
    if distinct_by is DistinctBy.ENTITIES:
        yield from paths
        return
    for path in paths:
        choices = [_choices(hop, distinct_by) for hop in path.hops]
        for chosen in product(*choices):
            hops = (replace(hop, relations=relations) for hop, relations in zip(path.hops, chosen, strict=True))
            yield replace(path, hops=tuple(hops))


def _choices(hop: Hop, distinct_by: DistinctBy) -> list[tuple[RelationRecord, ...]]:
    if distinct_by is DistinctBy.RELATIONS:
        return [(relation,) for relation in hop.relations]
    by_type: dict[tuple[RelationType, bool], list[RelationRecord]] = {}
    for relation in hop.relations:
        by_type.setdefault((relation.type, relation.subject == hop.source.id), []).append(relation)
    return [tuple(relations) for relations in by_type.values()]
