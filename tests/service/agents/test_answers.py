"""What every answer carries: status, what it lacks, citations, freshness, cost."""

import datetime as dt
from typing import LiteralString

import neo4j
import pytest

from graph_schema.database.graph import Graph
from tests.service.agents.tool_client import agent, answer_of, lines

pytestmark = pytest.mark.anyio

RUNS: LiteralString = """
UNWIND $rows AS row
CREATE (run:LoadRun {job: 'daily', started: row.finished, counts: '{}'})
SET run += row
"""


async def test_a_statement_stands_once_and_names_its_citations(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        answer = await answer_of(client, "find_paths", source="Intel", target="United States", k=3)
    assert len({one["relation_id"] for one in answer["statements"]}) == len(answer["statements"])
    (tested,) = [one for one in answer["statements"] if one["relation"] == "TESTED"]
    cited = [one for one in answer["citations"] if one["number"] in tested["citations"]]
    assert [(one["quotation"], one["document"]["publisher"], one["document"].get("published")) for one in cited] == [
        ("Intel tested tools from ACM Research.", "Chip Wire", "2026-11-03"),
        ("Intel evaluated two ACM tools.", "Island Daily", "2026-11-05"),
    ]
    assert answer["paths"][0]["hops"][0] == [tested["number"]]


async def test_a_page_that_is_followed_by_more_says_so_and_how_to_go_on(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        first = await answer_of(client, "evidence", entity="Intel", limit=2)
        assert not first["complete"]
        (missing,) = first["missing"]
        after = missing.partition("after='")[2].rstrip("'")
        second = await answer_of(client, "evidence", entity="Intel", limit=2, after=after)
    assert second["complete"]
    assert {one["claim_id"] for one in first["citations"]}.isdisjoint(one["claim_id"] for one in second["citations"])


async def test_a_search_that_a_limit_stopped_is_partial_and_proven_absence_is_not(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        short = await answer_of(client, "find_paths", source="Intel", target="United States", max_hops=1)
        never = await answer_of(client, "find_paths", source="Intel", target="Unconnected Works")
    assert (short["status"], short["complete"]) == ("NONE_WITHIN_BOUNDS", False)
    assert short["missing"][0].startswith("NONE_WITHIN_BOUNDS")
    assert (never["status"], never["complete"], never["missing"]) == ("NO_PATH", True, [])


async def test_freshness_is_the_last_finished_load_of_each_source(
    story_graph: Graph, neo4j_session: neo4j.Session
) -> None:
    at = [dt.datetime(2026, 11, day, 6, tzinfo=dt.UTC) for day in (4, 5, 6, 7)]
    neo4j_session.run(
        RUNS,
        rows=[
            {"id": "run:a", "source": "feed", "status": "finished", "finished": at[0]},
            {"id": "run:b", "source": "feed", "status": "finished", "finished": at[1]},
            {"id": "run:c", "source": "feed", "status": "failed", "finished": at[2]},
            {"id": "run:d", "source": "lists", "status": "finished", "finished": at[3]},
        ],
    ).consume()
    async with agent(story_graph) as client:
        answer = await answer_of(client, "ontology")
    assert [(one["source"], one["finished"]) for one in answer["freshness"]] == [
        ("lists", "2026-11-07T06:00:00+00:00"),
        ("feed", "2026-11-05T06:00:00+00:00"),
    ]


async def test_an_answer_tells_its_cost_and_the_version_of_the_graph(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        answer = await answer_of(client, "exposure", entity="Intel")
        most = (await answer_of(client, "ontology"))["limits"]["maxQueryCost"]
    assert answer["graph_version"] == 7
    assert 5_000 < answer["cost"]["points"] < most
    assert answer["cost"]["relations_seen"] > 0


async def test_what_has_ended_is_told_as_ended(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        answer = await answer_of(client, "explain_hop", a="Intel", b="Huawei")
    assert lines(answer) == {"Intel SUPPLIES Huawei": "ENDED"}
    (statement,) = answer["statements"]
    assert (statement["valid_from"], statement["valid_to"]) == ("2015-01-01", "2024-05-07")
