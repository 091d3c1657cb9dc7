"""Strongly connected components: entities that lead to one another in circles, in an order in which they can be solved. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def components(starts: Iterable[T], follow: Callable[[T], Iterable[T]]) -> list[list[T]]:
    """All that is reached from `starts`, in groups; each group comes after those that it leads to.

    Source: Tarjan 1972, without recursion, since chains may be long.
    """
    order: dict[T, int] = {}
    low: dict[T, int] = {}
    stack: list[T] = []
    on_stack: set[T] = set()
    groups: list[list[T]] = []
    for start in starts:
        if start in order:
            continue
        walks: list[tuple[T, Iterator[T]]] = []

        def enter(node: T, walks: list[tuple[T, Iterator[T]]] = walks) -> None:
            order[node] = low[node] = len(order)
            stack.append(node)
            on_stack.add(node)
            walks.append((node, iter(follow(node))))

        enter(start)
        while walks:
            node, further = walks[-1]
            for following in further:
                if following not in order:
                    enter(following)
                    break
                if following in on_stack:
                    low[node] = min(low[node], order[following])
            else:
                walks.pop()
                if walks:
                    low[walks[-1][0]] = min(low[walks[-1][0]], low[node])
                if low[node] == order[node]:
                    groups.append(_group(node, stack, on_stack))
    return groups


def _group(first: T, stack: list[T], on_stack: set[T]) -> list[T]:
    """The nodes above `first` on the stack, which they leave."""
    group: list[T] = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        group.append(node)
        if node == first:
            return group
