"""Backup: what is dumped comes back as it was; what changes meanwhile, or fails, leaves none."""

import io
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import pytest

from graph_schema.database import backup, schema
from graph_schema.database.backup import archive
from graph_schema.database.backup.archive import Draft
from graph_schema.database.graph import Graph
from graph_schema.errors import (
    BackupUnusable,
    GraphChanged,
    GraphError,
)
from tests.graph_schema.database.backup.dumped import content_of, dump, dumped, empty, lines, restore, whole_graph
from tests.whole_graph import WholeGraph

pytestmark = pytest.mark.anyio

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


def test_compared_graphs_tell_types_apart() -> None:
    one = WholeGraph(frozenset({(frozenset({"A"}), "a", frozenset({("x", ("int", 1))}))}), frozenset())
    other = WholeGraph(frozenset({(frozenset({"A"}), "a", frozenset({("x", ("float", 1.0))}))}), frozenset())
    assert one != other
