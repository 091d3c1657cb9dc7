"""The download: a locked distribution in, verified jars in the cache out. A jar that is there and right is never fetched again.

A jar reaches its place in the cache only by a rename after its checksum was right, so that an interrupted download leaves
whole jars only and the next one fetches the rest. One process downloads at a time; others wait for it and find its jars.
"""

import errno
import hashlib
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import requests
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from graph_schema.database.embedded.distribution import Artifact, Distribution
from graph_schema.database.embedded.locking import exclusive
from graph_schema.database.embedded.repository import Advance, Repository, reason
from graph_schema.errors import ArtifactCorrupt, ArtifactUnavailable, EmbeddedError, NotEnoughDisk

THREADS = 8
MB = 1_000_000
SPARE_DISK = 64 * MB
"""Bytes that a download leaves free: filling the disk to the last byte would break other programs."""


def fetch(
    distribution: Distribution, cache: Path, *, repository: str | None = None, console: Console | None = None
) -> tuple[Path, ...]:
    """Bring all jars of `distribution` into `cache`; their paths, in the order of the lock.

    Touches neither network nor lock file when all are there, so that a read-only cache will do. `repository`: address of another
    Maven repository than Maven Central. Progress goes to `console` (standard error when None): a bar on a terminal, one line
    elsewhere. Raises ArtifactUnavailable, ArtifactCorrupt, NotEnoughDisk, and EmbeddedError when the cache cannot be written.
    """
    console = console or Console(stderr=True)
    store = cache / "maven"
    try:
        if missing(distribution, store):
            cache.mkdir(parents=True, exist_ok=True)
            with exclusive(cache / "download.lock", "waiting for another download of the server", console):
                if wanted := missing(distribution, store):
                    _check_disk(cache, sum(artifact.size for artifact in wanted))
                    _fetch(distribution, wanted, store, Repository(cache / "staging", repository), console)
    except OSError as error:
        elsewhere = "CHOKEPOINT_CACHE can name a folder elsewhere"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NotEnoughDisk(f"the disk of {cache} is full: free some space; {elsewhere}") from error
        raise EmbeddedError(f"cannot use {error.filename or cache}: {error.strerror or error}; {elsewhere}") from error
    return tuple(store / artifact.path for artifact in distribution.artifacts)


def missing(distribution: Distribution, store: Path) -> list[Artifact]:
    """Artifacts that `store` lacks, or holds with another content than the lock says. Reads every jar."""
    with ThreadPoolExecutor(THREADS) as threads:
        found = threads.map(lambda artifact: is_right(artifact, store / artifact.path), distribution.artifacts)
        return [artifact for artifact, right in zip(distribution.artifacts, found, strict=True) if not right]


def is_right(artifact: Artifact, file: Path) -> bool:
    """Whether `file` exists and is, byte for byte, the locked jar."""
    try:
        if file.stat().st_size != artifact.size:
            return False
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == artifact.sha256
    except FileNotFoundError:
        return False


def _check_disk(cache: Path, needed: int) -> None:
    free = shutil.disk_usage(cache).free
    if free < needed + SPARE_DISK:
        raise NotEnoughDisk(
            f"{cache} has {free // MB} MB free, the download needs {(needed + SPARE_DISK) // MB} MB: "
            "free some space, or set CHOKEPOINT_CACHE to a folder elsewhere"
        )


def _fetch(
    distribution: Distribution, wanted: Sequence[Artifact], store: Path, repository: Repository, console: Console
) -> None:
    size = sum(artifact.size for artifact in wanted)
    title = f"downloading {distribution.product} {distribution.version}"
    if not console.is_terminal:
        console.print(f"{title}, this once: {len(wanted)} jars, {size // MB} MB", soft_wrap=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    shutil.rmtree(repository.staging, ignore_errors=True)
    with (
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
        ThreadPoolExecutor(THREADS) as threads,
    ):
        task = progress.add_task(title, total=size)
        downloads = [
            threads.submit(_fetch_one, artifact, store, repository, lambda count: progress.advance(task, count))
            for artifact in wanted
        ]
        try:
            for done, download in enumerate(as_completed(downloads)):
                try:
                    download.result()
                except requests.RequestException as error:
                    lacking = len(wanted) - done
                    raise ArtifactUnavailable(_unavailable(distribution, store, lacking, reason(error))) from error
        finally:
            repository.stop.set()
            threads.shutdown(cancel_futures=True)
            shutil.rmtree(repository.staging, ignore_errors=True)


def _fetch_one(artifact: Artifact, store: Path, repository: Repository, advance: Advance) -> None:
    """Fetch one jar, verify it and move it into `store`; a wrong one is fetched once more.

    Raises ArtifactCorrupt, requests.RequestException, Stopped.
    """
    file = repository.get(artifact, advance)
    if not is_right(artifact, file):
        advance(-file.stat().st_size)
        file = repository.get(artifact, advance)
        if not is_right(artifact, file):
            raise ArtifactCorrupt(
                f"{artifact} was downloaded twice and is not the jar that the lock names; a proxy may alter downloads"
            )
    target = store / artifact.path
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)


def _unavailable(distribution: Distribution, store: Path, lacking: int, why: str) -> str:
    return (
        f"cannot download {distribution.product} {distribution.version}: {why}; {lacking} of its {len(distribution.artifacts)} "
        f"jars are missing in {store}, which keeps the others. Run the command again with a network (HTTPS_PROXY is heeded)"
    )
