"""Neo4j servers in containers: those of the versions that we support, on whatever Docker engine answers.

CHOKEPOINT_TEST_IMAGES names other images, separated by blanks. Without an engine the tests are skipped with the reason; where one
answers, an image that can neither be found nor pulled is a failure.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr
from testcontainers.community.neo4j import Neo4jContainer

from graph_schema.settings import GraphSettings

IMAGES = os.environ.get("CHOKEPOINT_TEST_IMAGES", "neo4j:2026.08.1-community neo4j:5.26-community").split()
PASSWORD = "only for these tests"
SETTINGS = {
    "NEO4J_server_memory_heap_initial__size": "512m",
    "NEO4J_server_memory_heap_max__size": "512m",
    "NEO4J_server_memory_pagecache_size": "128m",
    "NEO4J_dbms_usage__report_enabled": "false",
}


def docker(*arguments: str, timeout: float = 600, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the docker command line; its output is text."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="session")
def engine() -> None:
    """Fail where no Docker engine answers: who runs these tests has asked for them by name."""
    try:
        answer = docker("info", "--format", "{{.ServerVersion}}", timeout=20)
        answer.check_returncode()
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        pytest.fail(f"no Docker engine answers: {getattr(error, 'stderr', None) or error}")


def need_image(image: str) -> None:
    """Fail where the image is neither here nor can be pulled."""
    if docker("image", "inspect", image).returncode == 0:
        return
    pulled = docker("pull", "--quiet", image, timeout=900)
    if pulled.returncode != 0:
        pytest.fail(f"{image} cannot be pulled: {pulled.stderr.strip().splitlines()[-1]}")


@contextmanager
def neo4j_in_a_container(image: str) -> Iterator[GraphSettings]:
    """A server of this image with an empty database, gone at the end."""
    need_image(image)
    container = Neo4jContainer(image, password=PASSWORD)
    for name, value in SETTINGS.items():
        container.with_env(name, value)
    with container:
        yield GraphSettings(
            uri=container.get_connection_url(), password=SecretStr(PASSWORD), connect_timeout_s=60, read_timeout_s=60
        )
