"""From lists of entities and relations to the rows of the index."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.index.compiled import compiled
from service.index.layout import (
    CODE_SHIFT,
    CROWD_STEPS,
    HUB_ROW,
    INWARD,
    KIND,
    MOST_CONFIDENCES,
    SEVERAL,
    SINGLE,
    STATUS_SHIFT,
    TYPES,
    Bytes,
    Costs,
    Longs,
    Numbers,
    Relations,
    Rows,
    Tags,
)


class TooManyConfidences(Exception):
    """The relations have more different confidences than a tag can hold."""


@dataclass(frozen=True, slots=True)
class RelationLists:
    """m relations as they come: who, how, in which state."""

    subject: Numbers
    object: Numbers
    type: Bytes
    status: Bytes
    confidence: Costs
    sources: NDArray[np.uint16]
    period: Numbers
    digest: Tags


def build(lists: RelationLists, rank: Numbers) -> tuple[Rows, Relations, Costs]:
    """The rows, what else is known of each relation, and the table of confidences, highest first.

    The ends of `lists` are numbers of entities, of which `rank` tells the place of the id among all ids.
    Raises TooManyConfidences.
    """
    confidences, code = np.unique(lists.confidence, return_inverse=True)
    confidences = confidences[::-1].copy()
    if len(confidences) >= MOST_CONFIDENCES:
        raise TooManyConfidences(f"{len(confidences)} different confidences")
    code = (len(confidences) - 1 - code).astype(np.uint32)
    tag = kinds(lists) | code << np.uint32(CODE_SHIFT)
    by_rank = np.empty(len(rank), dtype=np.int32)
    by_rank[rank] = np.arange(len(rank), dtype=np.int32)
    m = len(lists.subject)
    order = np.concatenate(
        [
            code.astype(np.uint64) << np.uint64(32) | rank[far].astype(np.uint64)
            for far in (lists.object, lists.subject)
        ]
    ).argsort(kind="stable")
    start = np.zeros(len(rank) + 1, dtype=np.int64)
    counts = np.bincount(lists.subject, minlength=len(rank)) + np.bincount(lists.object, minlength=len(rank))
    np.cumsum(counts, out=start[1:])
    neighbour, tags, relation = (np.empty(2 * m, dtype=kind) for kind in (np.int32, np.uint32, np.int32))
    _fill(order, lists.subject, lists.object, tag, start, neighbour, tags, relation)
    del order
    _flag_repeated(start, neighbour, tags, np.full(len(rank), -1, dtype=np.int32))
    by_neighbour_start, by_neighbour = long_rows(start, neighbour)
    rows = Rows(start, neighbour, tags, relation, by_neighbour_start, by_neighbour, rank, by_rank)
    subject_crowd, object_crowd = (np.empty(m, dtype=np.uint8) for _ in range(2))
    crowds(start, tags, relation, CROWD_STEPS, subject_crowd, object_crowd)
    return rows, Relations(lists.digest, lists.sources, lists.period, subject_crowd, object_crowd), confidences


def kinds(lists: RelationLists) -> Tags:
    """The kind of each relation's slot in its subject's row."""
    single = np.where(lists.sources <= 1, np.uint32(SINGLE), np.uint32(0))
    return lists.type.astype(np.uint32) | lists.status.astype(np.uint32) << np.uint32(STATUS_SHIFT) | single


@compiled
def _fill(order, subject, object, tag, start, neighbour, tags, relation):  # type: ignore[no-untyped-def]
    m = len(subject)
    at = start[:-1].copy()
    for o in order:
        inward = o >= m
        e = o - m if inward else o
        row = object[e] if inward else subject[e]
        p = at[row]
        at[row] += 1
        neighbour[p] = subject[e] if inward else object[e]
        tags[p] = tag[e] | np.uint32(INWARD if inward else 0)
        relation[p] = e


@compiled
def _flag_repeated(start, neighbour, tags, seen):  # type: ignore[no-untyped-def]
    """Flag slots whose row holds the neighbour more than once; `seen` is -1 for each entity."""
    for x in range(len(start) - 1):
        for p in range(start[x], start[x + 1]):
            y = neighbour[p]
            if seen[y] >= 0 and start[x] <= seen[y]:
                tags[p] |= np.uint32(SEVERAL)
                tags[seen[y]] |= np.uint32(SEVERAL)
            seen[y] = p


def long_rows(start: Longs, neighbour: Numbers) -> tuple[Longs, Numbers]:
    """Starts and places by neighbour of the long rows at the front: entities are numbered by falling row length."""
    short = np.flatnonzero(np.diff(start) <= HUB_ROW)
    hubs = int(short[0]) if len(short) else len(start) - 1
    places = np.empty(int(start[hubs]), dtype=np.int32)
    for x in range(hubs):
        row = slice(int(start[x]), int(start[x + 1]))
        places[row] = np.argsort(neighbour[row], kind="stable")
    return start[: hubs + 1].copy(), places


@compiled
def crowds(start, tags, relation, steps, subject_crowd, object_crowd):  # type: ignore[no-untyped-def]
    """Note for both ends of each relation how many relations of its type they have in the same role."""
    counts = np.zeros(2 * INWARD, dtype=np.int64)
    for x in range(len(start) - 1):
        for p in range(start[x], start[x + 1]):
            counts[tags[p] & (2 * INWARD - 1)] += 1
        for p in range(start[x], start[x + 1]):
            way = tags[p] & (2 * INWARD - 1)
            code = np.uint8(np.searchsorted(steps, counts[way], side="right"))
            if way & INWARD:
                object_crowd[relation[p]] = code
            else:
                subject_crowd[relation[p]] = code
        for p in range(start[x], start[x + 1]):
            counts[tags[p] & (2 * INWARD - 1)] = 0


@compiled
def components(start, neighbour, tags, counted):  # type: ignore[no-untyped-def]
    """A number for each entity, the same for those joined by relations of the `counted` kinds, walked either way.

    Source: union-find with path halving, Tarjan & van Leeuwen 1984.
    """
    n = len(start) - 1
    above = np.arange(n).astype(np.int32)
    for x in range(n):
        for p in range(start[x], start[x + 1]):
            y = neighbour[p]
            if y < x or not counted[tags[p] & KIND]:
                continue
            a, b = x, y
            while above[a] != a:
                above[a] = above[above[a]]
                a = above[a]
            while above[b] != b:
                above[b] = above[above[b]]
                b = above[b]
            if a < b:
                above[b] = a
            else:
                above[a] = b
    for x in range(n):
        a = x
        while above[a] != a:
            a = above[a]
        above[x] = a
    return above


assert len(TYPES) <= INWARD
