"""A disk that runs full under the embedded server: it is noticed, and the server is started anew once there is room."""

from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import DriverError, Neo4jError

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.disk import LEAST_FREE, free_bytes, is_full, ran_full
from graph_schema.database.embedded.distribution import Distribution
from graph_schema.settings import EmbeddedSettings
from tests.small_disk import needs_small_disk, small_disk

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300), needs_small_disk]


def write(server: EmbeddedNeo4j, megabytes: int) -> None:
    """Commit so much, a megabyte at a time."""
    connection = server.connection()
    assert connection.uri is not None
    assert connection.password is not None
    auth = (connection.user, connection.password.get_secret_value())
    with (
        neo4j.GraphDatabase.driver(connection.uri, auth=auth, max_transaction_retry_time=0) as driver,
        driver.session() as session,
    ):
        for _ in range(megabytes):
            session.run("CREATE (:Filler {text: $text})", text="x" * 1_000_000).consume()


def test_the_server_is_started_anew_once_there_is_room(tmp_path: Path, distribution: Distribution) -> None:
    with small_disk(tmp_path / "disk") as disk:
        settings = EmbeddedSettings(home=disk / "neo4j", bolt_port=0, http_port=0, heap_mb=256, page_cache_mb=64)
        server = EmbeddedNeo4j(settings, distribution)
        server.start()
        try:
            write(server, 1)
            assert not server.recover()
            filler = disk / "filler"
            filler.write_bytes(b"0" * max(0, free_bytes(disk) - LEAST_FREE // 4))
            with pytest.raises((DriverError, Neo4jError)):
                write(server, 200)
            assert is_full(disk)
            assert ran_full(server.layout)
            assert not server.recover()
            filler.unlink()
            assert server.recover()
            write(server, 1)
            assert not server.recover()
        finally:
            server.reset()
