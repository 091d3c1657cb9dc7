"""Every supported version of Neo4j meets the contract (`tests/contract.py`), on a server in a container."""

import os
import re
import subprocess
import sys

import pytest

from tests.containers.conftest import IMAGES, PASSWORD, neo4j_in_a_container

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900), pytest.mark.usefixtures("engine")]
FEWEST = 100
"""Tests that the contract has at least, so that an empty collection is no success."""


@pytest.mark.parametrize("image", IMAGES)
def test_a_server_in_a_container_meets_the_contract(image: str) -> None:
    with neo4j_in_a_container(image) as settings:
        assert settings.uri is not None
        environment = {
            **os.environ,
            "CHOKEPOINT_TEST_NEO4J_URI": settings.uri,
            "CHOKEPOINT_TEST_NEO4J_PASSWORD": PASSWORD,
        }
        command = [sys.executable, "-m", "pytest", "-p", "tests.contract", "-q", "-n", "0", "tests"]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{image}:\n{run.stdout[-8000:]}\n{run.stderr[-2000:]}"
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed[1]) >= FEWEST
