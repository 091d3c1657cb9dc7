"""Ownership as a GraphQL type: no more holdings than a page, and claims that are gone are left out."""

from collections.abc import Callable

import httpx
import pytest

from graph_schema.database.graph import Graph
from tests.service.conftest import asker
from tests.service.holdings_build import owners

pytestmark = pytest.mark.anyio


async def test_holdings_stop_at_the_longest_page_and_negative_lengths_give_none(
    graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    await owners().write(graph)
    question = """{ ownership(id: "Rolling Mill") { all: holdings(first: 500) { owner { name } } none: holdings(first: -1) {
      owner { name } } } }"""
    async with client_of(graph, max_page=2) as client:
        found = (await asker(client)(question))["data"]["ownership"]
    assert (len(found["all"]), found["none"]) == (2, [])


async def test_under_control_parts_are_null(graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> None:
    await owners().write(graph)
    question = (
        '{ ownership(id: "Joint Venture", reading: CONTROL) { holdings { partLower partUpper claims(n: 0) { id } } } }'
    )
    async with client_of(graph) as client:
        holdings = (await asker(client)(question))["data"]["ownership"]["holdings"]
    assert len(holdings) == 5
    assert all(one == {"partLower": None, "partUpper": None, "claims": []} for one in holdings)
