"""An export is whole, of one version and the same each time, or there is no file."""

import csv
import io
import json
from pathlib import Path

import neo4j
import networkx
import pytest

from graph_schema.database.graph import Graph
from graph_schema.errors import GraphChanged, GraphError
from graph_schema.vocabulary import EntityType
from service.export.files import ExportFormat, ExportUnusable, export_to_path, export_to_streams
from tests.service.build import GraphBuilder
from tests.service.exporting import exported

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("format", list(ExportFormat))
async def test_the_same_graph_gives_the_same_bytes_whatever_the_pages(
    story_graph: Graph, tmp_path: Path, format: ExportFormat
) -> None:
    pages = (3, 3) if format is ExportFormat.PARQUET else (2, 500)  # the row groups of Parquet are pages
    content = []
    for number, page in enumerate(pages):
        done = await export_to_path(story_graph, format, tmp_path / f"{number}", evidence=True, page=page)
        content.append([file.read_bytes() for file in done.files])
    assert content[0] == content[1]


async def test_odd_characters_come_through_or_are_replaced(
    graph: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    build = GraphBuilder()
    names = ('=HYPERLINK("x")', 'Works "A" <& Sons>', "line\nbreak, comma", "bell\x07", "円 𠮷")
    for name in names:
        build.entity(EntityType.COMPANY, name)
    await build.write(graph)
    for format in ("csv", "jsonl", "graphml", "gexf"):
        await exported(graph, format, tmp_path / format)
    with (tmp_path / "csv" / "entities.csv").open(newline="", encoding="utf-8") as table:
        assert {row["name"] for row in csv.DictReader(table)} == {"'" + names[0], *names[1:]}
    lines = map(json.loads, (tmp_path / "jsonl").read_text("utf-8").split("\n")[1:-1])
    assert {line["name"] for line in lines} == set(names)
    cleaned = {name.replace("\x07", "\ufffd") for name in names}
    for read in (networkx.read_graphml(tmp_path / "graphml"), networkx.read_gexf(tmp_path / "gexf", version="1.3")):
        assert set(networkx.get_node_attributes(read, "name").values()) == cleaned


@pytest.mark.parametrize("format", list(ExportFormat))
async def test_an_empty_graph_is_a_whole_export(graph: Graph, tmp_path: Path, format: ExportFormat) -> None:
    await GraphBuilder().write(graph)
    done = await exported(graph, format, tmp_path / "g", evidence=True)
    assert set(done.rows.values()) == {0}
    assert all(file.stat().st_size for file in done.files)


async def test_a_graph_that_changes_meanwhile_leaves_no_file(
    story_graph: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    def change(*, nodes: int, edges: int, total: int | None = None) -> None:
        neo4j_session.run("MATCH (state:GraphState {id: 'graph'}) SET state.version = state.version + 1").consume()

    with pytest.raises(GraphChanged):
        await exported(story_graph, "csv", tmp_path / "tables", progress=change)
    assert list((tmp_path / "tables").iterdir()) == []


async def test_half_a_backup_is_not_exported(story_graph: Graph, neo4j_session: neo4j.Session) -> None:
    neo4j_session.run("CREATE (:GraphState {id: 'restore', file: 'b.gz'})").consume()
    with pytest.raises(GraphError, match=r"b\.gz"):
        await export_to_streams(story_graph, ExportFormat.JSONL, [io.BytesIO()])


async def test_nothing_is_replaced_unasked(story_graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "relations.csv").write_text("mine")
    with pytest.raises(ExportUnusable, match=r"relations\.csv exists"):
        await exported(story_graph, "csv", tmp_path)
    await export_to_path(story_graph, ExportFormat.CSV, tmp_path, overwrite=True)
    assert (tmp_path / "relations.csv").read_text("utf-8").startswith("id,subject,object,type")
    with pytest.raises(ExportUnusable, match="cannot be a folder"):
        await exported(story_graph, "parquet", tmp_path / "relations.csv")
