"""The audit log: one JSON object a line, in a file that is put aside when it has grown, so many of them kept.

Lines are written by a thread of their own, each batch at once, so that nobody waits for the disk. Several processes may write to
one log. What the disk does not take is told in the service's log and counted, and stops nobody.
"""

import datetime as dt
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import orjson
import structlog
from filelock import FileLock

from service.access.settings import AccessSettings

log = structlog.get_logger(__name__)

NAME = "audit.jsonl"
_MOST_WAITING = 100_000
"""Lines that wait for the disk; more are dropped, and counted."""
_COMPLAIN_EVERY_S = 60.0


class AuditLog:
    """Writes the log in `folder`: files of `most_bytes` or a little more, the last `files` of them."""

    def __init__(self, folder: Path, *, most_bytes: int, files: int) -> None:
        self.folder, self._most_bytes, self._files = folder, most_bytes, files
        self.dropped = 0
        """Lines that were not written."""
        self._waiting: SimpleQueue[bytes | threading.Event] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._complained = -_COMPLAIN_EVERY_S

    def tell(self, entry: Mapping[str, Any]) -> None:
        """Note an entry; the time is added."""
        if self._waiting.qsize() >= _MOST_WAITING:
            self.dropped += 1
            return
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        self._put(orjson.dumps({"at": at, **entry}, default=str, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until what was told is written; False where that took too long."""
        written = threading.Event()
        self._put(written)
        return written.wait(timeout_s)

    def _put(self, what: bytes | threading.Event) -> None:
        self._waiting.put(what)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._write_on, name="audit", daemon=True)
                    self._thread.start()

    def _write_on(self) -> None:
        while True:
            batch = [self._waiting.get()]
            try:
                while len(batch) < 1_000:
                    batch.append(self._waiting.get_nowait())
            except Empty:
                pass
            self._write([line for line in batch if isinstance(line, bytes)])
            for one in batch:
                if isinstance(one, threading.Event):
                    one.set()

    def _write(self, lines: list[bytes]) -> None:
        if not lines:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self.folder / NAME
            with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab", buffering=0) as file:
                file.write(b"".join(lines))
                size = file.tell()
            if size >= self._most_bytes:
                self._put_aside(path)
        except OSError as error:
            self.dropped += len(lines)
            if time.monotonic() - self._complained >= _COMPLAIN_EVERY_S:
                self._complained = time.monotonic()
                log.error("the audit log cannot be written", problem=error.strerror, dropped=self.dropped)

    def _put_aside(self, path: Path) -> None:
        with FileLock(self.folder / f"{NAME}.lock", mode=0o600):
            if path.stat().st_size < self._most_bytes:
                return  # another process was first
            path.rename(self.folder / f"audit-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%fZ}.jsonl")
            for old in _aside(self.folder)[: -max(1, self._files - 1)]:
                old.unlink(missing_ok=True)


def open_audit(access: AccessSettings) -> AuditLog | None:
    """The log that the settings name; None where there is to be none."""
    if not access.audit:
        return None
    return AuditLog(access.audit_log(), most_bytes=access.audit_megabytes * 1_000_000, files=access.audit_files)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; what is None or False holds nothing back."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    who: str | None = None
    changes: bool = False
    """Only what changed the graph."""

    def holds(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is one of them."""
        if self.who is not None and entry.get("who") != self.who:
            return False
        if self.changes and not entry.get("changes"):
            return False
        if self.since is None and self.until is None:
            return True
        at = dt.datetime.fromisoformat(str(entry["at"]))
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def entries(folder: Path, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    """The entries of a log, oldest first. A line that was torn when a process died is passed over."""
    for path in (*_aside(folder), folder / NAME):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # none yet, or put aside meanwhile
        with file:
            for line in file:
                try:
                    entry = orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue
                if isinstance(entry, dict) and "at" in entry and wanted.holds(entry):
                    yield entry


def _aside(folder: Path) -> list[Path]:
    return sorted(folder.glob("audit-*.jsonl"))
