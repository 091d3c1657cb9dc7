"""Documents that ask for too much: each is refused before it runs, or its price lies within what one client may cause."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from graphql import parse

from benchmarks.costly_documents import COSTLY, Costly, body_of
from graph_schema.database.graph import Graph, share_of_reads
from service.graphql.document_limits import DocumentLimits, check_document, read_document
from service.graphql.pricing import LIST, LOOK_UP, PATH_SEARCH, TEXT_SEARCH, Price, price
from service.graphql.schema import build_schema
from service.settings import ServiceSettings

SETTINGS = ServiceSettings()
SCHEMA = build_schema(SETTINGS)._schema
REFUSED = {
    "DOCUMENT_TOO_LARGE",
    "DOCUMENT_TOO_SLOW",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_EXPENSIVE",
    "GRAPHQL_VALIDATION_FAILED",
}
JSON = {"content-type": "application/json"}


def points(query: str, **variables: Any) -> int:
    return price(SCHEMA, parse(query), variables).points


@pytest.mark.anyio
@pytest.mark.parametrize("costly", [pytest.param(one, id=one.name) for one in COSTLY])
async def test_each_is_refused_or_bounded_by_its_price(client: httpx.AsyncClient, costly: Costly) -> None:
    answer = await client.post("/graphql", content=body_of(costly), headers=JSON)
    assert answer.status_code == 200
    errors = answer.json().get("errors", [])
    if "data" in answer.json():
        assert int(answer.headers["x-query-cost"]) <= SETTINGS.max_query_cost
        assert len(errors) <= SETTINGS.max_root_fields
    else:
        assert {error["extensions"]["code"] for error in errors} <= REFUSED


@pytest.mark.parametrize(
    ("over", "query"),
    [
        pytest.param({"bytes": 20}, '{ entity(name: "Intel") { id } }', id="bytes"),
        pytest.param({"bytes": 40}, '{ entity(name: "華為華為華為") { id } }', id="bytes-not-characters"),
        pytest.param({"tokens": 5}, "{ a: graphVersion b: graphVersion }", id="tokens"),
        pytest.param(
            {"root_fields": 1}, "{ ...f } fragment f on Query { graphVersion ... { jobs { name } } }", id="root"
        ),
        pytest.param({"aliases": 1}, "{ a: graphVersion jobs { b: name } }", id="aliases"),
        pytest.param({"directives": 1}, "{ graphVersion @skip(if: false) @include(if: true) }", id="directives"),
        pytest.param({"definitions": 1}, "{ ...f } fragment f on Query { graphVersion }", id="definitions"),
        pytest.param({"fields": 4}, "{ ...f ...f } fragment f on Query { graphVersion }", id="spreads"),
        pytest.param({"equal_pairs": 2}, "{ graphVersion graphVersion graphVersion }", id="equal-fields"),
        pytest.param({"equal_pairs": 1}, "{ jobs { name } jobs { name } }", id="equal-fields-below"),
    ],
)
def test_a_document_may_hold_so_much_and_no_more(over: Mapping[str, int], query: str) -> None:
    ((what, most),) = over.items()
    with pytest.raises(Exception, match=f"more than {most} "):
        read_document(query, DocumentLimits(**over))
    if what != "tokens":
        read_document(query, DocumentLimits(**{what: most * 3}))


@pytest.mark.anyio
@pytest.mark.parametrize("levels", [200, 300, 400, 490])
async def test_nesting_past_what_can_be_read_is_no_fault_of_the_service(client: httpx.AsyncClient, levels: int) -> None:
    nested = "... on Query { " * levels + "graphVersion" + " }" * levels
    for text in (f"{{ {nested} }}", f"{{ nodes(ids: {'[' * levels}{']' * levels}) {{ id }} }}"):
        answer = (await client.post("/graphql", json={"query": text})).json()
        assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= REFUSED


def test_a_fragment_that_contains_itself_is_measured_once() -> None:
    check_document(parse("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"), DocumentLimits())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("{ __typename }", 1, id="nothing"),
        pytest.param("{ graphVersion }", LIST, id="a-query"),
        pytest.param("{ limits { maxDepth maxPage } }", 1 + 1 + 2, id="values-at-hand"),
        pytest.param('{ nodes(ids: ["a", "b", "c"]) { id } }', 3 * LOOK_UP + 5 * 2, id="as-many-as-ids"),
        pytest.param('{ searchEntities(q: "x", first: 7) { nodes { kind } } }', TEXT_SEARCH + 2 + 7 * 2, id="a-page"),
        pytest.param('{ searchEntities(q: "x") { nodes { kind } } }', TEXT_SEARCH + 2 + 20 * 2, id="the-usual-page"),
        pytest.param('{ searchEntities(q: "x", first: 0) { nodes { kind } } }', TEXT_SEARCH + 2, id="an-empty-page"),
        pytest.param("{ relations(first: 3) { totalCount } }", LIST + 1 + LIST, id="a-count"),
        pytest.param(
            "{ relations(first: 3) { nodes { subject { name } } } }",
            LIST + 2 + 3 * (1 + LOOK_UP + 2),
            id="look-ups-below",
        ),
        pytest.param('{ shortestPath(from: "a", to: "b") { path { id } } }', PATH_SEARCH + 1 + 1 + 2, id="a-path"),
        pytest.param("{ ...f } fragment f on Query { graphVersion }", LIST + 1, id="a-spread"),
        pytest.param("{ ... { graphVersion } }", LIST + 1, id="an-inline-fragment"),
        pytest.param(
            "query A { graphVersion } query B { a: graphVersion b: graphVersion }", 2 * LIST, id="the-dearest"
        ),
    ],
)
def test_a_field_costs_what_it_causes_times_how_often_it_is_asked_for(query: str, expected: int) -> None:
    assert points(query) == expected


def test_sizes_count_wherever_they_are_told() -> None:
    literal = points("{ relations(first: 50) { nodes { id } } }")
    assert points("query ($n: Int) { relations(first: $n) { nodes { id } } }", n=50) == literal
    assert points("query ($n: Int = 50) { relations(first: $n) { nodes { id } } }") == literal
    assert points("{ relations(first: 50) { ...f } } fragment f on RelationConnection { nodes { id } }") == literal + 1
    paths = '{ shortestPaths(from: ["a"], to: ["b"]%s) { paths { id } } }'
    assert points(paths % ", k: 5") == points(paths % "")
    assert points(paths % ", k: 6") > points(paths % "")


def test_a_document_is_priced_in_time_linear_in_its_fragments() -> None:
    levels = range(300)
    tree = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in levels)
    assert points(f"{{ ...f0 }} {tree} fragment f{len(levels)} on Query {{ graphVersion }}") == 10**12


def test_introspection_is_counted_apart() -> None:
    asked = price(SCHEMA, parse("{ __schema { types { name } } }"), {})
    assert asked == Price(0, asked.schema_fields, only_schema=True)
    assert not price(SCHEMA, parse("{ __schema { types { name } } graphVersion }"), {}).only_schema


@pytest.mark.anyio
async def test_the_price_is_told_in_a_header_on_request_in_the_answer_and_before(client: httpx.AsyncClient) -> None:
    asked = {"query": "{ graphVersion }"}
    plain = await client.post("/graphql", json=asked)
    told = await client.post("/graphql", json={**asked, "extensions": {"cost": True}})
    before = await client.post("/graphql", json={**asked, "extensions": {"cost": "only"}})
    cost = {"cost": {"points": LIST, "most": SETTINGS.max_query_cost}}
    assert plain.json() == {"data": {"graphVersion": 7}}
    assert plain.headers["x-query-cost"] == str(LIST)
    assert told.json() == {"data": {"graphVersion": 7}, "extensions": cost}
    assert before.json() == {"data": None, "extensions": cost}


@pytest.mark.anyio
async def test_what_is_too_dear_is_refused_with_both_numbers(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    async with client_of(story_graph, max_query_cost=300) as client:
        answer = (await client.post("/graphql", json={"query": "{ a: graphVersion b: graphVersion }"})).json()
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["asked"], error["extensions"]["most"]) == (
        "QUERY_TOO_EXPENSIVE",
        2 * LIST,
        300,
    )


@pytest.mark.anyio
async def test_one_operation_has_a_few_reads_under_way_at_a_time(graph: Graph) -> None:
    under_way, most = 0, 0

    async def work(_: object) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1

    with share_of_reads(3):
        await asyncio.gather(*(graph.read(work) for _ in range(10)))
    assert most == 3


@pytest.mark.anyio
async def test_a_query_that_takes_too_long_ends_with_an_answer(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    async with client_of(story_graph, max_query_seconds=0.001) as client:
        answer = (await client.post("/graphql", json={"query": "{ graphVersion }"})).json()
    assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
