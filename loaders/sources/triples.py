"""Triples as people keep them: JSON lines, CSV, TSV and Parquet in, triples with their document out.

Each record yields a SourceRecord or the MalformedRecord that says in which line and field it is wrong; nothing is dropped
in silence. Columns may stand in any order and go by several names (`COLUMNS`); those that nothing reads are collected.
"""

import csv
import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from typing import Annotated, BinaryIO, Final

import orjson
from pydantic import Field

from graph_schema.domain import Document, Span
from graph_schema.errors import MalformedRecord, SourceError
from graph_schema.ids import document_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.settings import LoadSettings
from loaders.sources import fields, parquet
from loaders.sources.definition import NamedArguments, RefusedFile, Shown, SourceDefinition
from loaders.sources.fields import FieldProblem
from loaders.sources.lines import STDIN, Lines, SourceLine, each_line, must_be_there, opened, shown, source_name
from loaders.sources.records import SourceRecord
from loaders.sources.tables import Feed, next_row
from loaders.triple import NamedEntity, Triple

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "subject": ("subject", "subj", "head", "from", "source_entity", "entity1"),
    "subject_type": ("subject_type", "subj_type", "head_type", "from_type"),
    "predicate": ("predicate", "pred", "verb", "relationship"),
    "relation": ("relation", "relation_type", "rel"),
    "object": ("object", "obj", "tail", "to", "target", "target_entity", "entity2"),
    "object_type": ("object_type", "obj_type", "tail_type", "to_type", "target_type"),
    "sentence": ("sentence", "text", "quote", "evidence"),
    "url": ("url", "source_url", "link", "href"),
    "source": ("source",),
    "doc": ("doc", "document", "document_id", "doc_id"),
    "title": ("title", "headline"),
    "publisher": ("publisher", "outlet", "source_name"),
    "published": ("published", "published_at", "publication_date", "pubdate", "date_published"),
    "language": ("language", "lang"),
    "date": ("date", "event_date"),
    "valid_from": ("valid_from", "start_date", "since"),
    "valid_to": ("valid_to", "end_date", "until"),
    "modality": ("modality",),
    "confidence": ("confidence", "score", "probability"),
    "role": ("role", "position"),
    "attribution": ("attribution", "attributed_to", "said_by"),
    "share": ("share",),
    "start": ("start",),
    "end": ("end",),
    "subject_mention": ("subject_mention",),
    "subject_mention_start": ("subject_mention_start",),
    "subject_mention_end": ("subject_mention_end",),
    "object_mention": ("object_mention",),
    "object_mention_start": ("object_mention_start",),
    "object_mention_end": ("object_mention_end",),
}
"""Names a column may go by; the first is the one we write. `source` is an address or else a publisher."""

_FIELD_OF: Final = {fields.key(name): column for column, names in COLUMNS.items() for name in names}
_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_MOST_NAMED = 20
"""Columns that a message names."""


class TripleFormat(StrEnum):
    """How the records are written down."""

    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


_FORMAT_OF: Final = {
    ".jsonl": TripleFormat.JSONL,
    ".ndjson": TripleFormat.JSONL,
    ".csv": TripleFormat.CSV,
    ".tsv": TripleFormat.TSV,
    ".tab": TripleFormat.TSV,
    parquet.SUFFIX: TripleFormat.PARQUET,
}


@dataclass(slots=True)
class TripleFile:
    """A file of triples, or standard input for `-`; without a format it is told by the name, else by the first line."""

    path: str
    format: TripleFormat | None = None
    ignored: set[str] = field(default_factory=set)
    """Columns met so far that nothing reads."""

    def records(self) -> Iterator[SourceRecord | MalformedRecord]:
        """All records in order. Raises SourceUnavailable, SourceError when the input as a whole cannot be read."""
        with opened(self.path) as stream:
            lines = Lines(stream, source_name(self.path))
            match self.format or _format(self.path, stream):
                case TripleFormat.PARQUET:
                    yield from self._parquet_records()
                case TripleFormat.JSONL:
                    yield from self._json_records(lines)
                case TripleFormat.TSV:
                    yield from self._table_records(lines, "\t")
                case TripleFormat.CSV:
                    yield from self._table_records(lines, None)

    def _json_records(self, lines: Lines) -> Iterator[SourceRecord | MalformedRecord]:
        columns: dict[str, str | None] = {}

        def taken(text: str) -> SourceRecord:
            return _given(self._named(_object(lines, text), columns), lines.source, lines.number, text)

        return each_line(lines, taken)

    def _parquet_records(self) -> Iterator[SourceRecord | MalformedRecord]:
        columns: dict[str, str | None] = {}
        source = source_name(self.path)
        for number, row in parquet.read_parquet(self.path):
            plain = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.items()}
            raw = json.dumps(plain, ensure_ascii=False, default=str)
            try:
                yield _given(self._named(plain, columns), source, number, raw)
            except MalformedRecord as error:
                yield error

    def _named(self, record: Mapping[str, object], columns: dict[str, str | None]) -> dict[str, object]:
        """The values of a record under our names of the columns; `columns`: what was found out of names met before."""
        values: dict[str, object] = {}
        for name, value in record.items():
            if name not in columns and len(columns) < 1_000:
                columns[name] = _FIELD_OF.get(fields.key(name))
                if columns[name] is None:
                    self.ignored.add(name)
            if (column := columns.get(name)) is not None and value not in (None, ""):
                if column in values:
                    self.ignored.add(name)
                values.setdefault(column, value)
        return values

    def _table_records(self, lines: Lines, delimiter: str | None) -> Iterator[SourceRecord | MalformedRecord]:
        feed = Feed(lines)
        try:
            first = next((line for line in lines if line.text.strip()), None)
        except MalformedRecord as error:
            raise SourceError(str(error)) from error
        if first is None:
            raise SourceError(f"{lines.source}: is empty; expected a header with subject, predicate and object")
        delimiter = delimiter or max(_DELIMITERS, key=_QUOTED.sub("", first.text).count)
        feed.put_back([first])
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        names = next_row(reader, feed)
        columns, header = self._columns(names, lines.source, first), first.text.rstrip("\r\n")
        while True:
            try:
                row = next_row(reader, feed)
                if row is None:
                    return
                if row and row != names:  # tables that were put together repeat their header
                    number, raw = feed.taken[0].number, "".join(line.text for line in feed.taken)
                    values = _values(row, columns, lines.source, number, raw)
                    yield _given(values, lines.source, number, raw, header)
            except MalformedRecord as error:
                error.header = header
                yield error

    def _columns(self, header: list[str] | None, source: str, first: SourceLine) -> list[str | None]:
        columns: list[str | None] = [_FIELD_OF.get(fields.key(name)) for name in header or ()]
        absent = {"subject", "predicate", "object"} - set(columns)
        if "relation" in columns:
            absent.discard("predicate")
        if absent:
            raise SourceError(
                f"{source}:{first.number}: the header lacks {', '.join(sorted(absent))}; "
                f"expected at least subject, predicate, object, found {', '.join((header or ())[:_MOST_NAMED]) or 'nothing'}"
                f"{' …' if len(header or ()) > _MOST_NAMED else ''}"
            )
        for place, (name, column) in enumerate(zip(header or (), columns, strict=True)):
            if column is not None and column in columns[:place]:
                columns[place] = None  # two columns for one thing: the first is read, the other told
            if columns[place] is None and name and len(self.ignored) < 1_000:
                self.ignored.add(name)
        return columns


@dataclass(slots=True)
class Triples:
    """Files of triples, one after the other."""

    paths: Sequence[str]
    format: TripleFormat | None = None
    ignored: set[str] = field(default_factory=set)
    rereads: bool = False

    @property
    def kind(self) -> str:
        """With the format that was given: other records come of it."""
        return f"triples/1 {self.format or ''}"

    def records(self) -> Iterator[SourceRecord | MalformedRecord]:
        """One record per statement. Raises SourceUnavailable, SourceError."""
        for path in self.paths:
            yield from TripleFile(path, self.format, self.ignored).records()


class TripleArguments(NamedArguments):
    """Of `triples`."""

    paths: Annotated[list[str], Shown("FILE…")] = Field(min_length=1)
    """JSON lines, CSV, TSV or Parquet files; - for standard input."""
    format: TripleFormat | None = None
    """Format, where the file's name and first line do not tell."""


def _triples(arguments: TripleArguments, _: LoadSettings) -> Triples:
    must_be_there(*arguments.paths)
    return Triples(arguments.paths, arguments.format)


def _retried(files: Sequence[RefusedFile], _base: Sequence[str], _: LoadSettings) -> list[Triples]:
    return [Triples([file.path], TripleFormat.CSV if file.header is not None else TripleFormat.JSONL) for file in files]


SOURCE = SourceDefinition(
    name="triples",
    about="""Load statements with the columns subject, predicate, object and what else is known of them.

    Also read: subject_type, object_type, relation, sentence, url, title, publisher, published, date, valid_from, valid_to,
    modality, confidence, role, attribution. Dates are YYYY-MM-DD. Types that are missing are inferred; a predicate that the
    vocabulary lacks is kept as RELATED_TO with its words.
    """,
    arguments=TripleArguments,
    make=_triples,
    retry=_retried,
    full_by_default=False,
)


def _values(row: list[str], columns: list[str | None], source: str, number: int, raw: str) -> dict[str, object]:
    if len(row) > len(columns) and any(row[len(columns) :]):
        problem = f"the row has {len(row)} fields, the header {len(columns)}"
        raise MalformedRecord(source, number, None, problem, raw=shown(raw))
    values: dict[str, object] = {}
    for column, value in zip(columns, row, strict=False):
        if column is not None and value:
            values.setdefault(column, value)
    return values


def _object(lines: Lines, text: str) -> dict[str, object]:
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise lines.malformed(None, f"is not JSON: {error.msg}", raw=shown(text)) from None
    if not isinstance(record, dict):
        kind = "a JSON array; write one object per line" if isinstance(record, list) else "no JSON object"
        raise lines.malformed(None, f"is {kind}", raw=shown(text))
    return record


def _given(values: Mapping[str, object], source: str, line: int, raw: str, header: str | None = None) -> SourceRecord:
    """The record of these values. Raises MalformedRecord naming the field."""
    at = "subject"
    try:
        subject_name = fields.name(values.get(at := "subject"))
        relation_words = fields.text(values.get(at := "relation"), fields.LONGEST_NAME)
        words = fields.text(values.get(at := "predicate"), fields.LONGEST_NAME) or relation_words
        if words is None:
            raise FieldProblem("is empty")
        object_name = fields.name(values.get(at := "object"))
        subject_type = fields.term(values.get(at := "subject_type"), EntityType)
        object_type = fields.term(values.get(at := "object_type"), EntityType)
        sentence = fields.text(values.get(at := "sentence")) or ""
        start = fields.offset(values.get(at := "start")) or 0
        end = fields.offset(values.get(at := "end")) or start + len(sentence)
        if end < start:
            raise FieldProblem(f"is {end}, before start, {start}")
        valid_from = fields.date(values.get(at := "valid_from"))
        valid_to = fields.date(values.get(at := "valid_to"), end=True)
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            raise FieldProblem(f"is {valid_to}, before valid_from, {valid_from}")
        attribution = fields.text(values.get(at := "attribution"), fields.LONGEST_NAME)
        confidence = fields.probability(values.get(at := "confidence"))
        triple = Triple(
            subject=NamedEntity(subject_name, subject_type),
            predicate=words,
            object=NamedEntity(object_name, object_type),
            sentence=sentence,
            span=Span(start, end),
            relation=_relation(relation_words),
            modality=fields.term(values.get(at := "modality"), Modality) or Modality.ASSERTED,
            attribution=None if attribution is None else NamedEntity(fields.name(attribution)),
            confidence=1.0 if confidence is None else confidence,
            role=fields.text(values.get(at := "role"), fields.LONGEST_NAME),
            share=fields.probability(values.get(at := "share")),
            date=fields.date(values.get(at := "date")),
            valid_from=valid_from,
            valid_to=valid_to,
            subject_mention=_mention(
                fields.offset(values.get(at := "subject_mention_start")),
                fields.offset(values.get(at := "subject_mention_end")),
            ),
            object_mention=_mention(
                fields.offset(values.get(at := "object_mention_start")),
                fields.offset(values.get(at := "object_mention_end")),
            ),
        )
        origin = {name: fields.text(values.get(at := name)) for name in _ORIGIN}
        published = fields.date(values.get(at := "published"))
        document = _document(source, published=published, **origin)
        return SourceRecord(source, line, document, (triple,), raw=raw, header=header)
    except FieldProblem as problem:
        raise MalformedRecord(source, line, at, str(problem), raw=shown(raw)) from None


def _mention(start: int | None, end: int | None) -> Span | None:
    """Where an end is mentioned, where both of its offsets are told. Raises FieldProblem."""
    if start is None or end is None:
        return None
    if end <= start:
        raise FieldProblem(f"is {end}, not after the mention's start, {start}")
    return Span(start, end)


def _relation(words: str | None) -> RelationType | None:
    """The relation of that name; None when the words are no name of the vocabulary, so that they are mapped later."""
    try:
        return fields.term(words, RelationType)
    except FieldProblem:
        return None


_ORIGIN: Final = ("url", "publisher", "source", "title", "language", "doc")


@lru_cache(maxsize=4_096)
def _document(
    source_file: str,
    *,
    published: dt.date | None,
    url: str | None,
    publisher: str | None,
    source: str | None,
    title: str | None,
    language: str | None,
    doc: str | None,
) -> Document:
    """The document by its address; without one, what the record says of it within this source is its identity."""
    if source is not None and "://" in source:
        url = url or source
    else:
        publisher = publisher or source
    if url is not None:
        id = document_id(url=url)
    else:
        title = title or doc or source_file
        day = None if published is None else published.isoformat()
        id = document_id(source=json.dumps([source_file, doc, title, publisher, day]))
    return Document(id, title=title, url=url, publisher=publisher, published=published, language=language)


def _format(path: str, stream: BinaryIO) -> TripleFormat:
    """By the file's suffix, else by the first line: `{` begins JSON lines, a tab means TSV."""
    if path != STDIN and (known := _FORMAT_OF.get(PurePath(path).suffix.lower())) is not None:
        return known
    peek = getattr(stream, "peek", None)
    start = b"" if peek is None else peek(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return TripleFormat.JSONL
    first_line = b"".join(itertools.islice(start.splitlines(), 1))
    return TripleFormat.TSV if b"\t" in first_line else TripleFormat.CSV
