"""What /metrics tells, and that no client can make it grow."""

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from graph_schema.database.graph import Graph
from service.app import create_app
from service.index.loading import load
from service.settings import ServiceSettings
from tests.service.conftest import Ask
from tests.service.serving import serving

pytestmark = pytest.mark.anyio
PATH = '{ shortestPath(from: "company:intel", to: "company:acm-research") { report { engine } } }'


async def figures(client: httpx.AsyncClient) -> dict[tuple[str, str], float]:
    """Values by name and labels, those of the process apart."""
    return {
        (sample.name, ",".join(f"{key}={value}" for key, value in sample.labels.items())): sample.value
        for family in text_string_to_metric_families((await client.get("/metrics")).text)
        for sample in family.samples
        if sample.name.startswith("chokepoint_")
    }


async def test_operations_errors_and_caches_are_counted(client: httpx.AsyncClient, ask: Ask) -> None:
    for _ in range(2):
        await ask(PATH)
    await ask("{ nonsense }")
    plain: dict[str, Any] = {"params": {"query": "{ graphVersion }"}, "headers": {"graphql-require-preflight": "1"}}
    tag = (await client.get("/graphql", **plain)).headers["etag"]
    plain["headers"]["if-none-match"] = tag
    assert (await client.get("/graphql", **plain)).status_code == 304
    told = await figures(client)
    assert told["chokepoint_operation_duration_seconds_count", "operation=shortestPath"] == 2
    assert told["chokepoint_operation_cost_points_count", "operation=shortestPath"] == 2
    assert told["chokepoint_searches_total", "engine=cypher"] == 2
    assert told["chokepoint_rejected_requests_total", "code=GRAPHQL_VALIDATION_FAILED"] == 1
    assert told["chokepoint_errors_total", "code=GRAPHQL_VALIDATION_FAILED"] == 1
    assert told["chokepoint_cache_lookups_total", "cache=document,outcome=hit"] == 1
    assert told["chokepoint_cache_lookups_total", "cache=client,outcome=hit"] == 1
    assert told["chokepoint_http_responses_total", "route=/graphql,status=200"] >= 4
    assert told["chokepoint_http_responses_total", "route=/graphql,status=304"] == 1
    assert told["chokepoint_database_queries_total", ""] >= 4
    assert told["chokepoint_database_up", ""] == 1
    assert told["chokepoint_index_state", "state=loading"] == 1


async def test_no_text_of_a_client_becomes_a_label(client: httpx.AsyncClient, ask: Ask) -> None:
    before = len(await figures(client))
    for number in range(20):
        await ask(f"query Q{number} {{ a{number}: nonsense{number} }}")
        await client.get(f"/nowhere{number}/x")
        await client.get(f"/explorer/nothing{number}.js")
    assert len(await figures(client)) - before < 50
    assert "nowhere" not in (await client.get("/metrics")).text


async def test_subscriptions_are_told_as_they_stand(story_graph: Graph) -> None:
    query = {"query": 'subscription { relationChanges(entityIds: ["company:intel"]) { kind } }'}
    async with (
        serving(story_graph) as service,
        httpx.AsyncClient(base_url=service.http.removesuffix("/graphql"), timeout=60, trust_env=False) as http,
    ):
        async with http.stream("POST", "/graphql", json=query, headers={"accept": "text/event-stream"}):
            await service.busy()
            told = await figures(http)
        await service.idle()
        assert told["chokepoint_subscriptions_open", ""] == 1
        assert told["chokepoint_http_requests_in_progress", ""] == 2
        assert (await figures(http))["chokepoint_subscriptions_open", ""] == 0


async def test_the_index_is_told_as_it_stands(story_graph: Graph) -> None:
    app = create_app(ServiceSettings(), story_graph)
    keeper = app.state.index
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        assert ("chokepoint_index_age_seconds", "") not in await figures(http)
        keeper._hold(await load(story_graph, most_megabytes=100, progress=lambda *_: None))
        await keeper._follow()
        told = await figures(http)
    assert told["chokepoint_index_state", "state=ready"] == 1
    assert told["chokepoint_index_graph_version", ""] == 7
    assert told["chokepoint_index_age_seconds", ""] >= 0
    assert told["chokepoint_index_relations", ""] == keeper.snapshot.number_of_relations
