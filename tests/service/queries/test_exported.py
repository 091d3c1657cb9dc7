"""Pages of the whole graph."""

import pytest

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import RelationType
from service.queries.exported import evidence_of_edges, exported_claims, exported_entities, exported_relations

pytestmark = pytest.mark.anyio


async def test_pages_follow_one_another_by_id(story_graph: Graph) -> None:
    whole = await story_graph.read(exported_entities, "", 100)
    ids = [row[0] for row in whole]
    assert ids == sorted(ids)
    first = await story_graph.read(exported_entities, "", 4)
    assert first + await story_graph.read(exported_entities, first[-1][0], 100) == whole
    assert await story_graph.read(exported_entities, ids[-1], 100) == []


async def test_relations_are_of_one_type_with_days_as_text(story_graph: Graph) -> None:
    rows = await story_graph.read(exported_relations, RelationType.SANCTIONS, "", 100)
    assert {(row[1], row[2], row[3], row[10]) for row in rows} == {
        ("country:united-states", "company:acm-research-shanghai", "SANCTIONS", "2024-12-02"),
        ("country:united-states", "company:huawei", "SANCTIONS", "2019-05-16"),
    }


async def test_a_claim_comes_with_its_ends_document_and_speaker(story_graph: Graph) -> None:
    rows = await story_graph.read(exported_claims, "", 100)
    (row,) = (row for row in rows if row[6] == "Washington put the unit on its list.")
    assert row[2:5] == ["country:united-states", "company:acm-research-shanghai", "SANCTIONS"]
    assert row[17] == "country:united-states"
    (told,) = await story_graph.read(evidence_of_edges, [row[1]])
    assert (told["claim"], told["document"], told["publisher"]) == (row[0], row[5], "Chip Wire")
