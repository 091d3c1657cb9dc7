"""Tables as CSV, Parquet and JSON lines. Each function opens its output and gives what adds rows to it."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any

import orjson

from graph_schema.errors import SettingsError
from service.export.tables import Column, ColumnKind, Table
from service.queries.exported import Row

Add = Callable[[Table, Sequence[Row]], None]
"""Appends rows to a table."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a text begins that a spreadsheet would carry out."""


def cell(value: Any) -> Any:
    """A value as a cell of CSV: a text that a spreadsheet would take for a formula is quoted, a list is JSON."""
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA) else value
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    if isinstance(value, bool):
        return str(value).lower()
    return value


@contextmanager
def csv_tables(files: Mapping[Table, IO[bytes]]) -> Iterator[Add]:
    """One CSV file (RFC 4180, UTF-8) per table, with a header; what is missing is empty."""
    texts = {table: io.TextIOWrapper(file, "utf-8", newline="", write_through=True) for table, file in files.items()}
    writers = {table: csv.writer(text) for table, text in texts.items()}
    for table, writer in writers.items():
        writer.writerow(table.names)
    try:
        yield lambda table, rows: writers[table].writerows(map(cell, row) for row in rows)
    finally:
        for text in texts.values():
            text.detach()


@contextmanager
def json_lines(stream: IO[bytes], graph_version: int) -> Iterator[Add]:
    """One JSON object a line: first the graph with its version, then every row with its `kind`."""
    stream.write(orjson.dumps({"kind": "graph", "graphVersion": graph_version}) + b"\n")

    def add(table: Table, rows: Sequence[Row]) -> None:
        names = table.names
        stream.writelines(
            orjson.dumps({"kind": table.row, **dict(zip(names, row, strict=True))}, option=orjson.OPT_APPEND_NEWLINE)
            for row in rows
        )

    yield add


@contextmanager
def parquet_tables(files: Mapping[Table, IO[bytes]], graph_version: int) -> Iterator[Add]:
    """One Parquet file per table, a row group per batch; the metadata tell the graph's version.

    Raises SettingsError when pyarrow is not installed.
    """
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ModuleNotFoundError as error:
        raise SettingsError("Parquet needs the package pyarrow: pip install 'chokepoint[parquet]'") from error
    types = {
        ColumnKind.TEXT: arrow.string(),
        ColumnKind.WHOLE: arrow.int64(),
        ColumnKind.NUMBER: arrow.float64(),
        ColumnKind.FLAG: arrow.bool_(),
        ColumnKind.DAY: arrow.date32(),
        ColumnKind.TEXTS: arrow.list_(arrow.string()),
    }
    told = {"chokepoint.graph_version": str(graph_version)}
    schemas = {
        table: arrow.schema([(column.name, types[column.kind]) for column in table.columns], metadata=told)
        for table in files
    }

    def values(column: Column, given: Sequence[Any]) -> Any:
        if column.kind is ColumnKind.DAY:
            return arrow.array(given, arrow.string()).cast(arrow.date32())
        return arrow.array(given, types[column.kind])

    with ExitStack() as stack:
        writers = {
            table: stack.enter_context(parquet.ParquetWriter(file, schemas[table])) for table, file in files.items()
        }

        def add(table: Table, rows: Sequence[Row]) -> None:
            if rows:
                columns = map(values, table.columns, zip(*rows, strict=True))
                writers[table].write_table(arrow.table(list(columns), schema=schemas[table]))

        yield add
