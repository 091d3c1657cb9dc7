"""Queries are timed and counted; a slow one is logged by its name and the sizes of its parameters, never by their values."""

from typing import LiteralString

import pytest
import structlog
from neo4j import AsyncManagedTransaction

from graph_schema.correlation import Work, working_for
from graph_schema.database.graph import Graph
from graph_schema.database.observed import SlowQueries, query_name, size_of
from graph_schema.database.version import graph_version
from graph_schema.errors import GraphError
from graph_schema.ids import EntityId
from loaders.writing import edges
from service.filters.walk import EntityFilter
from service.queries import state
from service.queries.entities import entities_admitted

pytestmark = pytest.mark.anyio
NUMBERS: LiteralString = "UNWIND range(1, $most) AS n RETURN n, $secret AS s"
OWN: LiteralString = "SHOW TRANSACTIONS YIELD metaData RETURN collect(metaData) AS rows"


def logging_all(graph: Graph) -> Graph:
    """A graph to which every query is slow."""
    telling = graph.telling_slow_queries()
    telling.slow_queries = SlowQueries(after_s=0)
    return telling


async def numbers(tx: AsyncManagedTransaction, most: int) -> list[int]:
    return [record["n"] async for record in await tx.run(NUMBERS, most=most, secret="hunter2")]


async def test_the_database_is_told_for_whom_a_transaction_is(graph: Graph) -> None:
    async def mine(tx: AsyncManagedTransaction) -> list[dict[str, str]]:
        record = await (await tx.run(OWN)).single(strict=True)
        rows: list[dict[str, str]] = record["rows"]
        return rows

    with working_for(Work("news/1a")):
        assert {"app": "chokepoint", "job": "news/1a"} in await graph.read(mine)
        assert {"app": "chokepoint", "job": "news/1a"} in await graph.write(mine)
    assert {"app": "chokepoint"} in await graph.read(mine)


async def test_a_slow_query_is_logged_without_the_values_of_its_parameters(graph: Graph) -> None:
    slow = logging_all(graph)
    with structlog.testing.capture_logs() as logs:
        assert await slow.guarded().read(numbers, 3) == [1, 2, 3]
    (line,) = logs
    assert line["query"] == "unknown"
    assert line["parameters"] == {"most": "int", "secret": "text of 7"}
    assert "hunter2" not in str(logs)
    assert slow.slow_queries is not None
    assert slow.slow_queries.told == 1


async def test_a_query_that_is_quick_enough_is_no_line(graph: Graph) -> None:
    with structlog.testing.capture_logs() as logs:
        await graph.telling_slow_queries().read(numbers, 3)
        await graph.read(numbers, 3)
    assert not logs


async def test_the_log_names_the_constant_or_the_function_that_put_the_query_together(graph: Graph) -> None:
    slow = logging_all(graph).guarded()
    with structlog.testing.capture_logs() as logs:
        await slow.read(graph_version)
        await slow.read(entities_admitted, [EntityId("company:intel")], EntityFilter(listed=True))
    assert [line["query"] for line in logs] == [
        "graph_schema.database.version.GRAPH_VERSION",
        "service.queries.entities.entities_admitted",
    ]


async def test_queries_are_counted_for_the_work_however_they_end(graph: Graph) -> None:
    async def several(tx: AsyncManagedTransaction) -> None:
        await (await tx.run("RETURN 1")).consume()
        await (await tx.run("RETURN 1")).data()
        assert await (await tx.run("UNWIND [] AS n RETURN n")).single() is None
        await tx.run("RETURN 1")
        await (await tx.run("RETURN 1 AS n")).value("n")

    async def wrong(tx: AsyncManagedTransaction) -> None:
        await (await tx.run("RETURN nothing")).consume()

    with working_for(Work("a")) as work:
        await graph.read(several)
        assert work.queries == 5
        assert work.database_s > 0
        with pytest.raises(GraphError):
            await graph.read(wrong)
        assert work.queries == 6


def test_a_query_is_named_by_the_constant_that_holds_it_or_by_who_asks() -> None:
    assert query_name(state.LOAD_RUNS) == "service.queries.state.LOAD_RUNS"
    type, text = next(iter(edges.CREATE_EDGES.items()))
    assert query_name(text) == f"loaders.writing.edges.CREATE_EDGES[{type}]"
    assert query_name("RETURN 'put together'") == "unknown"


@pytest.mark.parametrize(
    ("value", "told"),
    [("secret", "text of 6"), ([1, 2], "list of 2"), ({"a": 1}, "dict of 1"), (3, "int"), (None, "NoneType")],
)
def test_sizes_tell_nothing_of_the_content(value: object, told: str) -> None:
    assert size_of(value) == told
