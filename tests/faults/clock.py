"""A wall clock that can be set for the processes of a test alone, database and Java included."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

SETTABLE = sys.platform == "linux" and shutil.which("cc") is not None
"""Whether it can be: a library is preloaded, which has to be compiled first."""
needs_clock = pytest.mark.skipif(
    not SETTABLE, reason="the clock of processes can be set on Linux with a C compiler alone"
)
SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The clock of all processes that are started with `environment`."""

    def __init__(self, folder: Path) -> None:
        """Compiles what is preloaded, where that is SETTABLE."""
        self._file, library = folder / "clock", folder / "clock.so"
        self.set(0)
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)], check=True)
        self.environment = {"LD_PRELOAD": str(library), "CHOKEPOINT_TEST_CLOCK": str(self._file)}

    def set(self, wrong_by_s: int) -> None:
        """From now on the clock is wrong by so many seconds. In place: processes have the file mapped."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", wrong_by_s))
