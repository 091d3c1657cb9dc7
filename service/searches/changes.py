"""What changed between two states of the graph: relations of entities, ties to listed entities."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import LimitExceeded
from graph_schema.ids import EntityId, RelationId
from service.paths.report import Bound, PathStatus
from service.queries.changes import RelationsNow, WatchedRelation, relations_since
from service.queries.records import EntityRecord
from service.searches.desk import Searches
from service.searches.endpoints import lookup
from service.searches.exposure import (
    MOST_SUMMARISED,
    Exposure,
    ExposureAnswer,
    ExposureKind,
    ExposureRequest,
)
from service.searches.watching import Watch


class ChangeKind(StrEnum):
    """What became of something that is watched."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RelationChange:
    """What became of one relation."""

    version: int
    kind: ChangeKind
    watched: WatchedRelation
    """As it is now; as it was last, when it was removed."""


async def relation_changes(
    graph: Graph, watch: Watch, names: Sequence[str], *, since: int | None, most: int
) -> AsyncGenerator[RelationChange, None]:
    """Changes of the relations of entities, named by id, name or alias; first those after version `since`, where given.

    Raises EntityNotFound, LimitExceeded when they have more than `most` relations, GraphUnavailable, GraphError.
    """
    ids = [entity.id for entity in (await lookup(graph, names)).values()]
    seen: dict[RelationId, WatchedRelation] = {}
    # What comes while relations are read is told again with the version after the one that was read before them.
    version = await graph.read(graph_version)
    now = await _relations(graph, ids, seen, since=-1 if since is None else since, most=most)
    seen = {one.relation.id: one for one in now.fresh}
    if since is not None:
        for one in _in_order(now.fresh):
            if one.relation.id in now.newer:
                yield RelationChange(version, ChangeKind.CHANGED, one)
    while True:
        if (newest := (await watch.pulse()).version) == version:
            continue
        now = await _relations(graph, ids, seen, since=version, most=most)
        version = newest
        for one in _in_order(now.fresh):
            before, seen[one.relation.id] = seen.get(one.relation.id), one
            if before is None or before.relation != one.relation:
                kind = ChangeKind.ADDED if before is None else ChangeKind.CHANGED
                yield RelationChange(version, kind, one)
        for id in sorted(seen.keys() - now.known):
            yield RelationChange(version, ChangeKind.REMOVED, seen.pop(id))


async def _relations(
    graph: Graph, ids: Sequence[EntityId], seen: dict[RelationId, WatchedRelation], *, since: int, most: int
) -> RelationsNow:
    now = await graph.read(relations_since, ids, list(seen), since=since, limit=most + 1)
    if len(now.known) > most:
        raise LimitExceeded("the number of relations to watch", len(now.known), most)
    return now


def _in_order(relations: Sequence[WatchedRelation]) -> list[WatchedRelation]:
    return sorted(relations, key=lambda one: one.relation.id)


@dataclass(frozen=True, slots=True)
class ExposureChange:
    """What became of one tie to a listed entity."""

    version: int
    kind: ChangeKind
    entity: EntityRecord
    """Whose tie it is."""
    exposure: Exposure
    """As it is now; as it was last, when it was removed."""


_MOST_RETRIES = 3
"""How often a search that time cut short is repeated while the graph stays as it is."""
_EXACT = (None, Bound.DEPTH)
"""Bounds under which the same question is answered alike every time."""
Ties = dict[tuple[ExposureKind, EntityId], Exposure]


async def exposure_changes(
    searches: Searches, watch: Watch, names: Sequence[str], request: ExposureRequest, *, current: bool
) -> AsyncGenerator[ExposureChange, None]:
    """Changes of the ties of entities to listed ones; with `current` first those that there are, as added.

    While a search is cut short by its budget, nothing counts as removed.

    Raises LimitExceeded, and what `Searches.run` raises.
    """
    if len(names) > MOST_SUMMARISED:
        raise LimitExceeded("the number of ids", len(names), MOST_SUMMARISED)
    seen: dict[str, Ties] = {name: {} for name in names}
    begun = version = retries = -1
    late: list[str] = []
    while True:
        if (now := (await watch.pulse()).version) != version:
            begun, version = (now if begun < 0 else begun), now
            due, retries = list(names), 0
        elif late and retries < _MOST_RETRIES:
            due, retries = late, retries + 1
        else:
            continue
        late = []
        for name in due:
            answer = await searches.run(replace(request, entity=name))
            ties, complete = _ties(answer), _complete(answer)
            changes = _differences(seen[name], ties, complete=complete)
            for kind, tie in changes if current or version != begun else ():
                yield ExposureChange(version, kind, answer.entity, tie)
            seen[name] = ties if complete else seen[name] | ties
            if answer.report.limited_by is Bound.TIME:
                late.append(name)


def _ties(answer: ExposureAnswer) -> Ties:
    return {(one.kind, one.entity.id): one for one in answer.exposures}


def _complete(answer: ExposureAnswer) -> bool:
    return answer.report.status is not PathStatus.BUDGET_EXHAUSTED and answer.report.limited_by in _EXACT


def _differences(before: Ties, after: Ties, *, complete: bool) -> list[tuple[ChangeKind, Exposure]]:
    found = []
    for key, tie in after.items():
        if key not in before:
            found.append((ChangeKind.ADDED, tie))
        elif _shape(before[key]) != _shape(tie):
            found.append((ChangeKind.CHANGED, tie))
    gone = [before[key] for key in sorted(before.keys() - after.keys())] if complete else []
    return found + [(ChangeKind.REMOVED, tie) for tie in gone]


def _shape(tie: Exposure) -> tuple[int, tuple[EntityId, ...]]:
    """A tie has changed when it leads another way, not when one of its relations got surer."""
    return tie.distance, () if tie.path is None else tuple(entity.id for entity in tie.path.entities)
