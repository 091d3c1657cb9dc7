"""Browsers sign in on a page and then show the key by a cookie that pages of others cannot use."""

import httpx
import pytest

from graph_schema.database.graph import Graph
from service.access.settings import Anonymous
from tests.service.access.guarded import VERSION, Guarded, shown

pytestmark = pytest.mark.anyio
PAGE = {"accept": "text/html,application/xhtml+xml"}


async def test_a_browser_without_a_key_gets_the_page_that_asks_for_it(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph) as http:
        for path in ("/", "/graphql"):
            page = await http.get(path, headers=PAGE)
            assert page.status_code == 401
            assert '<form method="post" action="/sign-in">' in page.text
            policy = page.headers["content-security-policy"]
            assert "form-action 'self'" in policy
            assert "script-src" not in policy
            assert "default-src 'none'" in policy


async def test_who_signs_in_gets_pages_and_answers_until_the_key_ends(story_graph: Graph, guarded: Guarded) -> None:
    key = guarded.key("desk")
    async with guarded.client(story_graph) as http:
        done = await http.post("/sign-in", data={"key": f" {key} "})
        assert (done.status_code, done.headers["location"]) == (303, "/")
        cookie = done.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "explorer" in (await http.get("/", headers=PAGE)).text
        assert (await http.get("/explorer/api.js")).status_code == 200
        assert (await http.post("/graphql", json=VERSION)).status_code == 200
        guarded.keys.revoke("desk")
        assert (await http.post("/graphql", json=VERSION)).status_code == 401


async def test_behind_tls_the_cookie_is_sent_by_tls_alone(story_graph: Graph, guarded: Guarded) -> None:
    transport = httpx.ASGITransport(guarded.app(story_graph))
    async with httpx.AsyncClient(transport=transport, base_url="https://service") as http:
        done = await http.post("/sign-in", data={"key": guarded.key()})
    assert "; secure" in done.headers["set-cookie"].lower()


async def test_a_wrong_key_signs_nobody_in(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph) as http:
        for sent in ({"key": "wrong"}, {}, {"key": "x" * 20_000}):
            answer = await http.post("/sign-in", data=sent)
            assert answer.status_code == 401
            assert "set-cookie" not in answer.headers


async def test_a_page_of_another_signs_nobody_in(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph) as http:
        origin = {"origin": "https://evil.example"}
        answer = await http.post("/sign-in", data={"key": guarded.key()}, headers=origin)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_signing_out_forgets_the_key(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph) as http:
        await http.post("/sign-in", data={"key": guarded.key()})
        assert (await http.delete("/sign-in")).status_code == 204
        assert not http.cookies
        assert (await http.post("/graphql", json=VERSION)).status_code == 401


async def test_a_cookie_that_has_ended_is_as_none_and_a_header_goes_first(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph, address="127.0.0.1", anonymous=Anonymous.LOOPBACK) as http:
        http.cookies.set("chokepoint_key", "ended")
        assert (await http.post("/graphql", json=VERSION)).status_code == 200
        assert (await http.post("/graphql", json=VERSION, headers=shown("wrong"))).status_code == 401
