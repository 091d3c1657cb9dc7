"""A wall clock that can be set for the processes of a test alone, database and Java included."""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The clock of all processes that are started with `environment`."""

    def __init__(self, folder: Path) -> None:
        """Compiles what is preloaded. Raises OSError where that cannot be done: no compiler, no Linux."""
        self._file, library = folder / "clock", folder / "clock.so"
        self.set(0)
        compiler = shutil.which("cc")
        if compiler is None:
            raise OSError("no C compiler")
        done = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)], capture_output=True, check=False
        )
        if done.returncode:
            raise OSError(done.stderr.decode(errors="replace"))
        self.environment = {"LD_PRELOAD": str(library), "CHOKEPOINT_TEST_CLOCK": str(self._file)}

    def set(self, wrong_by_s: int) -> None:
        """From now on the clock is wrong by so many seconds. In place: processes have the file mapped."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", wrong_by_s))
