"""Two balls grown level by level, one from the sources of a question and one from its targets, as machine code.

After A levels from the sources and B from the targets every path of at most A + B + 1 hops runs within the two balls:
the relation between them need not be in either. The side to grow is that whose frontier has fewer relations in all.
"""

from service.index.kernels.compiled import compiled
from service.index.kernels.walking import FARTHEST, SOURCE, TARGET, UNKNOWN, enterable, spend
from service.index.layout import CODE_SHIFT, KIND

AHEAD, BEHIND = 0, 1
"""The sides."""
END, RADIUS, START, VOLUME, JOINED = 0, 2, 4, 6, 8
"""Places in the state of a region, the first four for AHEAD, and one further for BEHIND: end and start of the last level in
the queue, radius, relations of the last level; whether the balls touch."""
AHEAD_END, BEHIND_END = END + AHEAD, END + BEHIND
AHEAD_RADIUS, BEHIND_RADIUS = RADIUS + AHEAD, RADIUS + BEHIND
AHEAD_START, BEHIND_START = START + AHEAD, START + BEHIND
AHEAD_VOLUME, BEHIND_VOLUME = VOLUME + AHEAD, VOLUME + BEHIND


@compiled
def begin(rows, notes, region, sources, targets):
    """Put the ends into the two balls; marks of ends are set by then."""
    _begin(rows, region, AHEAD, notes.ahead, notes.queue_ahead, sources)
    _begin(rows, region, BEHIND, notes.behind, notes.queue_behind, targets)


@compiled
def _begin(rows, region, side, distance, queue, ends):
    for i in range(len(ends)):
        v = ends[i]
        queue[i] = v
        distance[v] = 0
        region[VOLUME + side] += rows.start[v + 1] - rows.start[v]
    region[END + side] = len(ends)


@compiled
def grow(rows, rule, ground, notes, region):
    """Grow the side that has fewer relations at its frontier; False when the search must end."""
    ahead, behind = notes.ahead, notes.behind
    if region[AHEAD_VOLUME] <= region[BEHIND_VOLUME]:
        return _grow(rows, rule, rule.onward, ground, notes, region, AHEAD, ahead, behind, notes.queue_ahead, TARGET)
    return _grow(rows, rule, rule.back, ground, notes, region, BEHIND, behind, ahead, notes.queue_behind, SOURCE)


@compiled
def _grow(rows, rule, leads, ground, notes, region, side, distance, other, queue, far_end):
    """Add a level: `leads` says which kinds lead away from this side, `far_end` marks the ends of the other."""
    first, last = region[START + side], region[END + side]
    level, end, volume, since = min(region[RADIUS + side] + 1, FARTHEST), last, 0, 0
    for i in range(first, last):
        u = queue[i]
        since += 1
        for p in range(rows.start[u], rows.start[u + 1]):
            tag = rows.tag[p]
            if tag >> CODE_SHIFT >= rule.codes:
                break
            since += 1
            if not leads[tag & KIND]:
                continue
            v = rows.neighbour[p]
            if distance[v] != UNKNOWN:
                continue
            if len(rule.admitted) and not rule.admitted[rows.relation[p]]:
                continue
            if notes.mark[v] & far_end:
                region[JOINED] = 1
                continue
            if not enterable(ground, notes, v):
                continue
            distance[v] = level
            queue[end] = v
            end += 1
            volume += rows.start[v + 1] - rows.start[v]
            if other[v] != UNKNOWN:
                region[JOINED] = 1
        if since > 4096:
            if spend(notes, since):
                region[END + side] = end
                return False
            since = 0
    region[START + side], region[END + side] = last, end
    region[RADIUS + side], region[VOLUME + side] = level, volume
    return not spend(notes, since)


@compiled
def closed(region):
    """Whether one ball cannot grow: all paths of any length run in what is known."""
    return region[AHEAD_START] == region[AHEAD_END] or region[BEHIND_START] == region[BEHIND_END]


@compiled
def complete(rows, rule, ground, notes, region):
    """Grow until one ball cannot; False when the search must end."""
    while not closed(region):
        if not grow(rows, rule, ground, notes, region):
            return False
    return True


@compiled
def join(rows, rule, ground, notes, region):
    """Grow until the balls touch or one cannot grow; False when the search must end."""
    while not region[JOINED] and not closed(region):
        if not grow(rows, rule, ground, notes, region):
            return False
    return True
