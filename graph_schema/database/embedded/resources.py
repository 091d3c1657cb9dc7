"""What the machine has left: memory and disk, checked before the server finds out the hard way."""

import os
import shutil
from pathlib import Path

import psutil

from graph_schema.errors import NotEnoughDisk, NotEnoughMemory
from graph_schema.settings import EmbeddedSettings

MIB = 1024 * 1024
JVM_OVERHEAD = 256 * MIB
"""Memory of the server beside heap and page cache: code, threads, network buffers. Measured 0.2 to 0.25 GiB."""
CGROUP = Path("/sys/fs/cgroup")


def check_memory(settings: EmbeddedSettings) -> None:
    """Raise NotEnoughMemory when the server, as it is set, would not fit in what is free."""
    needed = (settings.heap_mb + settings.page_cache_mb) * MIB + JVM_OVERHEAD
    free = available_memory()
    if free < needed:
        raise NotEnoughMemory(
            f"the server needs about {needed // MIB} MiB of free memory, {free // MIB} MiB are free: end some programs, or lower "
            f"CHOKEPOINT_HEAP_MB (now {settings.heap_mb}) and CHOKEPOINT_PAGE_CACHE_MB (now {settings.page_cache_mb})"
        )


def check_disk(home: Path, needed: int) -> None:
    """Raise NotEnoughDisk when the disk of `home` has less than `needed` bytes free."""
    free = shutil.disk_usage(home).free
    if free < needed:
        raise NotEnoughDisk(
            f"{home} has {free // MIB} MiB free, the server needs {needed // MIB} MiB: "
            "free some space, or set CHOKEPOINT_HOME to a folder elsewhere"
        )


def available_memory(cgroup: Path = CGROUP) -> int:
    """Bytes that a new process may take: of the machine or, in a container, of the limit that `cgroup` tells."""
    available: int = psutil.virtual_memory().available
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        used = int((cgroup / "memory.current").read_text())
        counters = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
        if limit == "max":
            return available
        # Files that were read once count as used, but make room at once.
        return min(available, max(0, int(limit) - used + int(counters["inactive_file"])))
    except (OSError, ValueError, KeyError):
        return available


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`; 0 when there is none. Files that vanish meanwhile are left out."""
    total = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            try:
                total += (Path(parent) / file).stat().st_size
            except OSError:
                continue
    return total
