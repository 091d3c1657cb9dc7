"""Exports in small pages, so that their borders are crossed, and what the bare driver reads."""

from pathlib import Path
from typing import LiteralString

import neo4j

from graph_schema.database.backup.progress import Progress, silent
from graph_schema.database.graph import Graph
from service.export.files import Exported, ExportFormat, export_to_path

EDGES: LiteralString = "MATCH (a:Entity)-[r]->(b:Entity) RETURN a.id, type(r), b.id"


async def exported(
    graph: Graph, format: str, target: Path, *, evidence: bool = False, progress: Progress = silent
) -> Exported:
    return await export_to_path(graph, ExportFormat(format), target, evidence=evidence, page=3, progress=progress)


def stored_edges(session: neo4j.Session) -> set[tuple[str, str, str]]:
    """Subject, type and object of every relation."""
    return {(row[0], row[1], row[2]) for row in session.run(EDGES)}
