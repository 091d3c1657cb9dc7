"""The writer: batches of statements in, nodes and edges of the graph out. Writing a batch twice changes nothing.

One batch is one transaction. It first takes the graph's state node for itself, so that writers queue up instead of running
into each other's locks; then it reads what the graph holds of the batch, and writes only the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import Claim, Document
from graph_schema.errors import MissingEndpoint
from graph_schema.ids import ClaimId, DocumentId, RelationId, RunId
from loaders.resolution.entities import merge
from loaders.writing.batch import GIVEN, Batch, merge_claims, merge_documents
from loaders.writing.counts import Counts
from loaders.writing.edges import Edge, edge_of, edges_of_documents, read_evidence, reproject
from loaders.writing.ending import claims_of, end_claims
from loaders.writing.nodes import (
    PAYLOAD,
    Payload,
    create_claims,
    read_claims,
    read_documents,
    read_lacking,
    update_claims,
    write_documents,
    write_entities,
)
from loaders.writing.projection import Evidence
from loaders.writing.provenance import foreign_claims, share
from loaders.writing.removal import Doomed, delete_claims, forget, read_doomed, read_readings

LOCK: LiteralString = """
MATCH (state:GraphState {id: 'graph'})
SET state.version = state.version
RETURN state.version AS version
"""


async def lock(tx: AsyncManagedTransaction) -> int:
    """Keep other writers out until the transaction ends; returns the graph's version.

    Raises MissingEndpoint where the schema was never applied.
    """
    record = await (await tx.run(LOCK)).single()
    if record is None:
        raise MissingEndpoint("the graph has no state node: run `chokepoint schema apply`")
    return int(record["version"])


BUMP: LiteralString = "MATCH (state:GraphState {id: 'graph'}) SET state.version = $version"


async def bump(tx: AsyncManagedTransaction, version: int) -> None:
    """Make `version` the graph's version."""
    await (await tx.run(BUMP, version=version)).consume()


@dataclass(slots=True)
class _Claims:
    """The claims of a batch by what must be done with them."""

    new: dict[ClaimId, Claim] = field(default_factory=dict)
    updated: dict[ClaimId, Payload] = field(default_factory=dict)
    edges: dict[ClaimId, Edge] = field(default_factory=dict)
    """Edge of each claim that is new or updated."""
    stale: list[Doomed] = field(default_factory=list)
    shared: dict[ClaimId, tuple[Payload, Payload]] = field(default_factory=dict)
    """Claims that another source stated before: as the graph had them, and as this source states them."""


async def write_batch(tx: AsyncManagedTransaction, batch: Batch, run: RunId) -> Counts:
    """Bring the graph to what `batch` says; returns what changed, with nothing read or refused. Raises MissingEndpoint."""
    version = await lock(tx) + 1
    had_documents = await read_documents(tx, batch.documents)
    documents = {
        id: merged
        for id, document in batch.documents.items()
        if (merged := _merged(had_documents.get(id), document)) != had_documents.get(id)
    }
    lacking = await read_lacking(tx, batch.entities)
    entities = {
        id: known
        for id, had in lacking.items()
        if (known := merge(had or batch.entities[id], batch.entities[id])) != had
    }
    new_entities = sum(had is None for had in lacking.values())
    claims = await _sort_claims(tx, batch, run)
    counts = Counts(
        statements=batch.statements,
        claims_new=len(claims.new),
        claims_updated=len(claims.updated),
        claims_unchanged=batch.statements - len(claims.new) - len(claims.updated),
        claims_removed=len(claims.stale),
        documents_new=len(documents.keys() - had_documents.keys()),
        documents_updated=len(documents.keys() & had_documents.keys()),
        entities_new=new_entities,
        entities_updated=len(entities) - new_entities,
    )
    if claims.shared:
        await share(tx, claims.shared, run)
    if not counts.changed and not batch.withdrawn:
        return counts
    await bump(tx, version)
    redated = [id for id, document in documents.items() if id in had_documents and _moved(had_documents[id], document)]
    recounted = {claims.edges[id].id: claims.edges[id] for id in claims.updated}
    recounted |= {claim.edge.id: claim.edge for claim in claims.stale}
    recounted |= {edge.id: edge for edge in await edges_of_documents(tx, redated)}
    touched = {edge.id: edge for edge in claims.edges.values()} | recounted
    before = await read_evidence(tx, touched)
    await write_documents(tx, documents.values(), run)
    await write_entities(tx, entities, version=version)
    await create_claims(tx, claims.new, {id: claims.edges[id].id for id in claims.new}, run)
    await update_claims(tx, claims.updated)
    await delete_claims(tx, [claim.id for claim in claims.stale])
    after = _with_new(before, claims, had_documents | documents)
    for id in recounted:
        after.pop(id, None)
    after |= await read_evidence(tx, recounted)
    counts.add(await reproject(tx, touched.values(), before, after, version=version))
    counts.add(await forget(tx, claims.stale, version=version))
    if batch.withdrawn:
        counts.add(await end_claims(tx, await claims_of(tx, batch.withdrawn), run=run, version=version))
    return counts


async def _sort_claims(tx: AsyncManagedTransaction, batch: Batch, run: RunId) -> _Claims:
    sorted_claims = _Claims()
    stored = await read_claims(tx, batch.claims)
    foreign = await foreign_claims(tx, stored, run)
    sorted_claims.shared = {id: (stored[id], Payload.of(batch.claims[id])) for id in foreign}
    for id, claim in batch.claims.items():
        if (had := stored.get(id)) is None:
            sorted_claims.new[id] = claim
        elif (payload := _payload(had, claim, batch)) != had:
            sorted_claims.updated[id] = payload
        else:
            continue
        sorted_claims.edges[id] = edge_of(claim.relation, claim.subject, claim.object)
    if batch.read or batch.silent:
        readings = [(id, extractor, batch.documents[id].hash) for id, extractor in batch.read.items()]
        readings += [(id, reader, None) for id, reader in batch.silent.items()]
        outdated = [id for id in await read_readings(tx, readings) if id not in batch.claims]
        sorted_claims.stale = await read_doomed(tx, outdated)
    return sorted_claims


def _payload(had: Payload, claim: Claim, batch: Batch) -> Payload:
    """What a claim that the graph has becomes: as the text was read last, else what both sources say."""
    if claim.extractor == GIVEN or claim.document not in batch.read:
        claim = merge_claims(claim, replace(claim, **{name: getattr(had, name) for name in PAYLOAD}))
    return Payload.of(claim)


def _with_new(
    before: Mapping[RelationId, list[Evidence]], claims: _Claims, documents: Mapping[DocumentId, Document]
) -> dict[RelationId, list[Evidence]]:
    after = {id: list(evidence) for id, evidence in before.items()}
    for id, claim in claims.new.items():
        after.setdefault(claims.edges[id].id, []).append(Evidence.of(claim, documents[claim.document]))
    return after


def _merged(had: Document | None, document: Document) -> Document:
    return document if had is None else merge_documents(had, document)


def _moved(had: Document, document: Document) -> bool:
    """Whether what edges take from a document has changed."""
    return (had.publisher, had.published) != (document.publisher, document.published)
