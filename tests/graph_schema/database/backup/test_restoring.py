"""Restore: a file that cannot be trusted, a graph that is not empty and another writer are refused before anything is written."""

import asyncio
import gzip
import hashlib
from pathlib import Path
from typing import Any

import neo4j
import orjson
import pytest

from graph_schema.database import schema
from graph_schema.database.backup import archive, restoring
from graph_schema.database.backup.archive import Draft
from graph_schema.database.graph import Graph
from graph_schema.database.locks import writer_lock
from graph_schema.errors import (
    BackupUnusable,
    DatabaseNotEmpty,
    GraphBusy,
    GraphError,
    RestoreIncomplete,
)
from tests.graph_schema.database.backup.dumped import (
    dumped,
    empty,
    lines,
    restore,
    rewritten,
    whole_graph,
)

pytestmark = pytest.mark.anyio


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)


def without_footer(file: Path) -> None:
    file.write_bytes(gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in lines(file)[:-1])))


def lose_a_node(file: Path) -> None:
    content = lines(file)
    file.write_bytes(gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in (content[0], *content[2:]))))


def append(file: Path) -> None:
    file.write_bytes(file.read_bytes() + gzip.compress(b'{"node": []}\n'))


def other_format(file: Path) -> None:
    file.write_bytes(gzip.compress(b'{"name": "Intel"}\n'))


def plain_text(file: Path) -> None:
    file.write_text("MATCH (n) RETURN n")


def nothing(file: Path) -> None:
    file.write_bytes(b"")


def bomb(file: Path) -> None:
    content = lines(file)
    blown = {"node": ["Entity", "company:bomb", ["Entity"], {"name": "0" * 8_000_000}]}
    rewritten(file, [*content[:-1], *[blown] * 5, content[-1]])


def newer(file: Path) -> None:
    content = lines(file)
    content[0]["header"]["version"] = 2
    file.write_bytes(gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in content)))


def newer_schema(file: Path) -> None:
    content = lines(file)
    content[0]["header"]["schema"] = 999
    rewritten(file, content)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "cut short"),
        (flip, "damaged|cut short"),
        (without_footer, "without its footer"),
        (lose_a_node, "does not match its checksum"),
        (append, "follows the footer"),
        (other_format, "is no backup of Chokepoint"),
        (plain_text, "is no backup of Chokepoint"),
        (nothing, "is no backup of Chokepoint"),
        (bomb, "unpacks to more than 200 times its size"),
        (newer, "newer Chokepoint"),
        (newer_schema, "upgrade chokepoint first"),
    ],
)
async def test_a_file_that_cannot_be_trusted_is_refused_before_anything_is_written(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path, damage: Any, message: str
) -> None:
    file = await dumped(full, tmp_path)
    damage(file)
    before = await whole_graph(full)
    with pytest.raises(BackupUnusable, match=message):
        await restore(full, file, replace=True)
    assert await whole_graph(full) == before


async def test_a_database_with_content_is_refused(full: Graph, tmp_path: Path) -> None:
    file = await dumped(full, tmp_path)
    before = await whole_graph(full)
    with pytest.raises(DatabaseNotEmpty, match=r"18 nodes.*--replace"):
        await restore(full, file)
    assert await whole_graph(full) == before


async def test_replace_deletes_what_was_there(full: Graph, neo4j_session: neo4j.Session, tmp_path: Path) -> None:
    before = await whole_graph(full)
    file = await dumped(full, tmp_path)
    neo4j_session.run(
        "MATCH (us:Country) CREATE (:Entity:Place {id: 'place:x'})-[:LOCATED_IN {id: 'x'}]->(us)"
    ).consume()
    await restore(full, file, replace=True)
    assert await whole_graph(full) == before


async def test_a_restore_that_stops_half_way_says_so_until_it_is_repeated(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    before = await whole_graph(full)
    good = await dumped(full, tmp_path)
    content = lines(good)
    next(line for line in reversed(content) if "edge" in line)["edge"][2] = "claim:missing"
    bad = tmp_path / "bad.jsonl.gz"
    rewritten(bad, content)
    empty(neo4j_session)
    with pytest.raises(RestoreIncomplete, match=r"21 of 21 nodes and .* of 18 edges of bad.*--replace"):
        await restore(full, bad)
    with pytest.raises(DatabaseNotEmpty, match=r"part of bad\.jsonl\.gz"):
        await restore(full, good)
    with pytest.raises(GraphError, match=r"part of bad\.jsonl\.gz"):
        await dumped(full, tmp_path, "second.gz")
    await restore(full, good, replace=True)
    assert await whole_graph(full) == before


async def test_a_restore_is_refused_while_another_writes(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    file = await dumped(full, tmp_path)
    before = await whole_graph(full)
    async with writer_lock(full, "load sample", wait_s=0):
        with pytest.raises(GraphBusy, match=r"^load sample \(.*\) has been writing since"):
            await restore(full, file, replace=True)
    assert await whole_graph(full) == before
    await restore(full, file, replace=True)
    assert await whole_graph(full) == before


async def test_nobody_else_writes_until_a_restore_has_ended(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    file = await dumped(full, tmp_path)
    before = await whole_graph(full)

    async def try_to_write() -> None:
        async with writer_lock(full, "load sample", wait_s=0):
            pytest.fail("two writers at once")

    class Trying:
        """Tells of the first batch by writing beside it."""

        task: asyncio.Task[None] | None = None

        def __call__(self, *, nodes: int, edges: int, total: int | None = None) -> None:
            if self.task is None:
                self.task = asyncio.create_task(try_to_write())

    trying = Trying()
    await restore(full, file, replace=True, progress=trying)
    assert trying.task is not None
    with pytest.raises(GraphBusy, match=r"^restore backup\.jsonl\.gz \("):
        await trying.task
    assert await whole_graph(full) == before
    async with writer_lock(full, "load sample", wait_s=0):
        pass  # the right to write was given back


async def test_a_restore_that_lost_the_right_to_write_writes_no_more(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    file = await dumped(full, tmp_path)
    taken = 0

    def take_over(*, nodes: int, edges: int, total: int | None = None) -> None:
        nonlocal taken
        if not taken:
            neo4j_session.run("MATCH (l:GraphState {id: 'writer'}) SET l.token = 'other', l.who = 'load b'").consume()
            taken = nodes

    with pytest.raises(RestoreIncomplete, match=r"load b holds now; .* 4 of 21 nodes and 0 of 18 edges"):
        await restore(full, file, replace=True, progress=take_over)
    assert taken == 4


async def test_a_label_of_no_schema_in_an_edge_is_refused_as_data(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    file = await dumped(full, tmp_path)
    content = lines(file)
    next(line for line in content if "edge" in line)["edge"][1] = "Entity) DETACH DELETE (n"
    rewritten(file, content)
    empty(neo4j_session)
    with pytest.raises(RestoreIncomplete, match="whose ids this version does not know"):
        await restore(full, file)


async def test_an_older_graph_is_migrated(full: Graph, neo4j_session: neo4j.Session, tmp_path: Path) -> None:
    neo4j_session.run("MATCH (v:SchemaVersion) SET v.version = 0").consume()
    file = await dumped(full, tmp_path)
    empty(neo4j_session)
    done = await restore(full, file)
    assert [line.split(":")[0] for line in done.migrations] == [
        f"migration {step.number}" for step in schema.migrations()
    ]
    assert await schema.differences(full) == []


def test_what_is_held_for_one_transaction_is_bounded_in_bytes(tmp_path: Path) -> None:
    file = tmp_path / "wide.gz"
    header = archive.Header(chokepoint="0", neo4j="0", schema=0, graph_version=0, created="", nodes=9, edges=0)
    with Draft(file) as stream:
        writer = archive.ArchiveWriter(stream, header)
        for number in range(9):
            text = hashlib.shake_128(bytes([number])).hexdigest(restoring.BATCH_BYTES // 4)
            writer.add_node(archive.NodeLine(archive.NodeKey("Entity", str(number)), ("Entity",), {"text": text}))
        writer.finish()
    with file.open("rb") as source:
        sizes = [len(batch) for batch in restoring.batches(archive.ArchiveReader(source, "wide.gz"), most=2500)]
    assert sum(sizes) == 9
    assert max(sizes) == 2
