"""A batch: statements that are written in one transaction, each entity and document once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from graph_schema.domain import Claim, Document, Entity, Span
from graph_schema.ids import ClaimId, DocumentId, EntityId
from loaders.resolution.entities import merge
from loaders.resolution.linking import Statement

GIVEN = "given"
"""Extractor of a claim that was not found in a text but stated as a triple."""
_DESCRIPTION = ("title", "url", "publisher", "published", "language")


@dataclass(slots=True)
class Batch:
    """What one transaction brings in. `claims` may be fewer than the statements added: the same said twice is one."""

    documents: dict[DocumentId, Document] = field(default_factory=dict)
    entities: dict[EntityId, Entity] = field(default_factory=dict)
    claims: dict[ClaimId, Claim] = field(default_factory=dict)
    read: dict[DocumentId, str] = field(default_factory=dict)
    """Documents whose text was read as a whole, by which extractor: what an earlier reading found goes."""
    silent: dict[DocumentId, str] = field(default_factory=dict)
    """Documents that state nothing any more, by which reader: what it said of them before goes."""
    withdrawn: dict[DocumentId, str] = field(default_factory=dict)
    """Documents that their source has taken back, by which reader: what they state has ended."""
    statements: int = 0

    def add(self, document: Document, statement: Statement) -> None:
        """Take one statement of `document` in."""
        self.add_document(document)
        self.statements += 1
        for resolved in statement.entities:
            known = self.entities.get(resolved.id)
            self.entities[resolved.id] = resolved.entity if known is None else merge(known, resolved.entity)
        claim, id = statement.claim, statement.claim.id
        earlier = self.claims.get(id)
        self.claims[id] = claim if earlier is None else merge_claims(earlier, claim)

    def add_document(self, document: Document) -> None:
        """Take a document in, also one that states nothing."""
        known = self.documents.get(document.id)
        if known is not document:
            self.documents[document.id] = document if known is None else merge_documents(known, document)

    def add_silence(self, document: DocumentId, reader: str) -> None:
        """Take in that `document`, by what `reader` found this time, states nothing."""
        for id in [claim.id for claim in self.claims.values() if claim.document == document]:
            del self.claims[id]
        self.read.pop(document, None)
        self.silent[document] = reader

    def add_reading(self, document: Document, extractor: str, statements: Iterable[Statement]) -> None:
        """Take in all that `extractor` found in the whole text of `document`; a text read twice is as it was read last."""
        if document.id in self.read:
            for id in [claim.id for claim in self.claims.values() if claim.document == document.id]:
                if self.claims[id].extractor != GIVEN:
                    del self.claims[id]
        self.add_document(document)
        self.silent.pop(document.id, None)
        self.withdrawn.pop(document.id, None)
        self.read[document.id] = extractor
        for statement in statements:
            self.add(document, statement)


def merge_claims(one: Claim, other: Claim) -> Claim:
    """One statement found twice: the surer counts, under all names; the order does not matter."""
    if one == other:
        return one
    surer = max(one, other, key=lambda claim: (claim.confidence, claim.extractor, _places(claim)))
    return replace(
        surer,
        subject_names=_union(one.subject_names, other.subject_names),
        object_names=_union(one.object_names, other.object_names),
        speaker_names=_union(one.speaker_names, other.speaker_names),
    )


def _places(claim: Claim) -> tuple[Span, ...]:
    return tuple(span or Span(-1, -1) for span in (claim.subject_mention, claim.object_mention))


def merge_documents(one: Document, other: Document) -> Document:
    """What two records say of one document; where they differ, one is chosen without regard to their order.

    A record that comes with the text knows better than one that only names the document, a later text than an earlier.
    """
    if one == other:
        return one
    if one.hash is not None and other.hash is not None and one.hash != other.hash:
        return replace(other, **{name: _first(getattr(other, name), getattr(one, name)) for name in _DESCRIPTION})
    if (one.hash is None) != (other.hash is None):
        best, rest = (one, other) if one.hash is not None else (other, one)
        return replace(best, **{name: _first(getattr(best, name), getattr(rest, name)) for name in _DESCRIPTION})
    return replace(one, **{name: _least(getattr(one, name), getattr(other, name)) for name in (*_DESCRIPTION, "hash")})


def _union(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


def _first(one: Any, other: Any) -> Any:
    return other if one is None else one


def _least(one: Any, other: Any) -> Any:
    return min((value for value in (one, other) if value is not None), default=None)
