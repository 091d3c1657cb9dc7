"""Answers in words."""

from typing import Any

import httpx
import pytest

from service.asking.telling import answer_to, lines_of
from service.http.client import ApiClient
from tests.service.agents.tool_client import assert_cited

pytestmark = pytest.mark.anyio


async def told(client: httpx.AsyncClient, question: str) -> tuple[list[str], dict[str, Any]]:
    """The lines of an answer, and the answer, each of whose statements is cited."""
    api = ApiClient(client)
    asked = (await api.ask("agent-ask", text=question)).data["ask"]
    answer = await answer_to(api, asked)
    assert_cited(answer.model_dump(mode="json"))
    return list(lines_of(answer)), answer.model_dump(mode="json")


async def test_a_statement_is_told_with_its_sentences_and_who_said_them(client: httpx.AsyncClient) -> None:
    lines, _ = await told(client, "Who supplies TSMC?")
    assert lines == [
        "FOUND",
        "Gudeng Precision",
        "",
        "Gudeng Precision —SUPPLIES→ TSMC",
        "  “Gudeng supplies wafer pods to TSMC.” (Island Daily, 2026-11-05)",
    ]


async def test_choke_points_are_told_with_the_chains_that_they_rest_on(client: httpx.AsyncClient) -> None:
    lines, answer = await told(client, "What would EV magnets lose without rare earths?")
    assert lines[1] == "rare earths (cuts off 1), rare earths (from China alone), China (lost)"
    assert [one["relation"] for one in answer["statements"]] == ["USES", "PRODUCES"]


async def test_what_proves_absent_says_so(client: httpx.AsyncClient) -> None:
    lines, answer = await told(client, "How is Intel tied to Unconnected Works?")
    assert lines == ["NO_PATH"]
    assert answer["complete"]


async def test_ownership_tells_its_verdict(client: httpx.AsyncClient) -> None:
    lines, _ = await told(client, "Is ACM Research Shanghai half owned by ACM Research?")
    assert lines[0] == "FOUND: POSSIBLE"
    assert "  “ACM Research owns its Shanghai unit.” (Chip Wire, 2026-11-03)" in lines


async def test_a_relation_that_has_ended_is_told_as_ended(client: httpx.AsyncClient) -> None:
    lines, _ = await told(client, "What happened to Intel since 2015?")
    assert "Intel —SUPPLIES, ended→ Huawei" in lines
