"""Hashes of the texts of documents, as they were when they were read."""

from collections.abc import Iterable
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import rows
from graph_schema.ids import DocumentId

DOCUMENT_HASHES: LiteralString = """
UNWIND $ids AS id
MATCH (d:Document {id: id}) WHERE d.hash IS NOT NULL
RETURN collect([d.id, d.hash]) AS rows
"""


async def document_hashes(tx: AsyncManagedTransaction, ids: Iterable[DocumentId]) -> dict[DocumentId, str]:
    """The hash of each that has one: of the article's text; records of tables have none."""
    return {DocumentId(id): hash for id, hash in await rows(tx, DOCUMENT_HASHES, ids=list(ids))}
