"""`ownership` and `ownershipOf` over GraphQL: the whole answer, many at once, both engines, prices."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from graph_schema.database.graph import Graph
from tests.service.conftest import asker
from tests.service.holdings_build import owners

pytestmark = pytest.mark.anyio

WHOLE = """
query ($by: OwnershipBy) {
  ownership(id: "Steel Works", by: $by) {
    entity { name } verdict lower upper recorded listings { id } overstated { name }
    parties { entity { name } lower upper listings { type validFrom subject { name } } }
    holdings(first: 2) {
      owner { name } owned { name } lower upper basis date partLower partUpper
      relations { type status } claims(n: 1) { sentence document { publisher published } }
    }
    report { status limitedBy graphVersion cypher engine }
  }
}
"""


@pytest.fixture
async def client(graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    """A client of the service over the graph of who owns whom."""
    await owners().write(graph)
    return client_of(graph)


async def test_the_answer_carries_verdict_bounds_parties_and_proof(client: httpx.AsyncClient) -> None:
    async with client:
        answer = await asker(client)(WHOLE, by={"lists": ["United States"]})
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["ownership"]
    assert (found["verdict"], found["report"]["status"]) == ("YES", "FOUND")
    assert found["lower"] == found["upper"] == pytest.approx(0.55 / 0.94)
    assert [one["entity"]["name"] for one in found["parties"]] == ["Iron Bank", "Black Banker"]
    assert found["parties"][0]["listings"] == [
        {"type": "SANCTIONS", "validFrom": "2022-03-01", "subject": {"name": "United States"}}
    ]
    first = found["holdings"][0]
    assert (first["owner"]["name"], first["basis"], first["date"]) == ("Iron Bank", "STATED", "2021-05-01")
    assert first["claims"] == [
        {
            "sentence": "company:iron-bank OWNS company:steel-works.",
            "document": {"publisher": "Register", "published": "2025-01-02"},
        }
    ]
    assert len(found["holdings"]) == 2


async def test_many_are_asked_at_once(client: httpx.AsyncClient) -> None:
    question = """{ ownershipOf(ids: ["Joint Venture", "Steel Works"], reading: CONTROL) {
      entity { name } verdict parties { lower } } }"""
    async with client:
        answer = await asker(client)(question)
    assert answer["data"]["ownershipOf"] == [
        {"entity": {"name": "Joint Venture"}, "verdict": "YES", "parties": [{"lower": None}] * 2},
        {"entity": {"name": "Steel Works"}, "verdict": "YES", "parties": [{"lower": None}] * 2},
    ]


async def test_a_question_for_200_entities_is_within_the_price_of_a_document(client: httpx.AsyncClient) -> None:
    ids = ", ".join(f'"Firm {i}"' for i in range(200))
    question = f"{{ ownershipOf(ids: [{ids}]) {{ verdict lower upper }} }}"
    async with client:
        priced = await client.post("/graphql", json={"query": question, "extensions": {"cost": "only"}})
    cost = priced.json()["extensions"]["cost"]
    assert 40_000 < cost["points"] <= cost["most"]
