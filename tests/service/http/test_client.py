"""The client of the API that our own commands ask through."""

import httpx
import pytest

from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings
from service.errors import ServiceUnreachable
from service.http.client import ApiClient, QuestionRefused, api_at, api_here
from service.settings import ServiceSettings
from tests.service.serving import serving

pytestmark = pytest.mark.anyio


async def test_a_document_of_the_package_is_answered_with_its_price_where_others_are_refused(
    story_graph: Graph,
) -> None:
    async with (
        serving(story_graph, trusted_only=True) as service,
        api_at(service.http.removesuffix("/graphql"), ServiceSettings()) as api,
    ):
        reply = await api.ask("agent-find-entity", q="Intel", first=1)
    assert reply.data["searchEntities"]["nodes"][0]["entity"]["id"] == "company:intel"
    assert reply.points > 500


async def test_the_service_in_this_process_works_on_the_database_of_the_environment(
    story_graph: Graph, neo4j_settings: GraphSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    monkeypatch.setenv("CHOKEPOINT_NEO4J_URI", neo4j_settings.uri)
    monkeypatch.setenv("CHOKEPOINT_NEO4J_USER", neo4j_settings.user)
    monkeypatch.setenv("CHOKEPOINT_NEO4J_PASSWORD", neo4j_settings.password.get_secret_value())
    async with api_here(ServiceSettings()) as api:
        assert (await api.ask("agent-ontology")).data["graphVersion"] == 7


async def test_a_refusal_keeps_the_code_of_the_api(client: httpx.AsyncClient) -> None:
    with pytest.raises(QuestionRefused, match="no entity 'Intl'; close: Intel") as refusal:
        await ApiClient(client).ask("agent-exposure", id="Intl", first=1)
    assert refusal.value.reason == "ENTITY_NOT_FOUND"


async def test_a_service_that_does_not_answer_is_told() -> None:
    async with api_at("http://127.0.0.1:9", ServiceSettings()) as api:
        with pytest.raises(ServiceUnreachable, match=r"no answer from http://127\.0\.0\.1:9"):
            await api.ask("agent-ontology")
