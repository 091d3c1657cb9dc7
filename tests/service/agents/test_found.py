"""What each tool answers keeps to the form that it publishes."""

from typing import Any

import jsonschema
import pytest

from graph_schema.database.graph import Graph
from tests.service.agents.tool_client import agent, answer_of, lines

pytestmark = pytest.mark.anyio

CALLS: dict[str, dict[str, Any]] = {
    "find_entity": {"name": "華為"},
    "find_paths": {"source": "Intel", "target": "United States"},
    "explain_hop": {"a": "Intel", "b": "ACM Research"},
    "exposure": {"entity": "Intel"},
    "supply_chain": {"entity": "TSMC"},
    "choke_points": {"entity": "EV magnets", "without": ["rare earths"]},
    "ownership": {"entity": "ACM Research Shanghai", "owners": ["ACM Research"]},
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


async def test_ownership_tells_its_bounds_and_the_statements_that_they_rest_on(story_graph: Graph) -> None:
    async with agent(story_graph) as client:
        answer = await answer_of(client, "ownership", entity="ACM Research Shanghai", owners=["ACM Research"])
    assert (answer["verdict"], answer["lower"] <= answer["upper"] <= 1) == ("POSSIBLE", True)
    (holding,) = answer["holdings"]
    assert lines(answer) == {"ACM Research OWNS ACM Research Shanghai": "ASSERTED"} | lines_listed(answer)
    assert [answer["statements"][number - 1]["relation"] for number in holding["statements"]] == ["OWNS"]


def lines_listed(answer: dict[str, Any]) -> dict[str, str]:
    """Of those, who lists the entity itself."""
    return {line: status for line, status in lines(answer).items() if " SANCTIONS " in line}
