"""A backup moves a graph between the supported versions of Neo4j, in every direction."""

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings
from tests.containers.conftest import IMAGES, PASSWORD, neo4j_in_a_container
from tests.graph_schema.database.backup.dumped import whole_graph
from tests.whole_graph import WholeGraph

REAL = Path(os.environ.get("CHOKEPOINT_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "eto_supply_chain"
SUPPLY_CHAIN = REAL if REAL.exists() else Path(__file__).parents[1] / "data" / "eto"
pytestmark = [pytest.mark.containers, pytest.mark.timeout(900), pytest.mark.usefixtures("engine")]


def chokepoint(settings: GraphSettings, *arguments: str) -> None:
    """Run a command on this server."""
    environment = {
        **os.environ,
        "CHOKEPOINT_NEO4J_URI": str(settings.uri),
        "CHOKEPOINT_NEO4J_PASSWORD": PASSWORD,
        "CHOKEPOINT_NEO4J_CONNECT_TIMEOUT_S": "60",
    }
    command = [sys.executable, "-m", "chokepoint", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"


def content(settings: GraphSettings) -> WholeGraph:
    async def read() -> WholeGraph:
        async with Graph.connect(settings) as graph:
            return await whole_graph(graph)

    return asyncio.run(read())


def test_the_sample_and_the_chip_supply_chain_are_the_same_after_a_round_through_all_versions(tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers = {image: stack.enter_context(neo4j_in_a_container(image)) for image in IMAGES}
        first, *others = IMAGES
        chokepoint(servers[first], "load", "sample")
        chokepoint(servers[first], "load", "eto", str(SUPPLY_CHAIN))
        loaded = content(servers[first])
        assert len(loaded.nodes) > 50
        assert len(loaded.edges) > 50
        source = first
        for target in [*others, first]:
            file = tmp_path / f"from-{IMAGES.index(source)}.jsonl.gz"
            chokepoint(servers[source], "db", "dump", str(file))
            over = ("--replace", "--yes") if target == first else ()
            chokepoint(servers[target], "db", "restore", str(file), *over)
            assert content(servers[target]) == loaded, f"{source} to {target}"
            source = target
