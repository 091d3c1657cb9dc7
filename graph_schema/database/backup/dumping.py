"""Dump: a graph in use, read page by page in the order of its ids; the result is the graph of one moment, or an error.

Neo4j gives a reader no snapshot that lasts over transactions, so the graph's counter of changes and its sizes are compared
before and after: a graph that changed meanwhile raises GraphChanged instead of giving a file that mixes two states.
"""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import IO, Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.backup.archive import ArchiveWriter, EdgeLine, Footer, Header, NodeKey, NodeLine
from graph_schema.database.backup.marker import unfinished_restore
from graph_schema.database.backup.names import edge_types, node_labels
from graph_schema.database.backup.progress import Progress, silent
from graph_schema.database.cypher import quoted
from graph_schema.database.graph import Graph
from graph_schema.errors import GraphChanged, GraphError

PAGE = 2000
"""Nodes or edges read in one transaction: a page of claims is about 2 MB."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What tells that the graph has changed."""

    graph_version: int
    nodes: int
    edges: int


async def dump(
    graph: Graph, stream: IO[bytes], *, progress: Progress = silent, page: int = PAGE
) -> tuple[Header, Footer]:
    """Write the whole graph to `stream`, `page` nodes or edges at a time; equal graphs give equal lines below the header.

    What is not ours (nodes without one of our labels or without an id, edges to them) is left out: the header counts all,
    the footer what was written. Raises GraphChanged, GraphUnavailable, GraphError.
    """
    if (unfinished := await unfinished_restore(graph)) is not None:
        raise GraphError(
            f"the database holds a part of {unfinished}, whose restore did not finish: restore it again first"
        )
    before = await graph.read(sizes)
    header = Header(
        chokepoint=version("chokepoint"),
        neo4j=await graph.read(server_version),
        schema=await graph.read(schema_version),
        graph_version=before.graph_version,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        nodes=before.nodes,
        edges=before.edges,
    )
    writer = ArchiveWriter(stream, header)
    async for line in _lines(graph, page):
        try:
            writer.add_node(line) if isinstance(line, NodeLine) else writer.add_edge(line)
        except ValueError as error:
            place = line.key.id if isinstance(line, NodeLine) else f"{line.type} of {line.start.id}"
            raise GraphError(f"{place}: {error}") from error
        if (writer.nodes + writer.edges) % page == 0:
            progress(nodes=writer.nodes, edges=writer.edges, total=before.nodes + before.edges)
    if await graph.read(sizes) != before:
        raise GraphChanged("the graph changed while it was read: run the dump again when no load is writing")
    progress(nodes=writer.nodes, edges=writer.edges, total=before.nodes + before.edges)
    return header, writer.finish()


async def _lines(graph: Graph, page: int) -> AsyncIterator[NodeLine | EdgeLine]:
    for label in node_labels():
        async for node in _nodes(graph, label, page):
            yield node
    for type in edge_types():
        async for edge in _edges_with_id(graph, type, page):
            yield edge
    if types := await graph.read(edge_types_without_id):
        for label in node_labels():
            async for edge in _edges_by_start(graph, label, types, page):
                yield edge


async def _nodes(graph: Graph, label: str, page: int) -> AsyncIterator[NodeLine]:
    after = ""
    while rows := await graph.read(nodes_after, label, after, page):
        for row in rows:
            yield NodeLine(NodeKey(label, row["id"]), tuple(row["labels"]), row["properties"])
        after = rows[-1]["id"]


async def _edges_with_id(graph: Graph, type: str, page: int) -> AsyncIterator[EdgeLine]:
    after = ""
    while rows := await graph.read(edges_after, type, after, page):
        for row in rows:
            if (edge := _edge(row)) is not None:
                yield edge
        after = rows[-1]["properties"]["id"]


async def _edges_by_start(graph: Graph, label: str, types: list[str], page: int) -> AsyncIterator[EdgeLine]:
    after = ""
    while rows := await graph.read(edges_of_nodes_after, label, types, after, page):
        for row in rows:
            if row["type"] is not None and (edge := _edge(row)) is not None:
                yield edge
        after = rows[-1]["start_id"]


def _edge(row: Mapping[str, Any]) -> EdgeLine | None:
    """None when one of its ends is not in the dump."""
    start, end = _key(row["start_labels"], row["start_id"]), _key(row["end_labels"], row["end_id"])
    return None if start is None or end is None else EdgeLine(row["type"], start, end, row["properties"])


def _key(labels: list[str], id: object) -> NodeKey | None:
    label = next((label for label in node_labels() if label in labels), None)
    return None if label is None or not isinstance(id, str) else NodeKey(label, id)


SIZES: LiteralString = """
CALL () { MATCH (node) RETURN count(node) AS nodes }
CALL () { MATCH ()-[edge]->() RETURN count(edge) AS edges }
OPTIONAL MATCH (state:GraphState {id: 'graph'})
RETURN nodes, edges, coalesce(state.version, 0) AS graph_version
"""


async def sizes(tx: AsyncManagedTransaction) -> Sizes:
    """Counts of all nodes and edges, from the count store, and the counter of changes."""
    record = await (await tx.run(SIZES)).single(strict=True)
    return Sizes(record["graph_version"], record["nodes"], record["edges"])


SERVER_VERSION: LiteralString = (
    "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
)


async def server_version(tx: AsyncManagedTransaction) -> str:
    """Version of the database, as 2026.08.1."""
    record = await (await tx.run(SERVER_VERSION)).single(strict=True)
    return str(record["version"])


async def schema_version(tx: AsyncManagedTransaction) -> int:
    """Number of the last migration that the graph has seen; 0 for none."""
    record = await (await tx.run(schema.SCHEMA_VERSION)).single()
    return 0 if record is None else int(record["version"])


async def nodes_after(tx: AsyncManagedTransaction, label: str, after: str, page: int) -> list[dict[str, Any]]:
    """The next page of the nodes of one of our labels, by id."""
    # Composed, here and below, with names of our own schema: a label given as parameter would not use its index.
    query = f"""
MATCH (node:{quoted(label)}) WHERE node.id > $after
WITH node ORDER BY node.id LIMIT $page
RETURN node.id AS id, labels(node) AS labels, properties(node) AS properties
"""
    return await (await tx.run(query, after=after, page=page)).data()


EDGE: LiteralString = """
type(edge) AS type, properties(edge) AS properties,
       start.id AS start_id, labels(start) AS start_labels, end.id AS end_id, labels(end) AS end_labels
"""


async def edges_after(tx: AsyncManagedTransaction, type: str, after: str, page: int) -> list[dict[str, Any]]:
    """The next page of the edges of a type whose ids are unique, by id."""
    query = f"""
MATCH (start)-[edge:{quoted(type)}]->(end) WHERE edge.id > $after
WITH start, edge, end ORDER BY edge.id LIMIT $page
RETURN {EDGE}
"""
    return await (await tx.run(query, after=after, page=page)).data()


EDGE_TYPES_WITHOUT_ID: LiteralString = """
CALL db.relationshipTypes() YIELD relationshipType AS type
WHERE NOT type IN $keyed
RETURN type ORDER BY type
"""


async def edge_types_without_id(tx: AsyncManagedTransaction) -> list[str]:
    """Types of edges that have no id of their own, such as SUBJECT: they are found from their start."""
    rows = await tx.run(EDGE_TYPES_WITHOUT_ID, keyed=list(edge_types()))
    return [str(row["type"]) async for row in rows]


async def edges_of_nodes_after(
    tx: AsyncManagedTransaction, label: str, types: list[str], after: str, page: int
) -> list[dict[str, Any]]:
    """Edges without id of the next page of nodes; a node without any gives one row whose type is None."""
    query = f"""
MATCH (start:{quoted(label)}) WHERE start.id > $after
WITH start ORDER BY start.id LIMIT $page
OPTIONAL MATCH (start)-[edge:{"|".join(map(quoted, types))}]->(end)
RETURN {EDGE}
ORDER BY start_id, type, end_id
"""
    return await (await tx.run(query, after=after, page=page)).data()
