"""Constraints, indexes and migrations on a real server."""

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.errors import SchemaDrift
from graph_schema.vocabulary import RelationType

pytestmark = pytest.mark.anyio


async def run(tx: AsyncManagedTransaction, query: str) -> list[dict[str, object]]:
    return await (await tx.run(query)).data()


async def test_applying_twice_changes_nothing(graph: Graph) -> None:
    await schema.apply(graph)
    assert await schema.differences(graph) == []
    assert await schema.apply(graph) == []


async def test_a_dropped_index_is_drift_until_it_is_applied_again(graph: Graph) -> None:
    await schema.apply(graph)
    await graph.write(run, "DROP INDEX claim_edge")
    assert await schema.differences(graph) == ["missing range claim_edge on Claim(edge)"]
    assert await schema.apply(graph) == ["created 1 constraints and indexes"]
    assert await schema.differences(graph) == []


async def test_an_index_of_the_same_name_on_something_else_is_told_and_left_alone(graph: Graph) -> None:
    await schema.apply(graph)
    await graph.write(run, "DROP INDEX claim_run")
    await graph.write(run, "CREATE RANGE INDEX claim_run FOR (x:Claim) ON (x.other)")
    try:
        assert await schema.differences(graph) == ["claim_run is range on Claim(other)"]
        with pytest.raises(SchemaDrift, match="claim_run"):
            await schema.apply(graph)
    finally:
        await graph.write(run, "DROP INDEX claim_run")
        await schema.apply(graph)


async def test_a_database_of_a_newer_version_is_refused(graph: Graph) -> None:
    await schema.apply(graph)
    await graph.write(run, "MERGE (v:SchemaVersion {id: 'schema'}) SET v.version = 999")
    with pytest.raises(SchemaDrift, match="upgrade chokepoint"):
        await schema.apply(graph)


async def test_someone_elses_index_is_no_drift(graph: Graph) -> None:
    await schema.apply(graph)
    await graph.write(run, "CREATE RANGE INDEX mine IF NOT EXISTS FOR (x:Mine) ON (x.name)")
    assert await schema.differences(graph) == []
    await graph.write(run, "DROP INDEX mine")


async def test_a_chinese_name_is_found_by_its_characters(graph: Graph) -> None:
    await schema.apply(graph)
    await graph.write(run, "CREATE (:Entity:Company {id: 'company:huawei', name: 'Huawei', aliases: ['華為']})")
    await graph.write(run, "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    found = await graph.read(
        run, "CALL db.index.fulltext.queryNodes('entity_names', '華為') YIELD node RETURN node.id AS id"
    )
    assert found == [{"id": "company:huawei"}]


def test_every_relation_type_has_a_unique_id() -> None:
    constrained = {
        item.label for item in schema.wanted_items() if item.on_edges and item.kind is schema.ItemKind.UNIQUE
    }
    assert constrained == set(RelationType)


def test_migrations_are_numbered_from_one() -> None:
    assert [step.number for step in schema.migrations()] == list(range(1, len(schema.migrations()) + 1))
