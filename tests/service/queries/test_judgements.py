"""Judgements as they are read from the graph."""

from typing import LiteralString

import neo4j
import pytest

from graph_schema.database.graph import Graph
from graph_schema.domain import Verdict
from graph_schema.ids import EntityId
from service.queries.judgements import judgements_on
from tests.service.build import story

pytestmark = pytest.mark.anyio

JUDGED: LiteralString = """
MATCH (a:Entity {id: 'company:intel'}), (b:Entity {id: 'company:acm-research'}), (c:Entity {id: 'country:china'})
CREATE (a)-[:JUDGED {verdict: 'DIFFERENT', by: 'Anna', at: datetime('2026-01-01T00:00:00Z'), why: 'two firms'}]->(b)
CREATE (c)-[:JUDGED {verdict: 'DIFFERENT', by: 'Ben', at: datetime('2026-02-01T00:00:00Z')}]->(a)
"""


async def test_judgements_on_an_entity_are_read_the_latest_first(graph: Graph, neo4j_session: neo4j.Session) -> None:
    await story().write(graph)
    neo4j_session.run(JUDGED).consume()
    found = await graph.read(judgements_on, EntityId("company:intel"), limit=10)
    assert [(one.judgement.by, one.judgement.verdict, one.judgement.why) for one in found] == [
        ("Ben", Verdict.DIFFERENT, None),
        ("Anna", Verdict.DIFFERENT, "two firms"),
    ]
    assert {end.id for end in found[1].ends} == {"company:intel", "company:acm-research"}
    assert len(await graph.read(judgements_on, EntityId("company:intel"), limit=1)) == 1
    assert await graph.read(judgements_on, EntityId("company:nobody"), limit=10) == []
