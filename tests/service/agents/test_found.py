"""What each tool answers keeps to the form that it publishes."""

from typing import Any

import jsonschema
import pytest

from graph_schema.database.graph import Graph
from tests.service.agents.tool_client import agent, answer_of

pytestmark = pytest.mark.anyio

CALLS: dict[str, dict[str, Any]] = {
    "find_entity": {"name": "華為"},
    "find_paths": {"source": "Intel", "target": "United States"},
    "explain_hop": {"a": "Intel", "b": "ACM Research"},
    "exposure": {"entity": "Intel"},
    "supply_chain": {"entity": "TSMC"},
    "choke_points": {"entity": "EV magnets", "without": ["rare earths"]},
    "what_changed": {"entities": ["Huawei", "China"], "since": "2019-01-01"},
    "evidence": {"entity": "China", "role": "subject"},
    "ontology": {},
}


async def test_answers_keep_to_the_schemas_that_the_tools_publish(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == CALLS.keys()
        for name, arguments in CALLS.items():
            answer = await answer_of(client, name, **arguments)
            assert answer["status"] == "FOUND", name
            jsonschema.validate(answer, tools[name].output_schema or {})


async def test_choke_points_show_the_chain_to_what_they_cut_off_and_who_produces_what_comes_from_one_country(
    story_graph: Graph,
) -> None:
    async with agent(story_graph) as client:
        answer = await answer_of(client, "choke_points", **CALLS["choke_points"])
    said = {
        one["number"]: (one["subject"]["name"], one["relation"], one["object"]["name"]) for one in answer["statements"]
    }
    (point,) = answer["choke_points"]
    assert (point["entity"]["name"], point["cut_off_in_all"]) == ("rare earths", 1)
    (cut,) = point["cut_off"]
    assert [said[number] for hop in cut["path"]["hops"] for number in hop] == [
        ("EV magnets", "USES", "rare earths"),
        ("China", "PRODUCES", "rare earths"),
    ]
    (alone,) = answer["single_country_inputs"]
    assert (alone["entity"]["name"], alone["country"]["name"], alone["producers"]) == ("rare earths", "China", 1)
    assert [said[number] for number in alone["produced_by"]] == [("China", "PRODUCES", "rare earths")]
    assert [one["entity"]["name"] for one in answer["lost_without"]] == ["China"]
