"""CSV, Parquet and JSON lines in the eyes of the tools that read them."""

import json
from pathlib import Path
from typing import LiteralString

import neo4j
import pytest

from graph_schema.database.graph import Graph
from service.export.flat import cell
from tests.service.exporting import exported, stored_edges

pytestmark = pytest.mark.anyio

COUNTS: LiteralString = (
    "MATCH (c:Claim) WITH count(c) AS claims MATCH (d:Document) RETURN claims, count(d) AS documents"
)


async def test_pandas_and_duckdb_read_the_tables(
    story_graph: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    for format in ("csv", "parquet"):
        done = await exported(story_graph, format, tmp_path / format, evidence=True)
        assert [file.name for file in done.files] == [
            f"{name}.{format}" for name in ("entities", "relations", "claims", "documents")
        ]
    read = pandas.read_csv(tmp_path / "csv" / "relations.csv")
    assert set(read[["subject", "type", "object"]].itertuples(index=False, name=None)) == stored_edges(neo4j_session)
    read = pandas.read_parquet(tmp_path / "parquet" / "entities.parquet").set_index("id")
    assert list(read.loc["company:intel", "aliases"]) == ["Intel Corporation", "英特尔"]
    counts = neo4j_session.run(COUNTS).single(strict=True)
    for format in ("csv", "parquet"):
        folder = tmp_path / format
        joined = duckdb.sql(
            f"SELECT c.sentence, d.publisher, r.first_seen FROM '{folder}/claims.{format}' c "
            f"JOIN '{folder}/relations.{format}' r ON r.id = c.relation "
            f"JOIN '{folder}/documents.{format}' d ON d.id = c.document WHERE c.sentence LIKE 'Intel tested%'"
        ).fetchall()
        ((sentence, publisher, day),) = joined
        assert (sentence, publisher, day.isoformat()) == (
            "Intel tested tools from ACM Research.",
            "Chip Wire",
            "2026-11-03",
        )
        for table in ("claims", "documents"):
            (found,) = duckdb.sql(f"SELECT count(*) FROM '{folder}/{table}.{format}'").fetchall()
            assert found == (counts[table],)


async def test_lines_tell_their_kind_and_the_version(story_graph: Graph, tmp_path: Path) -> None:
    done = await exported(story_graph, "jsonl", tmp_path / "g.jsonl", evidence=True)
    first, *lines = map(json.loads, (tmp_path / "g.jsonl").read_text("utf-8").splitlines())
    assert first == {"kind": "graph", "graphVersion": 7}
    assert done.graph_version == 7
    kinds = [line["kind"] for line in lines]
    assert {f"{kind[:-1]}ies" if kind == "entity" else f"{kind}s": kinds.count(kind) for kind in kinds} == done.rows
    (claim,) = (line for line in lines if line["kind"] == "claim" and line["start"] == 0)
    assert (claim["subject"], claim["object"], claim["type"]) == ("company:intel", "company:acm-research", "TESTED")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == "'" + text
    assert (cell(-1), cell("a=b"), cell(True), cell(["=1"])) == (-1, "a=b", "true", '["=1"]')
