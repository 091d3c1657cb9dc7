"""A real Neo4j for the tests: an embedded one of their own, one per pytest-xdist worker, gone when the run ends.

CHOKEPOINT_TEST_NEO4J_URI with _PASSWORD (and _USER) names another, empty server to run against instead;
CHOKEPOINT_TEST_NEO4J_LOCK another lock file to run an embedded server of that version.
"""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

import neo4j
import pytest
from pydantic import SecretStr

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.distribution import Distribution, default_distribution
from graph_schema.database.graph import Graph
from graph_schema.settings import EmbeddedSettings, GraphSettings

COUNT: LiteralString = "MATCH (n) RETURN count(n) AS nodes"
EMPTY: LiteralString = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


def pytest_configure(config: pytest.Config) -> None:
    if "CHOKEPOINT_TEST_NEO4J_URI" in os.environ and (config.getoption("numprocesses", None) or 0) > 1:
        raise pytest.UsageError("all tests share the graph of CHOKEPOINT_TEST_NEO4J_URI: run them with -n 0")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests off the settings and the database of whoever runs them; the downloaded server is shared."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("CHOKEPOINT_") and not name.startswith(("CHOKEPOINT_TEST_", "CHOKEPOINT_CACHE")):
                patch.delenv(name)
        patch.setenv("CHOKEPOINT_HOME", str(tmp_path_factory.mktemp("home")))
        # A server that has just started spends seconds on the plan of each question, minutes on a busy machine.
        patch.setenv("CHOKEPOINT_SERVICE_TIMEOUT_MS", "100000")
        patch.setenv("CHOKEPOINT_SERVICE_MAX_TIMEOUT_MS", "100000")
        patch.setenv("CHOKEPOINT_SERVICE_MAX_QUERY_SECONDS", "200")
        yield


@pytest.fixture(scope="session")
def distribution() -> Distribution:
    """The embedded server that the tests run, tuned to start fast and stay small."""
    lock = os.environ.get("CHOKEPOINT_TEST_NEO4J_LOCK")
    locked = default_distribution() if lock is None else Distribution.from_lock(Path(lock).read_text("utf-8"))
    kept = (option for option in locked.java_options if option != "-XX:+UseG1GC")
    return replace(locked, java_options=(*kept, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))


@pytest.fixture(scope="session")
def embedded_settings(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedSettings:
    """Settings of the embedded test server: small, and away from the usual ports."""
    return EmbeddedSettings(
        home=tmp_path_factory.mktemp("neo4j"), bolt_port=0, http_port=0, heap_mb=256, page_cache_mb=64
    )


@pytest.fixture(scope="session")
def embedded_server(embedded_settings: EmbeddedSettings, distribution: Distribution) -> Iterator[EmbeddedNeo4j]:
    """An embedded server that runs until the end of the tests: leave it running."""
    server = EmbeddedNeo4j(embedded_settings, distribution)
    try:
        server.start()
        yield server
    finally:
        server.reset()


@pytest.fixture(scope="session")
def neo4j_settings(own_environment: None, request: pytest.FixtureRequest) -> GraphSettings:
    """How to reach the test server. Its content belongs to whichever test runs: use `graph`."""
    if (uri := os.environ.get("CHOKEPOINT_TEST_NEO4J_URI")) is not None:
        return _another_server(uri)
    server: EmbeddedNeo4j = request.getfixturevalue("embedded_server")
    return server.connection()


@pytest.fixture
async def graph(neo4j_settings: GraphSettings, neo4j_session: neo4j.Session) -> AsyncIterator[Graph]:
    """A connection to an empty graph. Constraints and indexes stay as earlier tests left them."""
    neo4j_session.run(EMPTY).consume()
    async with Graph.connect(neo4j_settings) as connected:
        yield connected


@pytest.fixture(scope="session")
def neo4j_session(neo4j_settings: GraphSettings) -> Iterator[neo4j.Session]:
    """The bare driver, to prepare or look at the graph behind the back of our code."""
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    auth = (neo4j_settings.user, neo4j_settings.password.get_secret_value())
    with (
        neo4j.GraphDatabase.driver(neo4j_settings.uri, auth=auth, notifications_min_severity="OFF") as driver,
        driver.session(database=neo4j_settings.database) as session,
    ):
        yield session
        session.run(EMPTY).consume()


def _another_server(uri: str) -> GraphSettings:
    user = os.environ.get("CHOKEPOINT_TEST_NEO4J_USER", "neo4j")
    password = os.environ.get("CHOKEPOINT_TEST_NEO4J_PASSWORD", "")
    with neo4j.GraphDatabase.driver(uri, auth=(user, password)) as driver:
        nodes = driver.execute_query(COUNT).records[0]["nodes"]
    # The tests delete everything, so a mistaken address must not cost anyone their data.
    if nodes:
        pytest.exit(f"{uri} holds {nodes} nodes and the tests would delete them: name an empty server", 2)
    return GraphSettings(uri=uri, user=user, password=SecretStr(password))
