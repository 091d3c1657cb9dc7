"""A database that goes away while the service is asked: told as an outage, at once, and over when it is over."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from graph_schema.database import schema
from graph_schema.database.breaker import Breaker
from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.distribution import Distribution
from graph_schema.database.graph import Graph
from graph_schema.errors import GraphUnavailable
from graph_schema.settings import EmbeddedSettings
from tests.service.build import story
from tests.service.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.faults, pytest.mark.timeout(300)]
PATH = """{ shortestPath(from: "Intel", to: "United States", budget: {timeoutMs: 2000}) { report { status } } }"""
NAME = '{ entity(id: "company:intel") { name } }'


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, distribution: Distribution) -> Iterator[EmbeddedNeo4j]:
    """A server that these tests may stop and freeze."""
    home = tmp_path_factory.mktemp("outage") / "neo4j"
    settings = EmbeddedSettings(home=home, bolt_port=0, http_port=0, heap_mb=256, page_cache_mb=64)
    server = EmbeddedNeo4j(settings, distribution)
    server.start()
    try:
        yield server
    finally:
        server.reset()


@asynccontextmanager
async def asking(server: EmbeddedNeo4j) -> AsyncIterator[httpx.AsyncClient]:
    async with Graph.connect(server.connection()) as graph:
        await schema.apply(graph)
        await story().rewrite(graph, version=7)
        async with serving(graph, index=False) as service, httpx.AsyncClient(timeout=60, trust_env=False) as http:
            http.base_url = httpx.URL(service.http.removesuffix("/graphql"))
            yield http


async def ask(http: httpx.AsyncClient, query: str) -> tuple[int, str | None, float, httpx.Headers]:
    """Status, code of the first error, seconds, headers."""
    start = time.monotonic()
    answer = await http.post("/graphql", json={"query": query})
    body: dict[str, Any] = answer.json()
    code = body["errors"][0]["extensions"]["code"] if "errors" in body else None
    return answer.status_code, code, time.monotonic() - start, answer.headers


async def test_a_database_that_is_stopped_is_an_outage_until_it_is_back(own_server: EmbeddedNeo4j) -> None:
    async with asking(own_server) as http:
        assert (await ask(http, PATH))[:2] == (200, None)
        await asyncio.to_thread(own_server.stop)
        for query in (PATH, NAME, PATH):
            status, code, seconds, headers = await ask(http, query)
            assert (status, code) == (503, "GRAPH_UNAVAILABLE")
            assert int(headers["retry-after"]) >= 1
        assert seconds < 1
        schema_alone = await http.post("/graphql", json={"query": "{ limits { maxPage } }"})
        assert schema_alone.status_code == 200
        await asyncio.to_thread(own_server.start)
        end = time.monotonic() + 15
        while (await ask(http, PATH))[0] != 200:
            assert time.monotonic() < end
            await asyncio.sleep(0.2)


async def test_a_database_that_has_gone_silent_is_an_outage_too(own_server: EmbeddedNeo4j) -> None:
    own_server.start()
    pid = own_server.status().pid
    assert pid is not None
    async with asking(own_server) as http:
        assert (await ask(http, PATH))[:2] == (200, None)
        os.kill(pid, signal.SIGSTOP)
        try:
            answers = await asyncio.gather(*(ask(http, PATH) for _ in range(12)))
            assert {answer[:2] for answer in answers} == {(503, "GRAPH_UNAVAILABLE")}
            status, code, seconds, _ = await ask(http, NAME)
            assert (status, code, seconds < 1) == (503, "GRAPH_UNAVAILABLE", True)
        finally:
            os.kill(pid, signal.SIGCONT)
        end = time.monotonic() + 15
        while (await ask(http, PATH))[0] != 200:
            assert time.monotonic() < end
            await asyncio.sleep(0.2)


async def test_a_breaker_opens_after_failures_in_a_row_and_admits_one_trial_at_a_time() -> None:
    breaker = Breaker(failures=2, pause_s=0.05)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    breaker.check()
    breaker.failed()
    with pytest.raises(GraphUnavailable) as refused:
        breaker.check()
    assert refused.value.retry_after_s == 1
    await asyncio.sleep(0.06)
    breaker.check()
    with pytest.raises(GraphUnavailable):
        breaker.check()
    breaker.succeeded()
    breaker.check()
