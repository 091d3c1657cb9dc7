"""A graph with one of everything that ours hold."""

from typing import LiteralString

import neo4j
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph

FILL: LiteralString = """
CREATE (intel:Entity:Company {id: 'company:intel', name: 'Intel', aliases: ['英特爾', 'Intel Corp'], version: 3}),
       (us:Entity:Country {id: 'country:united-states', name: 'United States', aliases: []}),
       (acm:Entity:Company {id: 'company:acm-research', name: 'ACM "Research"\\n'}),
       (doc:Document {id: 'doc:1', title: 'Bulletin', published: date('2025-11-12')}),
       (claim:Claim {id: 'claim:1', start: 0, end: 42, confidence: 1.0, sentence: 'Intel tested tools.'}),
       (:GraphState {id: 'writer', asked: datetime('2025-11-12T08:00:00Z')}),
       (run:LoadRun {id: 'run:1', started: datetime('2025-11-12T08:00:00.123456789Z'), counts: '{"read": 1}'}),
       (:Removed {id: 'removed:4:0', version: 4, relations: ['rel:9'], entities: [], claims: ['claim:9'], claims_since: [2]}),
       (claim)-[:SUBJECT]->(intel), (claim)-[:OBJECT]->(acm), (claim)-[:STATED_IN]->(doc), (claim)-[:ATTRIBUTED_TO]->(us),
       (intel)-[:TESTED {id: 'rel:1', confidence: 0.9, claims: 1, first_seen: date('2025-11-12'), version: 3}]->(acm),
       (us)-[:SANCTIONS {id: 'rel:2', status: 'asserted', version: 4}]->(acm),
       (us)-[:RELATED_TO {id: 'rel:3'}]->(us)
FOREACH (i IN range(1, 11) | CREATE (:Entity:Place {id: 'place:' + i, name: 'Place ' + i})-[:LOCATED_IN {id: 'in:' + i}]->(us))
"""


@pytest.fixture
async def full(graph: Graph, neo4j_session: neo4j.Session) -> Graph:
    """A graph with one of everything, and enough places for several pages."""
    await schema.apply(graph)
    neo4j_session.run(FILL).consume()
    return graph
