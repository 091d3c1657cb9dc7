"""The rig of the fault matrix; CHOKEPOINT_TEST_FAULTS=few leaves out what CI has no time for."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.distribution import Distribution
from graph_schema.settings import EmbeddedSettings
from tests.faults.clock import Clock
from tests.faults.matrix import CELLS, FEW
from tests.faults.proxy import Proxy
from tests.faults.rig import Rig


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bool]]:
    """A file system of its own, of 900 MiB; where none can be mounted, a plain folder, and False."""
    disk = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=900m", "tmpfs", str(disk)]
    mounted = (
        shutil.which("mount") is not None and not subprocess.run(mount, capture_output=True, check=False).returncode
    )
    try:
        yield disk, mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture(scope="module")
def rig(disk: tuple[Path, bool], distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server that the tests may kill, with a proxy before it and a clock to set."""
    folder = tmp_path_factory.mktemp("rig")
    with pytest.MonkeyPatch.context() as patch:
        try:
            clock: Clock | None = Clock(folder)
        except OSError:
            clock = None
        for name, value in ({} if clock is None else clock.environment).items():
            patch.setenv(name, value)
        settings = EmbeddedSettings(home=disk[0] / "neo4j", bolt_port=0, http_port=0, heap_mb=256, page_cache_mb=64)
        server = EmbeddedNeo4j(settings, distribution)
        server.start()
        try:
            port = int(str(server.connection().uri).rpartition(":")[2])
            with Proxy(("127.0.0.1", port)) as proxy:
                yield Rig(server, proxy, clock, disk[1], folder, folder / "processes.log")
        finally:
            server.reset()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each cell of the matrix."""
    if "cell" in metafunc.fixturenames:
        few = os.environ.get("CHOKEPOINT_TEST_FAULTS") == "few"
        cells = [cell for cell in sorted(CELLS, key=lambda cell: cell not in FEW) if cell in FEW or not few]
        metafunc.parametrize("cell", cells, ids=[f"{cell.operation}-{cell.fault.name.lower()}" for cell in cells])
