"""Exposure, supply, reach, what joins and what changed, and what was said when."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import EntityType, Modality, RelationType
from tests.service.build import GraphBuilder
from tests.service.conftest import Ask, asker

pytestmark = pytest.mark.anyio


async def data(ask: Ask, query: str, **variables: Any) -> dict[str, Any]:
    answer = await ask(query, **variables)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]
    return found


def named(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


async def test_exposure_tells_kind_distance_and_way(ask: Ask) -> None:
    found = await data(
        ask,
        """{ exposure(id: "Intel") { report { status } nodes { kind distance entity { name listed { subject { name } } }
             path { entities { name } hops { relations { type claims { nodes { sentence } } } } } } } }""",
    )
    ties = [(one["kind"], one["distance"], one["entity"]["name"]) for one in found["exposure"]["nodes"]]
    assert ties == [("TESTED", 2, "ACM Research Shanghai")]
    (tie,) = found["exposure"]["nodes"]
    assert named(tie["path"]["entities"]) == ["Intel", "ACM Research", "ACM Research Shanghai"]
    assert [[one["type"] for one in hop["relations"]] for hop in tie["path"]["hops"]] == [["TESTED"], ["OWNS"]]
    assert tie["entity"]["listed"] == [{"subject": {"name": "United States"}}]


@pytest.mark.parametrize(
    ("arguments", "ties", "status"),
    [
        pytest.param(
            'id: "Huawei"',
            [("DIRECT", "Huawei"), ("SOURCES_FROM", "ACM Research Shanghai")],
            "FOUND",
            id="listed-itself",
        ),
        pytest.param(
            'id: "Intel", where: {includeFormer: true}, kinds: [SUPPLIES_TO]',
            [("SUPPLIES_TO", "Huawei")],
            "FOUND",
            id="former-ties-on-demand",
        ),
        pytest.param(
            'id: "ACMR"', [("OWNS", "ACM Research Shanghai"), ("SUPPLIES_TO", "Huawei")], "FOUND", id="several"
        ),
        pytest.param('id: "ACMR", lists: ["China"]', [], "NO_PATH", id="lists-of-another"),
        pytest.param('id: "Unconnected Works"', [], "NO_PATH", id="none"),
    ],
)
async def test_exposure_by_kind_list_and_former(
    ask: Ask, arguments: str, ties: list[tuple[str, str]], status: str
) -> None:
    found = await data(ask, f"{{ exposure({arguments}) {{ report {{ status }} nodes {{ kind entity {{ name }} }} }} }}")
    assert [(one["kind"], one["entity"]["name"]) for one in found["exposure"]["nodes"]] == ties
    assert found["exposure"]["report"]["status"] == status


async def test_a_summary_names_the_nearest_of_each_kind(ask: Ask) -> None:
    found = await data(
        ask, '{ exposureSummary(ids: ["Intel", "ACMR"]) { entity { name } nearest { kind distance entity { name } } } }'
    )
    summary = {
        one["entity"]["name"]: {(tie["kind"], tie["distance"]) for tie in one["nearest"]}
        for one in found["exposureSummary"]
    }
    assert summary == {"Intel": {("TESTED", 2)}, "ACM Research": {("OWNS", 1), ("SUPPLIES_TO", 1)}}


async def test_supply_goes_up_and_down_tier_by_tier(ask: Ask) -> None:
    found = await data(
        ask,
        """{ up: upstream(id: "EV magnets") { found nodes { distance entity { name } path { length } } }
             down: downstream(id: "China", tiers: 3) { nodes { distance entity { name } } }
             none: upstream(id: "EV magnets", through: {excludeTypes: [MATERIAL]}, supplier: {types: [COUNTRY]})
               { report { status } nodes { distance } } }""",
    )
    assert [(one["distance"], one["entity"]["name"]) for one in found["up"]["nodes"]] == [
        (1, "rare earths"),
        (2, "China"),
    ]
    assert [(one["distance"], one["entity"]["name"]) for one in found["down"]["nodes"]] == [
        (1, "rare earths"),
        (2, "EV magnets"),
    ]
    assert found["none"] == {"report": {"status": "NO_PATH"}, "nodes": []}


async def test_a_thing_met_again_as_an_input_depends_on_its_other_makers(graph: Graph, ask_graph: Ask) -> None:
    build = GraphBuilder()
    maker, rival = build.entity(EntityType.COMPANY, "Maker"), build.entity(EntityType.COMPANY, "Rival")
    pump, chiller = build.entity(EntityType.PRODUCT, "pump"), build.entity(EntityType.PRODUCT, "chiller")
    build.relation(maker, RelationType.PRODUCES, pump)
    build.relation(rival, RelationType.PRODUCES, pump)
    await build.rewrite(graph, version=1)
    asked = '{ upstream(id: "Maker") { nodes { distance path { entities { name } } } } }'
    nodes = (await data(ask_graph, asked))["upstream"]["nodes"]
    assert [named(one["path"]["entities"]) for one in nodes] == [["Maker", "pump"]]
    build.relation(maker, RelationType.USES, chiller)
    build.relation(chiller, RelationType.USES, pump)
    await build.rewrite(graph, version=2)
    nodes = (await data(ask_graph, asked))["upstream"]["nodes"]
    ways = {tuple(named(one["path"]["entities"])): one["distance"] for one in nodes}
    assert ways == {("Maker", "pump"): 1, ("Maker", "chiller"): 1, ("Maker", "chiller", "pump", "Rival"): 3}


async def test_choke_points_and_single_country_inputs_are_found(ask: Ask) -> None:
    found = await data(
        ask,
        """{ chokePoints(id: "EV magnets", without: ["rare earths"]) { reached chokePoints { tier entity { name }
             cutOff { name } } singleCountryInputs { entity { name } country { name } producers } cutOff { name } } }""",
    )
    assert found["chokePoints"] == {
        "reached": 2,
        "chokePoints": [{"tier": 1, "entity": {"name": "rare earths"}, "cutOff": [{"name": "China"}]}],
        "singleCountryInputs": [{"entity": {"name": "rare earths"}, "country": {"name": "China"}, "producers": 1}],
        "cutOff": [{"name": "China"}],
    }


async def test_reach_finds_entities_of_a_kind_nearest_first(ask: Ask) -> None:
    query = """query ($first: Int, $after: String) {
      reachable(from: "Intel", targets: {types: [COUNTRY]}, first: $first, after: $after) {
      report { status } nodes { distance entity { name } path { length } } pageInfo { endCursor hasNextPage } } }"""
    whole = (await data(ask, query))["reachable"]
    assert [(one["distance"], one["entity"]["name"]) for one in whole["nodes"]] == [(3, "United States"), (4, "China")]
    first = (await data(ask, query, first=1))["reachable"]
    second = (await data(ask, query, first=1, after=first["pageInfo"]["endCursor"]))["reachable"]
    assert first["nodes"] + second["nodes"] == whole["nodes"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_goal_may_be_of_a_kind_that_is_not_passed_through(ask: Ask) -> None:
    found = await data(
        ask,
        '{ reachable(from: "Intel", targets: {types: [COUNTRY]}, through: {types: [COMPANY]}) { nodes { entity { name } } } }',
    )
    assert [one["entity"]["name"] for one in found["reachable"]["nodes"]] == ["United States"]


async def test_an_entity_to_be_avoided_is_reached_but_not_passed(ask: Ask) -> None:
    found = await data(
        ask,
        """{ reachable(from: "Intel", targets: {}, avoid: ["ACMR"], via: {types: [TESTED, OWNS]}) {
             report { status } nodes { entity { name } } } }""",
    )
    assert named([one["entity"] for one in found["reachable"]["nodes"]]) == ["ACM Research"]


async def test_a_place_that_was_denied_is_not_where_an_entity_lies(
    graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    build = GraphBuilder()
    hub, end = build.entity(EntityType.COMPANY, "Hub"), build.entity(EntityType.COMPANY, "End")
    for name, modality in (("Inside", Modality.ASSERTED), ("Denied", Modality.DENIED), ("Gone", Modality.ENDED)):
        middle = build.entity(EntityType.COMPANY, name)
        build.relation(middle, RelationType.LOCATED_IN, build.entity(EntityType.COUNTRY, "China"), status=modality)
        build.relation(hub, RelationType.SUPPLIES, middle)
        build.relation(middle, RelationType.SUPPLIES, end)
    await build.write(graph)
    asked = '{ shortestPaths(from: ["Hub"], to: ["End"], via: {types: [SUPPLIES]}, through: {%s: ["China"]}) { %s } }'
    async with client_of(graph) as client:
        ask = asker(client)
        inside, outside = [
            {path["entities"][1]["name"] for path in (await data(ask, query))["shortestPaths"]["paths"]}
            for query in (asked % (rule, "paths { entities { name } }") for rule in ("countries", "excludeCountries"))
        ]
    assert (inside, outside) == ({"Inside"}, {"Denied", "Gone"})


async def test_all_simple_paths_come_in_pages(ask: Ask) -> None:
    query = """query ($first: Int, $after: String) { allSimplePaths(from: "Intel", to: "US", maxLength: 5, first: $first,
      after: $after) { nodes { id length } pageInfo { endCursor hasNextPage } report { status } } }"""
    whole = (await data(ask, query))["allSimplePaths"]
    assert [one["length"] for one in whole["nodes"]] == [3, 3]
    first = (await data(ask, query, first=1))["allSimplePaths"]
    second = (await data(ask, query, first=1, after=first["pageInfo"]["endCursor"]))["allSimplePaths"]
    assert first["nodes"] + second["nodes"] == whole["nodes"]
    longer = await data(
        ask, '{ allSimplePaths(from: "Intel", to: "US", minLength: 4) { nodes { id } report { status } } }'
    )
    assert longer["allSimplePaths"] == {"nodes": [], "report": {"status": "NO_PATH"}}


async def test_a_subgraph_joins_what_can_be_joined(ask: Ask) -> None:
    found = await data(
        ask,
        """{ connectingSubgraph(ids: ["Intel", "China", "Arizona", "Huawei"]) { entities { name } unconnected { name }
             relations { type } report { status } } }""",
    )
    found = found["connectingSubgraph"]
    assert set(named(found["entities"])) >= {"Intel", "ACM Research", "Huawei", "United States", "China"}
    assert named(found["unconnected"]) == ["Arizona"]
    assert found["report"]["status"] == "NO_PATH"


async def test_paths_that_became_known_are_told(ask: Ask) -> None:
    found = await data(
        ask,
        """{ pathsDiff(from: "Gudeng Precision", to: "Arizona", knownFrom: "2026-11-01T12:00:00Z",
             knownTo: "2026-11-30T00:00:00Z") { appeared { entities { name } } vanished { id } kept { id } } }""",
    )
    assert found["pathsDiff"] == {
        "appeared": [{"entities": [{"name": n} for n in ("Gudeng Precision", "TSS Holdings", "Arizona")]}],
        "vanished": [],
        "kept": [],
    }


async def test_a_timeline_is_newest_first_and_bounded_by_days(ask: Ask) -> None:
    found = await data(
        ask,
        """{ timeline(entityIds: ["Huawei"]) { nodes { day claim { sentence } } }
             late: timeline(entityIds: ["Huawei"], since: "2018-01-01", clock: HAPPENED) { nodes { day } } }""",
    )
    assert [one["day"] for one in found["timeline"]["nodes"]] == ["2019-05-16", "2015-01-01", None]
    assert [one["day"] for one in found["late"]["nodes"]] == ["2019-05-16"]


async def test_claims_are_counted_by_period_and_by_value(ask: Ask) -> None:
    found = await data(
        ask,
        """{ timeSeries(entityIds: ["US", "China"], interval: MONTH) { start claims relations sources }
             distribution(entityIds: ["US", "China"], field: RELATION_TYPE) { value claims } }""",
    )
    assert found["timeSeries"] == [{"start": "2026-11-01", "claims": 5, "relations": 5, "sources": 2}]
    assert found["distribution"][0] == {"value": "SANCTIONS", "claims": 2}


async def test_contradictions_hold_both_sides(ask: Ask, neo4j_session: Any) -> None:
    neo4j_session.run(
        "MATCH (c:Claim {sentence: 'Intel evaluated two ACM tools.'}) SET c.modality = 'denied'"
    ).consume()
    found = await data(
        ask,
        '{ contradictions(entityIds: ["Intel"]) { nodes { relation { type } stating { sentence } against { sentence } } } }',
    )
    assert found["contradictions"]["nodes"] == [
        {
            "relation": {"type": "TESTED"},
            "stating": [{"sentence": "Intel tested tools from ACM Research."}],
            "against": [{"sentence": "Intel evaluated two ACM tools."}],
        }
    ]


async def test_matches_explain_their_score(ask: Ask) -> None:
    found = await data(
        ask,
        """{ matchEntities(queries: [{name: "Intel Corp", type: COMPANY}, {name: "ACMR", type: COUNTRY}, {name: "zzzz"}])
             { name candidates { score match entity { name } explanations { feature factor } } } }""",
    )
    intel, acm, nothing = found["matchEntities"]
    assert intel["candidates"][0]["entity"]["name"] == "Intel"
    assert intel["candidates"][0]["match"]
    assert {one["feature"] for one in acm["candidates"][0]["explanations"]} == {"name", "alias", "type"}
    assert not acm["candidates"][0]["match"]
    assert nothing["candidates"] == []
