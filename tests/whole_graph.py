"""The whole graph as sets of tuples, so that two graphs compare with `==` and their difference reads like data."""

from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph

NodeTuple = tuple[frozenset[str], str | None, frozenset[tuple[str, Any]]]
"""Labels, id, properties."""
EdgeTuple = tuple[str | None, str, str | None, frozenset[tuple[str, Any]]]
"""Id of the start, type, id of the end, properties."""

NODES: LiteralString = "MATCH (n) RETURN labels(n) AS labels, n.id AS id, properties(n) AS properties"
EDGES: LiteralString = """
MATCH (a)-[r]->(b) RETURN a.id AS start, type(r) AS type, b.id AS end, properties(r) AS properties
"""


@dataclass(frozen=True, slots=True)
class WholeGraph:
    """All nodes and edges, without the ids that the server gives them."""

    nodes: frozenset[NodeTuple]
    edges: frozenset[EdgeTuple]


async def whole_graph(graph: Graph, *, without: frozenset[str] = frozenset()) -> WholeGraph:
    """Everything the database holds, but for properties named in `without`, such as times of the clock."""
    return await graph.read(_everything, without)


async def _everything(tx: AsyncManagedTransaction, without: frozenset[str]) -> WholeGraph:
    nodes = [
        (frozenset(row["labels"]), row["id"], _frozen(row["properties"], without)) async for row in await tx.run(NODES)
    ]
    edges = [
        (row["start"], row["type"], row["end"], _frozen(row["properties"], without))
        async for row in await tx.run(EDGES)
    ]
    assert len(set(nodes)) == len(nodes), "two nodes have the same labels, id and properties"
    assert len(set(edges)) == len(edges), "two edges have the same ends, type and properties"
    return WholeGraph(frozenset(nodes), frozenset(edges))


def _frozen(properties: dict[str, Any], without: frozenset[str]) -> frozenset[tuple[str, Any]]:
    """With the type beside the value, since 1 == 1.0 == True in Python but not in the database."""
    return frozenset((name, _typed(value)) for name, value in properties.items() if name not in without)


def _typed(value: Any) -> tuple[str, Any]:
    if isinstance(value, list):
        return "list", tuple(_typed(item) for item in value)
    if isinstance(value, float) and value != value:
        return "float", "nan"
    if isinstance(value, bytearray):
        return "bytes", bytes(value)
    return type(value).__name__, value
