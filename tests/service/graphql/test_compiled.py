"""Compiled queries give the very bytes that graphql-core gives, over documents made at random and over each kind of error."""

import itertools
import os
from collections.abc import Awaitable
from typing import Any

import graphql
import orjson
import pytest
from graphql import OperationDefinitionNode, parse, validate

from graph_schema.database.graph import Graph
from service.app import _context, create_app
from service.errors import as_graphql
from service.graphql.compiled import compile_query
from service.graphql.context import Context
from service.graphql.schema import build_schema
from service.settings import ServiceSettings
from tests.service.graphql.generated_documents import Documents

pytestmark = pytest.mark.anyio

SCHEMA = build_schema(ServiceSettings())._schema
DOCUMENTS = int(os.environ.get("CHOKEPOINT_TEST_DOCUMENTS", "60"))
"""Size of the corpus; `make test-engines` asks for 300."""
ROOTS = {
    "entity": ('(id: "company:intel")', '(id: "company:huawei")', '(id: "no such firm")'),
    "node": ('(id: "company:intel")', '(id: "doc:wire")', '(id: "run:1")', '(id: "nothing")'),
    "nodes": ('(ids: ["company:intel", "doc:daily", "nobody", "country:china"])',),
    "searchEntities": ('(q: "acm", first: 3)',),
    "relations": ("(first: 3)", "(first: 2, where: {types: [SANCTIONS]})"),
    "shortestPath": (
        '(from: "Intel", to: "United States")',
        '(from: "Intel", to: "Unconnected Works")',
    ),
    "shortestPaths": ('(from: ["Intel"], to: ["China", "United States"], k: 3)',),
    "allSimplePaths": (
        '(from: "Intel", to: "Huawei", first: 3)',
        '(from: "Intel", to: "Huawei", first: -1)',
    ),
    "neighbors": ('(id: "ACM Research", first: 3)',),
    "documents": ("(first: 2)",),
    "claims": ("(first: 3)",),
    "exposure": ('(id: "Intel")',),
    "ontology": ("",),
    "loadRuns": ("(first: 2)",),
    "graphVersion": ("",),
}


@pytest.fixture
def context_of(story_graph: Graph) -> Any:
    """Makes a context as each request has one."""
    app = create_app(ServiceSettings(), story_graph)
    return lambda: _context(app, ServiceSettings())


async def by_graphql_core(text: str, variables: dict[str, Any], context: Context) -> Any:
    result = graphql.execute(SCHEMA, parse(text), context_value=context, variable_values=variables)
    return await result if isinstance(result, Awaitable) else result


async def compiled(text: str, variables: dict[str, Any], context: Context) -> Any:
    document = parse(text)
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    query = compile_query(SCHEMA, document, operation)
    assert query is not None
    return await query.run(context, variables)


def told(result: Any) -> bytes:
    errors = [as_graphql(error) for error in result.errors or ()]
    return orjson.dumps({"errors": errors, "data": result.data})


@pytest.mark.parametrize("part", range(2))
async def test_generated_documents_are_answered_as_graphql_core_answers_them(context_of: Any, part: int) -> None:
    documents = Documents(SCHEMA, ROOTS)
    seeds = itertools.count(part, 2)
    corpus = (documents.make(seed) for seed in seeds)
    valid = ((text, variables) for text, variables in corpus if not validate(SCHEMA, parse(text)))
    failing = 0
    for text, variables in itertools.islice(valid, DOCUMENTS // 2):
        expected = await by_graphql_core(text, variables, context_of())
        failing += bool(expected.errors)
        assert told(await compiled(text, variables, context_of())) == told(expected), text
    assert failing < DOCUMENTS // 4


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        pytest.param('{ a: entity(id: "nobody at all") { name } graphVersion }', {}, id="one-root-field-fails"),
        pytest.param("query ($id: ID!) { entity(id: $id) { name } }", {}, id="a-variable-is-missing"),
        pytest.param(
            "query ($first: Int) { documents(first: $first) { totalCount } }", {"first": "x"}, id="wrong-type"
        ),
        pytest.param(
            '{ shortestPath(from: "Intel", to: "nobody at all") { path { length } } }', {}, id="not-null-fails"
        ),
        pytest.param('{ entity(id: "Intel") { claims(first: -2) { totalCount } name } }', {}, id="fails-below"),
    ],
)
async def test_errors_are_told_as_graphql_core_tells_them(
    context_of: Any, text: str, variables: dict[str, Any]
) -> None:
    assert told(await compiled(text, variables, context_of())) == told(
        await by_graphql_core(text, variables, context_of())
    )


async def test_what_a_failing_query_read_is_not_read_again(context_of: Any) -> None:
    context: Context = context_of()
    calls: list[str] = []
    read = context.graph.read

    async def counted(work: Any, *arguments: Any, **named: Any) -> Any:
        calls.append(work.__name__)
        return await read(work, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context.graph, "read", counted)
        await compiled('{ claims(first: 1) { nodes { id } } entity(id: "nobody at all") { name } }', {}, context)
    assert len(calls) == len(set(calls))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{ __schema { queryType { name } } }", id="the-schema"),
        pytest.param('fragment F on Query { __type(name: "Entity") { name } } { ...F }', id="in-a-fragment"),
        pytest.param('mutation { judgeSameAs(a: "x", b: "y", same: true) { __typename } }', id="a-mutation"),
    ],
)
def test_what_graphql_core_has_to_run_is_left_to_it(text: str) -> None:
    document = parse(text)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    assert compile_query(SCHEMA, document, operation) is None
