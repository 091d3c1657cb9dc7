"""The interface of an extractor: articles in, unresolved triples out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from graph_schema.domain import Span
from loaders.triple import Article, Triple


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one article yielded."""

    article: Article
    triples: tuple[Triple, ...] = ()
    rejected: dict[str, int] = field(default_factory=dict)
    """Candidates not made into triples, counted by reason code."""
    unsure: tuple[Span, ...] = ()
    """Places of the text that may state more than was made into triples: worth a second look."""
    problem: str | None = None
    """Why nothing could be read from the article at all; None: it was read."""


class Extractor(Protocol):
    """Anything that finds triples in text."""

    @property
    def name(self) -> str:
        """Name and version, as stored on each claim, e.g. `spacy-rules/1`."""

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily. No text raises: one unreadable has a `problem`."""
