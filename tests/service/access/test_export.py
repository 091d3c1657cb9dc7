"""/audit: for holders of a key of scope admin, as much as they ask for."""

import datetime as dt
import json

import pytest

from graph_schema.database.graph import Graph
from service.access.export import moment
from service.access.keys import KeyScope
from tests.service.access.guarded import VERSION, Guarded, shown

pytestmark = pytest.mark.anyio


async def test_only_admins_read_the_log(story_graph: Graph, guarded: Guarded) -> None:
    desk, admin = guarded.key("desk"), guarded.key("admin", KeyScope.ADMIN)
    writer = guarded.key("writer", KeyScope.WRITE)
    async with guarded.client(story_graph) as http:
        await http.post("/graphql", json=VERSION, headers=shown(desk))
        for token in (desk, writer):
            refused = await http.get("/audit", headers=shown(token))
            assert refused.status_code == 403
            assert refused.json()["errors"][0]["extensions"]["code"] == "NOT_AUTHORIZED"
        told = await http.get("/audit", params={"who": "desk"}, headers=shown(admin))
        assert [json.loads(line)["event"] for line in told.text.splitlines()] == ["operation"]
        later = await http.get("/audit", params={"since": "2999-01-01"}, headers=shown(admin))
        assert (later.status_code, later.text) == (200, "")
        wrong = await http.get("/audit", params={"since": "soon"}, headers=shown(admin))
        assert wrong.status_code == 400
        assert "2026-11-24" in wrong.json()["errors"][0]["message"]


async def test_where_no_log_is_kept_there_is_none(story_graph: Graph, guarded: Guarded) -> None:
    async with guarded.client(story_graph, audit=False) as http:
        answer = await http.get("/audit", headers=shown(guarded.key("admin", KeyScope.ADMIN)))
    assert answer.status_code == 404


def test_a_moment_without_an_offset_is_in_utc() -> None:
    assert moment(None) is None
    assert moment("2026-11-24") == dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    assert moment("2026-11-24T08:30:00+02:00") == dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
