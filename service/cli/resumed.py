"""A file that a killed command goes on with: it appears when it is whole, and nothing stands in it twice.

Beside the file lie its beginning (`.partial`) and what it was made of so far (`.progress`): how many records were taken, and
how long every file was then. What was written after that is cut off before the command goes on.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson
from filelock import FileLock, Timeout

from graph_schema.errors import SourceError


class OutputUnusable(SourceError):
    """A file exists, was begun from something else, or is being written by another process."""

    code = "OUTPUT_UNUSABLE"


class ResumedFile:
    """The output of a command, opened for as long as the block lasts; `taken` tells how many records it holds already."""

    def __init__(self, target: Path, made_of: Mapping[str, Any], beside: Path, *, overwrite: bool) -> None:
        """`made_of`: what must be the same for a run to go on. `beside`: a file that grows with it, and may be missing.

        Raises OutputUnusable.
        """
        self._target, self._made_of, self._beside, self._overwrite = target, dict(made_of), beside, overwrite
        self._partial = target.with_name(target.name + ".partial")
        self._progress = target.with_name(target.name + ".progress")
        self._lock = FileLock(target.with_name(target.name + ".lock"))
        self._stream: BinaryIO
        self.taken = 0
        self.counts: dict[str, int] = {}
        """Anything that is counted over all runs."""

    def __enter__(self) -> Self:
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise OutputUnusable(f"{self._target} is being written by another process") from None
        except OSError as error:
            raise OutputUnusable(f"{self._target} cannot be written: {error.strerror}") from error
        try:
            self._stream = self._begin()
        except BaseException:
            self._release()
            raise
        return self

    def _begin(self) -> BinaryIO:
        if self._overwrite or not (self._progress.exists() and self._partial.exists()):
            if self._target.exists() and not self._overwrite:
                raise OutputUnusable(f"{self._target} exists: name another file, or let --overwrite replace it")
            self._stream = self._partial.open("wb")
            self.commit(0)
            return self._stream
        state = orjson.loads(self._progress.read_bytes())
        if state["made_of"] != self._made_of:
            raise OutputUnusable(
                f"{self._partial} was begun from another input or with other options: repeat them, or begin anew (--overwrite)"
            )
        self.taken, self.counts = state["taken"], state["counts"]
        if self._size_beside() > state["beside"]:
            os.truncate(self._beside, state["beside"])
        stream: BinaryIO = self._partial.open("r+b")
        stream.truncate(state["bytes"])
        stream.seek(0, os.SEEK_END)
        return stream

    def write(self, data: bytes) -> None:
        """Append to the output; it counts from the next `commit` on."""
        self._stream.write(data)

    def commit(self, taken: int) -> None:
        """From now on a run goes on after that many records."""
        self.taken = taken
        self._stream.flush()
        os.fsync(self._stream.fileno())
        state = {
            "made_of": self._made_of,
            "taken": taken,
            "counts": self.counts,
            "bytes": self._stream.tell(),
            "beside": self._size_beside(),
        }
        draft = self._progress.with_name(self._progress.name + ".new")
        draft.write_bytes(orjson.dumps(state))
        draft.replace(self._progress)

    def finish(self) -> None:
        """The output is whole: give it its name."""
        self._stream.close()
        self._partial.replace(self._target)
        self._progress.unlink()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._release()

    def _release(self) -> None:
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def _size_beside(self) -> int:
        return self._beside.stat().st_size if self._beside.exists() else 0
