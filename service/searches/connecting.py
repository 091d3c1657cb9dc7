"""What ties several entities together, and what changed between two entities."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from graph_schema.errors import LimitExceeded, QuestionError
from service.filters.walk import RelationFilter
from service.paths.report import PathStatus, SearchReport
from service.queries.paths_expand import HopKey
from service.queries.records import EntityRecord, RelationRecord
from service.searches.desk import Searches
from service.searches.hops import Hop, Path, drawing, flagged
from service.searches.paths import PathAnswer, PathRequest

MOST_TERMINALS = 12


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Entities and the relations between them that join the entities asked for."""

    terminals: tuple[EntityRecord, ...]
    entities: tuple[EntityRecord, ...]
    relations: tuple[RelationRecord, ...]
    unconnected: tuple[EntityRecord, ...]
    """Entities asked for that nothing was found to join to the first."""
    report: SearchReport


async def connecting_subgraph(
    searches: Searches, names: Sequence[str], template: PathRequest, *, most_entities: int
) -> Subgraph:
    """A small subgraph that joins all of `names`: each is joined by the best path to what is joined already.

    At most twice as large as the smallest there is, while no limit is met. Raises what `Searches.run` does.
    Source: Takahashi & Matsuyama 1980, an approximate solution for the Steiner problem in graphs.
    """
    if len(names) > MOST_TERMINALS:
        raise LimitExceeded("the number of ids", len(names), MOST_TERMINALS)
    if len(names) < 2:
        raise QuestionError("name at least two entities")
    terminals = tuple(dict.fromkeys((await searches.lookup(names)).values()))
    joined = {terminals[0].id: terminals[0]}
    waiting = {entity.id: entity for entity in terminals[1:]}
    hops: dict[HopKey, Hop] = {}
    reports: list[SearchReport] = []
    while waiting:
        answer = await searches.run(replace(template, sources=tuple(joined), targets=tuple(waiting), k=1))
        reports.append(answer.report)
        if not answer.paths:
            break
        (path,) = answer.paths
        joined |= {entity.id: entity for entity in path.entities}
        if len(joined) > most_entities:
            raise LimitExceeded("the number of entities that join them", len(joined), most_entities)
        hops |= {(hop.source.id, hop.target.id): hop for hop in path.hops}
        waiting = {id: entity for id, entity in waiting.items() if id not in joined}
    relations = {one.id: one for one in chain.from_iterable(hop.relations for hop in hops.values())}
    return Subgraph(
        terminals=terminals,
        entities=tuple(joined.values()),
        relations=tuple(relations.values()),
        unconnected=tuple(waiting.values()),
        report=_together(reports, list(hops.values()), template.walk.via),
    )


def _together(reports: Sequence[SearchReport], hops: Sequence[Hop], via: RelationFilter) -> SearchReport:
    """One report over several searches: the last status, the sum of the work."""
    if not reports:
        return SearchReport(PathStatus.SAME_ENTITY)
    return replace(
        reports[-1],
        expanded=sum(one.expanded for one in reports),
        elapsed_ms=sum(one.elapsed_ms for one in reports),
        hubs_skipped=tuple(sorted({id for one in reports for id in one.hubs_skipped})),
        undated=flagged(hops, via),
        cypher=drawing(hops) if hops else None,
    )


@dataclass(frozen=True, slots=True)
class PathsDiff:
    """Paths that exist under one question and not under another."""

    appeared: tuple[Path, ...]
    vanished: tuple[Path, ...]
    kept: tuple[Path, ...]
    before: SearchReport
    after: SearchReport


async def paths_diff(searches: Searches, before: PathRequest, after: PathRequest) -> PathsDiff:
    """The k best paths of the one and of the other question, compared by the entities that they pass."""
    old, new = await searches.run(before), await searches.run(after)
    known, current = _by_id(old), _by_id(new)
    return PathsDiff(
        appeared=tuple(path for id, path in current.items() if id not in known),
        vanished=tuple(path for id, path in known.items() if id not in current),
        kept=tuple(path for id, path in current.items() if id in known),
        before=old.report,
        after=new.report,
    )


def _by_id(answer: PathAnswer) -> dict[str, Path]:
    return {path.id: path for path in answer.paths}
