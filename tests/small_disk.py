"""A file system of its own that soon is full."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MOUNTABLE = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None
"""Whether one can be had: the system lets nobody but root mount, and a container only where it is allowed to."""
needs_small_disk = pytest.mark.skipif(not MOUNTABLE, reason="a file system of its own can be mounted by root alone")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """900 MiB at `folder`."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
