"""Machine code made by another process, so that the one that answers goes on meanwhile; once for each version of the code."""

import asyncio
import hashlib
import sys
from contextlib import suppress
from pathlib import Path

import numba
from platformdirs import user_cache_path

from service.index import kernels


async def made_in_another_process() -> None:
    """Have the machine code of all searches put into numba's cache, where that was not done before.

    Where nothing can be kept, each search makes its code when it is first needed.
    """
    stamp = user_cache_path("chokepoint") / f"kernels-{_fingerprint()}"
    if stamp.exists():
        return
    with suppress(OSError):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "service.index.compile"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            if await process.wait() == 0:
                stamp.parent.mkdir(parents=True, exist_ok=True)
                stamp.touch()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _fingerprint() -> str:
    """What the machine code depends on: this Python, this numba, these sources where and as they lie."""
    parts = [sys.version, numba.__version__]
    for file in sorted(Path(kernels.__path__[0]).glob("*.py")):
        stat = file.stat()
        parts.append(f"{file}:{stat.st_mtime_ns}:{stat.st_size}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
