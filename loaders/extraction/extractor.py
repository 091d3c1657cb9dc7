"""The interface of an extractor: articles in, unresolved triples out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class SureOf:
    """An extractor without what it is less sure of; that is counted as `low_confidence`."""

    extractor: Extractor
    least_confidence: float

    @property
    def name(self) -> str:
        """That of the extractor."""
        return self.extractor.name

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily."""
        for extraction in self.extractor.extract(articles):
            kept = tuple(triple for triple in extraction.triples if triple.confidence >= self.least_confidence)
            yield replace(
                extraction, triples=kept, rejected=doubted(extraction.rejected, len(extraction.triples) - len(kept))
            )


def doubted(rejected: Mapping[str, int], count: int) -> dict[str, int]:
    """The counts with `count` more statements that were too doubtful."""
    return {**rejected, "low_confidence": rejected.get("low_confidence", 0) + count} if count else dict(rejected)
