"""Finished blocks in a folder of any fsspec store: triples as Parquet or JSON lines, what was refused beside them.

A block's file appears whole or not at all, and last: where it stands, the block is done.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

import fsspec
import orjson
import pyarrow
import pyarrow.parquet

from graph_schema.errors import MalformedRecord, SettingsError

_ROWS = 4_096
"""Rows held before they are written as a row group."""

OPEN_SCHEMA = pyarrow.schema(
    [
        *((name, pyarrow.string()) for name in ("doc", "sentence", "subject", "predicate", "object")),
        *((name, pyarrow.int64()) for name in ("start", "end")),
        ("confidence", pyarrow.float64()),
    ]
)
TYPED_SCHEMA = pyarrow.schema(
    [
        *OPEN_SCHEMA,
        *(
            pyarrow.field(name, pyarrow.string())
            for name in (
                *("subject_type", "relation", "object_type", "modality", "attribution", "role"),
                *("url", "title", "publisher", "subject_mention", "object_mention"),
            )
        ),
        *(
            pyarrow.field(f"{end}_mention_{side}", pyarrow.int64())
            for end in ("subject", "object")
            for side in ("start", "end")
        ),
        pyarrow.field("share", pyarrow.float64()),
        *(pyarrow.field(name, pyarrow.date32()) for name in ("date", "valid_from", "valid_to", "published")),
        pyarrow.field("aliases", pyarrow.map_(pyarrow.string(), pyarrow.list_(pyarrow.string()))),
    ]
)


class BlockFormat(StrEnum):
    """How blocks of triples are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


class RowWriter(Protocol):
    """Takes rows one by one."""

    def write(self, row: dict[str, Any]) -> None:
        """Add a row."""

    def close(self) -> None:
        """Write what is still held."""


@dataclass(frozen=True, slots=True)
class Output:
    """A folder of finished blocks."""

    folder: str
    format: BlockFormat
    open_triples: bool = False

    def finished(self) -> set[str]:
        """Ids of the blocks that are done. Raises SettingsError when the folder cannot be read."""
        try:
            store, root = fsspec.url_to_fs(self.folder)
            store.makedirs(root, exist_ok=True)
            names = (name.rsplit("/", 1)[-1] for name in store.ls(root, detail=False))
        except (OSError, ImportError, ValueError) as error:
            raise SettingsError(f"{self.folder}: cannot be used for output: {error}") from error
        ending = f".{self.format}"
        return {
            name.removeprefix("triples-").removesuffix(ending)
            for name in names
            if name.startswith("triples-") and name.endswith(ending)
        }

    def write(self, id: str, rows: Iterable[dict[str, Any]], refused: list[MalformedRecord]) -> None:
        """Write one block; `refused` is read after the rows. An existing one is replaced."""
        with _whole_file(f"{self.folder}/triples-{id}.{self.format}") as stream:
            writer: RowWriter = (
                _JsonLines(stream) if self.format is BlockFormat.JSONL else _Parquet(stream, self._schema)
            )
            for row in rows:
                writer.write(row)
            writer.close()
            if refused:
                self._write_refused(id, refused)

    def _write_refused(self, id: str, refused: list[MalformedRecord]) -> None:
        with _whole_file(f"{self.folder}/refused-{id}.jsonl") as stream:
            for record in refused:
                row = {
                    "source": record.source,
                    "line": record.line,
                    "field": record.field,
                    "reason": record.problem,
                    "raw": record.raw,
                }
                stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    @property
    def _schema(self) -> pyarrow.Schema:
        return OPEN_SCHEMA if self.open_triples else TYPED_SCHEMA


class _JsonLines:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, row: dict[str, Any]) -> None:
        self._stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        pass


class _Parquet:
    def __init__(self, stream: BinaryIO, schema: pyarrow.Schema) -> None:
        self._writer = pyarrow.parquet.ParquetWriter(stream, schema, compression="zstd")
        self._schema = schema
        self._rows: list[dict[str, Any]] = []

    def write(self, row: dict[str, Any]) -> None:
        if "aliases" in row:
            row = row | {"aliases": list(row["aliases"].items())}
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pyarrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


@contextmanager
def _whole_file(address: str) -> Iterator[BinaryIO]:
    """A file that gets its name only when all of it is written."""
    store, path = fsspec.url_to_fs(address)
    unfinished = f"{path}.unfinished"
    store.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    try:
        with store.open(unfinished, "wb") as stream:
            yield stream
        store.mv(unfinished, path)
    except BaseException:
        with suppress(OSError):
            store.rm(unfinished)
        raise
