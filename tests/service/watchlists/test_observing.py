"""What a watch list sees of a graph."""

from collections.abc import Iterable

import pytest

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import RelationType
from service.engines.cypher import CypherEngine
from service.searches.desk import Searches
from service.settings import ServiceSettings
from service.watchlists.definition import Watched, WatchList
from service.watchlists.observing import SeenInPart, observe
from tests.service.build import story

pytestmark = pytest.mark.anyio


async def texts(graph: Graph, watch: WatchList, limits: ServiceSettings | None = None) -> Iterable[str]:
    limits = limits or ServiceSettings()
    searches = Searches(CypherEngine(graph, hub_degree=1_000), limits)
    seen = (await observe(graph, searches, watch, limits)).seen
    return sorted(one["text"] for one in seen.values())


async def test_ties_and_relations_of_its_entities(graph: Graph) -> None:
    await story().write(graph)
    assert await texts(graph, WatchList(name="a", entities=("Intel",))) == [
        "Intel SUPPLIES Huawei (ended, 1 sources)",
        "Intel TESTED ACM Research (asserted, 2 sources)",
        "Intel · ACM Research · ACM Research Shanghai (tested, 2 hops)",
    ]


async def test_only_what_it_watches(graph: Graph) -> None:
    await story().write(graph)
    relations = WatchList(
        name="a", entities=("ACMR",), watched=(Watched.RELATIONS,), relations=(RelationType.OWNS, RelationType.BANS)
    )
    assert await texts(graph, relations) == ["ACM Research OWNS ACM Research Shanghai (asserted, 1 sources)"]
    by = WatchList(name="a", entities=("Huawei", "Intel"), watched=(Watched.EXPOSURE,), lists=("China",))
    assert await texts(graph, by) == []


async def test_what_the_graph_does_not_hold_any_more_is_not_seen(graph: Graph) -> None:
    await story().write(graph)
    assert await texts(graph, WatchList(name="a", entities=("Gone Works",))) == []
    lists = WatchList(name="a", entities=("Huawei",), watched=(Watched.EXPOSURE,), lists=("Gone Works",))
    assert await texts(graph, lists) == []


async def test_half_of_it_is_not_taken_for_all(graph: Graph) -> None:
    await story().write(graph)
    with pytest.raises(SeenInPart, match="not all ties of Intel were found"):
        await texts(graph, WatchList(name="a", entities=("Intel",)), ServiceSettings(max_expansions=1))
