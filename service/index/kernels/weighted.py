"""The cheapest paths under a weight, as machine code: best first, by what a path has cost and at least still costs.

What is left to a target is told exactly by Dijkstra's search from the targets, over the part of the graph where paths of
the length at hand run; only that a path passes no entity twice and has few enough hops may make it dearer. No hop costs
less than 1, so that paths longer than the cost of the worst wanted one need not be looked for.
Source: Hart, Nilsson & Raphael 1968 (A*); Dijkstra 1959.
"""

import heapq
from typing import NamedTuple

import numpy as np

from service.index.kernels.balls import AHEAD_RADIUS, BEHIND_RADIUS, JOINED, begin, closed, grow
from service.index.kernels.between import hops_to_target, tell_hops
from service.index.kernels.compiled import compiled
from service.index.kernels.walking import (
    ENDED,
    MUST,
    RUNNING,
    SOURCE,
    TARGET,
    TOO_MANY,
    UNKNOWN,
    repeated,
    spend,
)
from service.index.layout import CODE_SHIFT, INWARD, KIND, SEVERAL, Bytes, Costs

NEARLY = 1e-9
"""Costs that differ by less may be equal but for rounding."""


class Weights(NamedTuple):
    """What a step costs beyond the one of its hop."""

    kind: Costs
    """By kind of its slot."""
    code: Costs
    """By confidence code."""
    crowd: Costs
    """By crowd of an end that is in between; empty: nothing."""
    entity: Costs
    """By entity in between; empty: nothing."""
    crowd_subject: Bytes
    crowd_object: Bytes


@compiled
def _slot_cost(rows, weights, p, x_between, y_between):
    tag, relation = rows.tag[p], rows.relation[p]
    cost = 1.0 + weights.kind[tag & KIND] + weights.code[tag >> CODE_SHIFT]
    if len(weights.crowd):
        as_object = tag & INWARD
        if x_between:
            crowd = weights.crowd_object[relation] if as_object else weights.crowd_subject[relation]
            cost += weights.crowd[crowd]
        if y_between:
            crowd = weights.crowd_subject[relation] if as_object else weights.crowd_object[relation]
            cost += weights.crowd[crowd]
    return cost


@compiled
def _step_cost(rows, rule, weights, notes, x, p):
    """Cost of the cheapest relation from x to the neighbour at place p of its row, of which p is the first."""
    y = rows.neighbour[p]
    x_between = not notes.mark[x] & (SOURCE | TARGET)
    y_between = not notes.mark[y] & (SOURCE | TARGET)
    cost = _slot_cost(rows, weights, p, x_between, y_between)
    if rows.tag[p] & SEVERAL:
        for q in range(p + 1, rows.start[x + 1]):
            tag = rows.tag[q]
            if tag >> CODE_SHIFT >= rule.codes:
                break
            if (
                rows.neighbour[q] == y
                and rule.onward[tag & KIND]
                and (len(rule.admitted) == 0 or rule.admitted[rows.relation[q]])
            ):
                cost = min(cost, _slot_cost(rows, weights, q, x_between, y_between))
    if y_between and len(weights.entity):
        cost += weights.entity[y]
    return cost


@compiled
def _costs_to_go(rows, rule, notes, weights, targets, length, left, reached):
    """Write the least cost from each entity to a target into `left`; the number of entities `reached`."""
    queue = [(0.0, np.int64(-1))]
    queue.pop()
    count, since = 0, 0
    for t in targets:
        left[t] = 0.0
        reached[count] = t
        count += 1
        queue.append((0.0, np.int64(t)))
    while queue:
        cost, y = heapq.heappop(queue)
        if cost > left[y]:
            continue
        since += 1
        y_between = not notes.mark[y] & TARGET
        for p in range(rows.start[y], rows.start[y + 1]):
            tag = rows.tag[p]
            if tag >> CODE_SHIFT >= rule.codes:
                break
            since += 1
            if not rule.back[tag & KIND]:
                continue
            x = rows.neighbour[p]
            mark = notes.mark[x]
            if mark & TARGET:
                continue
            hops = hops_to_target(notes, x)
            if not mark & SOURCE and (hops == UNKNOWN or hops >= length):
                continue
            if len(rule.admitted) and not rule.admitted[rows.relation[p]]:
                continue
            step = _slot_cost(rows, weights, p, y_between, not mark & SOURCE)
            if y_between and len(weights.entity):
                step += weights.entity[y]
            if cost + step < left[x]:
                if left[x] == np.inf:
                    reached[count] = x
                    count += 1
                left[x] = cost + step
                if not mark & SOURCE:
                    heapq.heappush(queue, (cost + step, np.int64(x)))
        if since > 4096:
            if spend(notes, since):
                return count
            since = 0
    spend(notes, since)
    return count


@compiled
def _onward(rows, rule, notes, weights, left, length, least, missing, item, bound, node, above, depth, paid, queue):
    """Put every step from the end of the partial path `item` into the queue that a path of at most `bound` may take."""
    x, rest, looked = node[item], length - depth[item] - 1, 0
    for p in range(rows.start[x], rows.start[x + 1]):
        tag = rows.tag[p]
        if tag >> CODE_SHIFT >= rule.codes:
            break
        looked += 1
        if not rule.onward[tag & KIND]:
            continue
        y = rows.neighbour[p]
        mark = notes.mark[y]
        if mark & SOURCE or left[y] == np.inf or paid[item] + 1.0 + left[y] > bound[0] + NEARLY:
            continue
        if mark & TARGET:
            if depth[item] + 1 < least:
                continue
        elif hops_to_target(notes, y) > rest:
            continue
        if len(rule.admitted) and not rule.admitted[rows.relation[p]]:
            continue
        if repeated(rows, rule, x, p):
            continue
        cost = paid[item] + _step_cost(rows, rule, weights, notes, x, p)
        if cost + left[y] > bound[0] + NEARLY:
            continue
        lacking, i, again = missing - (1 if mark & MUST else 0), item, False
        while i >= 0:
            again = again or node[i] == y
            lacking -= 1 if notes.mark[node[i]] & MUST else 0
            i = above[i]
        if again or lacking > (0 if mark & TARGET else rest):
            continue
        node.append(np.int64(y))
        above.append(item)
        depth.append(depth[item] + 1)
        paid.append(cost)
        heapq.heappush(queue, (cost + left[y], np.int64(len(node) - 1)))
        if mark & TARGET and cost < bound[0]:
            _lower(bound, cost)
    return looked


@compiled
def _lower(bound, cost):
    """Note the cost of one more path: `bound` holds the lowest, the highest of them first."""
    i = 0
    while i + 1 < len(bound) and bound[i + 1] > cost:
        bound[i] = bound[i + 1]
        i += 1
    bound[i] = cost


@compiled
def _cheapest_of(rows, rule, notes, weights, left, sources, missing, least, length, wanted, paths, lengths):
    """All paths of at most `length` hops that cost no more than the `wanted`-th cheapest, cheapest first.

    Their number, and what the `wanted`-th costs: infinite where there are fewer.
    """
    node, above, depth = [np.int64(0)], [np.int64(-1)], [np.int64(0)]
    paid, queue = [0.0], [(0.0, np.int64(0))]
    node.pop(), above.pop(), depth.pop(), paid.pop(), queue.pop()
    bound = np.full(wanted, np.inf)
    for s in sources:
        if left[s] < np.inf:
            node.append(np.int64(s))
            above.append(np.int64(-1))
            depth.append(np.int64(0))
            paid.append(0.0)
            queue.append((left[s], np.int64(len(node) - 1)))
    heapq.heapify(queue)
    found, since = 0, 0
    while queue:
        least_cost, item = heapq.heappop(queue)
        if least_cost > bound[0] + NEARLY:
            break
        x = node[item]
        if notes.mark[x] & TARGET:
            if found == len(paths):
                notes.tally[ENDED] = TOO_MANY
                break
            i = item
            lengths[found] = depth[item]
            while i >= 0:
                paths[found, depth[i]] = node[i]
                i = above[i]
            found += 1
            continue
        since += _onward(
            rows, rule, notes, weights, left, length, least, missing, item, bound, node, above, depth, paid, queue
        )
        if len(node) > 5_000_000:
            notes.tally[ENDED] = TOO_MANY
            break
        if since > 4096:
            if spend(notes, since):
                break
            since = 0
    spend(notes, since)
    return found, bound[0]


@compiled
def cheapest(
    rows,
    rule,
    ground,
    notes,
    region,
    weights,
    sources,
    targets,
    missing,
    least,
    most,
    wanted,
    paths,
    lengths,
    left,
    reached,
):
    """The `wanted` cheapest paths of `least` to `most` hops, and all that cost as much as the last of them; their number.

    `left` is infinite for all entities before and after; `paths` has room for as many as are held at most.
    """
    begin(rows, notes, region, sources, targets)
    found, length = 0, 1
    while length <= most:
        while region[AHEAD_RADIUS] + region[BEHIND_RADIUS] < length - 1 and not closed(region):
            if not grow(rows, rule, ground, notes, region):
                return found
        if closed(region) and not region[JOINED]:
            return found
        if not tell_hops(rows, rule, notes, region, length):
            return found
        count = _costs_to_go(rows, rule, notes, weights, targets, length, left, reached)
        if notes.tally[ENDED] == RUNNING:
            found, worst = _cheapest_of(
                rows, rule, notes, weights, left, sources, missing, least, length, wanted, paths, lengths
            )
        else:
            worst = np.inf
        for i in range(count):
            left[reached[i]] = np.inf
        if notes.tally[ENDED] != RUNNING or length == most:
            return found
        if worst < np.inf:
            if worst < length + 1:
                return found
            length = min(most, np.int64(worst + NEARLY))
        else:
            length += 1
    return found
