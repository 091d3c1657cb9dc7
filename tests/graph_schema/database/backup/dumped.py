"""Graphs as dumps, and dumps as lines: what the tests of backups share."""

import gzip
import io
from functools import partial
from pathlib import Path
from typing import Any

import neo4j
import orjson

from graph_schema.database import backup
from graph_schema.database.backup import archive
from graph_schema.database.backup.archive import Draft
from graph_schema.database.graph import Graph
from tests.whole_graph import whole_graph as everything

# Small, so that the borders of pages and batches are crossed.
dump = partial(backup.dump, page=3)
restore = partial(backup.restore, batch=4)
# A restore holds the lock of writers, which keeps when it was asked for last.
whole_graph = partial(everything, without=frozenset({"asked"}))


async def dumped(graph: Graph, folder: Path, name: str = "backup.jsonl.gz") -> Path:
    file = folder / name
    with Draft(file) as stream:
        await dump(graph, stream)
    return file


def empty(session: neo4j.Session) -> None:
    session.run("MATCH (n) DETACH DELETE n").consume()


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lines(file: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def rewritten(file: Path, content: list[dict[str, Any]]) -> None:
    """As a careful forger would: with a footer that fits."""
    stream = io.BytesIO()
    header = {**content[0]["header"]}
    writer = archive.ArchiveWriter(stream, archive.Header(**header))
    for line in content[1:-1]:
        writer._line(line)
        writer.nodes += "node" in line
        writer.edges += "edge" in line
    writer.finish()
    file.write_bytes(stream.getvalue())
