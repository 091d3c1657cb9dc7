"""The paths between two groups of ends within the balls grown around them (`balls`), as machine code.

Where a frontier holds a hub, the hub's row is not read: who lies in the other ball looks for the hub in its own row.
"""

import numpy as np

from service.index.kernels.balls import (
    AHEAD_END,
    AHEAD_RADIUS,
    BEHIND_END,
    BEHIND_RADIUS,
    BEHIND_START,
    JOINED,
    begin,
    closed,
    grow,
)
from service.index.kernels.compiled import compiled
from service.index.kernels.walking import (
    ENDED,
    MUST,
    ON_PATH,
    RUNNING,
    SOURCE,
    TARGET,
    UNKNOWN,
    repeated,
    spend,
    step_code,
)
from service.index.layout import CODE_SHIFT, HUB_ROW, KIND


@compiled
def tell_hops(rows, rule, notes, region, length):
    """Note in `beyond` the fewest hops to a target of those ahead from where a path of `length` hops may still end.

    False when the search must end.
    """
    for i in range(region[AHEAD_END]):
        notes.beyond[notes.queue_ahead[i]] = UNKNOWN
    near, nearer = notes.near, notes.nearer
    hops = region[BEHIND_RADIUS] + 1
    count = region[BEHIND_END] - region[BEHIND_START]
    for i in range(count):
        near[i] = notes.queue_behind[region[BEHIND_START] + i]
    while count and hops < length:
        if _cheaper_from_near(rows, notes, region, length - hops, near, count):
            found = _tell_from_near(rows, rule, notes, length - hops, hops, near, count, nearer)
        else:
            found = _tell_from_ahead(rows, rule, notes, region, length - hops, hops, near, count, nearer)
        if notes.tally[ENDED] != RUNNING:
            return False
        near, nearer, count, hops = nearer, near, found, hops + 1
    return True


@compiled
def _cheaper_from_near(rows, notes, region, farthest, near, count):
    """Whether the entities `near` the targets have fewer relations than those ahead that look for them."""
    volume = 0
    for i in range(count):
        volume += rows.start[near[i] + 1] - rows.start[near[i]]
    for i in range(region[AHEAD_END]):
        v = notes.queue_ahead[i]
        if notes.ahead[v] > farthest:
            break
        volume -= min(rows.start[v + 1] - rows.start[v], count * 16)
        if volume < 0:
            return True
    return False


@compiled
def _sought(notes, v, farthest):
    """Whether v lies ahead, near enough to a source, and its hops to a target are not known."""
    return (
        notes.ahead[v] <= farthest
        and notes.behind[v] == UNKNOWN
        and notes.beyond[v] == UNKNOWN
        and not notes.mark[v] & SOURCE
    )


@compiled
def _tell_from_near(rows, rule, notes, farthest, hops, near, count, nearer):
    """Those ahead from where a step leads to one of `near`, found from there; their number."""
    found, since = 0, 0
    for i in range(count):
        y = near[i]
        since += 1
        for p in range(rows.start[y], rows.start[y + 1]):
            tag = rows.tag[p]
            if tag >> CODE_SHIFT >= rule.codes:
                break
            since += 1
            v = rows.neighbour[p]
            if (
                rule.back[tag & KIND]
                and _sought(notes, v, farthest)
                and (len(rule.admitted) == 0 or rule.admitted[rows.relation[p]])
            ):
                notes.beyond[v] = hops
                nearer[found] = v
                found += 1
        if since > 4096:
            if spend(notes, since):
                return found
            since = 0
    spend(notes, since)
    return found


@compiled
def _tell_from_ahead(rows, rule, notes, region, farthest, hops, near, count, nearer):
    """Those ahead from where a step leads to one of `near`, found from their own rows; their number."""
    found, since = 0, 0
    for i in range(region[AHEAD_END]):
        v = notes.queue_ahead[i]
        if notes.ahead[v] > farthest:
            break
        if not _sought(notes, v, farthest):
            continue
        row = rows.start[v + 1] - rows.start[v]
        meets = False
        if row > HUB_ROW and count * 16 < row:
            since += count * 16
            for j in range(count):
                meets = step_code(rows, rule, v, near[j]) >= 0
                if meets:
                    break
        else:
            for p in range(rows.start[v], rows.start[v + 1]):
                tag = rows.tag[p]
                if tag >> CODE_SHIFT >= rule.codes:
                    break
                since += 1
                y = rows.neighbour[p]
                meets = (
                    (notes.behind[y] == hops - 1 or notes.beyond[y] == hops - 1)
                    and rule.onward[tag & KIND] != 0
                    and (len(rule.admitted) == 0 or rule.admitted[rows.relation[p]] != 0)
                )
                if meets:
                    break
        if meets:
            notes.beyond[v] = hops
            nearer[found] = v
            found += 1
        if since > 4096:
            if spend(notes, since):
                return found
            since = 0
    spend(notes, since)
    return found


@compiled
def hops_to_target(notes, v):
    """Fewest hops from v to a target as far as they are known, else UNKNOWN."""
    return notes.behind[v] if notes.behind[v] != UNKNOWN else notes.beyond[v]


@compiled
def _listed(rows, rule, notes, x, rest, steps):
    """Steps from the hub x to what lies within `rest` hops of a target, found from the targets' side, in order.

    Ways back through the path so far do not count: most of a hub's neighbours are near a target through the hub alone. A
    step is its confidence code and the place of the entity's id among all. -1 where it is cheaper to walk x's row.
    """
    row, queue = rows.start[x + 1] - rows.start[x], notes.near
    if row <= HUB_ROW:
        return -1
    most, end, volume = row // 16, 0, 0
    while end < len(queue) and notes.behind[notes.queue_behind[end]] == 0:
        queue[end] = notes.queue_behind[end]
        end += 1
    targets, first = end, 0
    cheap = end <= most
    for _ in range(rest):
        last = end
        for i in range(first, last):
            y = queue[i]
            volume += rows.start[y + 1] - rows.start[y]
            if volume > row // 4:
                cheap = False
                break
            for p in range(rows.start[y], rows.start[y + 1]):
                tag = rows.tag[p]
                if tag >> CODE_SHIFT >= rule.codes:
                    break
                v = rows.neighbour[p]
                if (
                    rule.back[tag & KIND]
                    and not notes.seen[v]
                    and not notes.mark[v] & (ON_PATH | SOURCE | TARGET)
                    and hops_to_target(notes, v) <= rest
                    and (len(rule.admitted) == 0 or rule.admitted[rows.relation[p]])
                ):
                    notes.seen[v] = 1
                    queue[end] = v
                    end += 1
            if end > most:
                cheap = False
                break
        if not cheap:
            break
        first = last
    found = 0
    for i in range(targets, end):
        notes.seen[queue[i]] = 0
    if cheap:
        for i in range(0 if rest == 0 else targets, end):
            code = step_code(rows, rule, x, queue[i])
            if code >= 0:
                steps[found] = code << 32 | np.int64(rows.rank[queue[i]])
                found += 1
        steps[:found].sort()
        volume += 8 * end
    spend(notes, volume)
    return found if cheap else -1


@compiled
def paths_of_length(rows, rule, notes, length, missing, sources, paths, found, wanted):
    """Paths of exactly `length` hops that pass no entity twice and no other end, best first, from place `found` on.

    `missing`: entities that a path must pass. Returns the number of paths then held, at most `wanted`.
    """
    node = np.empty(length + 1, dtype=np.int32)
    place = np.empty(length + 1, dtype=np.int64)
    last = np.empty(length + 1, dtype=np.int64)
    listed = np.zeros(length + 1, dtype=np.bool_)
    longest = 0
    if len(rows.by_neighbour_start) > 1:
        longest = (rows.start[1] - rows.start[0]) // 16 + 1
    room = np.empty((length + 1, longest), dtype=np.int64)
    since = 0
    for source in sources:
        depth = 0
        node[0] = source
        entering = True
        missing -= 1 if notes.mark[source] & MUST else 0
        while True:
            x = node[depth]
            rest = length - depth - 1
            if entering:
                entering = False
                notes.mark[x] |= ON_PATH
                count = _listed(rows, rule, notes, x, rest, room[depth])
                listed[depth] = count >= 0
                place[depth] = 0 if count >= 0 else rows.start[x]
                last[depth] = count if count >= 0 else rows.start[x + 1]
            y = -1
            while place[depth] < last[depth]:
                p = place[depth]
                place[depth] += 1
                since += 1
                if listed[depth]:
                    y = np.int64(rows.by_rank[room[depth, p] & 0xFFFFFFFF])
                else:
                    tag = rows.tag[p]
                    if tag >> CODE_SHIFT >= rule.codes:
                        place[depth] = last[depth]
                        break
                    if since > 4096:
                        break
                    if not rule.onward[tag & KIND]:
                        continue
                    y = np.int64(rows.neighbour[p])
                if (
                    hops_to_target(notes, y) > rest
                    or notes.mark[y] & (ON_PATH | SOURCE)
                    or ((notes.mark[y] & TARGET) != 0) != (rest == 0)
                    or missing - (1 if notes.mark[y] & MUST else 0) > rest
                    or (
                        not listed[depth]
                        and ((len(rule.admitted) and not rule.admitted[rows.relation[p]]) or repeated(rows, rule, x, p))
                    )
                ):
                    y = -1
                    continue
                break
            if since > 4096:
                if spend(notes, since):
                    return found
                since = 0
                if y < 0 and place[depth] < last[depth]:
                    continue
            if y < 0:
                notes.mark[x] &= ~np.uint8(ON_PATH)
                missing += 1 if notes.mark[x] & MUST else 0
                depth -= 1
                if depth < 0:
                    break
            elif rest == 0:
                for i in range(length):
                    paths[found, i] = node[i]
                paths[found, length] = y
                found += 1
                if found == wanted:
                    return found
            else:
                missing -= 1 if notes.mark[y] & MUST else 0
                depth += 1
                node[depth] = y
                entering = True
        spend(notes, since)
        since = 0
        if notes.tally[ENDED] != RUNNING:
            return found
    return found


@compiled
def shortest(rows, rule, ground, notes, region, sources, targets, missing, least, most, wanted, paths, lengths):
    """Up to `wanted` paths of `least` to `most` hops, shortest first, then surest hop by hop; the number found.

    The notes hold the region afterwards.
    """
    begin(rows, notes, region, sources, targets)
    found = 0
    for length in range(1, most + 1):
        while region[AHEAD_RADIUS] + region[BEHIND_RADIUS] < length - 1 and not closed(region):
            if not grow(rows, rule, ground, notes, region):
                return found
        if closed(region) and not region[JOINED]:
            return found
        if length < least:
            continue
        if not tell_hops(rows, rule, notes, region, length):
            return found
        before = found
        found = paths_of_length(rows, rule, notes, length, missing, sources, paths, found, wanted)
        lengths[before:found] = length
        if found == wanted or notes.tally[ENDED] != RUNNING:
            return found
    return found
