"""The version of the graph, by which readers tell whether anything has changed."""

from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import one

GRAPH_VERSION: LiteralString = """
OPTIONAL MATCH (state:GraphState {id: 'graph'})
RETURN coalesce(state.version, 0) AS version
"""


async def graph_version(tx: AsyncManagedTransaction) -> int:
    """Number that rises with every batch written; 0 for a graph without data."""
    return int((await one(tx, GRAPH_VERSION))["version"])
