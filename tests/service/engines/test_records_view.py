"""Names and records as every engine reads them: from the database, in one transaction."""

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from service.engines.records_view import RecordsView
from service.filters.walk import EntityFilter
from tests.service.build import story

pytestmark = pytest.mark.anyio

INTEL, USA = EntityId("company:intel"), EntityId("country:united-states")


async def test_a_name_means_an_entity(graph: Graph) -> None:
    await story().write(graph)

    async def meant(tx: AsyncManagedTransaction) -> dict[str, EntityId]:
        found = await RecordsView(tx).entities_meant(["Intel", INTEL])
        return {name: entity.id for name, entity in found.items()}

    assert await graph.read(meant) == {"Intel": INTEL, INTEL: INTEL}


async def test_records_are_those_that_exist(graph: Graph) -> None:
    await story().write(graph)

    async def known(tx: AsyncManagedTransaction) -> dict[EntityId, str]:
        found = await RecordsView(tx).entities([INTEL, EntityId("company:nobody")])
        return {id: entity.name for id, entity in found.items()}

    assert await graph.read(known) == {INTEL: "Intel"}


async def test_a_filter_admits_entities_of_its_types(graph: Graph) -> None:
    await story().write(graph)

    async def admitted(tx: AsyncManagedTransaction) -> set[EntityId]:
        return await RecordsView(tx).admitted([INTEL, USA], EntityFilter(types=(EntityType.COMPANY,)))

    assert await graph.read(admitted) == {INTEL}
