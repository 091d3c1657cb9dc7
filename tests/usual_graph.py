"""A graph of the usual shape, for EXPLAIN: by the counts of an empty one, a scan is as good a plan as any."""

from collections.abc import Iterator
from typing import Any, LiteralString

import neo4j

FILL: tuple[LiteralString, ...] = (
    """
UNWIND range(1, 3000) AS n
CREATE (e:Entity:Company {id: 'company:' + n, name: 'Firm ' + n, type: 'Company', aliases: [], degree: 6, version: n})
""",
    """
UNWIND range(1, 9000) AS n
MATCH (a:Entity {id: 'company:' + (n % 3000 + 1)}) MATCH (b:Entity {id: 'company:' + (n * 7919 % 3000 + 1)})
CREATE (a)-[:SUPPLIES {id: 'rel:' + n, status: 'asserted', confidence: 0.5, claims: 1, sources: 1, version: n}]->(b)
""",
    """
UNWIND range(1, 300) AS n
CREATE (:Document {id: 'doc:' + n, title: 'Title ' + n, publisher: 'Wire', published: date('2026-01-01')})
""",
    """
UNWIND range(1, 6000) AS n
MATCH (a:Entity {id: 'company:' + (n % 3000 + 1)}) MATCH (b:Entity {id: 'company:' + (n * 7919 % 3000 + 1)})
MATCH (d:Document {id: 'doc:' + (n % 300 + 1)})
CREATE (c:Claim {id: 'claim:' + n, run: 'run:' + (n % 30 + 1), relation: 'SUPPLIES', edge: 'rel:' + n,
                 modality: 'asserted', confidence: 0.5})
CREATE (c)-[:SUBJECT]->(a) CREATE (c)-[:OBJECT]->(b) CREATE (c)-[:STATED_IN]->(d)
""",
    """
UNWIND range(1, 30) AS n
CREATE (:LoadRun {id: 'run:' + n, source: 'source ' + (n % 5), job: 'news', status: 'finished'})
""",
    "CALL db.resampleOutdatedIndexes()",
    "CALL db.awaitIndexes()",
    "CALL db.clearQueryCaches()",
)


def fill(session: neo4j.Session) -> None:
    """Fill an empty graph, whose schema is applied, and let the planner see its counts."""
    for statement in FILL:
        session.run(statement).consume()


FEW = "LoadRun"
"""Nodes of which there are so few that they may be scanned."""


def operators(plan: dict[str, Any]) -> Iterator[str]:
    """The operators of a plan, each with its details, but for scans of nodes that are few."""
    step = f"{plan['operatorType']} {plan['args'].get('Details', '')}"
    if not ("Scan" in step and FEW in step):
        yield step
    for child in plan.get("children", ()):
        yield from operators(child)
