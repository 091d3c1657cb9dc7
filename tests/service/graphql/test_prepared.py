"""A document that comes again takes the short way: same bytes, same limits, same price."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from graph_schema.database.graph import Graph
from service.app import _context, create_app
from service.graphql.context import Context
from service.graphql.schema import Schema, build_schema
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio

SETTINGS = ServiceSettings(max_query_cost=3_000)
NAME = "query Name($id: ID!) { entity(id: $id) { name } }"
PAGE = "query ($n: Int) { documents(first: $n) { nodes { title } } }"
FIELDS = " ".join(f"a{i}: documents(first: $n) {{ nodes {{ title }} }}" for i in range(9))
NINE_PAGES = f"query ($n: Int) {{ {FIELDS} }}"
BOTH = 'query A { entity(id: "company:intel") { name } } query B { entity(id: "company:huawei") { name } }'


@pytest.fixture
async def client(story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(story_graph, **SETTINGS.model_dump(include={"max_query_cost"})) as http:
        yield http


async def send(client: httpx.AsyncClient, query: str, **more: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, **more})


@pytest.fixture
def schema() -> Schema:
    """A schema that has seen no document yet."""
    return build_schema(SETTINGS)


@pytest.fixture
def context_of(story_graph: Graph) -> Callable[..., Context]:
    """Makes a context as each request has one."""
    app = create_app(SETTINGS, story_graph)

    def make(operation_name: str | None = None) -> Context:
        context = _context(app, SETTINGS)
        context.operation_name = operation_name
        return context

    return make


async def the_long_way(schema: Schema, text: str, variables: dict[str, Any], context: Context) -> Any:
    return await schema.execute(
        text, variable_values=variables, context_value=context, operation_name=context.operation_name
    )


async def the_short_way(schema: Schema, text: str, variables: dict[str, Any], context: Context) -> Any:
    assert schema.prepared is not None
    return await schema.prepared.answer(text, variables, context)


async def test_the_short_way_opens_once_a_document_is_known(schema: Schema, context_of: Callable[..., Context]) -> None:
    intel = {"id": "company:intel"}
    first, second = context_of(), context_of()
    assert await the_short_way(schema, NAME, intel, first) is None
    asked = await the_long_way(schema, NAME, intel, first)
    again = await the_short_way(schema, NAME, intel, second)
    assert again.data == asked.data == {"entity": {"name": "Intel"}}
    assert again.errors is None
    assert second.points == first.points


@pytest.mark.parametrize(
    ("text", "variables", "name"),
    [
        pytest.param("{ entity(id: 3, nothing: 4) { name } }", {}, None, id="invalid"),
        pytest.param(NINE_PAGES, {"n": 100}, None, id="too-costly"),
        pytest.param("{ __schema { queryType { name } } }", {}, None, id="the-schema"),
        pytest.param(BOTH, {}, None, id="two-operations-and-no-name"),
        pytest.param("mutation { loadTriples(triples: []) { __typename } }", {}, None, id="a-mutation"),
    ],
)
async def test_what_is_refused_or_writes_or_asks_for_the_schema_goes_the_long_way(
    schema: Schema, context_of: Callable[..., Context], text: str, variables: dict[str, Any], name: str | None
) -> None:
    await the_long_way(schema, text, variables, context_of(name))
    assert await the_short_way(schema, text, variables, context_of(name)) is None


async def test_who_asks_for_the_price_alone_goes_the_long_way(
    schema: Schema, context_of: Callable[..., Context]
) -> None:
    await the_long_way(schema, NAME, {"id": "company:intel"}, context_of())
    context = context_of()
    context.price_only = True
    assert await the_short_way(schema, NAME, {"id": "company:intel"}, context) is None


async def test_a_price_follows_the_size_that_is_asked_for(schema: Schema, context_of: Callable[..., Context]) -> None:
    await the_long_way(schema, PAGE, {"n": 5}, context_of())
    points: list[int] = []
    for n in (5, 20, 5):
        context = context_of()
        assert await the_short_way(schema, PAGE, {"n": n}, context) is not None
        assert context.points is not None
        points.append(context.points)
    assert points[0] == points[2] < points[1]


async def test_each_operation_of_a_document_is_its_own_query(
    schema: Schema, context_of: Callable[..., Context]
) -> None:
    await the_long_way(schema, BOTH, {}, context_of("A"))
    told = [await the_short_way(schema, BOTH, {}, context_of(name)) for name in ("A", "B", "A")]
    assert [answer.data["entity"]["name"] for answer in told] == ["Intel", "Huawei", "Intel"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        pytest.param(NAME, {"id": "company:intel"}, id="an-answer"),
        pytest.param(NAME, {"id": "nobody at all"}, id="unknown-entity"),
        pytest.param(NAME, {}, id="missing-variable"),
        pytest.param("{ entity(id: 3, nothing: 4) { name } }", {}, id="invalid"),
        pytest.param(PAGE, {"n": 1_000_000}, id="too-long-a-page"),
        pytest.param("{ __schema { queryType { name } } }", {}, id="the-schema"),
        pytest.param(BOTH, {}, id="two-operations"),
    ],
)
async def test_both_ways_tell_the_same_over_http(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    client.headers["x-request-id"] = "the-same"  # errors tell it
    first, second, third = [await send(client, query, variables=variables) for _ in range(3)]
    for answer in (second, third):
        assert (answer.status_code, answer.content) == (first.status_code, first.content)
        assert answer.headers.get("x-query-cost") == first.headers.get("x-query-cost")
