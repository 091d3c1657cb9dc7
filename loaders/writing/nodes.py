"""Documents, entities and claims as nodes: what the graph holds of a batch is read, what differs is written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, term
from graph_schema.domain import Claim, Document, Entity, Span
from graph_schema.errors import MissingEndpoint
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.vocabulary import EntityType
from loaders.writing.rows import QuietRows

_DOCUMENT = ("id", "title", "url", "publisher", "published", "language", "hash")

READ_DOCUMENTS: LiteralString = """
UNWIND $ids AS id
MATCH (d:Document {id: id})
RETURN d.id AS id, d.title AS title, d.url AS url, d.publisher AS publisher, d.published AS published,
       d.language AS language, d.hash AS hash
"""


async def read_documents(tx: AsyncManagedTransaction, ids: Collection[DocumentId]) -> dict[DocumentId, Document]:
    """Those of `ids` that the graph has."""
    result = await tx.run(READ_DOCUMENTS, ids=sorted(ids))
    rows = [record.data() async for record in result]
    return {row["id"]: Document(**{**row, "published": native(row["published"])}) for row in rows}


WRITE_DOCUMENTS: LiteralString = """
UNWIND $rows AS row
MERGE (d:Document {id: row.id})
ON CREATE SET d.run = $run
SET d += row
"""


async def write_documents(tx: AsyncManagedTransaction, documents: Iterable[Document], run: RunId) -> None:
    """Create or update documents; new ones are marked with `run`."""
    rows = [{name: getattr(document, name) for name in _DOCUMENT} for document in documents]
    if rows:
        await (await tx.run(WRITE_DOCUMENTS, rows=rows, run=run)).consume()


READ_ENTITIES: LiteralString = """
UNWIND $ids AS id
MATCH (e:Entity {id: id})
RETURN e.id AS id, e.type AS type, e.name AS name, e.aliases AS aliases
"""


async def read_entities(tx: AsyncManagedTransaction, ids: Collection[EntityId]) -> dict[EntityId, Entity]:
    """Those of `ids` that the graph has."""
    result = await tx.run(READ_ENTITIES, ids=sorted(ids))
    return {id: Entity(EntityType(type), name, tuple(aliases or ())) async for id, type, name, aliases in result}


LACKING_ENTITIES: LiteralString = """
UNWIND $rows AS row
OPTIONAL MATCH (e:Entity {id: row.id})
WITH row.id AS id, e WHERE e IS NULL OR e.name <> row.name OR NOT all(alias IN row.aliases WHERE alias IN coalesce(e.aliases, []))
RETURN collect([id, e.type, e.name, e.aliases]) AS found
"""
"""One record with all rows: the driver takes several times as long for a record as for an item of a list."""


async def read_lacking(
    tx: AsyncManagedTransaction, entities: Mapping[EntityId, Entity]
) -> dict[EntityId, Entity | None]:
    """Those of `entities` of which the graph lacks something, as it has them; None for one that it does not have."""
    rows = QuietRows({"id": id, "name": entity.name, "aliases": entity.aliases} for id, entity in entities.items())
    record = await (await tx.run(LACKING_ENTITIES, rows=rows)).single(strict=True)
    return {
        id: None if name is None else Entity(EntityType(type), name, tuple(aliases or ()))
        for id, type, name, aliases in record["found"]
    }


def _write_entities(type: EntityType) -> LiteralString:
    return f"""
UNWIND $rows AS row
MERGE (e:Entity {{id: row.id}})
ON CREATE SET e.since = row.version
SET e:{term(type)}, e += row
"""


WRITE_ENTITIES: Mapping[EntityType, LiteralString] = {type: _write_entities(type) for type in EntityType}


async def write_entities(tx: AsyncManagedTransaction, entities: Mapping[EntityId, Entity], *, version: int) -> None:
    """Create or update entities, each under its type's label."""
    rows: dict[EntityType, list[dict[str, Any]]] = defaultdict(list)
    for id, entity in entities.items():
        rows[entity.type].append(
            {"id": id, "type": entity.type, "name": entity.name, "aliases": list(entity.aliases), "version": version}
        )
    for type in sorted(rows):
        await (await tx.run(WRITE_ENTITIES[type], rows=QuietRows(rows[type]))).consume()


@dataclass(frozen=True, slots=True)
class Payload:
    """What of a claim may change while it stays the same statement."""

    confidence: float
    extractor: str
    subject_names: tuple[str, ...] = ()
    object_names: tuple[str, ...] = ()
    speaker_names: tuple[str, ...] = ()
    subject_mention: Span | None = None
    object_mention: Span | None = None

    @classmethod
    def of(cls, claim: Claim) -> "Payload":
        """That of `claim`."""
        return cls(*(getattr(claim, name) for name in PAYLOAD))

    @classmethod
    def stored(cls, confidence: float, extractor: str, *lists: list[Any] | None) -> "Payload":
        """From the properties that `properties` made of it, in the order of PAYLOAD."""
        subjects, objects, speakers, subject, object = lists
        return cls(
            confidence,
            extractor,
            subject_names=tuple(subjects or ()),
            object_names=tuple(objects or ()),
            speaker_names=tuple(speakers or ()),
            subject_mention=None if subject is None else Span(*subject),
            object_mention=None if object is None else Span(*object),
        )

    def properties(self) -> dict[str, Any]:
        """As properties of a node or of a link; None where there is nothing to keep."""
        return {name: _property(getattr(self, name)) for name in PAYLOAD}


PAYLOAD = (
    "confidence",
    "extractor",
    "subject_names",
    "object_names",
    "speaker_names",
    "subject_mention",
    "object_mention",
)


def _property(value: float | str | tuple[str, ...] | Span | None) -> float | str | list[Any] | None:
    if isinstance(value, Span):
        return [value.start, value.end]
    return list(value) or None if isinstance(value, tuple) else value


READ_CLAIMS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})
RETURN collect([c.id, c.confidence, c.extractor, c.subject_names, c.object_names, c.speaker_names,
                c.subject_mention, c.object_mention]) AS found
"""


async def read_claims(tx: AsyncManagedTransaction, ids: Collection[ClaimId]) -> dict[ClaimId, Payload]:
    """Those of `ids` that the graph has."""
    record = await (await tx.run(READ_CLAIMS, ids=list(ids))).single(strict=True)
    return {id: Payload.stored(*properties) for id, *properties in record["found"]}


CREATE_CLAIMS: LiteralString = """
UNWIND $rows AS row
MATCH (s:Entity {id: row.subject})
MATCH (o:Entity {id: row.object})
MATCH (d:Document {id: row.document})
CREATE (c:Claim)-[:SUBJECT]->(s), (c)-[:OBJECT]->(o), (c)-[:STATED_IN]->(d)
SET c = row.props
RETURN count(c) AS done
"""
ATTRIBUTE_CLAIMS: LiteralString = """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})
MATCH (e:Entity {id: row.speaker})
CREATE (c)-[:ATTRIBUTED_TO]->(e)
RETURN count(c) AS done
"""


async def create_claims(
    tx: AsyncManagedTransaction,
    claims: Mapping[ClaimId, Claim],
    edges: Mapping[ClaimId, RelationId],
    run: RunId,
    *,
    version: int,
) -> None:
    """Write claims that the graph does not have, each under the id of its edge. Raises MissingEndpoint."""
    rows = [
        {
            "subject": claim.subject,
            "object": claim.object,
            "document": claim.document,
            "props": _properties(id, claim, edges[id], run, version),
        }
        for id, claim in claims.items()
    ]
    await _run(tx, CREATE_CLAIMS, rows)
    spoken = [
        {"id": id, "speaker": claim.attributed_to} for id, claim in claims.items() if claim.attributed_to is not None
    ]
    await _run(tx, ATTRIBUTE_CLAIMS, spoken)


UPDATE_CLAIMS: LiteralString = """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})
SET c += row
RETURN count(c) AS done
"""


async def update_claims(tx: AsyncManagedTransaction, payloads: Mapping[ClaimId, Payload]) -> None:
    """Write what changed of claims that the graph has. Raises MissingEndpoint."""
    await _run(tx, UPDATE_CLAIMS, [{"id": id} | payload.properties() for id, payload in payloads.items()])


async def _run(tx: AsyncManagedTransaction, statement: LiteralString, rows: list[dict[str, Any]]) -> None:
    if rows:
        record = await (await tx.run(statement, rows=QuietRows(rows))).single(strict=True)
        if record["done"] != len(rows):
            raise MissingEndpoint(f"of {len(rows)} claims only {record['done']} could be written")


def _properties(id: ClaimId, claim: Claim, edge: RelationId, run: RunId, version: int) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": id,
        "edge": edge,
        "sentence": claim.sentence,
        "start": claim.span.start,
        "end": claim.span.end,
        "predicate": claim.predicate,
        "relation": claim.relation,
        "modality": claim.modality,
        "run": run,
        "since": version,
        **Payload.of(claim).properties(),
    }
    for name in ("role", "share", "date", "valid_from", "valid_to"):
        if (value := getattr(claim, name)) is not None:
            properties[name] = value
    return properties
