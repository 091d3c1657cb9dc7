"""From settings to a connected graph: the Neo4j of CHOKEPOINT_NEO4J_URI, else the embedded one, started where needed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from graph_schema.database import schema
from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.graph import Graph
from graph_schema.settings import EmbeddedSettings, GraphSettings, read_settings


async def find_database() -> GraphSettings:
    """Settings of a database that should answer. Starts the embedded server when no other is set and it is not running.

    Raises SettingsError, EmbeddedError.
    """
    settings = read_settings(GraphSettings)
    if settings.uri is not None:
        return settings
    server = EmbeddedNeo4j(read_settings(EmbeddedSettings))
    await asyncio.to_thread(server.start)
    return server.connection()


def embedded_behind(settings: GraphSettings) -> EmbeddedNeo4j | None:
    """The embedded server, where `settings` lead to it; None where they lead elsewhere."""
    server = EmbeddedNeo4j(read_settings(EmbeddedSettings))
    return server if server.status().uri == settings.uri else None


@asynccontextmanager
async def open_graph(*, apply_schema: bool = False) -> AsyncIterator[Graph]:
    """A connected graph; `apply_schema` brings its constraints and indexes up to date first, which a writer needs.

    Raises SettingsError, EmbeddedError, GraphUnavailable, GraphUnauthorized, SchemaDrift.
    """
    async with Graph.connect(await find_database()) as graph:
        if apply_schema:
            await schema.apply(graph)
        yield graph
