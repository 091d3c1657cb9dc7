"""Lines of a file or of standard input, with their true numbers, in bounded memory."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import orjson

from graph_schema.errors import MalformedRecord, SourceError, SourceUnavailable

T = TypeVar("T")

STDIN = "-"
MOST_BYTES = 4 * 1024 * 1024
"""Longest line that is read; a longer one is refused, so that no input can fill the memory."""
_MOST_SKIPPED = 256 * 1024 * 1024
_RAW_CHARS = 32_768
"""Of a refused record that the dead-letter file keeps: what is longer is no record that a person would mend."""
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line without its end; `number` counts from 1."""

    number: int
    text: str


class Lines:
    """Iterator over the lines of `stream`. A line that cannot be read raises MalformedRecord, and the next one follows.

    It is a class because a generator ends with its first exception. Raises SourceError where the input is UTF-16.
    """

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._stream, self.source = stream, source
        self.number = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> SourceLine:
        data = self._read()
        if not data:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            if data.startswith(_WIDE_BOMS):
                raise SourceError(f"{self.source}: is UTF-16; save it as UTF-8")
            data = data.removeprefix(_BOM)
        if len(data) >= MOST_BYTES and not data.endswith(b"\n"):
            self._skip_rest()
            raise self.malformed(None, f"the line is longer than {MOST_BYTES // 1024**2} MiB", raw=shown(data))
        try:
            return SourceLine(self.number, data.decode())
        except UnicodeDecodeError as error:
            raise self.malformed(None, f"is not UTF-8 at byte {error.start + 1}", raw=shown(data)) from None

    def malformed(self, field: str | None, problem: str, *, raw: str | None = None) -> MalformedRecord:
        """The error for the line just read."""
        return MalformedRecord(self.source, self.number, field, problem, raw=raw)

    def _read(self) -> bytes:
        try:
            return self._stream.readline(MOST_BYTES)
        except OSError as error:
            raise SourceUnavailable(f"{self.source}: {error.strerror or error}") from error

    def _skip_rest(self) -> None:
        skipped = 0
        while (rest := self._read()) and not rest.endswith(b"\n"):
            skipped += len(rest)
            if skipped > _MOST_SKIPPED:
                raise SourceError(f"{self.source}: no line ends within {_MOST_SKIPPED // 1024**2} MiB: this is no text")


def each_line(lines: Lines, take: Callable[[str], T]) -> Iterator[T | MalformedRecord]:
    """What `take` makes of the text of each line that is not blank, or why it, or the line itself, is refused."""
    while True:
        try:
            line = next(lines, None)
            if line is None:
                return
            if line.text.strip():
                yield take(line.text)
        except MalformedRecord as error:
            yield error


def json_object(lines: Lines, text: str) -> dict[str, Any]:
    """The object that the line just read is. Raises MalformedRecord."""
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise lines.malformed(None, f"is not JSON: {error.msg}", raw=shown(text)) from None
    if not isinstance(record, dict):
        raise lines.malformed(None, "is no JSON object", raw=shown(text))
    return record


def shown(data: bytes | str) -> str:
    """The start of what was refused, for the dead-letter file."""
    if isinstance(data, bytes):
        data = data[: _RAW_CHARS * 4].decode(errors="replace")
    return data[:_RAW_CHARS].rstrip("\r\n")


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for `-`. Raises SourceUnavailable with the reason."""
    if path == STDIN:
        yield _standard_input()
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  closed below; an OSError of the reader's own must not be ours
    except OSError as error:
        raise SourceUnavailable(f"{path}: {(error.strerror or str(error)).lower()}") from error
    with stream:
        yield stream


def must_be_there(*paths: str) -> None:
    """Raises SourceUnavailable for the first that cannot be opened."""
    for path in paths:
        with opened(path):
            pass


def _standard_input() -> BinaryIO:
    """Standard input through a reader of our own.

    A thread that waits in `sys.stdin` holds its lock, and the interpreter aborts where it wants to close it at its end.
    """
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except (OSError, ValueError):
        return sys.stdin.buffer  # what stands in for standard input has no descriptor


def source_name(path: str) -> str:
    """How messages and documents name the input: the file's name, `stdin` for `-`."""
    return "stdin" if path == STDIN else Path(path).name


def names_of(paths: Sequence[str]) -> str:
    """The names of some inputs; of many the first and the last."""
    names = list(dict.fromkeys(source_name(path.rstrip("/")) or path for path in paths))
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]} ({len(names)} files)"


def fingerprint(paths: Sequence[str], *salt: str) -> str | None:
    """Hash of the contents of the files and of `salt`; None when one of them is standard input, which reads only once."""
    if STDIN in paths:
        return None
    digest = hashlib.blake2b("\0".join(salt).encode(), digest_size=20)
    for path in paths:
        try:
            with Path(path).open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "blake2b").digest())
        except OSError as error:
            raise SourceUnavailable(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return digest.hexdigest()
