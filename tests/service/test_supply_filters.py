"""Supply under conditions on the goods that pass and on the shares that sources state."""

from typing import Any

import pytest

from graph_schema.database.graph import Graph
from graph_schema.domain import Document
from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import EntityType, RelationType
from tests.service.build import GraphBuilder
from tests.service.conftest import Ask

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ask_chain(graph: Graph, ask_graph: Ask) -> Ask:
    """A missile that needs magnets and chips; magnets come from rare earths, of which China makes most and Estonia some."""
    builder = GraphBuilder()
    missile, magnets, chips = (builder.entity(EntityType.PRODUCT, name) for name in ("missile", "magnets", "chips"))
    earths = builder.entity(EntityType.MATERIAL, "rare earths")
    china, estonia = (builder.entity(EntityType.COUNTRY, name) for name in ("China", "Estonia"))
    fab = builder.entity(EntityType.COMPANY, "Fab")
    report = builder.document(Document(DocumentId("doc:report"), title="Report"))

    def state(subject: EntityId, relation: RelationType, object: EntityId, **more: Any) -> None:
        builder.state(subject, relation, object, f"{subject} {relation} {object}.", report, **more)

    state(missile, RelationType.USES, magnets)
    state(missile, RelationType.USES, chips)
    state(magnets, RelationType.USES, earths)
    state(china, RelationType.PRODUCES, earths, share=0.7)
    state(estonia, RelationType.PRODUCES, earths, share=0.05)
    state(fab, RelationType.PRODUCES, chips)
    await builder.write(graph)
    return ask_graph


async def listed(ask: Ask, arguments: str) -> set[str]:
    answer = await ask(
        f'{{ upstream(id: "missile", {arguments}) {{ nodes {{ entity {{ name }} }} report {{ limitedBy }} }} }}'
    )
    assert "errors" not in answer, answer["errors"]
    found = answer["data"]["upstream"]
    assert found["report"]["limitedBy"] is None
    return {node["entity"]["name"] for node in found["nodes"]}


async def test_without_conditions_all_of_the_chain_is_listed(ask_chain: Ask) -> None:
    assert await listed(ask_chain, "tiers: 4") == {"magnets", "chips", "rare earths", "China", "Estonia", "Fab"}


async def test_only_chains_through_named_products(ask_chain: Ask) -> None:
    through = 'through: {products: ["magnets", "rare earths"]}'
    assert await listed(ask_chain, f"{through}, supplier: {{types: [COUNTRY, COMPANY]}}") == {"China", "Estonia"}


async def test_only_makers_of_a_share_or_of_none_that_is_stated(ask_chain: Ask) -> None:
    makers = "supplier: {types: [COUNTRY, COMPANY]}"
    assert await listed(ask_chain, f"where: {{minShare: 0.5}}, {makers}") == {"China", "Fab"}


async def test_a_share_is_told_with_its_claim(ask_chain: Ask) -> None:
    answer = await ask_chain('{ relationBetween(a: "China", b: "rare earths") { claims { nodes { share } } } }')
    assert answer["data"]["relationBetween"][0]["claims"]["nodes"] == [{"share": 0.7}]


async def test_a_share_above_one_is_a_question_that_cannot_be_answered(ask_chain: Ask) -> None:
    answer = await ask_chain('{ upstream(id: "missile", where: {minShare: 30}) { found } }')
    assert answer["errors"][0]["message"] == "minShare is 30, it must lie in [0, 1]"
