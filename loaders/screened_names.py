"""Lists of names to screen: CSV with a header, JSON lines or one name a line in, names with their line out, lazily."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graph_schema.errors import MalformedRecord, SourceError
from graph_schema.screening import AskedName
from graph_schema.vocabulary import EntityType
from loaders.loading.dead_letter import DeadLetterFile
from loaders.sources.fields import FieldProblem, key, name, term, text
from loaders.sources.lines import Lines, SourceLine, fingerprint, json_object, opened, shown, source_name
from loaders.sources.tables import Feed, next_row

_COLUMNS = ("name", "type", "country", "id")
_LONGEST_ID = 1_000


class NamesIntake:
    """See `graph_schema.screening.Intake`."""

    def names(self, path: str) -> Iterator[AskedName | MalformedRecord]:
        """The records in order, blank lines passed over.

        The first line tells the kind: one that begins with `{` JSON lines, one with a column `name` or `id` CSV, any other is
        a name itself. Raises SourceUnavailable, SourceError.
        """
        with opened(path) as stream:
            lines = Lines(stream, source_name(path))
            first = next((line for line in lines if line.text.strip()), None)
            if first is None:
                return
            header = _header(first.text)
            if first.text.lstrip().startswith("{"):
                yield from _objects(lines, first)
            elif header is not None:
                yield from _table(lines, header, first.text)
            else:
                yield from _plain(lines, first)

    def refusals(self, path: Path) -> DeadLetterFile:
        """A dead-letter file, made with the first refusal."""
        return DeadLetterFile(path)

    def fingerprint(self, path: str) -> str | None:
        """Hash of the contents; None for standard input. Raises SourceUnavailable."""
        return fingerprint([path])


def _header(line: str) -> list[str] | None:
    """The columns of a table's first line, None where it is none."""
    columns = [key(column) for column in next(csv.reader([line]), [])]
    return columns if {"name", "id"} & set(columns) else None


def _each(lines: Lines, first: SourceLine | None = None) -> Iterator[SourceLine | MalformedRecord]:
    """Each line that is not blank, or why it cannot be read."""
    if first is not None:
        yield first
    while True:
        try:
            line = next(lines, None)
        except MalformedRecord as error:
            yield error
            continue
        if line is None:
            return
        if line.text.strip():
            yield line


def _objects(lines: Lines, first: SourceLine) -> Iterator[AskedName | MalformedRecord]:
    for line in _each(lines, first):
        if isinstance(line, MalformedRecord):
            yield line
            continue
        try:
            record = json_object(lines, line.text)
        except MalformedRecord as error:
            yield error
        else:
            yield _asked(record, lines.source, line.number, line.text)


def _plain(lines: Lines, first: SourceLine) -> Iterator[AskedName | MalformedRecord]:
    for line in _each(lines, first):
        if isinstance(line, MalformedRecord):
            yield line
        else:
            yield _asked({"name": line.text}, lines.source, line.number, line.text)


def _table(lines: Lines, header: list[str], written: str) -> Iterator[AskedName | MalformedRecord]:
    twins = sorted({column for column in header if column in _COLUMNS and header.count(column) > 1})
    if twins:
        raise SourceError(f"{lines.source}:1: the header has {', '.join(twins)} twice")
    feed = Feed(lines)
    reader = csv.reader(feed, strict=True)
    written = written.rstrip("\r\n")
    while True:
        try:
            row = next_row(reader, feed)
        except MalformedRecord as error:
            error.header = written
            yield error
            continue
        if row is None:
            return
        if not row:
            continue
        raw, line = "".join(part.text for part in feed.taken), feed.taken[0].number
        if len(row) != len(header):
            problem = f"the row has {len(row)} fields, the header {len(header)}"
            yield MalformedRecord(lines.source, line, None, problem, raw=shown(raw), header=written)
        else:
            yield _asked(dict(zip(header, row, strict=True)), lines.source, line, raw, written)


def _asked(
    record: Mapping[str, Any], source: str, line: int, raw: str, header: str | None = None
) -> AskedName | MalformedRecord:
    field = "id"
    try:
        id = text(record.get("id"), _LONGEST_ID)
        field = "name"
        given = text(record.get("name"))
        named = None if given is None and id is not None else name(given)
        field = "type"
        type = term(record.get("type"), EntityType)
        field = "country"
        country = None if (at := text(record.get("country"))) is None else name(at)
    except FieldProblem as problem:
        return MalformedRecord(source, line, field, str(problem), raw=shown(raw), header=header)
    return AskedName(source, line, named, type, country, id, shown(raw), header)
