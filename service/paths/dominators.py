"""Dominators: the nodes that every walk from a root to another node passes."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def immediate_dominators(edges: Mapping[N, Sequence[N]], root: N) -> dict[N, N]:
    """The last node before each reached one that every walk from `root` to it passes; the root maps to itself.

    Source: Cooper, Harvey & Kennedy 2001, "A Simple, Fast Dominance Algorithm".
    """
    order = _postorder(edges, root)
    place = {node: i for i, node in enumerate(order)}
    before: dict[N, list[N]] = {}
    for node in order:
        for after in edges.get(node, ()):
            before.setdefault(after, []).append(node)
    above = {root: root}
    changed = True
    while changed:
        changed = False
        for node in reversed(order[:-1]):
            best: N | None = None
            for one in before[node]:
                if one in above:
                    best = one if best is None else _meet(best, one, above, place)
            assert best is not None
            if above.get(node) != best:
                above[node], changed = best, True
    return above


def dominated(edges: Mapping[N, Sequence[N]], root: N) -> dict[N, set[N]]:
    """For each node reached but the root: the nodes that cannot be reached without it."""
    above = immediate_dominators(edges, root)
    below: dict[N, set[N]] = {node: set() for node in above if node != root}
    for node in below:
        one = above[node]
        while one != root:
            below[one].add(node)
            one = above[one]
    return below


def _meet(a: N, b: N, above: Mapping[N, N], place: Mapping[N, int]) -> N:
    while a != b:
        while place[a] < place[b]:
            a = above[a]
        while place[b] < place[a]:
            b = above[b]
    return a


def _postorder(edges: Mapping[N, Sequence[N]], root: N) -> list[N]:
    order: list[N] = []
    seen = {root}
    stack = [(root, iter(edges.get(root, ())))]
    while stack:
        node, rest = stack[-1]
        for after in rest:
            if after not in seen:
                seen.add(after)
                stack.append((after, iter(edges.get(after, ()))))
                break
        else:
            order.append(node)
            stack.pop()
    return order
