"""The whole graph, page by page in the order of ids: rows of values, as the tables of an export have them."""

from collections.abc import Sequence
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, rows, term
from graph_schema.vocabulary import RelationType

Row = list[Any]
"""Values of one row; days are ISO 8601 text. The first one is its id."""

EXPORTED_ENTITIES: LiteralString = """
MATCH (e:Entity) WHERE e.id > $beyond
WITH e ORDER BY e.id LIMIT $limit
RETURN collect([e.id, e.name, e.type, coalesce(e.aliases, [])]) AS rows
"""


async def exported_entities(tx: AsyncManagedTransaction, beyond: str, limit: int) -> list[Row]:
    """The next entities by id: id, name, type, aliases."""
    return await rows(tx, EXPORTED_ENTITIES, beyond=beyond, limit=limit)


def exported_relations_query(type: RelationType) -> Cypher:
    """The next relations of a type; each type has an index of its own."""
    return Cypher(
        f"""
MATCH (s)-[r:{term(type)}]->(o) WHERE r.id > $beyond
WITH s, r, o ORDER BY r.id LIMIT $limit
RETURN collect([r.id, s.id, o.id, type(r), r.status, r.confidence, r.claims, r.sources, toString(r.first_seen),
  toString(r.last_seen), toString(r.valid_from), toString(r.valid_to)]) AS rows
"""
    )


async def exported_relations(tx: AsyncManagedTransaction, type: RelationType, beyond: str, limit: int) -> list[Row]:
    """The next relations of a type by id: id, subject, object, type, status, confidence, claims, sources, four days."""
    return await rows(tx, exported_relations_query(type), beyond=beyond, limit=limit)


_CLAIM_ROWS: LiteralString = """
OPTIONAL MATCH (c)-[:SUBJECT]->(s:Entity)
OPTIONAL MATCH (c)-[:OBJECT]->(o:Entity)
OPTIONAL MATCH (c)-[:STATED_IN]->(d:Document)
OPTIONAL MATCH (c)-[:ATTRIBUTED_TO]->(speaker:Entity)
WITH c, s, o, d, speaker ORDER BY c.id
RETURN collect([c.id, c.edge, s.id, o.id, c.relation, d.id, c.sentence, c.start, c.end, c.predicate, c.modality, c.confidence,
  toString(c.date), toString(c.valid_from), toString(c.valid_to), c.role, toFloat(c.share), speaker.id,
  coalesce(c.extractor, 'given'), c.run]) AS rows
"""
EXPORTED_CLAIMS: LiteralString = f"""
MATCH (c:Claim) WHERE c.id > $beyond
WITH c ORDER BY c.id LIMIT $limit
{_CLAIM_ROWS}"""
CLAIMS_OF_EDGES: LiteralString = f"""
UNWIND $edges AS edge
MATCH (c:Claim {{edge: edge}})
{_CLAIM_ROWS}"""


async def exported_claims(tx: AsyncManagedTransaction, beyond: str, limit: int) -> list[Row]:
    """The next claims by id, in the order of the table's columns."""
    return await rows(tx, EXPORTED_CLAIMS, beyond=beyond, limit=limit)


async def claims_of_edges(tx: AsyncManagedTransaction, edges: Sequence[str]) -> list[Row]:
    """All claims of these relations by id, in the order of the table's columns."""
    return await rows(tx, CLAIMS_OF_EDGES, edges=list(edges))


EXPORTED_DOCUMENTS: LiteralString = """
MATCH (d:Document) WHERE d.id > $beyond
WITH d ORDER BY d.id LIMIT $limit
RETURN collect([d.id, d.title, d.url, d.publisher, toString(d.published), d.language]) AS rows
"""


async def exported_documents(tx: AsyncManagedTransaction, beyond: str, limit: int) -> list[Row]:
    """The next documents by id: id, title, url, publisher, published, language."""
    return await rows(tx, EXPORTED_DOCUMENTS, beyond=beyond, limit=limit)


DOCUMENTS_AMONG: LiteralString = """
UNWIND $ids AS id
MATCH (d:Document {id: id})
WITH d ORDER BY d.id
RETURN collect([d.id, d.title, d.url, d.publisher, toString(d.published), d.language]) AS rows
"""


async def documents_among(tx: AsyncManagedTransaction, ids: Sequence[str]) -> list[Row]:
    """Those of `ids` that exist, in the order of the table's columns."""
    return await rows(tx, DOCUMENTS_AMONG, ids=list(ids))


EVIDENCE_OF_EDGES: LiteralString = """
UNWIND $edges AS edge
MATCH (c:Claim {edge: edge})-[:STATED_IN]->(d:Document)
WITH edge, c, d ORDER BY edge, c.confidence DESC, c.id
RETURN collect({edge: edge, claim: c.id, sentence: c.sentence, modality: c.modality, confidence: c.confidence,
  document: d.id, title: d.title, url: d.url, publisher: d.publisher, published: toString(d.published)}) AS rows
"""


async def evidence_of_edges(tx: AsyncManagedTransaction, edges: Sequence[str]) -> list[dict[str, Any]]:
    """All claims of these relations, each with its document and its `edge`, surest first."""
    return await rows(tx, EVIDENCE_OF_EDGES, edges=list(edges))
