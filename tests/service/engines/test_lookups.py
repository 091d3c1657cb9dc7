"""What requests read: the same from the index and from the database."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from graph_schema.database.graph import Graph
from graph_schema.errors import EntityNotFound
from graph_schema.ids import EntityId
from service.engines.lookups import Lookups
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.keeper import IndexKeeper
from service.index.loading import load

pytestmark = pytest.mark.anyio

INTEL, USA = EntityId("company:intel"), EntityId("country:united-states")


async def everything(lookups: Lookups) -> list[Any]:
    via, where = RelationFilter(), EntityFilter()
    page = {"skip": 0, "limit": 5}
    return [
        await lookups.version(),
        await lookups.entities([INTEL, USA, EntityId("company:none")]),
        await lookups.degrees([INTEL]),
        await lookups.meant(["Intel", "intel", USA]),
        await lookups.matches(["Intel"], type=None),
        await lookups.hops([(INTEL, USA)], Walk()),
        await lookups.neighbours(INTEL, via, where, **page),
        await lookups.neighbours_counted(INTEL, via, where),
        await lookups.relations_of([INTEL], via, where, **page),
    ]


async def test_the_index_and_the_database_tell_the_same(story_graph: Graph) -> None:
    with ThreadPoolExecutor(1) as executor:
        keeper = IndexKeeper(story_graph, executor, most_megabytes=100, poll_s=60, stale_s=60)
        keeper.snapshot = await load(story_graph, most_megabytes=100, progress=lambda *_: None)
        await keeper.follow(1e12)
        indexed, plain = Lookups(story_graph, keeper), Lookups(story_graph, None)
        assert indexed._index is not None
        assert await everything(indexed) == await everything(plain)
        for lookups in (indexed, plain):
            with pytest.raises(EntityNotFound):
                await lookups.meant(["Nobody at all"])
