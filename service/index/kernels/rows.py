"""Making the rows of the index, and what follows from them, as machine code."""

import numpy as np

from service.index.kernels.compiled import compiled
from service.index.layout import INWARD, KIND, SEVERAL


@compiled
def fill_rows(order, subject, object, tag, start, neighbour, tags, relation):
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
def flag_repeated(start, neighbour, tags, seen):
    """Flag slots whose row holds the neighbour more than once; `seen` is -1 for each entity."""
    for x in range(len(start) - 1):
        for p in range(start[x], start[x + 1]):
            y = neighbour[p]
            if seen[y] >= 0 and start[x] <= seen[y]:
                tags[p] |= np.uint32(SEVERAL)
                tags[seen[y]] |= np.uint32(SEVERAL)
            seen[y] = p


@compiled
def crowds(start, tags, relation, steps, subject_crowd, object_crowd):
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
def components(start, neighbour, tags, counted):
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


@compiled
def with_slot(start, tags, table):
    """By entity: 1 where its row holds a slot of one of the kinds of a table."""
    mask = np.zeros(len(start) - 1, dtype=np.uint8)
    for x in range(len(mask)):
        for p in range(start[x], start[x + 1]):
            if table[tags[p] & KIND]:
                mask[x] = 1
                break
    return mask


@compiled
def neighbours_of(start, neighbour, tags, entities, table):
    """By entity: 1 where it is a neighbour of one of `entities` over a slot of one of the kinds of a table."""
    mask = np.zeros(len(start) - 1, dtype=np.uint8)
    for x in entities:
        for p in range(start[x], start[x + 1]):
            if table[tags[p] & KIND]:
                mask[neighbour[p]] = 1
    return mask
