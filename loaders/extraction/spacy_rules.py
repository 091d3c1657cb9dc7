"""The extractors that run offline: spaCy's parse, a gazetteer, coreference, and frames kept as data."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from graph_schema.domain import Span
from graph_schema.errors import SettingsError
from graph_schema.vocabulary import EntityType, Modality
from loaders.extraction import coreference
from loaders.extraction.assemble import assemble
from loaders.extraction.clauses import clauses
from loaders.extraction.cleaning import Chunk, chunks
from loaders.extraction.datelines import dated, dateline_day
from loaders.extraction.descriptions import description_candidates, outer_places
from loaders.extraction.events import event_candidates
from loaders.extraction.extractor import Extraction
from loaders.extraction.frames import FrameKind, frames
from loaders.extraction.generic import generic_candidates
from loaders.extraction.lemmas import pipeline_name
from loaders.extraction.matching import RelationCandidate, verb_candidates
from loaders.extraction.mentions import MentionFinder
from loaders.extraction.open import open_triples
from loaders.extraction.phrases import Phrases
from loaders.extraction.places import facility_candidates, unit_candidates
from loaders.extraction.roles import role_candidates
from loaders.gazetteer import gazetteer
from loaders.triple import Article, NamedEntity, Triple

_BATCH_ARTICLES = 64
_BATCH_CHARACTERS = 100_000
"""What is parsed between two sweeps of spaCy's string store: enough for its batching, little enough for flat memory."""
_STOPS = frozenset({".", "!", "?", ";"})
_LONGEST_SENTENCE = 150
"""Tokens after which a sentence is cut: what is longer is a table or a list, and costs the square of its length."""
_NOT_VERBS = frozenset({"state", "house", "hand", "view", "force", "plan", "base"})
"""Heads of frames that are mostly nouns where a sentence seems to have no verb."""


@Language.component("chokepoint_paragraphs")
def paragraphs(doc: Doc) -> Doc:
    """A line break ends a sentence, where the parser would read on across headlines; so does an absurd length."""
    length = 0
    for token in doc[:-1]:
        length = 0 if token.text in _STOPS else length + 1
        if (token.is_space and "\n" in token.text) or length > _LONGEST_SENTENCE:
            doc[token.i + 1].is_sent_start = True
            length = 0
    return doc


def load_pipeline(name: str) -> Language:
    """The spaCy pipeline `name`, its sentences ended by line breaks. Raises SettingsError when it is not installed."""
    try:
        nlp = spacy.load(name)
    except OSError as error:
        raise SettingsError(
            f"CHOKEPOINT_EXTRACTION_PIPELINE: no spaCy pipeline {name!r} is installed; the default comes with this package"
        ) from error
    nlp.add_pipe("chokepoint_paragraphs", first=True)
    return nlp


class PipelineExtractor(ABC):
    """Reads articles through one spaCy pipeline, in batches, with memory that does not grow."""

    def __init__(self, pipeline: str) -> None:
        self.nlp = load_pipeline(pipeline)

    @property
    @abstractmethod
    def name(self) -> str:
        """Name and version, as stored on each claim."""

    @abstractmethod
    def read(self, doc: Doc, chunk: Chunk, article: Article, rejected: dict[str, int]) -> Iterable[Triple]:
        """Triples of one parsed chunk."""

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily. No text raises: one unreadable has a `problem`."""
        for batch in batches(articles):
            yield from self.extract_batch(batch)

    def extract_batch(self, batch: list[Article]) -> list[Extraction]:
        """Extractions of a few articles, in order."""
        try:
            return self._parse(batch)
        except Exception as error:  # noqa: BLE001 - whatever a text sets off, the others go on
            if len(batch) == 1:
                return [Extraction(batch[0], problem=f"cannot be read: {type(error).__name__}: {error}")]
            return [extraction for article in batch for extraction in self.extract_batch([article])]

    def _parse(self, batch: list[Article]) -> list[Extraction]:
        found: list[list[Triple]] = [[] for _ in batch]
        rejected: list[dict[str, int]] = [{} for _ in batch]
        sent = [dateline_day(article.text, article.published) for article in batch]
        read_as = [
            article if day is None else replace(article, published=day)
            for article, day in zip(batch, sent, strict=True)
        ]
        batch = [
            article if article.published is not None else sent_then
            for article, sent_then in zip(batch, read_as, strict=True)
        ]
        pieces = ((chunk.text, (index, chunk)) for index, article in enumerate(batch) for chunk in chunks(article.text))
        with self.nlp.memory_zone():
            for doc, (index, chunk) in self.nlp.pipe(pieces, as_tuples=True, batch_size=16):
                found[index].extend(self.read(doc, chunk, read_as[index], rejected[index]))
        return [
            Extraction(article, tuple(dated(triples, day)), counts)
            for article, triples, day, counts in zip(batch, found, sent, rejected, strict=True)
        ]


class SpacyExtractor(PipelineExtractor):
    """Typed triples by rules over a dependency parse. Make one with `spacy_extractor()`: loading takes about a second."""

    def __init__(self, pipeline: str) -> None:
        super().__init__(pipeline)
        self.finder = MentionFinder(self.nlp, gazetteer())
        self._frames = frames()
        self._verbs = self._frames.heads(FrameKind.VERB) - _NOT_VERBS

    @property
    def name(self) -> str:
        """Name and version, as stored on each claim."""
        return "spacy-rules/1"

    def read(self, doc: Doc, chunk: Chunk, article: Article, rejected: dict[str, int]) -> list[Triple]:
        """Triples of one parsed chunk."""
        text = self.finder.find(doc, chunk.aliases)
        coreference.resolve(text)
        found = clauses(doc, self._verbs)
        phrases = Phrases(text)
        candidates: list[RelationCandidate] = list(role_candidates(found, phrases))
        for candidate in candidates:
            if candidate.object.type is EntityType.COUNTRY and candidate.modality is Modality.ASSERTED:
                phrases.governs.setdefault(candidate.subject, candidate.object)
        phrases.outer = outer_places(phrases)
        candidates.extend(unit_candidates(phrases))
        candidates.extend(facility_candidates(found, phrases))
        candidates.extend(description_candidates(found, phrases, self._frames))
        candidates.extend(verb_candidates(found, phrases, self._frames, rejected))
        candidates.extend(event_candidates(phrases, self._frames, found, rejected))
        candidates.extend(generic_candidates(found, phrases, candidates))
        return assemble(candidates, text, chunk, article, self.name, rejected)


class OpenExtractor(PipelineExtractor):
    """Open triples: phrases of the text, neither linked nor mapped. Make one with `open_extractor()`."""

    @property
    def name(self) -> str:
        """Name and version."""
        return "spacy-open/1"

    def read(self, doc: Doc, chunk: Chunk, article: Article, rejected: dict[str, int]) -> Iterator[Triple]:
        """Open triples of one parsed chunk."""
        del rejected  # the words of a text are never against a signature
        for fact in open_triples(doc):
            start, end = chunk.original(fact.span.start), chunk.original(fact.span.end - 1) + 1
            yield Triple(
                subject=NamedEntity(fact.subject),
                predicate=fact.predicate,
                object=NamedEntity(fact.object),
                sentence=article.text[start:end],
                span=Span(start, end),
                confidence=fact.confidence,
                extractor=self.name,
            )


def batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Articles in groups of at most _BATCH_ARTICLES and about _BATCH_CHARACTERS."""
    batch: list[Article] = []
    size = 0
    for article in articles:
        batch.append(article)
        size += len(article.text)
        if len(batch) >= _BATCH_ARTICLES or size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@cache
def spacy_extractor(pipeline: str | None = None) -> SpacyExtractor:
    """The extractor of typed triples over `pipeline`, by default the one that the settings name."""
    return SpacyExtractor(pipeline or pipeline_name())


@cache
def open_extractor(pipeline: str | None = None) -> OpenExtractor:
    """The extractor of open triples over `pipeline`, by default the one that the settings name."""
    return OpenExtractor(pipeline or pipeline_name())
