"""Exports of an answer: what it holds, no more, readable by the tools that people use."""

from pathlib import Path

import pytest

from graph_schema.database.graph import Graph
from service.engines.cypher import CypherEngine
from service.export.answers import AnswerPart, neighbourhood
from service.export.files import Ask, ExportFormat, export_to_path
from service.filters.walk import RelationFilter
from service.paths.budget import Budget
from service.searches.desk import Searches
from service.searches.endpoints import lookup
from service.searches.exposure import ExposureRequest
from service.searches.paths import PathRequest
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio


def searches(graph: Graph) -> Searches:
    return Searches(CypherEngine(graph, hub_degree=1_000), ServiceSettings())


async def path(graph: Graph) -> AnswerPart:
    """The best path between two entities of the story."""
    answer = await searches(graph).run(PathRequest(("Intel",), ("United States",), budget=Budget(timeout_s=100)))
    return AnswerPart.of_paths(answer.paths)


async def exposure(graph: Graph) -> AnswerPart:
    """What ties Intel to listed parties."""
    answer = await searches(graph).run(ExposureRequest("Intel", budget=Budget(max_depth=4, timeout_s=100)))
    return AnswerPart.of_paths((tie.path for tie in answer.exposures if tie.path is not None), [answer.entity])


async def around(graph: Graph) -> AnswerPart:
    """Intel and what is one step away."""
    return await neighbourhood(graph, (await lookup(graph, ["Intel"]))["Intel"], RelationFilter())


@pytest.mark.parametrize("ask", [path, exposure, around])
async def test_networkx_and_pandas_read_what_answers_and_nothing_else(
    story_graph: Graph, tmp_path: Path, ask: Ask
) -> None:
    duckdb, networkx, pandas = map(pytest.importorskip, ("duckdb", "networkx", "pandas"))
    part = await ask(story_graph)
    assert part.relations
    drawn = tmp_path / "answer.graphml"
    await export_to_path(story_graph, ExportFormat.GRAPHML, drawn, evidence=True, ask=ask)
    read = networkx.read_graphml(drawn, force_multigraph=True)
    assert set(read.nodes) == {one.id for one in part.entities}
    assert {(a, data["type"], b) for a, b, data in read.edges(data=True)} == {
        (one.subject, one.type.value, one.object) for one in part.relations
    }
    done = await export_to_path(story_graph, ExportFormat.PARQUET, tmp_path / "tables", evidence=True, ask=ask)
    relations = pandas.read_parquet(tmp_path / "tables" / "relations.parquet")
    assert list(relations["id"]) == [one.id for one in part.relations]
    claims = tmp_path / "tables" / "claims.parquet"
    documents = tmp_path / "tables" / "documents.parquet"
    joined = duckdb.sql(
        f"SELECT count(*) AS n FROM '{claims}' c JOIN '{documents}' d ON d.id = c.document "
        f"WHERE c.relation IN (SELECT id FROM '{tmp_path / 'tables' / 'relations.parquet'}')"
    ).fetchall()
    assert joined == [(done.rows["claims"],)]
    assert done.rows["claims"] == int(relations["claims"].sum())


async def test_rows_of_an_answer_are_those_of_the_whole(story_graph: Graph, tmp_path: Path) -> None:
    for name, ask in (("part", path), ("whole", None)):
        await export_to_path(story_graph, ExportFormat.CSV, tmp_path / name, evidence=True, ask=ask)
    for table in ("entities", "relations", "claims", "documents"):
        part, whole = ((tmp_path / name / f"{table}.csv").read_text().splitlines() for name in ("part", "whole"))
        assert part[0] == whole[0]
        assert set(part) <= set(whole)
        assert len(part) < len(whole)
