"""The file itself: damage is told whichever byte it hits, and a long one takes no more memory than a short one."""

import gzip
import hashlib
import io
import tracemalloc
import zlib
from pathlib import Path

import pytest

from graph_schema.database import backup
from graph_schema.database.backup import archive
from graph_schema.database.backup.archive import Draft
from graph_schema.errors import (
    BackupUnusable,
)


def test_damage_is_called_damage_whichever_byte_it_hits() -> None:
    stream = io.BytesIO()
    writer = archive.ArchiveWriter(
        stream, archive.Header(chokepoint="1", neo4j="1", schema=1, graph_version=1, created="", nodes=9, edges=1)
    )
    keys = [archive.NodeKey("Entity", f"company:{number}") for number in range(9)]
    for key in keys:
        writer.add_node(archive.NodeLine(key, ("Entity",), {"name": key.id.upper()}))
    writer.add_edge(archive.EdgeLine("SUPPLIES", keys[0], keys[1], {"confidence": 0.5}))
    footer = writer.finish()
    whole = stream.getvalue()
    for position in range(len(whole)):
        for bit in range(8):
            content = bytearray(whole)
            content[position] ^= 1 << bit
            # A bit that means nothing: the time in gzip's header, what fills up the last byte of the content.
            if unzipped(bytes(content)) == gzip.decompress(whole):
                assert archive.ArchiveReader(io.BytesIO(content), "flipped.gz").verify() == footer
            else:
                with pytest.raises(BackupUnusable, match=r"damaged|cut short"):
                    archive.ArchiveReader(io.BytesIO(content), "flipped.gz").verify()


def unzipped(content: bytes) -> bytes | None:
    """None where gzip itself finds the damage."""
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return None


def test_a_long_file_is_read_in_the_memory_of_a_short_one(tmp_path: Path) -> None:
    nodes = 20_000
    file = tmp_path / "long.gz"
    header = archive.Header(chokepoint="0", neo4j="0", schema=0, graph_version=0, created="", nodes=nodes, edges=0)
    with Draft(file) as stream:
        writer = archive.ArchiveWriter(stream, header)
        for number in range(nodes):
            key = archive.NodeKey("Entity", str(number))
            writer.add_node(archive.NodeLine(key, ("Entity",), {"text": hashlib.sha256(key.id.encode()).hexdigest()}))
        writer.finish()
    tracemalloc.start()
    try:
        backup.verify(file)
        with file.open("rb") as source:
            assert sum(1 for _ in archive.ArchiveReader(source, "long.gz")) == nodes
        assert tracemalloc.get_traced_memory()[1] < 500_000, "bytes at most; the file holds 3 million"
    finally:
        tracemalloc.stop()
