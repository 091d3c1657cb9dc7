"""The statements and requests of docs/how-to/dashboards.md, as the tools that it is about send them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph_schema.database.graph import Graph
from service.export.files import ExportFormat, export_to_path

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "dashboards.md").read_text("utf-8")


def at(value: Any, selector: str) -> Any:
    """What Infinity's selector of names and dots finds."""
    for name in selector.split("."):
        value = value[name]
    return value


async def test_every_statement_runs_in_duckdb_over_an_export(
    story_graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    await export_to_path(story_graph, ExportFormat.PARQUET, tmp_path / "tables", evidence=True)
    monkeypatch.chdir(tmp_path)
    views, *questions = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    with duckdb.connect("chokepoint.duckdb") as made:
        made.execute(views)
    assert len(questions) == 4
    with duckdb.connect("chokepoint.duckdb", read_only=True) as opened:  # as Superset and Metabase open it
        found = [opened.execute(question).fetchall() for question in questions]
    assert all(found), found
    assert ("ACM Research Shanghai", "United States") in {row[:2] for row in found[2]}


async def test_every_request_gives_rows_where_the_panel_looks_for_them(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    panels = re.findall(r"root `([\w.]+)`, columns ([^:]*):\n\n```json\n(.*?)\n```", PAGE, re.DOTALL)
    assert len(panels) == 3
    async with client_of(story_graph) as client:
        for root, columns, body in panels:
            headers = {"content-type": "application/json"}
            answer = (await client.post("/graphql", content=body, headers=headers)).json()
            assert "errors" not in answer, (json.loads(body), answer)
            rows = at(answer, root)
            assert rows, root
            for column in re.findall(r"`([\w.]+)`", columns):
                assert at(rows[0], column) is not None
