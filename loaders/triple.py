"""What comes in, before it is resolved: articles, and triples whose ends are names, not ids."""

import datetime as dt
from dataclasses import dataclass

from graph_schema.domain import Span
from graph_schema.vocabulary import EntityType, Modality, RelationType


@dataclass(frozen=True, slots=True)
class Article:
    """One text to extract from, with what is known of its origin."""

    key: str
    """The id that the source gave it, or the file's stem: names it in output and messages, is not stored as its id."""
    text: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published: dt.date | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """An entity as a source names it."""

    name: str
    """Canonical name as far as the document tells: `Donald Trump` where the sentence says `Trump`."""
    type: EntityType | None = None
    """None: still to be inferred from the name and the relation's signature."""
    aliases: tuple[str, ...] = ()
    """Other names that the document itself gives, such as a Chinese one in brackets."""


@dataclass(frozen=True, slots=True)
class Triple:
    """One statement with unresolved ends."""

    subject: NamedEntity
    predicate: str
    """The source's own words."""
    object: NamedEntity
    sentence: str
    span: Span
    """Where `sentence` stands in the text."""
    relation: RelationType | None = None
    """None: still to be mapped from `predicate`."""
    modality: Modality = Modality.ASSERTED
    attribution: NamedEntity | None = None
    """Who is said to state it; None: the document itself."""
    confidence: float = 1.0
    """In [0, 1]."""
    role: str | None = None
    share: float | None = None
    """Part of the whole that is stated, in [0, 1]: of a firm that is owned, of a market that is supplied."""
    date: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    extractor: str = "given"
    """Name and version of what found it; `given`: stated as a triple."""
    subject_mention: Span | None = None
    """Where the words that stand for the subject are in the text, a name or a pronoun; None: not told."""
    object_mention: Span | None = None
