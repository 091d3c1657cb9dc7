"""A full disk: after it Neo4j answers nothing until it is started anew, so somebody must notice and do that."""

import shutil
from pathlib import Path

from graph_schema.database.embedded.layout import Layout

MIB = 1024 * 1024
LEAST_FREE = 64 * MIB
"""Bytes below which the disk counts as full: a transaction log and a checkpoint need room."""
_TAIL = 256 * 1024
_COMPLAINTS = (b"No space left on device", b"not enough space on the disk", b"Disk quota exceeded")


def free_bytes(home: Path) -> int:
    """Bytes that are free where the database lies."""
    return shutil.disk_usage(home).free


def is_full(home: Path) -> bool:
    """Whether there is too little room to write."""
    return free_bytes(home) < LEAST_FREE


def ran_full(layout: Layout) -> bool:
    """Whether the server has complained of a full disk since it was started: every start begins new logs."""
    return any(_complains(log) for log in (layout.server_log, layout.debug_log, layout.console_log))


def _complains(log: Path) -> bool:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            tail = file.read()
    except OSError:
        return False
    return any(complaint in tail for complaint in _COMPLAINTS)
