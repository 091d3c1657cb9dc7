"""Where the log is not wanted, requests are counted all the same."""

from collections.abc import Callable

import httpx
import pytest
import structlog

from graph_schema.database.graph import Graph

pytestmark = pytest.mark.anyio


async def test_without_an_access_log_requests_are_counted_only(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with client_of(story_graph, access_log=False) as http:
            await http.post("/graphql", json={"query": "{ graphVersion }"})
            told = (await http.get("/metrics")).text
    assert not [line for line in logs if line["event"] == "request"]
    assert 'chokepoint_operation_duration_seconds_count{operation="graphVersion"} 1.0' in told


async def test_metrics_can_be_left_out(story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> None:
    async with client_of(story_graph, metrics=False) as http:
        assert (await http.get("/metrics")).status_code == 404
