"""Documents: by id, and listed newest first."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import one, rows
from graph_schema.database.schema import DOCUMENT_TITLES
from graph_schema.ids import DocumentId
from service.queries.names import full_text_query
from service.queries.records import DocumentRecord

DOCUMENTS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (document:Document {id: id})
RETURN collect(document {.*}) AS rows
"""


async def documents_by_id(tx: AsyncManagedTransaction, ids: Iterable[DocumentId]) -> dict[DocumentId, DocumentRecord]:
    """Those of `ids` that exist."""
    return {document.id: document for document in await _documents(tx, DOCUMENTS_BY_ID, ids=list(ids))}


async def _documents(tx: AsyncManagedTransaction, query: LiteralString, **parameters: Any) -> list[DocumentRecord]:
    return [DocumentRecord.from_node(row) for row in await rows(tx, query, **parameters)]


DATED_DOCUMENTS: LiteralString = """
MATCH (document:Document)
WHERE document.published >= $since AND document.published <= $until
  AND (size($publishers) = 0 OR document.publisher IN $publishers)
WITH document ORDER BY document.published DESC, document.id SKIP $skip LIMIT $limit
RETURN collect(document {.*}) AS rows
"""

UNDATED_DOCUMENTS: LiteralString = """
MATCH (document:Document)
WHERE document.id > '' AND document.published IS NULL
  AND (size($publishers) = 0 OR document.publisher IN $publishers)
WITH document ORDER BY document.id SKIP $skip LIMIT $limit
RETURN collect(document {.*}) AS rows
"""

TITLED_DOCUMENTS: LiteralString = f"""
CALL db.index.fulltext.queryNodes('{DOCUMENT_TITLES}', $title) YIELD node AS document, score
WHERE (size($publishers) = 0 OR document.publisher IN $publishers)
  AND ($since IS NULL OR document.published >= $since) AND ($until IS NULL OR document.published <= $until)
WITH document, score ORDER BY score DESC, document.id SKIP $skip LIMIT $limit
RETURN collect(document {{.*}}) AS rows
"""
_FIRST_DAY, _LAST_DAY = dt.date(1, 1, 1), dt.date(9999, 12, 31)


async def documents(
    tx: AsyncManagedTransaction,
    *,
    title: str | None,
    publishers: Sequence[str],
    since: dt.date | None,
    until: dt.date | None,
    skip: int,
    limit: int,
) -> list[DocumentRecord]:
    """Documents by resemblance of the title where one is given, else newest first; undated ones last, and only when
    no period is asked for."""
    parameters = {"publishers": list(publishers), "since": since, "until": until}
    if title is not None:
        if (query := full_text_query(title, fuzzy=True)) is None:
            return []
        return await _documents(tx, TITLED_DOCUMENTS, **parameters, title=query, skip=skip, limit=limit)
    period = {"since": since or _FIRST_DAY, "until": until or _LAST_DAY}
    found = await _documents(tx, DATED_DOCUMENTS, **{**parameters, **period}, skip=skip, limit=limit)
    if len(found) == limit or since is not None or until is not None:
        return found
    dated = skip + len(found) if found else await _count(tx, DATED_COUNT, **{**parameters, **period})
    rest = {"skip": max(0, skip - dated), "limit": limit - len(found)}
    return found + await _documents(tx, UNDATED_DOCUMENTS, **parameters, **rest)


DATED_COUNT: LiteralString = """
MATCH (document:Document)
WHERE document.published >= $since AND document.published <= $until
  AND (size($publishers) = 0 OR document.publisher IN $publishers)
RETURN count(*) AS documents
"""


UNDATED_COUNT: LiteralString = """
MATCH (document:Document)
WHERE document.id > '' AND document.published IS NULL
  AND (size($publishers) = 0 OR document.publisher IN $publishers)
RETURN count(*) AS documents
"""

TITLED_COUNT: LiteralString = f"""
CALL db.index.fulltext.queryNodes('{DOCUMENT_TITLES}', $title) YIELD node AS document
WHERE (size($publishers) = 0 OR document.publisher IN $publishers)
  AND ($since IS NULL OR document.published >= $since) AND ($until IS NULL OR document.published <= $until)
RETURN count(*) AS documents
"""


async def documents_counted(
    tx: AsyncManagedTransaction,
    *,
    title: str | None,
    publishers: Sequence[str],
    since: dt.date | None,
    until: dt.date | None,
) -> int:
    """How many documents `documents` has over all pages."""
    parameters = {"publishers": list(publishers), "since": since, "until": until}
    if title is not None:
        query = full_text_query(title, fuzzy=True)
        return 0 if query is None else await _count(tx, TITLED_COUNT, **parameters, title=query)
    dated = await _count(tx, DATED_COUNT, **{**parameters, "since": since or _FIRST_DAY, "until": until or _LAST_DAY})
    return dated if since is not None or until is not None else dated + await _count(tx, UNDATED_COUNT, **parameters)


async def _count(tx: AsyncManagedTransaction, query: LiteralString, **parameters: Any) -> int:
    return int((await one(tx, query, **parameters))["documents"])
