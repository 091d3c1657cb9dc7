"""The connection: reads cannot write, deadlines hold, errors are ours."""

import time

import pytest
from neo4j import AsyncManagedTransaction
from pydantic import SecretStr

from graph_schema.database.graph import Graph
from graph_schema.errors import DeadlineExceeded, GraphError, GraphUnauthorized, GraphUnavailable, SettingsError
from graph_schema.settings import GraphSettings, read_settings

pytestmark = pytest.mark.anyio


async def create_something(tx: AsyncManagedTransaction) -> None:
    await (await tx.run("CREATE (:Entity {id: 'x'})")).consume()


async def never_end(tx: AsyncManagedTransaction) -> None:
    await (await tx.run("UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)")).consume()


async def test_a_read_transaction_cannot_write(graph: Graph) -> None:
    with pytest.raises(GraphError, match=r"(?i)read"):
        await graph.read(create_something)


async def test_a_read_that_runs_too_long_is_stopped(graph: Graph) -> None:
    with pytest.raises(DeadlineExceeded):
        await graph.read_within(0.3, never_end)


async def test_nothing_at_the_address_is_told_at_once() -> None:
    settings = GraphSettings(uri="bolt://127.0.0.1:1", password=SecretStr("x"))
    started = time.monotonic()
    with pytest.raises(GraphUnavailable, match=r"bolt://127\.0\.0\.1:1"):
        async with Graph.connect(settings):
            pass
    assert time.monotonic() - started < settings.connect_timeout_s


async def test_a_wrong_password_is_told_as_such(neo4j_settings: GraphSettings) -> None:
    wrong = neo4j_settings.model_copy(update={"password": SecretStr("wrong password")})
    with pytest.raises(GraphUnauthorized, match="check the password"):
        async with Graph.connect(wrong):
            pass


def test_an_address_without_a_password_is_a_settings_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOKEPOINT_NEO4J_URI", "bolt://127.0.0.1:7687")
    monkeypatch.delenv("CHOKEPOINT_NEO4J_PASSWORD", raising=False)
    with pytest.raises(SettingsError, match="CHOKEPOINT_NEO4J_PASSWORD"):
        read_settings(GraphSettings)


def test_an_address_of_another_kind_is_a_settings_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOKEPOINT_NEO4J_URI", "http://127.0.0.1:7474")
    monkeypatch.setenv("CHOKEPOINT_NEO4J_PASSWORD", "x")
    with pytest.raises(SettingsError, match="CHOKEPOINT_NEO4J_URI"):
        read_settings(GraphSettings)
