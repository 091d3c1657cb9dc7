"""Path questions from names to evidence: ends resolved, schema asked first, graph searched, hops filled in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice, pairwise, product

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import DeadlineExceeded, LimitExceeded, QuestionError
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType
from service.filters.hubs import HubMode
from service.filters.walk import RelationFilter, UndatedPolicy, Walk, possible_by_schema
from service.paths.budget import Budget, Meter
from service.paths.report import Bound, PathStatus, SearchReport, hint_for
from service.paths.search import MOST_RANKED, PathQuestion, PathWeight, SearchOutcome, search
from service.queries.cypher_text import draw_hops
from service.queries.paths_expand import GraphExpander, HopKey, relations_of_hops
from service.queries.records import EntityRecord, RelationRecord
from service.searches.endpoints import entities_meant
from service.searches.hub_degrees import HubDegrees
from service.searches.turns import CutShort, Turns
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
class Hop:
    """One step of a path with every relation that the question admits between its two entities, surest first."""

    index: int
    source: EntityRecord
    target: EntityRecord
    relations: tuple[RelationRecord, ...]


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
        return draw_hops((hop.source.id, hop.target.id, hop.relations) for hop in self.hops)


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """Paths, best first, and what they mean."""

    sources: tuple[EntityRecord, ...]
    targets: tuple[EntityRecord, ...]
    paths: tuple[Path, ...]
    report: SearchReport


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


@dataclass(frozen=True, slots=True)
class _Ends:
    """A request whose names are resolved."""

    request: PathRequest
    sources: tuple[EntityRecord, ...]
    targets: tuple[EntityRecord, ...]
    must_pass: frozenset[EntityId]
    walk: Walk


class PathFinder:
    """Answers path questions on one graph, a limited number at a time."""

    def __init__(
        self,
        graph: Graph,
        settings: ServiceSettings,
        turns: Turns | None = None,
        hub_degrees: HubDegrees | None = None,
    ) -> None:
        self.graph, self._settings = graph, settings
        self._turns = turns or Turns(settings.path_concurrency)
        self._hub_degrees = hub_degrees or HubDegrees()

    async def find(self, request: PathRequest) -> PathAnswer:
        """The k best paths with their relations; want of budget is reported, not raised.

        All of a question's queries run in one READ transaction. Raises EntityNotFound, LimitExceeded, QuestionError,
        GraphUnavailable, GraphError.
        """
        check_limits(request, self._settings)
        meter = Meter(replace(request.budget, timeout_s=request.budget.timeout_s * SEARCH_SHARE))
        async with self._turns.within(request.budget.timeout_s) as granted:
            if not granted:
                asked = await self.graph.read(_resolve, request)
                return self._answer(asked, _no_outcome(PathStatus.BUDGET_EXHAUSTED, Bound.TIME), {}, {}, meter)
            try:
                seconds = request.budget.timeout_s + RESOLVE_S
                asked, outcome, hops = await self.graph.read_within(seconds, self._work, request, meter)
            except CutShort as cut:
                asked, outcome = cut.result
                hops = await self._last_hops(outcome, asked.walk)
        return self._answer(asked, outcome, *hops, meter)

    async def _work(
        self, tx: AsyncManagedTransaction, request: PathRequest, meter: Meter
    ) -> "tuple[_Ends, SearchOutcome, _Relations]":
        asked = await _resolve(tx, request)
        if (outcome := _without_search(asked)) is None:
            ends = ids_of(asked.sources) | ids_of(asked.targets) | asked.must_pass
            walk = await self._hub_degrees.settle(tx, asked.walk)
            expander = GraphExpander(tx, walk, ends, default_degree=self._settings.hub_degree)
            outcome = await search(expander, _question(asked), request.budget, meter)
            outcome = replace(outcome, paths=outcome.paths[request.skip :])
            if expander.broken:
                raise CutShort((asked, outcome))
        return asked, outcome, await _hops_of(tx, outcome, asked.walk)

    async def _last_hops(self, outcome: SearchOutcome, walk: Walk) -> "_Relations":
        """The relations of what was found when time ran out; a database too busy for them leaves the answer empty."""
        try:
            return await self.graph.read_within(LAST_S, _hops_of, outcome, walk)
        except DeadlineExceeded:
            return {}, {}

    def _answer(
        self,
        asked: _Ends,
        outcome: SearchOutcome,
        relations: Mapping[HopKey, tuple[RelationRecord, ...]],
        entities: Mapping[EntityId, EntityRecord],
        meter: Meter,
    ) -> PathAnswer:
        filled = (path_of(one.entities, one.cost, relations, entities) for one in outcome.paths)
        folded = [path for path in filled if path is not None]
        paths = tuple(islice(unfold(folded, asked.request.distinct_by), asked.request.k))
        return PathAnswer(asked.sources, asked.targets, paths, self._report(asked, outcome, paths, meter))

    def _report(self, asked: _Ends, outcome: SearchOutcome, paths: Sequence[Path], meter: Meter) -> SearchReport:
        hops = [hop for path in paths for hop in path.hops]
        hint = hint_for(
            outcome.status,
            outcome.limited_by,
            depth=asked.request.budget.max_depth,
            most_depth=self._settings.max_depth,
            hubs=len(outcome.hubs),
        )
        return SearchReport(
            status=outcome.status,
            limited_by=outcome.limited_by,
            expanded=outcome.expanded,
            elapsed_ms=meter.elapsed_s * 1000,
            hubs_skipped=tuple(sorted(outcome.hubs)),
            undated=flagged(hops, asked.walk.via),
            hint=hint,
            cypher=draw_hops((hop.source.id, hop.target.id, hop.relations) for hop in hops) if paths else None,
        )


_Relations = tuple[Mapping[HopKey, tuple[RelationRecord, ...]], Mapping[EntityId, EntityRecord]]
SEARCH_SHARE = 0.9
"""Part of the time that goes into the search; the rest is for the relations of what was found."""
RESOLVE_S = 1.0
"""Seconds on top of the budget that the database grants a question, for names to be looked up."""
LAST_S = 0.5
"""Seconds to fill in the hops of what was found when time ran out."""


async def _resolve(tx: AsyncManagedTransaction, request: PathRequest) -> _Ends:
    names = [*request.sources, *request.targets, *request.must_pass, *sorted(request.walk.named)]
    known = await entities_meant(tx, names)
    ids = {name: entity.id for name, entity in known.items()}
    return _Ends(
        request,
        tuple(dict.fromkeys(known[name] for name in request.sources)),
        tuple(dict.fromkeys(known[name] for name in request.targets)),
        frozenset(ids[name] for name in request.must_pass),
        request.walk.resolved(ids),
    )


def _without_search(asked: _Ends) -> SearchOutcome | None:
    """The outcome where it follows from the ends and the vocabulary alone."""
    if ids_of(asked.sources) & ids_of(asked.targets):
        return _no_outcome(PathStatus.SAME_ENTITY)
    depth = asked.request.budget.max_depth
    if not possible_by_schema(asked.walk, types_of(asked.sources), types_of(asked.targets), depth):
        return _no_outcome(PathStatus.IMPOSSIBLE_BY_SCHEMA)
    return None


def _no_outcome(status: PathStatus, limited_by: Bound | None = None) -> SearchOutcome:
    return SearchOutcome((), status, limited_by, 0, frozenset())


def _question(asked: _Ends) -> PathQuestion:
    request, mode = asked.request, asked.walk.hubs.mode
    return PathQuestion(
        ids_of(asked.sources),
        ids_of(asked.targets),
        k=request.skip + request.k,
        min_length=request.min_length,
        must_pass=asked.must_pass,
        weight=request.weight,
        cross_hubs=mode is not HubMode.BLOCK_TRANSIT,
        hub_penalty=mode is HubMode.PENALISE,
        diversity=request.diversity,
    )


async def _hops_of(tx: AsyncManagedTransaction, outcome: SearchOutcome, walk: Walk) -> _Relations:
    pairs = [pair for path in outcome.paths for pair in pairwise(path.entities)]
    return await relations_of_hops(tx, pairs, walk)


def check_limits(request: PathRequest, settings: ServiceSettings) -> None:
    """Raise LimitExceeded or QuestionError when a request asks for more than the service grants, or makes no sense."""
    budget = request.budget
    for what, asked, least, most in (
        ("maxDepth", budget.max_depth, 1, settings.max_depth),
        ("maxExpansions", budget.max_expansions, 1, settings.max_expansions),
        ("timeoutMs", round(budget.timeout_s * 1000), 1, settings.max_timeout_ms),
        ("k", request.k, 1, settings.max_paths),
        ("the number of paths skipped", request.skip, 0, MOST_RANKED),
        ("minLength", request.min_length, 1, budget.max_depth),
        ("the number of names", len(request.sources) + len(request.targets), 2, settings.max_ids),
    ):
        if asked > most:
            raise LimitExceeded(what, asked, most)
        if asked < least:
            raise QuestionError(f"{what} is {asked}, it must be at least {least}")
    if not 0.0 <= request.diversity <= 1.0:
        raise QuestionError(f"diversity is {request.diversity:g}, it must lie in [0, 1]")


def ids_of(entities: Iterable[EntityRecord]) -> frozenset[EntityId]:
    """The ids of entities."""
    return frozenset(entity.id for entity in entities)


def types_of(entities: Iterable[EntityRecord]) -> frozenset[EntityType]:
    """The types of entities."""
    return frozenset(entity.type for entity in entities)


def flagged(hops: Iterable[Hop], via: RelationFilter) -> int:
    """Number of undated relations in these hops, where the filter asks for them to be flagged, else 0."""
    undated = {relation.id for hop in hops for relation in hop.relations if relation.undated}
    return len(undated) if via.undated is UndatedPolicy.FLAG else 0


def path_id(entities: Collection[EntityId]) -> str:
    """Id of the path through these entities."""
    return "path:" + ">".join(entities)


def path_of(
    entities: Sequence[EntityId],
    cost: float,
    relations: Mapping[HopKey, tuple[RelationRecord, ...]],
    known: Mapping[EntityId, EntityRecord],
) -> Path | None:
    """The path with its relations; None when one of them vanished from the graph since the search."""
    pairs = list(pairwise(entities))
    if any(pair not in relations for pair in pairs):
        return None
    return Path(tuple(Hop(i, known[a], known[b], relations[a, b]) for i, (a, b) in enumerate(pairs)), cost)


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
