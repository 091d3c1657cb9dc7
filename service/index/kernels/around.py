"""Walks outward from an entity level by level, as machine code.

An *arrival* is an entity as it was reached: from which earlier arrival, over a step of which confidence. An entity may
arrive twice: first over the type that may not be walked twice in a row alone, later freely.
"""

from typing import NamedTuple

import numpy as np

from service.index.kernels.compiled import compiled
from service.index.kernels.walking import AVOIDED, HUB, HUB_MET, HUBS, OPEN, SOURCE, UNKNOWN, spend
from service.index.layout import CODE_SHIFT, INWARD, KIND, SEVERAL, Bytes, Longs, Numbers

FREE = 32
"""Mark: reached over another type than the one not to be walked twice, so that all types may be walked on."""


class Arrivals(NamedTuple):
    """Room for as many arrivals as there can be: two for each entity."""

    entity: Numbers
    above: Numbers
    """The arrival from which it was reached."""
    code: Numbers
    """Confidence code of the step."""
    spent: Bytes
    """Whether the type not to be walked twice was barred when it was walked on from there."""
    newest: Numbers
    """By entity: its last arrival."""
    number: Longs
    """One number: how many there are."""


@compiled
def goes_on(ground, notes, x):
    """Whether a walk goes on from x."""
    if notes.mark[x] & SOURCE:
        return True
    if not ground.open[x] & OPEN or notes.mark[x] & AVOIDED:
        return False
    return not (ground.block_hubs and ground.open[x] & HUB)


@compiled
def admits(ground, goal, notes, y):
    """Whether a walk may end at y or go on from there; a hub that is met is noted."""
    if notes.mark[y] & SOURCE or not (goal[y] or (ground.open[y] & OPEN and not notes.mark[y] & AVOIDED)):
        return False
    if ground.open[y] & HUB and not notes.mark[y] & HUB_MET:
        notes.mark[y] |= HUB_MET
        notes.hubs[notes.tally[HUBS]] = y
        notes.tally[HUBS] += 1
    return True


@compiled
def _folded(rows, rule, x, p, barred):
    """Confidence code of the surest step from x to the neighbour at place p; `barred`: a type that does not count."""
    code = np.int64(rows.tag[p] >> CODE_SHIFT)
    if not rows.tag[p] & SEVERAL:
        return code
    for q in range(rows.start[x], p):
        tag = rows.tag[q]
        if (
            rows.neighbour[q] == rows.neighbour[p]
            and np.int64(tag & (INWARD - 1)) != barred
            and rule.onward[tag & KIND]
            and (len(rule.admitted) == 0 or rule.admitted[rows.relation[q]])
        ):
            return np.int64(tag >> CODE_SHIFT)
    return code


@compiled
def _arrive(rows, arrivals, first, item, y, code):
    """Note that y is reached at this level from an arrival, unless it was in a surer way."""
    known = arrivals.newest[y]
    if known < first:
        known = arrivals.number[0]
        arrivals.number[0] += 1
        arrivals.entity[known] = y
        arrivals.newest[y] = known
    else:
        before, now = arrivals.entity[arrivals.above[known]], arrivals.entity[item]
        if code > arrivals.code[known] or (code == arrivals.code[known] and rows.rank[now] >= rows.rank[before]):
            return
    arrivals.above[known] = item
    arrivals.code[known] = code


@compiled
def walk_level(rows, rule, ground, goal, notes, arrivals, level, first, last, not_twice):
    """Walk one step on from the arrivals from `first` to `last`; False when the search must end.

    `level`: distance of what is reached. `not_twice`: code of a type not to be walked twice in a row, or -1.
    """
    begin, since = arrivals.number[0], 0
    for i in range(first, last):
        arrivals.spent[i] = not_twice >= 0 and not notes.mark[arrivals.entity[i]] & (FREE | SOURCE)
    for i in range(first, last):
        x = arrivals.entity[i]
        if not goes_on(ground, notes, x):
            continue
        barred = not_twice if arrivals.spent[i] else -1
        since += 1
        for p in range(rows.start[x], rows.start[x + 1]):
            tag = rows.tag[p]
            if tag >> CODE_SHIFT >= rule.codes:
                break
            since += 1
            type = np.int64(tag & (INWARD - 1))
            if not rule.onward[tag & KIND] or type == barred:
                continue
            y = rows.neighbour[p]
            if len(rule.admitted) and not rule.admitted[rows.relation[p]]:
                continue
            if not admits(ground, goal, notes, y):
                continue
            free = not_twice >= 0 and type != not_twice
            if notes.ahead[y] == UNKNOWN or notes.ahead[y] == level:
                notes.ahead[y] = level
                _arrive(rows, arrivals, begin, i, y, np.int64(tag >> CODE_SHIFT))
            elif free and (not notes.mark[y] & FREE or arrivals.newest[y] >= begin):
                _arrive(rows, arrivals, begin, i, y, _folded(rows, rule, x, p, barred))
            if free:
                notes.mark[y] |= FREE
        if since > 4096:
            if spend(notes, since):
                return False
            since = 0
    return not spend(notes, since)


@compiled
def steps_walked(rows, rule, ground, goal, notes, arrivals, first, last, not_twice, local, source, target):
    """Write every step walked on from the arrivals from `first` to `last`, as numbers in `local`; their number.

    Where `source` is empty they are only counted. A step may come more than once.
    """
    count = 0
    for i in range(first, last):
        x = arrivals.entity[i]
        if not goes_on(ground, notes, x):
            continue
        barred = not_twice if arrivals.spent[i] else -1
        for p in range(rows.start[x], rows.start[x + 1]):
            tag = rows.tag[p]
            if tag >> CODE_SHIFT >= rule.codes:
                break
            y = rows.neighbour[p]
            if (
                rule.onward[tag & KIND]
                and np.int64(tag & (INWARD - 1)) != barred
                and (len(rule.admitted) == 0 or rule.admitted[rows.relation[p]])
                and admits(ground, goal, notes, y)
            ):
                if len(source):
                    source[count] = local[x]
                    target[count] = local[y]
                count += 1
    return count
