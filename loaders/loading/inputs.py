"""Inputs of a load: each record of a source as the statements it makes, or as the reason why it is refused. Lazy, pure."""

import hashlib
import itertools
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph_schema.domain import Document
from graph_schema.errors import MalformedRecord
from graph_schema.ids import document_id
from loaders.extraction.extractor import Extraction, Extractor
from loaders.resolution.linking import Statement, state
from loaders.sources.lines import fingerprint, source_name
from loaders.sources.news import article_files, read_articles
from loaders.sources.triples import TripleFile, TripleFormat
from loaders.triple import Article

_FORM = "1"
"""Part of every fingerprint: a checkpoint of a version that counted records otherwise must not be resumed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One record and the statements that it makes."""

    document: Document
    statements: tuple[Statement, ...]
    reading: str | None = None
    """The extractor, where the record is a whole text."""
    rejected: dict[str, int] = field(default_factory=dict)
    """Candidates that the extractor did not make into triples, by reason code."""
    withdrawn: bool = False
    """The source takes back all that it stated in the document."""
    silent: bool = False
    """The record states nothing and is no text that could: its document is not kept."""


class Input(Protocol):
    """Anything that yields records; the same content yields the same records in the same order."""

    @property
    def source(self) -> str:
        """What is loaded, for messages and the run's record."""
        ...

    @property
    def ignored(self) -> set[str]:
        """Columns or keys met so far that nothing reads."""
        ...

    def fingerprint(self) -> str | None:
        """Hash of the content and of what turns it into records; None when it can be read only once.

        Raises SourceUnavailable.
        """
        ...

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """One item per record, without the first `skip`. Raises SourceUnavailable, SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class TripleInput:
    """Files of triples, one after the other."""

    paths: Sequence[str]
    format: TripleFormat | None = None
    ignored: set[str] = field(default_factory=set)

    @property
    def source(self) -> str:
        """The files' names."""
        return _named(self.paths)

    def fingerprint(self) -> str | None:
        """Of the contents and names: a record without an address is known by its file's name."""
        return fingerprint(list(self.paths), "triples", _FORM, self.format or "", *map(source_name, self.paths))

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """Each record with its one statement."""
        files = (TripleFile(path, self.format, self.ignored).records() for path in self.paths)
        for record in itertools.islice(itertools.chain.from_iterable(files), skip, None):
            if isinstance(record, MalformedRecord):
                yield record
            elif (statement := state(record.triple, record.document)) is None:
                yield record.malformed("object", "is one and the same entity as the subject")
            else:
                yield Taken(record.document, (statement,))


@dataclass(frozen=True, slots=True)
class NewsInput:
    """Texts, folders of texts and JSON lines, read by an extractor."""

    paths: Sequence[str]
    extractor: Extractor
    ignored: set[str] = field(default_factory=set)

    @property
    def source(self) -> str:
        """The files' or folders' names."""
        return _named(self.paths)

    def fingerprint(self) -> str | None:
        """Of the contents and of the extractor."""
        return fingerprint(article_files(self.paths), "news", _FORM, self.extractor.name)

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """Each article with all statements found in it, in the order of the input, however far the extractor reads ahead."""
        articles = itertools.islice(read_articles(self.paths, self.ignored), skip, None)
        yield from extracted(articles, self.extractor)


def extracted(articles: Iterator[Article | MalformedRecord], extractor: Extractor) -> Iterator[Taken | MalformedRecord]:
    """Each article with all statements found in it, in the order given, however far the extractor reads ahead."""
    waiting: deque[Article | MalformedRecord] = deque()
    for extraction in extractor.extract(_remembered(articles, waiting)):
        yield from _refused(waiting)
        waiting.popleft()
        yield _read(extraction, extractor.name)
    yield from _refused(waiting)


def _read(extraction: Extraction, extractor: str) -> Taken | MalformedRecord:
    article = extraction.article
    if extraction.problem is not None:
        return MalformedRecord(article.key, 1, None, extraction.problem)
    document = document_of(article)
    rejected = Counter(extraction.rejected)
    statements = []
    for triple in extraction.triples:
        if (statement := state(triple, document)) is None:
            rejected["same_entity"] += 1
        else:
            statements.append(statement)
    return Taken(document, tuple(statements), reading=extractor, rejected=dict(rejected))


def document_of(article: Article) -> Document:
    """The document that an article is: by its address, else by its text."""
    return Document(
        id=document_id(url=article.url) if article.url is not None else document_id(text=article.text),
        title=article.title or article.key,
        url=article.url,
        publisher=article.publisher,
        published=article.published,
        language=article.language,
        hash=hashlib.blake2b(article.text.encode(), digest_size=16).hexdigest(),
    )


def _remembered(
    items: Iterator[Article | MalformedRecord], waiting: deque[Article | MalformedRecord]
) -> Iterator[Article]:
    for item in items:
        waiting.append(item)
        if isinstance(item, Article):
            yield item


def _refused(waiting: deque[Article | MalformedRecord]) -> Iterator[MalformedRecord]:
    while waiting and isinstance(refusal := waiting[0], MalformedRecord):
        waiting.popleft()
        yield refusal


def _named(paths: Sequence[str]) -> str:
    names = [source_name(path.rstrip("/")) or path for path in paths]
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]} ({len(names)} files)"
