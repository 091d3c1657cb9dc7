"""Tables with a header as records with their true line numbers, also where a quoted field spans several lines."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_schema.errors import MalformedRecord, SourceError
from loaders.sources.lines import Lines, SourceLine, opened, shown, source_name

_TOO_LONG = "field larger than"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a table; empty fields are left out."""

    line: int
    """Line on which it begins."""
    values: dict[str, str]
    raw: str
    header: str
    """First line of the table."""

    def malformed(self, source: str, column: str | None, problem: str) -> MalformedRecord:
        """The error that this row cannot be taken."""
        return MalformedRecord(source, self.line, column, problem, raw=shown(self.raw), header=self.header)


def read_table(path: str, columns: Sequence[str], *, delimiter: str = ",") -> Iterator[Row | MalformedRecord]:
    """The records of a table that has at least `columns`; blank lines are passed over.

    Raises SourceUnavailable, SourceError when the file cannot be read or its header lacks a column.
    """
    with opened(path) as stream:
        lines = Lines(stream, source_name(path))
        feed = Feed(lines)
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        try:
            header = next_row(reader, feed)
        except MalformedRecord as error:
            raise SourceError(str(error)) from error
        if absent := [column for column in columns if column not in (header or ())]:
            raise SourceError(
                f"{lines.source}:1: the header lacks {', '.join(absent)}; found {', '.join(header or ())}"
            )
        assert header is not None
        written = "".join(part.text for part in feed.taken).rstrip("\r\n")
        while True:
            try:
                row = next_row(reader, feed)
            except MalformedRecord as error:
                error.header = written
                yield error
                continue
            if row is None:
                return
            if row:
                raw = "".join(part.text for part in feed.taken)
                values = {name: value for name, value in zip(header, row, strict=False) if value}
                taken = Row(feed.taken[0].number, values, raw, written)
                problem = f"the row has {len(row)} fields, the header {len(header)}"
                yield taken if len(row) == len(header) else taken.malformed(lines.source, None, problem)


class Feed:
    """Lines for csv.reader; it remembers those of the current record, so that a stray quote costs one line, not many."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._waiting: deque[SourceLine] = deque()
        self.taken: list[SourceLine] = []

    def __iter__(self) -> "Feed":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        return line.text

    def put_back(self, lines: list[SourceLine]) -> None:
        """Give these lines again before all others."""
        self._waiting.extendleft(reversed(lines))

    def malformed(self, line: SourceLine, problem: str) -> MalformedRecord:
        """The error for the record that begins at `line`."""
        return MalformedRecord(self._lines.source, line.number, None, problem, raw=shown(line.text))


def next_row(reader: Iterator[list[str]], feed: Feed) -> list[str] | None:
    """The next row, [] for a blank line, None at the end. Raises MalformedRecord for the first line of a broken one."""
    feed.taken = []
    try:
        return next(reader, None)
    except MalformedRecord:
        feed.put_back(feed.taken)
        raise
    except csv.Error as error:
        first, *others = feed.taken
        feed.put_back(others)
        problem = str(error)
        if problem.startswith(_TOO_LONG) and not others:
            problem = f"a field is longer than {csv.field_size_limit():,} characters"
        elif problem.startswith(_TOO_LONG) or problem == "unexpected end of data":
            problem = "a quotation mark is never closed"
        else:
            problem = f"is no row of the table: {problem}"
        raise feed.malformed(first, problem) from None
