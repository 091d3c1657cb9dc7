"""The writer: batches of statements in, nodes and edges of the graph out. Writing a batch twice changes nothing.

It reads what the graph holds of the batch, and writes only the difference.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import Claim, Document
from graph_schema.ids import ClaimId, DocumentId, RunId
from loaders.resolution.entities import merge
from loaders.writing.batch import GIVEN, Batch, merge_claims, merge_documents
from loaders.writing.change import ChangeSet
from loaders.writing.counts import Counts
from loaders.writing.edges import edges_of_documents
from loaders.writing.ending import claims_of, end_claims
from loaders.writing.nodes import PAYLOAD, Payload, read_claims, read_documents, read_lacking
from loaders.writing.provenance import foreign_claims, share
from loaders.writing.readers import replaced_by


@dataclass(slots=True)
class _Claims:
    """The claims of a batch by what must be done with them."""

    new: dict[ClaimId, Claim] = field(default_factory=dict)
    updated: dict[ClaimId, Payload] = field(default_factory=dict)
    outdated: list[ClaimId] = field(default_factory=list)
    """Claims of the graph that earlier readings found and the last one did not."""
    shared: dict[ClaimId, tuple[Payload, Payload]] = field(default_factory=dict)
    """Claims that another source stated before: as the graph had them, and as this source states them."""


async def write_batch(graph: ChangeSet, batch: Batch, run: RunId) -> None:
    """Bring the graph to what `batch` says; counts what changed, with nothing read or refused. Raises MissingEndpoint."""
    had_documents = await read_documents(graph.tx, batch.documents)
    documents = {
        id: merged
        for id, document in batch.documents.items()
        if (merged := _merged(had_documents.get(id), document)) != had_documents.get(id)
    }
    lacking = await read_lacking(graph.tx, batch.entities)
    entities = {
        id: known
        for id, had in lacking.items()
        if (known := merge(had or batch.entities[id], batch.entities[id])) != had
    }
    new_entities = sum(had is None for had in lacking.values())
    claims = await _sort_claims(graph.tx, batch, run)
    if claims.shared:
        await share(graph.tx, claims.shared, run)
    moved = {id: had for id, document in documents.items() if (had := had_documents.get(id)) and _moved(had, document)}
    await graph.touch(await edges_of_documents(graph.tx, moved))
    await graph.write_documents(documents.values(), run, moved)
    await graph.write_entities(entities, lacking)
    await graph.create(claims.new, run, had_documents | documents)
    await graph.update(claims.updated)
    removed = await graph.delete(claims.outdated)
    graph.counts.add(
        Counts(
            statements=batch.statements,
            claims_new=len(claims.new),
            claims_updated=len(claims.updated),
            claims_unchanged=batch.statements - len(claims.new) - len(claims.updated),
            claims_removed=len(removed),
            documents_new=len(documents.keys() - had_documents.keys()),
            documents_updated=len(documents.keys() & had_documents.keys()),
            entities_new=new_entities,
            entities_updated=len(entities) - new_entities,
        )
    )
    await end_claims(graph, await claims_of(graph.tx, batch.withdrawn), run)


READINGS: LiteralString = """
UNWIND $readings AS reading
MATCH (d:Document {id: reading.document})<-[:STATED_IN]-(c:Claim)
WHERE c.extractor <> 'given'
  AND (d.hash <> reading.hash OR split(c.extractor, '/')[0] IN reading.extractors OR c.extractor = 'sweep/1')
RETURN c.id AS id
"""


async def _read_before(
    tx: AsyncManagedTransaction, readings: Collection[tuple[DocumentId, str, str | None]]
) -> list[ClaimId]:
    """Claims that the same extractor, one that it succeeds, or any from another text found in documents read before.

    `readings`: document, extractor, hash of the text as it is now.
    """
    rows = [{"document": id, "extractors": replaced_by(name), "hash": hash} for id, name, hash in readings]
    return [record["id"] async for record in await tx.run(READINGS, readings=rows)]


async def _sort_claims(tx: AsyncManagedTransaction, batch: Batch, run: RunId) -> _Claims:
    claims = _Claims()
    stored = await read_claims(tx, batch.claims)
    foreign = await foreign_claims(tx, stored, run)
    claims.shared = {id: (stored[id], Payload.of(batch.claims[id])) for id in foreign}
    for id, claim in batch.claims.items():
        if (had := stored.get(id)) is None:
            claims.new[id] = claim
        elif (payload := _payload(had, claim, batch)) != had:
            claims.updated[id] = payload
    if batch.read or batch.silent:
        readings = [(id, extractor, batch.documents[id].hash) for id, extractor in batch.read.items()]
        readings += [(id, reader, None) for id, reader in batch.silent.items()]
        claims.outdated = [id for id in await _read_before(tx, readings) if id not in batch.claims]
    return claims


def _payload(had: Payload, claim: Claim, batch: Batch) -> Payload:
    """What a claim that the graph has becomes: as the text was read last, else what both sources say."""
    if claim.extractor == GIVEN or claim.document not in batch.read:
        claim = merge_claims(claim, replace(claim, **{name: getattr(had, name) for name in PAYLOAD}))
    return Payload.of(claim)


def _merged(had: Document | None, document: Document) -> Document:
    return document if had is None else merge_documents(had, document)


def _moved(had: Document, document: Document) -> bool:
    """Whether what edges take from a document has changed."""
    return (had.publisher, had.published) != (document.publisher, document.published)
