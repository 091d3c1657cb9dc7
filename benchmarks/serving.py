"""What benchmarks over HTTP stand on: an embedded Neo4j of their own, and services in processes of their own."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import neo4j

from graph_schema.database import schema
from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.graph import Graph
from graph_schema.settings import EmbeddedSettings, GraphSettings


@dataclass(frozen=True, slots=True)
class Database:
    """Where the graph is."""

    uri: str
    http: str
    user: str
    password: str

    @property
    def auth(self) -> tuple[str, str]:
        """What the driver logs in with."""
        return self.user, self.password

    @property
    def environment(self) -> dict[str, str]:
        """What Chokepoint reads."""
        return os.environ | {
            "CHOKEPOINT_NEO4J_URI": self.uri,
            "CHOKEPOINT_NEO4J_USER": self.user,
            "CHOKEPOINT_NEO4J_PASSWORD": self.password,
        }


@contextmanager
def database(home: Path | None = None) -> Iterator[tuple[Database, neo4j.Session]]:
    """An embedded Neo4j with constraints and indexes as the product has them; it stays in `home` where one is given."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedNeo4j(EmbeddedSettings(home=home or Path(folder), bolt_port=0, http_port=0))
        server.start()
        try:
            settings, browser = server.connection(), server.status().browser
            assert settings.uri is not None
            assert settings.password is not None
            assert browser is not None
            asyncio.run(_apply_schema(settings))
            password = settings.password.get_secret_value()
            found = Database(settings.uri, browser.removesuffix("/browser/"), settings.user, password)
            with neo4j.GraphDatabase.driver(found.uri, auth=found.auth) as driver, driver.session() as session:
                yield found, session
        finally:
            server.stop()


async def _apply_schema(settings: GraphSettings) -> None:
    async with Graph.connect(settings) as graph:
        await schema.apply(graph)


@contextmanager
def chokepoint(graph: Database) -> Iterator[str]:
    """The address of a service over this graph, once it is ready and its index answers. Raises RuntimeError."""
    port = free_port()
    command = [sys.executable, "-m", "service", "--port", str(port)]
    with served(command, graph.environment, f"http://127.0.0.1:{port}", "/readyz") as address:
        _wait_for_index(address)
        yield address


def _wait_for_index(address: str) -> None:
    for _ in range(1_200):
        index = httpx.get(f"{address}/readyz", timeout=10).json().get("index")
        if index is None or index["state"] != "loading":
            return
        time.sleep(0.2)
    raise RuntimeError("the index was not ready in time")


@contextmanager
def served(command: Sequence[str], environment: Mapping[str, str], address: str, ready: str) -> Iterator[str]:
    """A service in a process of its own, once it answers `ready`. Raises RuntimeError when it ends or never does."""
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                if httpx.get(address + ready, timeout=5).status_code < 500:
                    break
            except httpx.HTTPError:
                pass
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended at once")
            time.sleep(0.1)
        else:
            raise RuntimeError(f"{address}{ready} did not answer")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
