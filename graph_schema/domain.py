"""The domain objects: frozen, and each knows its own id."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId, content_id, entity_id, relation_id
from graph_schema.vocabulary import EntityType, Modality, RelationType


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range [start, end) of characters (Unicode code points) of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """An actor or thing of the graph under its canonical name."""

    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def id(self) -> EntityId:
        """Same type and canonical name, same id."""
        return entity_id(self.type, self.name)


@dataclass(frozen=True, slots=True)
class Document:
    """Where statements were made."""

    id: DocumentId
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: dt.date | None = None
    language: str | None = None
    hash: str | None = None
    """Hash of the text, to notice that an address now says something else."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one document: who is tied to whom, how, in which words."""

    document: DocumentId
    span: Span
    """Where in the document's text the sentence stands."""
    sentence: str
    subject: EntityId
    relation: RelationType
    object: EntityId
    predicate: str
    """The source's own words for the relation."""
    modality: Modality = Modality.ASSERTED
    confidence: float = 1.0
    """Probability that the source states this, in [0, 1]."""
    attributed_to: EntityId | None = None
    """Who is said to state it; None: the document itself."""
    role: str | None = None
    """Title held, for HOLDS_ROLE_AT."""
    share: float | None = None
    """Part of the whole that is stated, in [0, 1]: of a firm that is owned, of a market that is supplied."""
    date: dt.date | None = None
    """When the stated thing happened, where the source says."""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    extractor: str = "given"
    """Name and version of what found it; `given`: stated as a triple."""
    subject_names: tuple[str, ...] = ()
    """Names under which the document mentions the subject."""
    object_names: tuple[str, ...] = ()
    speaker_names: tuple[str, ...] = ()
    """Names under which the document mentions who is said to state it."""
    subject_mention: Span | None = None
    """Where in the document's text the words stand that mean the subject, a name or a pronoun; None: not told."""
    object_mention: Span | None = None

    @property
    def id(self) -> ClaimId:
        """Same statement, same id: loading twice gives the same graph. How sure it is, who found it and by which words
        its ends are mentioned are not part of it."""
        return ClaimId(
            "claim:"
            + content_id(
                self.document,
                self.span.start,
                self.span.end,
                self.sentence,
                self.subject,
                self.relation,
                self.object,
                self.predicate,
                self.modality,
                self.attributed_to,
                self.role,
                None if self.share is None else repr(self.share),
                *(None if day is None else day.isoformat() for day in (self.date, self.valid_from, self.valid_to)),
            )
        )

    @property
    def relation_id(self) -> RelationId:
        """Id of the edge that this claim supports."""
        return relation_id(self.subject, self.relation, self.object)


class RunStatus(StrEnum):
    """Where a load run stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class LoadRun:
    """One run of a loader over one source."""

    id: RunId
    job: str
    source: str
    started: dt.datetime
    finished: dt.datetime | None = None
    status: RunStatus = RunStatus.RUNNING
    counts: Mapping[str, int] = field(default_factory=dict)
    """Records by outcome: read, written, unchanged, refused …"""
    error: str | None = None


class Verdict(StrEnum):
    """Whether two entities are one."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    UNSURE = "UNSURE"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided on a pair; the order of the two means nothing."""

    first: EntityId
    second: EntityId
    verdict: Verdict
    by: str
    at: dt.datetime
    why: str | None = None

    @property
    def pair(self) -> frozenset[EntityId]:
        """The two."""
        return frozenset((self.first, self.second))
