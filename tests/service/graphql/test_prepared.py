"""A document that comes again takes the short way: same bytes, same limits, same price."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from graph_schema.database.graph import Graph
from service.graphql import compiled

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(story_graph, max_query_cost=3_000) as http:
        yield http


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the operations that took the short way."""
    taken: list[str] = []
    run = compiled.CompiledQuery.run

    async def noted(self: compiled.CompiledQuery, context: Any, variables: Any) -> Any:
        taken.append("" if self.operation.name is None else self.operation.name.value)
        return await run(self, context, variables)

    monkeypatch.setattr(compiled.CompiledQuery, "run", noted)
    return taken


async def send(client: httpx.AsyncClient, query: str, **more: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more})


NAME = "query Name($id: ID!) { entity(id: $id) { name } }"


async def test_the_second_time_a_query_takes_the_short_way(client: httpx.AsyncClient, runs: list[str]) -> None:
    first = await send(client, NAME, variables={"id": "company:intel"})
    assert runs == []
    second = await send(client, NAME, variables={"id": "company:intel"})
    assert runs == ["Name"]
    assert second.content == first.content == b'{"data":{"entity":{"name":"Intel"}}}'
    assert second.headers["x-query-cost"] == first.headers["x-query-cost"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        pytest.param(NAME, {"id": "nobody at all"}, id="unknown-entity"),
        pytest.param(NAME, {}, id="missing-variable"),
        pytest.param("{ entity(id: 3, nothing: 4) { name } }", {}, id="invalid"),
        pytest.param("query ($n: Int) { documents(first: $n) { nodes { title } } }", {"n": 1_000_000}, id="too-costly"),
        pytest.param("{ __schema { queryType { name } } }", {}, id="the-schema"),
        pytest.param("query A { graphVersion } query B { graphVersion }", {}, id="two-operations"),
    ],
)
async def test_what_goes_wrong_is_told_alike_each_time(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    first, second, third = [await send(client, query, variables=variables) for _ in range(3)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert (second.status_code, second.content) == (third.status_code, third.content)


async def test_a_price_follows_the_size_that_is_asked_for(client: httpx.AsyncClient, runs: list[str]) -> None:
    pages = "query ($n: Int) { documents(first: $n) { nodes { title } } }"
    sizes = [5, 5, 20, 5, 1_000_000]
    told = [await send(client, pages, variables={"n": n}) for n in sizes]
    costs = [int(answer.headers.get("x-query-cost", -1)) for answer in told[:4]]
    assert costs[0] == costs[1] == costs[3] < costs[2]
    assert "errors" in told[4].json()
    assert len(runs) == 4


async def test_each_operation_of_a_document_is_its_own_query(client: httpx.AsyncClient, runs: list[str]) -> None:
    both = 'query A { entity(id: "company:intel") { name } } query B { entity(id: "company:huawei") { name } }'
    for name, expected in [("A", "Intel"), ("B", "Huawei"), ("A", "Intel"), ("B", "Huawei")]:
        answer = (await send(client, both, operationName=name)).json()
        assert answer == {"data": {"entity": {"name": expected}}}
    assert runs == ["B", "A", "B"]


async def test_a_mutation_never_takes_the_short_way(client: httpx.AsyncClient, runs: list[str]) -> None:
    change = "mutation { loadTriples(triples: []) { __typename } }"
    for _ in range(2):
        assert "errors" in (await send(client, change)).json()
    assert runs == []
