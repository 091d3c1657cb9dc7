"""A snapshot from what was read of the graph, and the next snapshot from the last one and what has changed."""

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from graph_schema.ids import EntityId, RelationId, relation_id
from graph_schema.vocabulary import EntityType, Modality
from service.index.build import RelationLists, build
from service.index.change import Change, RelationRow
from service.index.claim_lists import ClaimBuilder, ClaimLists
from service.index.entities import EntityIds
from service.index.filters import day_number
from service.index.layout import (
    CODE_SHIFT,
    COMMON_NOUN,
    ENDED_SOME_DAY,
    ENTITY_TYPE_CODE,
    GONE,
    INWARD,
    STATUS_CODE,
    STATUS_SHIFT,
    TYPE_CODE,
    TYPES,
    Array,
    Bytes,
    Numbers,
)
from service.index.naming import Naming
from service.index.snapshot import Snapshot, joined
from service.paths.specificity import is_common_noun


class NotFollowable(Exception):
    """What changed does not tell how to change the snapshot: it must be read anew."""


def digest_of(id: str) -> int:
    """32 bits of an id."""
    return zlib.crc32(id.encode())


def type_code(type: EntityType, name: str) -> int:
    """Code of an entity's type, with COMMON_NOUN."""
    return ENTITY_TYPE_CODE[type] | (COMMON_NOUN if is_common_noun(type, name) else 0)


def period_of(status: Modality, first: dt.date | None, last: dt.date | None) -> tuple[int, int]:
    """First and last day as the index keeps them."""
    if last is None and status is Modality.ENDED:
        return day_number(first), ENDED_SOME_DAY
    return day_number(first), day_number(last)


def detail_of(row: RelationRow) -> tuple[int, ...]:
    """What the index keeps of a relation's details."""
    first, last = period_of(row.status, row.valid_from, row.valid_to)
    return first, last, row.sources, row.claims, day_number(row.first_seen), day_number(row.last_seen)


def ranks(ids: Sequence[EntityId]) -> Numbers:
    """The place of each id among all of them. Bytes in UTF-8 sort as the code points of text do."""
    encoded = [id.encode() for id in ids]
    rank = np.empty(len(ids), dtype=np.int32)
    rank[sorted(range(len(ids)), key=encoded.__getitem__)] = np.arange(len(ids), dtype=np.int32)
    return rank


def snapshot_of(
    version: int,
    ids: Sequence[EntityId],
    types: Bytes,
    names: Sequence[Sequence[str]],
    wholes: Mapping[EntityId, EntityId],
    lists: RelationLists,
    details: Numbers,
    claims: ClaimLists | None,
) -> Snapshot:
    """A snapshot of entities in any order, of which the ends of `lists` are places. `names`: of each its name and aliases.

    Raises TooManyConfidences.
    """
    degree = np.bincount(lists.subject, minlength=len(ids)) + np.bincount(lists.object, minlength=len(ids))
    order = np.argsort(-degree, kind="stable")
    number = np.empty(len(ids), dtype=np.int32)
    number[order] = np.arange(len(ids), dtype=np.int32)
    ordered = [ids[int(i)] for i in order]
    lists = replace(lists, subject=number[lists.subject], object=number[lists.object])
    naming = Naming.of([names[int(i)] for i in order], wholes)
    return _made(version, EntityIds.of(ordered), types[order], naming, ranks(ordered), lists, details, claims)


def _made(
    version: int,
    ids: EntityIds,
    types: Bytes,
    naming: Naming,
    rank: Numbers,
    lists: RelationLists,
    details: Numbers,
    claims: ClaimLists | None,
) -> Snapshot:
    rows, relations, confidences = build(lists, details, rank)
    behind = None if claims is None else claims.sorted(len(lists.subject))
    return Snapshot(version, rows, relations, confidences, details, ids, types, naming, behind, *joined(rows))


class Details:
    """Numbers for details."""

    def __init__(self, known: Numbers | None = None) -> None:
        rows = () if known is None else map(tuple, known.tolist())
        self._codes: dict[tuple[int, ...], int] = {row: code for code, row in enumerate(rows)}

    def code(self, detail: tuple[int, ...]) -> int:
        """The number of a detail."""
        return self._codes.setdefault(detail, len(self._codes))

    @property
    def table(self) -> Numbers:
        """d × 6: the details by number."""
        return np.array(list(self._codes), dtype=np.int32).reshape(-1, 6)


def lists_of(graph: Snapshot) -> RelationLists:
    """The relations of a snapshot as lists, by number."""
    rows, m = graph.rows, graph.number_of_relations
    outward = np.flatnonzero(rows.tag & INWARD == 0)
    order = np.empty(m, dtype=np.int64)
    order[rows.relation[outward]] = outward
    subject = np.repeat(np.arange(graph.entities, dtype=np.int32), np.diff(rows.start))[order]
    tag = rows.tag[order]
    return RelationLists(
        subject=subject,
        object=rows.neighbour[order],
        type=(tag & (INWARD - 1)).astype(np.uint8),
        status=((tag >> STATUS_SHIFT) & 7).astype(np.uint8),
        confidence=graph.confidences[tag >> CODE_SHIFT],
        detail=graph.relations.detail,
        digest=graph.relations.digest,
    )


def next_snapshot(graph: Snapshot, change: Change) -> Snapshot:
    """The snapshot that a change makes of another. Raises NotFollowable, TooManyConfidences."""
    ids, types, rank = _entities(graph, change)
    lists = lists_of(graph)
    stale = {*change.removed_relations, *(row.id for row in change.relations)}
    gone = _places(ids, lists, stale)
    kept = np.ones(len(lists.subject), dtype=bool)
    kept[gone] = False
    number = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    details = Details(graph.details)
    fresh = relation_lists(change.relations, ids, details)
    merged = RelationLists(
        **{
            name: np.concatenate([getattr(lists, name)[kept], getattr(fresh, name)])
            for name in RelationLists.__dataclass_fields__
        }
    )
    claims = None
    if graph.claims is not None:
        first = int(kept.sum())
        owners = {row.id: first + i for i, row in enumerate(change.relations)}
        claims = ClaimLists.of(graph.claims).changed(number, change.claims, owners, change.began)
    naming = graph.naming
    if change.entities:
        places = ((ids.number_of(row.id), row) for row in change.entities)
        called = {place: (row.name, *row.aliases) for place, row in places if place is not None}
        naming = naming.changed(called, ((row.id, row.whole) for row in change.entities))
    return _made(change.version, ids, types, naming, rank, merged, details.table, claims)


def _entities(graph: Snapshot, change: Change) -> tuple[EntityIds, Bytes, Numbers]:
    """Ids, types and ranks after a change."""
    types = graph.types.copy()
    new = []
    for id in change.removed_entities:
        if (number := graph.ids.number_of(id)) is not None:
            types[number] = GONE
    for row in change.entities:
        if (number := graph.ids.number_of(row.id)) is None:
            new.append(row)
        else:
            types[number] = type_code(row.type, row.name)
    if not new:
        return graph.ids, types, graph.rows.rank
    ids = graph.ids.with_later([row.id for row in new])
    types = np.append(types, np.array([type_code(row.type, row.name) for row in new], dtype=np.uint8))
    rank = np.empty(len(types), dtype=np.int32)
    rank[_sorted_numbers(graph, ids, [row.id for row in new])] = np.arange(len(types), dtype=np.int32)
    return ids, types, rank


def _sorted_numbers(graph: Snapshot, ids: EntityIds, new: Sequence[EntityId]) -> Numbers:
    """All numbers by id: the new ones are put where they belong among the known ones."""
    first = graph.entities
    ordered = sorted(range(len(new)), key=lambda i: new[i].encode())
    places = [_place(graph, ids, new[i]) for i in ordered]
    return np.insert(graph.rows.by_rank, places, [first + i for i in ordered]).astype(np.int32)


def _place(graph: Snapshot, ids: EntityIds, id: EntityId) -> int:
    """How many entities of the snapshot come before an id."""
    low, high, wanted = 0, graph.entities, id.encode()
    while low < high:
        middle = (low + high) // 2
        if ids.id_of(int(graph.rows.by_rank[middle])).encode() < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _places(ids: EntityIds, lists: RelationLists, stale: set[RelationId]) -> Array:
    """Where relations lie that are removed or changed; those that the snapshot never had are left out."""
    digests = np.array([digest_of(id) for id in stale], dtype=np.uint32)
    found = np.flatnonzero(np.isin(lists.digest, digests))
    return np.array([place for place in map(int, found) if _id(ids, lists, place) in stale], dtype=np.int64)


def _id(ids: EntityIds, lists: RelationLists, place: int) -> RelationId:
    subject, object = ids.ids_of((int(lists.subject[place]), int(lists.object[place])))
    return relation_id(subject, TYPES[lists.type[place]], object)


def relation_lists(rows: Sequence[RelationRow], ids: EntityIds, details: Details) -> RelationLists:
    """Rows as lists. Raises NotFollowable when an end is not known."""
    ends = [ids.number_of(end) for row in rows for end in (row.subject, row.object)]
    if None in ends:
        raise NotFollowable("a relation to an entity that is not known")
    pairs = np.array(ends, dtype=np.int32).reshape(-1, 2)
    return RelationLists(
        subject=pairs[:, 0],
        object=pairs[:, 1],
        type=np.array([TYPE_CODE[row.type] for row in rows], dtype=np.uint8),
        status=np.array([STATUS_CODE[row.status] for row in rows], dtype=np.uint8),
        confidence=np.array([row.confidence for row in rows], dtype=np.float64),
        detail=np.array([details.code(detail_of(row)) for row in rows], dtype=np.int32),
        digest=np.array([digest_of(row.id) for row in rows], dtype=np.uint32),
    )


def snapshot_of_rows(change: Change) -> Snapshot:
    """A snapshot of a whole graph told as a change from nothing. Raises NotFollowable, TooManyConfidences."""
    ids = [row.id for row in change.entities]
    table, details = EntityIds.of(ids), Details()
    lists = relation_lists(change.relations, table, details)
    owners = {row.id: i for i, row in enumerate(change.relations)}
    claims = ClaimBuilder()
    for claim in change.claims:
        claims.add(owners[claim.relation], claim)
    types = np.array([type_code(row.type, row.name) for row in change.entities], dtype=np.uint8)
    names = [(row.name, *row.aliases) for row in change.entities]
    wholes = {row.id: row.whole for row in change.entities if row.whole is not None}
    return snapshot_of(change.version, ids, types, names, wholes, lists, details.table, claims.lists(change.began))
