"""Files as blocks that can be read on their own: byte ranges of JSON lines, row groups of Parquet; on any fsspec store."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import fsspec
import pyarrow.parquet

from graph_schema.errors import MalformedRecord, SourceError, SourceUnavailable
from graph_schema.ids import content_id
from loaders.sources.lines import Lines
from loaders.sources.news import json_articles, row_articles
from loaders.triple import Article

JSON_SUFFIXES = (".jsonl", ".ndjson")
PARQUET_SUFFIX = ".parquet"
_ROWS = 256


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a file."""

    path: str
    """Address of the file, with its protocol: s3://news/2025.jsonl."""
    start: int
    """First byte of JSON lines, or number of the row group."""
    end: int
    """Byte before which a line must begin to belong to the block, or the next row group's number."""
    version: str
    """What the store says of the file's content: size, time, tag."""

    def id(self, reader: str) -> str:
        """Same part of the same content read by the same extractor, same id."""
        return content_id(self.path, self.start, self.end, self.version, reader)

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"{self.path.rsplit('/', 1)[-1]}@{self.start}"


def plan(paths: list[str], block_bytes: int) -> list[Block]:
    """The blocks of all files, in order; a folder or a pattern with * stands for its .jsonl, .ndjson and .parquet files.

    Raises SourceUnavailable when there is none, SourceError when a file is of another kind.
    """
    blocks: list[Block] = []
    for path in paths:
        for address, info in _files(path):
            if address.lower().endswith(PARQUET_SUFFIX):
                blocks.extend(_row_groups(address, _version(info)))
            elif address.lower().endswith(JSON_SUFFIXES):
                size = int(info["size"])
                starts = range(0, size, block_bytes)
                blocks.extend(Block(address, at, min(at + block_bytes, size), _version(info)) for at in starts)
            else:
                raise SourceError(f"{address}: Ray reads JSON lines (.jsonl) and Parquet (.parquet)")
    return blocks


def read_block(block: Block) -> Iterator[Article | MalformedRecord]:
    """The articles of one block. Raises SourceUnavailable, SourceError."""
    ignored: set[str] = set()
    try:
        with fsspec.open(block.path, "rb") as stream:
            if block.path.lower().endswith(PARQUET_SUFFIX):
                yield from row_articles(_rows(stream, block), block.name, ignored)
            else:
                yield from json_articles(Lines(_lines(stream, block), block.name), ignored)
    except FileNotFoundError as error:
        raise SourceUnavailable(f"{block.path}: no such file") from error
    except (OSError, pyarrow.ArrowException) as error:
        raise SourceError(f"{block.path}: cannot be read: {_first_line(error)}") from error


class _Slice:
    """Lines of a stream that begin before `end`."""

    def __init__(self, stream: BinaryIO, end: int) -> None:
        self._stream, self._end = stream, end
        self._inside = False
        """Whether the last read stopped in the middle of a line."""

    def readline(self, limit: int) -> bytes:
        """At most `limit` bytes of a line; empty at the end of the block."""
        if not self._inside and self._stream.tell() >= self._end:
            return b""
        data = self._stream.readline(limit)
        self._inside = bool(data) and not data.endswith(b"\n")
        return data


def _lines(stream: BinaryIO, block: Block) -> BinaryIO:
    """The block's lines: the one that began before it belongs to the block before."""
    if block.start:
        stream.seek(block.start - 1)
        while (data := stream.readline(1 << 20)) and not data.endswith(b"\n"):
            pass
    return cast("BinaryIO", _Slice(stream, block.end))


def _rows(stream: BinaryIO, block: Block) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    with pyarrow.parquet.ParquetFile(stream) as file:
        for batch in file.iter_batches(batch_size=_ROWS, row_groups=range(block.start, block.end)):
            for row in batch.to_pylist():
                number += 1
                yield number, row


def _row_groups(address: str, version: str) -> Iterator[Block]:
    try:
        with fsspec.open(address, "rb") as stream, pyarrow.parquet.ParquetFile(stream) as file:
            groups = file.num_row_groups
    except (OSError, pyarrow.ArrowException) as error:
        raise SourceError(f"{address}: cannot be read as Parquet: {_first_line(error)}") from error
    yield from (Block(address, group, group + 1, version) for group in range(groups))


def _files(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Addresses with what the store knows of each, in the order of their names."""
    try:
        store, root = fsspec.url_to_fs(path)
        if "*" in root:
            found = store.glob(root, detail=True)
        elif store.isdir(root):
            found = {
                name: info for name, info in store.find(root, detail=True).items() if name.lower().endswith(_SUFFIXES)
            }
        else:
            found = {root: store.info(root)}
    except FileNotFoundError as error:
        raise SourceUnavailable(f"{path}: no such file or folder") from error
    except (ImportError, ValueError) as error:
        raise SourceError(f"{path}: {_first_line(error)}") from error
    except OSError as error:
        raise SourceUnavailable(f"{path}: {error.strerror or error}") from error
    if not found:
        raise SourceUnavailable(f"{path}: holds no .jsonl, .ndjson or .parquet file")
    for name in sorted(found):
        yield store.unstrip_protocol(name), found[name]


_SUFFIXES = (*JSON_SUFFIXES, PARQUET_SUFFIX)


def _version(info: dict[str, Any]) -> str:
    return "|".join(str(info.get(key, "")) for key in ("size", "mtime", "LastModified", "ETag", "etag", "updated"))


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
