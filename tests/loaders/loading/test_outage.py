"""A database that goes away in the middle of a load: the load waits for it and ends with everything."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import neo4j
import pytest

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.distribution import Distribution
from graph_schema.settings import EmbeddedSettings

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

ROWS = 1_500
OUTAGE_S = 20.0
CLAIMS: LiteralString = "MATCH (c:Claim) RETURN count(c) AS claims"


@pytest.fixture
def own_server(tmp_path: Path, distribution: Distribution) -> Iterator[EmbeddedNeo4j]:
    """A server that this test may stop; started again it has the ports that it had."""
    settings = EmbeddedSettings(home=tmp_path / "neo4j", bolt_port=0, http_port=0, heap_mb=256, page_cache_mb=64)
    server = EmbeddedNeo4j(settings, distribution)
    server.start()
    try:
        yield server
    finally:
        server.reset()


def claims(server: EmbeddedNeo4j) -> int:
    connection = server.connection()
    assert connection.uri is not None
    assert connection.password is not None
    auth = (connection.user, connection.password.get_secret_value())
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth, notifications_min_severity="OFF") as driver:
        return int(driver.execute_query(CLAIMS).records[0]["claims"])


def test_a_load_outlives_a_database_that_is_stopped_for_twenty_seconds(
    own_server: EmbeddedNeo4j, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    rows = (f"Firm {n % 97} Works,supplies,Buyer {n} Works,https://e.org/{n % 9}\n" for n in range(ROWS))
    table.write_text("subject,predicate,object,url\n" + "".join(rows))
    connection = own_server.connection()
    assert connection.uri is not None
    assert connection.password is not None
    login = {
        "CHOKEPOINT_NEO4J_URI": connection.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": connection.password.get_secret_value(),
    }
    command = [sys.executable, "-m", "chokepoint", "load", "triples", str(table), "--batch-size", "25"]
    loading = subprocess.Popen(
        command, env=os.environ | login, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        while (before := claims(own_server)) == 0:
            assert loading.poll() is None
            time.sleep(0.1)
        own_server.stop()
        stopped = time.monotonic()
        assert before < ROWS
        time.sleep(OUTAGE_S)
        assert loading.poll() is None
        own_server.start()
        assert time.monotonic() - stopped >= OUTAGE_S
        output, _ = loading.communicate(timeout=180)
    finally:
        loading.send_signal(signal.SIGKILL)
    assert loading.returncode == 0, output
    assert claims(own_server) == ROWS
