"""The number of database queries does not depend on the number of results."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from graph_schema.domain import Document
from graph_schema.graph import Graph
from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import EntityType, RelationType
from tests.service.build import GraphBuilder
from tests.service.conftest import asker

pytestmark = pytest.mark.anyio

EVERYTHING = """
nodes { entity { name degree listed { type subject { name } claims { nodes { sentence document { title } } } } }
  relations { type subject { name } object { name }
    claims { nodes { sentence subject { name } attributedTo { name } run { id } relation { id } document { title } } } } }
"""
PATHS = """
{ shortestPaths(from: ["Left"], to: ["Right"], k: 40) { report { graphVersion hubsSkipped { name } } paths {
  hops { from { name degree } to { name } topEvidence(n: 2) { sentence }
    relations { type subject { name } claims { nodes { sentence attributedTo { name } document { publisher } } } } } } } }
"""
RELATIONS = """
{ relations(first: 100) { nodes { subject { name } object { name } claims { nodes { sentence } } } } }
"""
SEARCH = """
{ searchEntities(q: "Middle", first: 100) { nodes { entity { degree relations { nodes { type } } } } } }
"""


def wheel(width: int) -> GraphBuilder:
    """Left and Right, tied through `width` companies, each by its own document."""
    build = GraphBuilder()
    left, right = build.entity(EntityType.COMPANY, "Left"), build.entity(EntityType.COMPANY, "Right")
    for i in range(width):
        middle = build.entity(EntityType.COMPANY, f"Middle {i}")
        document = Document(DocumentId(f"doc:{i}"), title=f"Bulletin {i}")
        build.state(left, RelationType.SUPPLIES, middle, f"Left supplies {i}.", document, attributed_to=left)
        build.state(
            middle, RelationType.SUPPLIES, right, f"{i} supplies Right.", document, attributed_to=EntityId(middle)
        )
        build.state(left, RelationType.SANCTIONS, middle, f"Left lists {i}.", document)
    return build


@pytest.mark.parametrize(
    ("query", "most"),
    [
        pytest.param('{ neighbors(id: "Left", first: 100) { ' + EVERYTHING + " } }", 9, id="neighbours"),
        pytest.param(PATHS, 10, id="paths"),
        pytest.param(RELATIONS, 3, id="relations"),
        pytest.param(SEARCH, 3, id="search"),
        pytest.param('{ nodes(ids: ["doc:0", "doc:1", "company:left", "company:middle-1"]) { id } }', 2, id="nodes"),
    ],
)
async def test_more_results_take_no_more_queries(
    graph: Graph,
    neo4j_session: Any,
    client_of: Callable[..., httpx.AsyncClient],
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    most: int,
) -> None:
    counts = []
    for width in (2, 20):
        neo4j_session.run("MATCH (n) WHERE NOT n:SchemaVersion DETACH DELETE n").consume()
        await wheel(width).write(graph)
        calls: list[int] = []
        read_within = graph.read_within

        async def counted(*args: Any, read: Any = read_within, seen: list[int] = calls, **kwargs: Any) -> Any:
            seen.append(1)
            return await read(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(graph, "read_within", counted)
            async with client_of(graph) as client:
                answer = await asker(client)(query)
        assert "errors" not in answer
        counts.append(len(calls))
    assert counts[0] == counts[1] <= most
