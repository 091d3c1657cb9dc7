"""What web pages of others can make a browser do to the service: nothing."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Origin, Subprotocol

from graph_schema.database.graph import Graph
from tests.service.serving import serving

pytestmark = pytest.mark.anyio
VERSION = "{ graphVersion }"


@pytest.fixture
async def listed(story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(story_graph, allowed_hosts=("graph.example.org", "*.example.net")) as http:
        yield http


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("127.0.0.1:8000", 200, id="address"),
        pytest.param("[::1]:8000", 200, id="address-of-six"),
        pytest.param("localhost:8000", 200, id="localhost"),
        pytest.param("app.localhost", 200, id="below-localhost"),
        pytest.param("service", 200, id="name-of-a-container"),
        pytest.param("graph.example.org", 200, id="listed"),
        pytest.param("GRAPH.example.org.:443", 200, id="listed-in-another-form"),
        pytest.param("a.example.net", 200, id="below-a-listed-one"),
        pytest.param("example.net", 421, id="not-below-a-listed-one"),
        pytest.param("rebound.example.com", 421, id="a-name-pointed-here"),
        pytest.param("127.0.0.1.example.com", 421, id="like-an-address"),
        pytest.param("graph.example.org.example.com", 421, id="like-a-listed-one"),
        pytest.param("localhost.example.com", 421, id="like-localhost"),
        pytest.param("[", 421, id="nonsense"),
        pytest.param("", 421, id="none"),
    ],
)
async def test_a_host_name_is_admitted_before_anything_else(listed: httpx.AsyncClient, host: str, status: int) -> None:
    for path in ("/graphql", "/healthz", "/nowhere"):
        answer = await listed.post(path, json={"query": VERSION}, headers={"host": host})
        assert (answer.status_code == 421) is (status == 421)
    if status == 421:
        assert answer.json()["errors"][0]["extensions"]["code"] == "HOST_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        pytest.param({}, True, id="no-page"),
        pytest.param({"origin": "http://{host}"}, True, id="own-page"),
        pytest.param({"origin": "https://dash.example.org"}, True, id="listed-page"),
        pytest.param({"origin": "https://evil.example"}, False, id="page-of-another"),
        pytest.param({"origin": "null"}, False, id="page-without-an-origin"),
    ],
)
async def test_a_socket_opens_for_programs_own_pages_and_listed_ones(
    story_graph: Graph, headers: dict[str, str], opens: bool
) -> None:
    async with serving(story_graph, cors_origins=("https://dash.example.org",)) as service:
        host = service.http.split("/")[2]
        sent = {name: value.format(host=host) for name, value in headers.items()}
        connecting = websockets.connect(
            service.ws,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers=sent,
            proxy=None,
        )
        if opens:
            async with connecting:
                return
        with pytest.raises(websockets.InvalidStatus) as refused:
            await connecting
        assert refused.value.response.status_code == 403


async def test_a_listed_page_may_read_the_price_and_when_to_ask_again(story_graph: Graph) -> None:
    page = "https://dash.example.org"
    async with serving(story_graph, cors_origins=(page,)) as service, httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(service.http, json={"query": VERSION}, headers={"origin": page})
    assert answer.headers["access-control-allow-origin"] == page
    told = answer.headers["access-control-expose-headers"].split(", ")
    assert {"x-query-cost", "retry-after"} <= set(told)
    assert "x-query-cost" in answer.headers


async def test_no_socket_opens_under_a_name_that_others_pointed_here(story_graph: Graph) -> None:
    async with serving(story_graph) as service:
        host, port = service.http.split("/")[2].split(":")
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(
                "ws://rebound.example.com/graphql",
                host=host,
                port=int(port),
                origin=Origin("http://rebound.example.com"),
                proxy=None,
            )
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"params": {"query": VERSION}}, 403, id="image-or-link"),
        pytest.param(
            {"params": {"query": VERSION}, "headers": {"accept": "text/event-stream"}}, 403, id="event-source"
        ),
        pytest.param({"params": {"query": VERSION}, "headers": {"content-type": "text/plain"}}, 403, id="simple-type"),
        pytest.param({"params": {"query": VERSION}, "headers": {"graphql-require-preflight": "1"}}, 200, id="header"),
        pytest.param({"params": {"query": VERSION}, "headers": {"apollo-require-preflight": "1"}}, 200, id="apollo"),
        pytest.param({"params": {"query": VERSION}, "headers": {"content-type": "application/json"}}, 200, id="typed"),
    ],
)
async def test_a_get_with_a_text_of_its_own_must_be_one_that_pages_cannot_forge(
    client: httpx.AsyncClient, sent: dict[str, Any], status: int
) -> None:
    answer = await client.get("/graphql", **sent)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["errors"][0]["extensions"]["code"] == "PREFLIGHT_REQUIRED"


async def test_every_answer_tells_browsers_what_it_may_do(client: httpx.AsyncClient) -> None:
    for path in ("/graphql", "/healthz", "/browser/style.grass", "/nowhere", "/graphiql/start.js"):
        headers = (await client.get(path, headers={"accept": "text/html"})).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


async def test_pages_run_scripts_of_this_address_alone(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"accept": "text/html"})
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert all("src=" in tag for tag in page.text.split("<script")[1:])
