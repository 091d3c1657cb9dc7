"""A real Neo4j Community server without Docker or Java installed: downloaded once, verified, run on this machine."""

from graph_schema.database.embedded.server import EmbeddedNeo4j, Status

__all__ = ["EmbeddedNeo4j", "Status"]
