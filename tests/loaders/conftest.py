"""An empty graph that is ready for loads, and its content as sets of tuples."""

from collections.abc import Awaitable, Callable
from typing import Any, LiteralString

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.graph import Graph

Snapshot = dict[str, set[tuple[Any, ...]]]

NODES: LiteralString = """
MATCH (n) WHERE n:Entity OR n:Document OR n:Claim
RETURN labels(n) AS labels, properties(n) AS properties
"""
LINKS: LiteralString = """
MATCH (a)-[r]->(b)
RETURN type(r) AS type, a.id AS start, b.id AS end, properties(r) AS properties
"""
VERSION: LiteralString = "MATCH (s:GraphState {id: 'graph'}) RETURN s.version AS version"


@pytest.fixture
async def ready(graph: Graph) -> Graph:
    """An empty graph with its schema applied."""
    await schema.apply(graph)
    return graph


@pytest.fixture
def snapshot() -> Callable[[Graph], Awaitable[Snapshot]]:
    """Reads the whole graph, save when and by which run it was written."""
    return _snapshot


@pytest.fixture
def version() -> Callable[[Graph], Awaitable[int]]:
    """Reads the graph's version."""

    async def read(graph: Graph) -> int:
        return int(await graph.read(_version))

    return read


async def _version(tx: AsyncManagedTransaction) -> Any:
    return (await (await tx.run(VERSION)).single(strict=True))["version"]


async def _snapshot(graph: Graph) -> Snapshot:
    nodes = [(tuple(sorted(labels)), _frozen(properties)) async for labels, properties in _rows(graph, NODES)]
    links = [(*ends, _frozen(properties)) async for *ends, properties in _rows(graph, LINKS)]
    assert len(set(nodes)) == len(nodes)
    assert len(set(links)) == len(links)
    return {"nodes": set(nodes), "links": set(links)}


async def _rows(graph: Graph, query: LiteralString) -> Any:
    async def work(tx: AsyncManagedTransaction) -> list[tuple[Any, ...]]:
        return [tuple(record) async for record in await tx.run(query)]

    for row in await graph.read(work):
        yield row


def _frozen(properties: dict[str, Any]) -> tuple[Any, ...]:
    kept = {key: value for key, value in properties.items() if key not in ("version", "since", "run")}
    return tuple(sorted((key, tuple(value) if isinstance(value, list) else value) for key, value in kept.items()))
