"""Inputs of a load: each record of a source as the statements it makes, or as the reason why it is refused. Lazy, pure."""

import hashlib
import itertools
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Protocol

from pydantic import Field, create_model

from graph_schema.domain import Document
from graph_schema.errors import MalformedRecord
from graph_schema.ids import document_id
from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.extraction.extractor import Extraction, Extractor
from loaders.resolution.linking import Statement, state
from loaders.settings import LoadSettings
from loaders.sources.definition import (
    RefusedFile,
    Shown,
    SourceArguments,
    SourceDefinition,
    TextSource,
    checked,
    definitions,
)
from loaders.sources.lines import fingerprint, names_of, source_name
from loaders.sources.records import RecordSource, SourceRecord
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
    def kind(self) -> str:
        """Name of the source's definition, under which refused records are kept."""
        ...

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

    def loaded(self) -> None:
        """Called once everything is in the graph."""
        ...


@dataclass(frozen=True, slots=True)
class RecordInput:
    """The records of a source, each with the claims that it makes."""

    kind: str
    records_of: RecordSource
    name: str | None = None
    """Name of the source in the graph, where the files' names change from one delivery to the next."""

    @property
    def source(self) -> str:
        """The name given, else the files' names."""
        return self.name or names_of(self.records_of.paths)

    @property
    def ignored(self) -> set[str]:
        """Columns or keys that nothing reads."""
        return self.records_of.ignored

    def fingerprint(self) -> str | None:
        """Of the contents and names of all files, by which records without an address are known, and of the mapping."""
        paths = self.records_of.paths
        return fingerprint(paths, self.records_of.kind, _FORM, self.source, *map(source_name, paths))

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """Each record with its statements, without the first `skip`."""
        reading = self.records_of.kind if self.records_of.rereads else None
        for record in itertools.islice(self.records_of.records(), skip, None):
            yield record if isinstance(record, MalformedRecord) else _taken(record, reading)

    def loaded(self) -> None:
        """Nothing to remember."""


def _taken(record: SourceRecord, reading: str | None) -> Taken | MalformedRecord:
    kept = tuple(statement for triple in record.triples if (statement := state(triple, record.document)) is not None)
    if record.triples and not kept:
        return record.malformed("object", "is one and the same entity as the subject")
    rejected = {} if record.passed_over is None else {record.passed_over: 1}
    if len(kept) < len(record.triples):
        rejected["same_entity"] = len(record.triples) - len(kept)
    return Taken(record.document, kept, reading, rejected, record.withdrawn, silent=not kept)


@dataclass(frozen=True, slots=True)
class TextInput:
    """Texts, read by an extractor."""

    kind: str
    texts: TextSource
    extractor: Extractor
    least_confidence: float | None = None
    """Below which the extractor was asked to leave statements out."""

    @property
    def source(self) -> str:
        """The texts' own name."""
        return self.texts.name

    @property
    def ignored(self) -> set[str]:
        """Keys that nothing reads."""
        return self.texts.ignored

    def fingerprint(self) -> str | None:
        """Of the contents and of the extractor: one that is asked to be surer reads something else."""
        least = () if self.least_confidence is None else (str(self.least_confidence),)
        return self.texts.fingerprint(_FORM, self.extractor.name, *least)

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        """Each article with all statements found in it."""
        return extracted(itertools.islice(self.texts.articles(), skip, None), self.extractor)

    def loaded(self) -> None:
        """Let the source remember what was read."""
        self.texts.loaded()


class ReadingArguments(SourceArguments):
    """What every source of texts may be told."""

    extractor: Annotated[ExtractorKind | None, Shown(default="CHOKEPOINT_LOAD_EXTRACTOR")] = None
    """What reads the texts."""
    min_confidence: Annotated[float | None, Shown(default="CHOKEPOINT_LOAD_MIN_CONFIDENCE")] = Field(
        default=None, ge=0, le=1
    )
    """Statements that are less sure are left out, 0 to 1."""
    processes: Annotated[int | None, Shown(default="CHOKEPOINT_LOAD_PROCESSES")] = Field(default=None, ge=1)
    """How many processes read the texts."""


@cache
def arguments_of(definition: SourceDefinition[Any, Any]) -> type[SourceArguments]:
    """All that a source may be told, by a command or a job."""
    own: type[SourceArguments] = definition.arguments
    return (
        create_model(own.__name__, __base__=(ReadingArguments, own), __doc__=own.__doc__) if definition.of_text else own
    )


def make_input(source: str, arguments: Mapping[str, Any], settings: LoadSettings) -> Input:
    """The input that a source makes of these arguments.

    Raises SettingsError naming an argument that is wrong, SourceUnavailable where a file is not there.
    """
    definition = definitions()[source]
    given = checked(arguments_of(definition), arguments)
    made = definition.make(given, settings)
    if not definition.of_text:
        return RecordInput(source, made, getattr(given, "name", None))
    assert isinstance(given, ReadingArguments)
    return text_input(source, made, settings, given)


def retried_inputs(
    source: str, files: Sequence[RefusedFile], base: Sequence[str], name: str, settings: LoadSettings
) -> list[Input]:
    """Inputs of records that were refused when `name` was loaded, mended since. Raises SettingsError."""
    definition = definitions()[source]
    made = definition.retry(files, base, settings)
    if not definition.of_text:
        return [RecordInput(source, records, name) for records in made]
    return [text_input(source, texts, settings, ReadingArguments()) for texts in made]


def text_input(source: str, texts: TextSource, settings: LoadSettings, told: ReadingArguments) -> TextInput:
    """Texts with the extractor that was asked for, else that of the settings. Raises SettingsError."""
    least = settings.min_confidence if told.min_confidence is None else told.min_confidence
    choice = Choice(told.extractor or settings.extractor, least_confidence=least)
    return TextInput(source, texts, make_extractor(choice, processes=told.processes or settings.processes), least)


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
