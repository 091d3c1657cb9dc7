"""What choke points rest on."""

import pytest

from graph_schema.database.graph import Graph
from tests.service.agents.tool_client import agent, answer_of

pytestmark = pytest.mark.anyio


async def test_choke_points_show_the_chain_to_what_they_cut_off_and_who_produces_what_comes_from_one_country(
    story_graph: Graph,
) -> None:
    async with agent(story_graph) as client:
        answer = await answer_of(client, "choke_points", entity="EV magnets", without=["rare earths"])
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
