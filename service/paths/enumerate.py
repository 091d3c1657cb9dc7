"""Simple paths of one exact length inside a region, in a fixed order, under a meter."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator

from graph_schema.ids import EntityId
from service.paths.budget import Meter
from service.paths.region import Region, Step

_PAUSE_EVERY = 2_000
"""Steps between two looks at the clock, when other questions get their turn as well."""


async def simple_paths(
    region: Region, length: int, *, must_pass: Collection[EntityId], meter: Meter
) -> AsyncIterator[tuple[Step, ...]]:
    """Paths of exactly `length` hops from a source to a target that pass no entity twice and no other end.

    Ends count among what is passed: to pass one of several sources, a path must start there.
    Order: hop by hop the surer step first, then the smaller id. Raises OutOfBudget.
    """
    hops = region.hops_to_target()
    missing = frozenset(must_pass)
    beyond = length + 1

    def onward(entity: EntityId, depth: int) -> Iterator[Step]:
        """Steps after which a target can still be reached in time."""
        return (step for step in region.onward(entity) if depth + hops.get(step.target, beyond) <= length)

    since_pause = 0
    for source in sorted(region.sources):
        path: list[Step] = []
        visited = {source}
        branches = [onward(source, 1)]
        while branches:
            since_pause += 1
            if since_pause >= _PAUSE_EVERY:
                meter.spend(since_pause)
                since_pause = 0
                meter.check()
                await asyncio.sleep(0)
            step = next(branches[-1], None)
            if step is None:
                branches.pop()
                if path:
                    visited.discard(path.pop().target)
                continue
            entity, depth = step.target, len(path) + 1
            if entity in region.targets:
                if depth == length and missing <= visited | {entity}:
                    yield (*path, step)
                continue
            if depth == length or entity in visited or entity in region.sources:
                continue
            if len(missing - visited) > length - depth + 1:
                continue
            path.append(step)
            visited.add(entity)
            branches.append(onward(entity, depth + 1))
    meter.spend(since_pause)
