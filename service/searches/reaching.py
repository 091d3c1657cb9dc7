"""Which entities of a kind lie around one, each with its best shortest path."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from graph_schema.ids import EntityId
from graph_schema.vocabulary import RelationType
from service.engines.interface import GraphReader, GraphView
from service.filters.walk import EntityFilter, Walk
from service.paths.budget import Budget, Meter
from service.paths.reach import Reach, Reached, ReachQuestion
from service.paths.report import SearchReport
from service.queries.records import EntityRecord
from service.searches.desk import Answering
from service.searches.hops import Hop, Path, path_of
from service.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class ReachItem:
    """An entity that was sought, and the best shortest path to it."""

    entity: EntityRecord
    distance: int
    path: Path


@dataclass(frozen=True, slots=True)
class ReachAnswer:
    """What was found, nearest first."""

    source: EntityRecord
    items: tuple[ReachItem, ...]
    more: bool
    found: int
    """Entities found, those of other pages too, as far as the search went."""
    report: SearchReport


@dataclass(frozen=True, slots=True)
class ReachFinding:
    """What the walk from an entity found."""

    source: EntityRecord
    reach: Reach


@dataclass(frozen=True, slots=True)
class ReachRequest:
    """What is sought from where, over which relations. Entities may be named by id, name or alias."""

    source: str
    goal: EntityFilter
    walks: tuple[Walk, ...] = (Walk(),)
    """Conditions of the first step, the second …; the last one holds for all further steps."""
    not_twice: RelationType | None = None
    """A relation type that may not be walked twice in a row."""
    budget: Budget = field(default_factory=Budget)
    skip: int = 0
    limit: int = 20

    @property
    def named(self) -> frozenset[str]:
        """Every entity that the request names."""
        return frozenset({self.source}).union(self.goal.named, *(walk.named for walk in self.walks))

    def resolved(self, ids: Mapping[str, EntityId]) -> ReachQuestion:
        """The question with an id for each name."""
        return ReachQuestion(
            source=ids[self.source],
            goal=self.goal.resolved(ids),
            max_depth=self.budget.max_depth,
            walks=tuple(walk.resolved(ids) for walk in self.walks),
            not_twice=self.not_twice,
            enough=self.skip + self.limit + 1,
            look_past=True,
        )

    def check(self, settings: ServiceSettings) -> None:
        """Nothing but the budget is limited."""

    async def explore(self, view: GraphView, meter: Meter) -> ReachFinding:
        """Walk outward from what the name means."""
        known = await view.entities_meant(sorted(self.named))
        question = self.resolved({name: entity.id for name, entity in known.items()})
        return ReachFinding(known[self.source], await view.reach(question, meter))

    async def answer(self, answering: Answering, found: ReachFinding) -> ReachAnswer:
        """A page of what was found."""
        goals, end = found.reach.goals, self.skip + self.limit
        items = await with_paths(answering.reader, goals[self.skip : end], self.walks)
        report = answering.report(found.reach, hops_once(item.path for item in items), self.walks[0].via)
        return ReachAnswer(found.source, tuple(items), len(goals) > end, len(goals), report)


async def with_paths(reader: GraphReader, goals: Sequence[Reached], walks: Sequence[Walk]) -> list[ReachItem]:
    """Goals with the relations on the way there; without those of which a relation vanished since the search."""
    behind = await reader.hops([pair for one in goals for pair in pairwise(one.entities)], widest(walks))
    paths = ((one.distance, path_of(one.entities, float(one.distance), behind)) for one in goals)
    return [ReachItem(path.entities[-1], distance, path) for distance, path in paths if path is not None]


def hops_once(paths: Iterable[Path]) -> list[Hop]:
    """The hops of paths that share their beginnings, each once."""
    return list({(hop.source.id, hop.target.id): hop for path in paths for hop in path.hops}.values())


def widest(walks: Sequence[Walk]) -> Walk:
    """A walk that admits every relation that one of `walks` does: for showing hops, not for searching."""
    first, outward, inward = walks[0], set(), set()
    for walk in walks:
        for type in walk.via.admitted_types:
            forward, backward = walk.via.ways(type)
            outward |= {type} if forward else set()
            inward |= {type} if backward else set()
    via = replace(first.via, types=(), outward=tuple(sorted(outward)), inward=tuple(sorted(inward)))
    return replace(first, via=via)
