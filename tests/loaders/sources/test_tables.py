"""Tables: rows with the line on which they begin; a broken row costs itself and keeps its table's header."""

from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord, SourceError
from loaders.sources.tables import Row, read_table


def rows(folder: Path, content: str) -> list[tuple[int, dict[str, str]] | tuple[str, str | None]]:
    (folder / "t.csv").write_text(content)
    return [
        (row.line, row.values) if isinstance(row, Row) else (str(row), row.header)
        for row in read_table(str(folder / "t.csv"), ("a", "b"))
    ]


def test_a_quoted_field_may_span_lines_and_the_next_row_has_its_true_number(tmp_path: Path) -> None:
    content = 'a,b\n1,"two\nlines"\n\n3,4\n'
    assert rows(tmp_path, content) == [(2, {"a": "1", "b": "two\nlines"}), (5, {"a": "3", "b": "4"})]


def test_a_row_of_another_width_and_a_quote_that_stays_open_cost_themselves(tmp_path: Path) -> None:
    assert rows(tmp_path, 'a,b\n1\n"open,2\n5,6\n') == [
        ("t.csv:2: the row has 1 fields, the header 2", "a,b"),
        ("t.csv:3: a quotation mark is never closed", "a,b"),
        (4, {"a": "5", "b": "6"}),
    ]


def test_an_empty_field_is_absent(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b,c\n,2,\n") == [(2, {"b": "2"})]


def test_a_header_without_a_column_that_is_needed_ends_the_reading(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the header lacks b; found a, c"):
        rows(tmp_path, "a,c\n1,2\n")


def test_a_refused_row_keeps_what_it_takes_to_load_it_again() -> None:
    error = Row(7, {"a": "1"}, '1,"2"\n', "a,b").malformed("t.csv", "b", "is odd")
    assert isinstance(error, MalformedRecord)
    assert (str(error), error.raw, error.header) == ("t.csv:7: b is odd", '1,"2"', "a,b")
