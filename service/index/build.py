"""From lists of entities and relations to the rows of the index."""

from dataclasses import dataclass

import numpy as np

from service.index.kernels.rows import crowds, fill_rows, flag_repeated
from service.index.layout import (
    CODE_SHIFT,
    CROWD_STEPS,
    HUB_ROW,
    INWARD,
    MOST_CONFIDENCES,
    SINGLE,
    SOURCES,
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
    detail: Numbers
    digest: Tags


def build(lists: RelationLists, details: Numbers, rank: Numbers) -> tuple[Rows, Relations, Costs]:
    """The rows, what else is known of each relation, and the table of confidences, highest first.

    The ends of `lists` are numbers of entities, of which `rank` tells the place of the id among all ids, their details rows of
    `details`.
    Raises TooManyConfidences.
    """
    confidences, code = np.unique(lists.confidence, return_inverse=True)
    confidences = confidences[::-1].copy()
    if len(confidences) >= MOST_CONFIDENCES:
        raise TooManyConfidences(f"{len(confidences)} different confidences")
    code = (len(confidences) - 1 - code).astype(np.uint32)
    tag = kinds(lists, details) | code << np.uint32(CODE_SHIFT)
    by_rank = np.empty(len(rank), dtype=np.int32)
    by_rank[rank] = np.arange(len(rank), dtype=np.int32)
    m = len(lists.subject)
    order = np.concatenate(
        [code.astype(np.uint64) << np.uint64(32) | rank[far].astype(np.uint64) for far in (lists.object, lists.subject)]
    ).argsort(kind="stable")
    start = np.zeros(len(rank) + 1, dtype=np.int64)
    counts = np.bincount(lists.subject, minlength=len(rank)) + np.bincount(lists.object, minlength=len(rank))
    np.cumsum(counts, out=start[1:])
    neighbour, tags, relation = (np.empty(2 * m, dtype=kind) for kind in (np.int32, np.uint32, np.int32))
    fill_rows(order, lists.subject, lists.object, tag, start, neighbour, tags, relation)
    del order
    flag_repeated(start, neighbour, tags, np.full(len(rank), -1, dtype=np.int32))
    by_neighbour_start, by_neighbour = long_rows(start, neighbour)
    rows = Rows(start, neighbour, tags, relation, by_neighbour_start, by_neighbour, rank, by_rank)
    subject_crowd, object_crowd = (np.empty(m, dtype=np.uint8) for _ in range(2))
    crowds(start, tags, relation, CROWD_STEPS, subject_crowd, object_crowd)
    detail = lists.detail.astype(np.min_scalar_type(max(len(details) - 1, 0)))
    return rows, Relations(lists.digest, detail, subject_crowd, object_crowd), confidences


def kinds(lists: RelationLists, details: Numbers) -> Tags:
    """The kind of each relation's slot in its subject's row."""
    single = np.where(details[:, SOURCES] <= 1, np.uint32(SINGLE), np.uint32(0))[lists.detail]
    return lists.type.astype(np.uint32) | lists.status.astype(np.uint32) << np.uint32(STATUS_SHIFT) | single


def long_rows(start: Longs, neighbour: Numbers) -> tuple[Longs, Numbers]:
    """Starts and places by neighbour of the long rows at the front: entities are numbered by falling row length."""
    short = np.flatnonzero(np.diff(start) <= HUB_ROW)
    hubs = int(short[0]) if len(short) else len(start) - 1
    places = np.empty(int(start[hubs]), dtype=np.int32)
    for x in range(hubs):
        row = slice(int(start[x]), int(start[x + 1]))
        places[row] = np.argsort(neighbour[row], kind="stable")
    return start[: hubs + 1].copy(), places


assert len(TYPES) <= INWARD
