"""The backup file: gzip-compressed JSON lines, streamed; the footer holds counts and the checksum of all lines above it."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NoReturn, cast

import orjson

from graph_schema.database.backup.values import decode_all, encode_all
from graph_schema.errors import BackupUnusable

FORMAT = "chokepoint-dump"
FORMAT_VERSION = 1
COMPRESSION = 6
"""Level of gzip; on dumps 9 takes three times as long for 2 % less."""
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of a line at most: a small file may unpack to any size, and a line is held whole."""
RATIO = 200
"""Bytes that one byte of a file may unpack to; dumps have about 10, and gzip can reach 1,000."""
RATIO_FROM = 16 * 1024 * 1024
"""Bytes that any file may unpack to: a short one of many like nodes is no harm."""


@dataclass(frozen=True, slots=True)
class NodeKey:
    """How an edge names a node: the label whose ids are unique, and the id."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node."""

    key: NodeKey
    labels: tuple[str, ...]
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """One edge."""

    type: str
    start: NodeKey
    end: NodeKey
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the file holds, known before its first node is read."""

    format: str = FORMAT
    version: int = FORMAT_VERSION
    chokepoint: str
    """Version that wrote the file."""
    neo4j: str
    """Version of the database that it came from."""
    schema: int
    """Number of the last migration that the graph had seen."""
    graph_version: int
    """The graph's counter of committed changes."""
    created: str
    """Time of the dump, ISO 8601 in UTC."""
    nodes: int
    """Nodes in the database, ours and others."""
    edges: int
    """Edges in the database, ours and others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What was written."""

    nodes: int
    edges: int
    sha256: str
    """Of every byte above the footer, before compression."""


class ArchiveWriter:
    """Writes one backup to `stream`. Without `finish` the file has no footer, and no reader accepts it."""

    def __init__(self, stream: IO[bytes], header: Header) -> None:
        self._zip = gzip.GzipFile(filename="", mode="wb", fileobj=stream, compresslevel=COMPRESSION, mtime=0)
        self._digest = hashlib.sha256()
        self.nodes = self.edges = 0
        self._line({"header": asdict(header)})

    def add_node(self, node: NodeLine) -> None:
        """Append a node."""
        self._line({"node": [node.key.label, node.key.id, sorted(node.labels), encode_all(node.properties)]})
        self.nodes += 1

    def add_edge(self, edge: EdgeLine) -> None:
        """Append an edge; both ends must have been added."""
        ends = (edge.start.label, edge.start.id, edge.end.label, edge.end.id)
        self._line({"edge": [edge.type, *ends, encode_all(edge.properties)]})
        self.edges += 1

    def finish(self) -> Footer:
        """Write the footer and all that is buffered."""
        footer = Footer(nodes=self.nodes, edges=self.edges, sha256=self._digest.hexdigest())
        self._zip.write(orjson.dumps({"footer": asdict(footer)}) + b"\n")
        self._zip.close()
        return footer

    def _line(self, content: dict[str, Any]) -> None:
        line = orjson.dumps(content) + b"\n"
        self._digest.update(line)
        self._zip.write(line)


class ArchiveReader:
    """Reads one backup, line by line; `name` is used in messages. Raises BackupUnusable, also while iterating."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.name = name
        self.unpacked = 0
        """Bytes read so far, uncompressed."""
        self._lines = self._raw_lines(stream)
        self.header = self._read_header()

    def __iter__(self) -> Iterator[NodeLine | EdgeLine]:
        """Nodes, then edges, in the order of the file."""
        for number, raw in enumerate(self._lines, 2):
            content = self._parse(number, raw)
            try:
                match content:
                    case {"node": [str(label), str(id), list(labels), dict(properties)]}:
                        yield NodeLine(NodeKey(label, id), tuple(labels), decode_all(properties))
                    case {"edge": [str(type), str(a_label), str(a), str(b_label), str(b), dict(properties)]}:
                        yield EdgeLine(type, NodeKey(a_label, a), NodeKey(b_label, b), decode_all(properties))
                    case {"footer": _}:
                        return
                    case _:
                        raise BackupUnusable(f"{self.name}:{number}: neither node nor edge")
            except (ValueError, KeyError) as error:
                raise BackupUnusable(f"{self.name}:{number}: {error}") from error

    def verify(self) -> Footer:
        """Read to the end and compare counts and checksum; parses nothing but header and footer."""
        digest = hashlib.sha256(self._first)
        counts = {b'{"node"': 0, b'{"edge"': 0}
        footer: Footer | None = None
        number = 0
        for number, raw in enumerate(self._lines, 2):
            if footer is not None:
                self._refuse(f"{self.name}:{number}: something follows the footer")
            if raw.startswith(b'{"footer"'):
                footer = self._footer(number, raw)
                continue
            digest.update(raw)
            kind = raw[:7]
            if kind not in counts:
                self._refuse(f"{self.name}:{number}: neither node nor edge")
            counts[kind] += 1
        if footer is None:
            raise BackupUnusable(f"{self.name} is cut short: it ends after line {number or 1} without its footer")
        found = Footer(nodes=counts[b'{"node"'], edges=counts[b'{"edge"'], sha256=digest.hexdigest())
        if found != footer:
            raise BackupUnusable(f"{self.name} is damaged: its content does not match its checksum")
        return footer

    def _refuse(self, problem: str) -> NoReturn:
        """Raise BackupUnusable; where the file is damaged, which only its end tells, for that reason."""
        for _ in self._lines:
            pass
        raise BackupUnusable(problem)

    def _read_header(self) -> Header:
        self._first = next(self._lines, b"")
        try:
            content = orjson.loads(self._first)["header"]
            if content["format"] != FORMAT:
                raise ValueError
            version, writer = int(content["version"]), content.get("chokepoint")
        except (ValueError, KeyError, TypeError):
            self._refuse(f"{self.name} is no backup of Chokepoint")
        if version > FORMAT_VERSION:
            self._refuse(f"{self.name} was written by a newer Chokepoint ({writer}): upgrade first")
        try:
            return Header(**content)
        except TypeError:
            self._refuse(f"{self.name}:1: the header is not as expected")

    def _footer(self, number: int, raw: bytes) -> Footer:
        try:
            return Footer(**orjson.loads(raw)["footer"])
        except (ValueError, TypeError):
            self._refuse(f"{self.name}:{number}: the footer is not as expected")

    def _parse(self, number: int, raw: bytes) -> dict[str, Any]:
        try:
            return cast("dict[str, Any]", orjson.loads(raw))
        except ValueError as error:
            raise BackupUnusable(f"{self.name}:{number}: not JSON") from error

    def _raw_lines(self, stream: IO[bytes]) -> Iterator[bytes]:
        try:
            with gzip.GzipFile(fileobj=stream, mode="rb") as content:
                while line := content.readline(LONGEST_LINE):
                    if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                        raise BackupUnusable(f"{self.name} is no backup of Chokepoint: it holds a line without end")
                    self.unpacked += len(line)
                    if self.unpacked > RATIO_FROM + RATIO * stream.tell():
                        raise BackupUnusable(
                            f"{self.name} is no backup of Chokepoint: it unpacks to more than {RATIO} times its size"
                        )
                    yield line
        except EOFError:
            raise BackupUnusable(f"{self.name} is cut short") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise BackupUnusable(f"{self.name} is no backup of Chokepoint, or is damaged: {error}") from error


def verify(file: Path) -> tuple[Header, Footer]:
    """Header and footer of a backup that is whole. Raises BackupUnusable."""
    with open_backup(file) as stream:
        reader = ArchiveReader(stream, file.name)
        return reader.header, reader.verify()


def open_backup(file: Path) -> IO[bytes]:
    """`file` for reading. Raises BackupUnusable naming what is wrong with it."""
    try:
        return file.open("rb")
    except OSError as error:
        raise BackupUnusable(f"cannot read {file}: {error.strerror}") from error


class Draft:
    """A file that appears under its name only when it is whole: until then it is `<name>.partial`.

    As a context manager: leaves the finished file behind, or nothing at all when the block fails.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._partial = file.with_name(file.name + ".partial")

    def __enter__(self) -> IO[bytes]:
        try:
            self._stream = self._partial.open("wb")
        except OSError as error:
            raise BackupUnusable(f"cannot write {self._partial}: {error.strerror}") from error
        return self._stream

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        self._stream.close()
        if kind is None:
            self._partial.replace(self.file)
        else:
            self._partial.unlink(missing_ok=True)
