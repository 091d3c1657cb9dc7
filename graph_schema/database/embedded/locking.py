"""One process at a time: a lock file that the system frees when its holder ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console


@contextmanager
def exclusive(file: Path, waiting: str, console: Console) -> Iterator[None]:
    """Hold the lock `file`; says `waiting` on `console` when another process holds it."""
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        console.print(waiting, style="dim", soft_wrap=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
