"""What compiled searches share: which slot may be walked, which entity entered, and what is noted on the way."""

from typing import NamedTuple

import numpy as np

from service.index.kernels.compiled import compiled
from service.index.layout import CODE_SHIFT, KIND, SEVERAL, Bytes, Longs, Numbers

UNKNOWN = 255
"""A distance that is not known."""
FARTHEST = 254
"""Distances are counted up to this one."""
SOURCE, TARGET, EXEMPT, AVOIDED, ON_PATH, MUST, HUB_MET = 1, 2, 4, 8, 16, 32, 64
"""Marks on an entity during a question."""
OPEN, HUB = 1, 2
"""What a question says of an entity in between: it may be passed, it is a hub."""
RUNNING, EXPANSIONS, STOPPED, TOO_MANY = 0, 1, 2, 3
"""Why a search ended early: too many relations looked at, told to stop, too many paths held."""
LOOKED, LIMIT, HUBS, ENDED, BRIEF = 0, 1, 2, 3, 4
"""Places in a tally: relations looked at, the most that may be, hubs met, why it ended; whether the limit also holds for the
proof that there is no path, which otherwise may take what it needs."""


class Rule(NamedTuple):
    """Which relations may be walked."""

    onward: Bytes
    """By kind: from the row's entity to its neighbour."""
    back: Bytes
    """By kind: from the neighbour to the row's entity."""
    codes: int
    """Confidence codes below this one are sure enough."""
    admitted: Bytes
    """By relation; empty: all."""


class Ground(NamedTuple):
    """Which entities may be passed."""

    open: Bytes
    """By entity: OPEN and HUB."""
    block_hubs: bool


class Notes(NamedTuple):
    """Room for what a search notes; marks are 0 and distances UNKNOWN before and after."""

    mark: Bytes
    ahead: Bytes
    behind: Bytes
    beyond: Bytes
    seen: Bytes
    queue_ahead: Numbers
    queue_behind: Numbers
    hubs: Numbers
    near: Numbers
    nearer: Numbers
    tally: Longs
    stop: Bytes
    """Anything but 0 in its only place stops the search; another thread may set it."""


@compiled
def step_code(rows, rule, x, y):
    """Confidence code of the surest step from x to y, -1 where there is none; the shorter row is searched."""
    forward = rows.start[x + 1] - rows.start[x] <= rows.start[y + 1] - rows.start[y]
    a, b = (x, y) if forward else (y, x)
    table = rule.onward if forward else rule.back
    first, last = rows.start[a], rows.start[a + 1]
    if last - first > 256 and a < len(rows.by_neighbour_start) - 1:
        return _step_code_sorted(rows, rule, table, a, b)
    for p in range(first, last):
        if rows.neighbour[p] != b:
            continue
        tag = rows.tag[p]
        if tag >> CODE_SHIFT >= rule.codes:
            return -1
        if table[tag & KIND] and (len(rule.admitted) == 0 or rule.admitted[rows.relation[p]]):
            return np.int64(tag >> CODE_SHIFT)
    return -1


@compiled
def _step_code_sorted(rows, rule, table, a, b):
    first, low, high = rows.start[a], rows.by_neighbour_start[a], rows.by_neighbour_start[a + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if rows.neighbour[first + rows.by_neighbour[middle]] < b:
            low = middle + 1
        else:
            high = middle
    best = -1
    while low < end:
        p = first + rows.by_neighbour[low]
        if rows.neighbour[p] != b:
            break
        tag = rows.tag[p]
        code = np.int64(tag >> CODE_SHIFT)
        if (
            code < rule.codes
            and table[tag & KIND]
            and (best < 0 or code < best)
            and (len(rule.admitted) == 0 or rule.admitted[rows.relation[p]])
        ):
            best = code
        low += 1
    return best


@compiled
def repeated(rows, rule, x, p):
    """Whether an admitted slot of x's row before place p leads to the same neighbour."""
    tag = rows.tag[p]
    if not tag & SEVERAL:
        return False
    y, first = rows.neighbour[p], rows.start[x]
    if p - first <= 64:
        for q in range(first, p):
            if (
                rows.neighbour[q] == y
                and rule.onward[rows.tag[q] & KIND]
                and (len(rule.admitted) == 0 or rule.admitted[rows.relation[q]])
            ):
                return True
        return False
    code = np.int64(tag >> CODE_SHIFT)
    if step_code(rows, rule, x, y) < code:
        return True
    q = p - 1
    while q >= first and rows.neighbour[q] == y and np.int64(rows.tag[q] >> CODE_SHIFT) == code:
        if rule.onward[rows.tag[q] & KIND] and (len(rule.admitted) == 0 or rule.admitted[rows.relation[q]]):
            return True
        q -= 1
    return False


@compiled
def enterable(ground, notes, v):
    """Whether a walk may go on from v; a hub that is met is noted."""
    mark = notes.mark[v]
    if mark & (SOURCE | TARGET | EXEMPT):
        return True
    if mark & AVOIDED or not ground.open[v] & OPEN:
        return False
    if ground.open[v] & HUB:
        if not mark & HUB_MET:
            notes.mark[v] = mark | HUB_MET
            notes.hubs[notes.tally[HUBS]] = v
            notes.tally[HUBS] += 1
        return not ground.block_hubs
    return True


@compiled
def spend(notes, looked):
    """Count relations looked at; True when the search must end."""
    tally = notes.tally
    tally[LOOKED] += looked
    if tally[LOOKED] > tally[LIMIT]:
        tally[ENDED] = EXPANSIONS
        return True
    if notes.stop[0]:
        tally[ENDED] = STOPPED
        return True
    return False


@compiled
def clear(notes, ahead, behind, ends):
    """Wipe the notes of the first entities of both queues, of the hubs and of the ends."""
    for i in range(ahead):
        v = notes.queue_ahead[i]
        notes.ahead[v] = UNKNOWN
        notes.beyond[v] = UNKNOWN
        notes.mark[v] = 0
    for i in range(behind):
        v = notes.queue_behind[i]
        notes.behind[v] = UNKNOWN
        notes.mark[v] = 0
    for i in range(notes.tally[HUBS]):
        notes.mark[notes.hubs[i]] = 0
    for v in ends:
        notes.mark[v] = 0


def new_notes(entities: int) -> Notes:
    """Notes for a graph of so many entities."""
    ahead, behind, beyond = (np.full(entities, UNKNOWN, dtype=np.uint8) for _ in range(3))
    mark, seen = (np.zeros(entities, dtype=np.uint8) for _ in range(2))
    queue_ahead, queue_behind, hubs, near, nearer = (np.zeros(entities, dtype=np.int32) for _ in range(5))
    tally, stop = np.zeros(8, dtype=np.int64), np.zeros(1, dtype=np.uint8)
    return Notes(mark, ahead, behind, beyond, seen, queue_ahead, queue_behind, hubs, near, nearer, tally, stop)
