"""Where entities lie."""

import pytest

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from service.queries.places import places_of
from tests.service.build import story

pytestmark = pytest.mark.anyio


async def test_places_are_told_with_the_entity_itself_and_none_of_an_unknown_one(graph: Graph) -> None:
    await story().write(graph)
    found = await graph.read(places_of, [EntityId("company:intel"), EntityId("company:nobody")])
    assert found.keys() == {"company:intel"}
    assert "Intel" in {place.name for place in found[EntityId("company:intel")]}
