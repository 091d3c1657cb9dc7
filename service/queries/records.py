"""What the database answers: entities, relations, claims and documents as stored, each under its stored id."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString, Self

from graph_schema.database.cypher import native_date
from graph_schema.domain import RunStatus, Span
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.vocabulary import EntityType, Modality, RelationType

ENTITY: LiteralString = ".id, .name, .type, .aliases"
"""What an `EntityRecord` is made of, for the map of a node."""
RELATION: LiteralString = "r {.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}"
"""What a `RelationRecord` is made of, of an edge `r`."""


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """An actor or thing."""

    id: EntityId
    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    at_version: int | None = field(default=None, compare=False)
    """Version of the graph at which it was like this, where that was asked for; None: now."""

    @classmethod
    def from_node(cls, node: Mapping[str, Any]) -> Self:
        """From an :Entity node or a map of its properties."""
        return cls(EntityId(node["id"]), EntityType(node["type"]), node["name"], tuple(node.get("aliases") or ()))


@dataclass(frozen=True, slots=True)
class RelationRecord:
    """An edge between two entities."""

    id: RelationId
    subject: EntityId
    type: RelationType
    object: EntityId
    status: Modality
    confidence: float
    claims: int
    sources: int
    first_seen: dt.date | None = None
    last_seen: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    at_version: int | None = field(default=None, compare=False)
    """As of an `EntityRecord`."""

    @classmethod
    def from_map(cls, edge: Mapping[str, Any]) -> Self:
        """From an edge's properties with `type`, `subject` and `object` beside them."""
        return cls(
            id=RelationId(edge["id"]),
            subject=EntityId(edge["subject"]),
            type=RelationType(edge["type"]),
            object=EntityId(edge["object"]),
            status=Modality(edge["status"]),
            confidence=float(edge["confidence"]),
            claims=int(edge["claims"]),
            sources=int(edge["sources"]),
            first_seen=native_date(edge.get("first_seen")),
            last_seen=native_date(edge.get("last_seen")),
            valid_from=native_date(edge.get("valid_from")),
            valid_to=native_date(edge.get("valid_to")),
        )

    @property
    def undated(self) -> bool:
        """Whether nothing is known of when it holds."""
        return self.valid_from is None and self.valid_to is None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """Where statements were made."""

    id: DocumentId
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: dt.date | None = None
    language: str | None = None

    @classmethod
    def from_node(cls, node: Mapping[str, Any]) -> Self:
        """From a :Document node or a map of its properties."""
        return cls(
            id=DocumentId(node["id"]),
            title=node.get("title"),
            url=node.get("url"),
            publisher=node.get("publisher"),
            published=native_date(node.get("published")),
            language=node.get("language"),
        )


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """One statement of one document."""

    id: ClaimId
    relation_id: RelationId | None
    """None: both ends were judged to be one entity, which has no relation to itself."""
    subject: EntityId
    relation: RelationType
    object: EntityId
    document: DocumentRecord
    sentence: str
    start: int
    end: int
    predicate: str
    modality: Modality
    confidence: float
    extractor: str
    run: RunId | None = None
    attributed_to: EntityId | None = None
    role: str | None = None
    share: float | None = None
    date: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    subject_mention: Span | None = None
    """Where the document's text mentions the subject; None: not told."""
    object_mention: Span | None = None

    @classmethod
    def from_map(cls, row: Mapping[str, Any]) -> Self:
        """From a row of `claim`, `document`, `subject`, `object` and `attributed_to`."""
        claim = row["claim"]
        return cls(
            id=ClaimId(claim["id"]),
            relation_id=None if claim.get("edge") is None else RelationId(claim["edge"]),
            subject=EntityId(row["subject"]),
            relation=RelationType(claim["relation"]),
            object=EntityId(row["object"]),
            document=DocumentRecord.from_node(row["document"]),
            sentence=claim["sentence"],
            start=int(claim["start"]),
            end=int(claim["end"]),
            predicate=claim["predicate"],
            modality=Modality(claim["modality"]),
            confidence=float(claim["confidence"]),
            extractor=claim.get("extractor") or "given",
            run=None if claim.get("run") is None else RunId(claim["run"]),
            attributed_to=None if row["attributed_to"] is None else EntityId(row["attributed_to"]),
            role=claim.get("role"),
            share=claim.get("share"),
            date=native_date(claim.get("date")),
            valid_from=native_date(claim.get("valid_from")),
            valid_to=native_date(claim.get("valid_to")),
            subject_mention=_span(claim.get("subject_mention")),
            object_mention=_span(claim.get("object_mention")),
        )


def _span(stored: Sequence[int] | None) -> Span | None:
    return None if stored is None else Span(*stored)


@dataclass(frozen=True, slots=True)
class LoadRunRecord:
    """One run of a loader."""

    id: RunId
    job: str
    source: str
    started: dt.datetime
    finished: dt.datetime | None
    status: RunStatus
    counts: Mapping[str, int]
    error: str | None
