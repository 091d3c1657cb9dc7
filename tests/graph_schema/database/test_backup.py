"""Backup: what is dumped comes back as it was, a damaged file is refused before anything is written."""

import asyncio
import gzip
import hashlib
import io
import tracemalloc
import zlib
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import neo4j.spatial
import neo4j.time
import orjson
import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.database import backup, schema
from graph_schema.database.backup import archive, restoring
from graph_schema.database.backup.archive import Draft
from graph_schema.database.backup.values import decode, encode
from graph_schema.database.graph import Graph
from graph_schema.database.locks import writer_lock
from graph_schema.errors import (
    BackupUnusable,
    DatabaseNotEmpty,
    GraphBusy,
    GraphChanged,
    GraphError,
    RestoreIncomplete,
)
from tests.whole_graph import WholeGraph
from tests.whole_graph import whole_graph as everything

# Small, so that the borders of pages and batches are crossed.
dump = partial(backup.dump, page=3)
restore = partial(backup.restore, batch=4)
# A restore holds the lock of writers, which keeps when it was asked for last.
whole_graph = partial(everything, without=frozenset({"asked"}))

pytestmark = pytest.mark.anyio

FILL: LiteralString = """
CREATE (intel:Entity:Company {id: 'company:intel', name: 'Intel', aliases: ['英特爾', 'Intel Corp'], version: 3}),
       (us:Entity:Country {id: 'country:united-states', name: 'United States', aliases: []}),
       (acm:Entity:Company {id: 'company:acm-research', name: 'ACM "Research"\\n'}),
       (doc:Document {id: 'doc:1', title: 'Bulletin', published: date('2025-11-12')}),
       (claim:Claim {id: 'claim:1', start: 0, end: 42, confidence: 1.0, sentence: 'Intel tested tools.'}),
       (:GraphState {id: 'writer', asked: datetime('2025-11-12T08:00:00Z')}),
       (run:LoadRun {id: 'run:1', started: datetime('2025-11-12T08:00:00.123456789Z'), counts: '{"read": 1}'}),
       (:Removed {id: 'removed:4:0', version: 4, relations: ['rel:9'], entities: [], claims: ['claim:9'], claims_since: [2]}),
       (claim)-[:SUBJECT]->(intel), (claim)-[:OBJECT]->(acm), (claim)-[:STATED_IN]->(doc), (claim)-[:ATTRIBUTED_TO]->(us),
       (intel)-[:TESTED {id: 'rel:1', confidence: 0.9, claims: 1, first_seen: date('2025-11-12'), version: 3}]->(acm),
       (us)-[:SANCTIONS {id: 'rel:2', status: 'asserted', version: 4}]->(acm),
       (us)-[:RELATED_TO {id: 'rel:3'}]->(us)
FOREACH (i IN range(1, 11) | CREATE (:Entity:Place {id: 'place:' + i, name: 'Place ' + i})-[:LOCATED_IN {id: 'in:' + i}]->(us))
"""
KINDS: LiteralString = """
CREATE (:Entity:Event {id: 'event:kinds',
  date: date('-0044-03-15') + duration('P2000Y'),
  time: time('12:00:00.000000001+02:00'), local_time: localtime('23:59:59.999999999'),
  moment: datetime('2025-10-26T02:30:00.5+01:00[Europe/Berlin]'),
  an_hour_earlier: datetime('2025-10-26T02:30:00.5+02:00[Europe/Berlin]'),
  offset: datetime('2025-01-02T03:04:05-03:30'), local: localdatetime('2025-01-02T03:04:05.000000007'),
  duration: duration('P1Y2M10DT2H30M5.000000003S'), back: duration('-PT0.5S'),
  point: point({longitude: 121.5, latitude: 25.0}), solid: point({x: 1.0, y: 2.0, z: 3.0}),
  whole: 7, real: 7.0, big: 9223372036854775807, small: -9223372036854775808,
  nan: 0.0 / 0.0, infinite: -1.0 / 0.0, yes: true, bytes: $bytes,
  text: '中文 "quoted" \\u0001', empty: '', none: [], dates: [date('2025-01-01')]})
"""


@pytest.fixture
async def full(graph: Graph, neo4j_session: neo4j.Session) -> Graph:
    """A graph with one of everything, and enough places for several pages."""
    await schema.apply(graph)
    neo4j_session.run(FILL).consume()
    return graph


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


async def test_a_dumped_graph_comes_back_as_it_was(full: Graph, neo4j_session: neo4j.Session, tmp_path: Path) -> None:
    before = await whole_graph(full)
    file = await dumped(full, tmp_path)
    empty(neo4j_session)
    done = await restore(full, file)
    assert await whole_graph(full) == before
    assert (done.footer.nodes, done.footer.edges) == (len(before.nodes), len(before.edges)) == (21, 18)
    assert await schema.differences(full) == []


async def test_every_kind_of_value_keeps_its_type(full: Graph, neo4j_session: neo4j.Session, tmp_path: Path) -> None:
    neo4j_session.run(KINDS, bytes=b"\x00\xff").consume()
    before = await whole_graph(full)
    file = await dumped(full, tmp_path)
    empty(neo4j_session)
    await restore(full, file)
    assert await whole_graph(full) == before


async def test_equal_graphs_give_equal_lines_below_the_header(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    first = await dumped(full, tmp_path, "first.gz")
    empty(neo4j_session)
    await restore(full, first)
    second = await dumped(full, tmp_path, "second.gz")

    def facts(file: Path) -> list[dict[str, Any]]:
        return [line for line in lines(file)[1:-1] if line.get("node", ["", ""])[1] != "writer"]

    assert facts(first) == facts(second)


async def test_the_header_says_what_the_file_is(full: Graph, tmp_path: Path) -> None:
    header, footer = backup.verify(await dumped(full, tmp_path))
    assert (header.format, header.version) == ("chokepoint-dump", 1)
    assert header.schema == len(schema.migrations())
    assert (header.nodes, header.edges) == (footer.nodes, footer.edges) == (21, 18)
    assert header.neo4j.split(".")[0] in {"5", "2026"}


async def test_an_empty_graph_can_be_dumped_and_restored(
    graph: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    file = await dumped(graph, tmp_path)
    assert backup.verify(file)[1].nodes == 0
    await restore(graph, file)
    assert await schema.differences(graph) == []


async def test_what_is_not_ours_is_left_out_and_told(full: Graph, neo4j_session: neo4j.Session, tmp_path: Path) -> None:
    neo4j_session.run("MATCH (c:Company {id: 'company:intel'}) CREATE (:Note {text: 'mine'})-[:ABOUT]->(c)").consume()
    neo4j_session.run("MATCH (c:Company {id: 'company:intel'}) CREATE (c)-[:NOTED]->(:Note)").consume()
    header, footer = backup.verify(await dumped(full, tmp_path))
    assert (header.nodes - footer.nodes, header.edges - footer.edges) == (2, 2)


async def test_edges_of_other_types_between_our_nodes_are_kept(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    neo4j_session.run(
        "MATCH (a:Company {id: 'company:intel'}), (b:Country) CREATE (a)-[:`odd ``type`` {x}` {n: 1}]->(b)"
    ).consume()
    before = await whole_graph(full)
    file = await dumped(full, tmp_path)
    empty(neo4j_session)
    await restore(full, file)
    assert await whole_graph(full) == before


class Meddler(io.BytesIO):
    """A file that changes the graph while it is being written."""

    def __init__(self, session: neo4j.Session, change: LiteralString) -> None:
        super().__init__()
        self._session, self._change, self._done = session, change, False

    def write(self, data: Any) -> int:
        if not self._done:
            self._done = True
            self._session.run(self._change).consume()
        return super().write(data)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("MATCH (s:GraphState {id: 'graph'}) SET s.version = s.version + 1", id="counted change"),
        pytest.param("CREATE (:Entity:Place {id: 'place:new'})", id="new node"),
        pytest.param("MATCH (a:Country), (b:Document) CREATE (a)-[:SUBJECT]->(b)", id="new edge"),
    ],
)
async def test_a_graph_that_changes_meanwhile_gives_no_backup(
    full: Graph, neo4j_session: neo4j.Session, change: LiteralString
) -> None:
    stream = Meddler(neo4j_session, change)
    with pytest.raises(GraphChanged, match="again"):
        await dump(full, stream)
    stream.seek(0)
    with pytest.raises(BackupUnusable, match="cut short"):
        archive.ArchiveReader(stream, "torn").verify()


async def test_a_failed_dump_leaves_no_file_and_keeps_the_old_one(
    full: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    file = tmp_path / "backup.jsonl.gz"
    file.write_bytes(b"the old one")

    async def fail() -> None:
        with Draft(file) as stream:
            neo4j_session.run("MERGE (:GraphState {id: 'restore', file: 'half.gz'})").consume()
            await dump(full, stream)

    with pytest.raises(GraphError, match=r"half\.gz"):
        await fail()
    assert content_of(tmp_path) == {"backup.jsonl.gz": b"the old one"}


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


moments = st.builds(
    lambda moment, nanosecond: neo4j.time.DateTime.from_native(moment).replace(nanosecond=nanosecond),
    st.datetimes(timezones=st.sampled_from([pytz.utc, pytz.FixedOffset(330), pytz.timezone("Asia/Taipei")])),
    st.integers(0, 999_999_999),
)
properties = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dates().map(neo4j.time.Date.from_native),
    moments,
    st.binary(),
    st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)).map(neo4j.spatial.CartesianPoint),
)


@given(value=properties | st.lists(properties))
def test_any_value_survives_its_way_through_json(value: object) -> None:
    back = decode(orjson.loads(orjson.dumps(encode(value))))
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize("value", [{"$": ["map"]}, {"a": 1}, {"$": ["date", 7]}, 2**64])
def test_what_no_dump_holds_is_no_value(value: object) -> None:
    with pytest.raises(ValueError, match=r"no value of a dump|64 bits"):
        decode(value)


def test_compared_graphs_tell_types_apart() -> None:
    one = WholeGraph(frozenset({(frozenset({"A"}), "a", frozenset({("x", ("int", 1))}))}), frozenset())
    other = WholeGraph(frozenset({(frozenset({"A"}), "a", frozenset({("x", ("float", 1.0))}))}), frozenset())
    assert one != other
