"""The rig of the fault matrix; CHOKEPOINT_TEST_FAULTS=few leaves out what CI has no time for."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.distribution import Distribution
from graph_schema.settings import EmbeddedSettings
from tests.faults.clock import SETTABLE, Clock, needs_clock
from tests.faults.matrix import CELLS, FEW, Fault
from tests.faults.proxy import Proxy
from tests.faults.rig import Rig
from tests.small_disk import MOUNTABLE, needs_small_disk, small_disk

NEEDED = {Fault.FULL_DISK: needs_small_disk, Fault.CLOCK: needs_clock}
"""What not every machine lets a test do."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of its own; where none can be mounted, a plain folder."""
    folder = tmp_path_factory.mktemp("disk")
    with small_disk(folder) if MOUNTABLE else nullcontext(folder) as disk:
        yield disk


@pytest.fixture(scope="module")
def rig(disk: Path, distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server that the tests may kill, with a proxy before it and a clock to set."""
    folder = tmp_path_factory.mktemp("rig")
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(folder) if SETTABLE else None
        for name, value in ({} if clock is None else clock.environment).items():
            patch.setenv(name, value)
        settings = EmbeddedSettings(home=disk / "neo4j", bolt_port=0, http_port=0, heap_mb=256, page_cache_mb=64)
        server = EmbeddedNeo4j(settings, distribution)
        server.start()
        try:
            port = int(str(server.connection().uri).rpartition(":")[2])
            with Proxy(("127.0.0.1", port)) as proxy:
                yield Rig(server, proxy, clock, folder, folder / "processes.log")
        finally:
            server.reset()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each cell of the matrix."""
    if "cell" in metafunc.fixturenames:
        few = os.environ.get("CHOKEPOINT_TEST_FAULTS") == "few"
        cells = [cell for cell in sorted(CELLS, key=lambda cell: cell not in FEW) if cell in FEW or not few]
        metafunc.parametrize(
            "cell",
            [
                pytest.param(cell, id=f"{cell.operation}-{cell.fault.name.lower()}", marks=NEEDED.get(cell.fault, ()))
                for cell in cells
            ],
        )
