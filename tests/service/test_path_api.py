"""Path questions through the API: every hop with its evidence, every answer with what it means."""

from itertools import pairwise
from typing import Any

import pytest

from tests.service.conftest import Ask

pytestmark = pytest.mark.anyio

ENTITIES = "report { status limitedBy hint undated hubsSkipped { name } } paths { entities { name } }"


def names(result: dict[str, Any]) -> list[list[str]]:
    return [[entity["name"] for entity in path["entities"]] for path in result["paths"]]


async def shortest(ask: Ask, arguments: str) -> dict[str, Any]:
    answer = await ask(f"{{ shortestPath({arguments}) {{ {ENTITIES} }} }}")
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["shortestPath"]
    return found


INTEL_TO_US = ["Intel", "ACM Research", "ACM Research Shanghai", "United States"]


async def test_every_hop_carries_its_relations_and_their_sentences(ask: Ask) -> None:
    answer = await ask(
        """query ($from: ID!, $to: ID!) { shortestPath(from: $from, to: $to) { paths { length hops {
             from { name } to { name } relations { type subject { name }
               claims { nodes { sentence attributedTo { name } document { publisher published } } } } } } } }""",
        **{"from": "company:intel", "to": "美國"},
    )
    (path,) = answer["data"]["shortestPath"]["paths"]
    assert [(hop["from"]["name"], hop["to"]["name"]) for hop in path["hops"]] == list(pairwise(INTEL_TO_US))
    told = [claim for hop in path["hops"] for one in hop["relations"] for claim in one["claims"]["nodes"]]
    assert [claim["sentence"] for claim in told] == [
        "Intel tested tools from ACM Research.",
        "Intel evaluated two ACM tools.",
        "ACM Research owns its Shanghai unit.",
        "Washington put the unit on its list.",
    ]
    assert told[-1] == {
        "sentence": "Washington put the unit on its list.",
        "attributedTo": {"name": "United States"},
        "document": {"publisher": "Chip Wire", "published": "2026-11-03"},
    }


@pytest.mark.parametrize(
    ("arguments", "path", "status"),
    [
        pytest.param('from: "Intel", to: "US"', INTEL_TO_US, "FOUND", id="by-name-and-alias"),
        pytest.param('from: "英特爾", to: "USA"', INTEL_TO_US, "FOUND", id="in-the-other-chinese-script"),
        pytest.param('from: "Intel", to: "Intel Corporation"', None, "SAME_ENTITY", id="one-entity"),
        pytest.param('from: "Intel", to: "Unconnected Works"', None, "NO_PATH", id="unconnected"),
        pytest.param(
            'from: "Intel", to: "US", budget: {maxDepth: 2}, via: {minConfidence: 0.5}',
            None,
            "NONE_WITHIN_BOUNDS",
            id="too-far",
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {types: [MEETS]}', None, "IMPOSSIBLE_BY_SCHEMA", id="no-such-signature"
        ),
        pytest.param(
            'from: "Intel", to: "US", avoid: ["盛美上海"]',
            ["Intel", "ACM Research", "Huawei", "United States"],
            "FOUND",
            id="avoiding-an-entity",
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {includeFormer: true}',
            ["Intel", "Huawei", "United States"],
            "FOUND",
            id="former-relations-too",
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {validAt: "2020-01-01"}',
            ["Intel", "Huawei", "United States"],
            "FOUND",
            id="what-held-then",
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {validAt: "2026-01-01"}', INTEL_TO_US, "FOUND", id="what-holds-later"
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {undated: EXCLUDE, includeFormer: true}',
            ["Intel", "Huawei", "United States"],
            "FOUND",
            id="dated-relations-only",
        ),
        pytest.param('from: "Intel", to: "US", via: {direction: OUT}', None, "NO_PATH", id="along-the-arrows"),
        pytest.param(
            'from: "US", to: "ACM Research", via: {types: [OWNS, SANCTIONS]}',
            ["United States", "ACM Research Shanghai", "ACM Research"],
            "FOUND",
            id="by-type",
        ),
        pytest.param(
            'from: "Intel", to: "US", through: {excludeTypes: [COMPANY]}', None, "NO_PATH", id="by-entity-type"
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {excludePublishers: ["Chip Wire"]}',
            None,
            "NO_PATH",
            id="without-a-publisher",
        ),
        pytest.param(
            'from: "Intel", to: "ACMR", via: {excludePublishers: ["Chip Wire"]}',
            ["Intel", "ACM Research"],
            "FOUND",
            id="told-by-another-publisher-too",
        ),
        pytest.param(
            'from: "Intel", to: "ACMR", via: {types: [TESTED], minSources: 2}',
            ["Intel", "ACM Research"],
            "FOUND",
            id="two-publishers",
        ),
        pytest.param(
            'from: "Intel", to: "ACMR", via: {types: [TESTED], minSources: 2, excludePublishers: ["Chip Wire"]}',
            None,
            "NO_PATH",
            id="two-publishers-without-one-of-them",
        ),
        pytest.param(
            'from: "Intel", to: "ACMR", via: {types: [TESTED], minConfidence: 0.95, publishers: ["Chip Wire"]}',
            None,
            "NO_PATH",
            id="as-sure-as-only-another-publisher-is",
        ),
        pytest.param(
            'from: "Gudeng Precision", to: "Arizona", via: {knownAt: "2026-11-01T12:00:00Z"}',
            None,
            "NO_PATH",
            id="not-known-yet",
        ),
        pytest.param(
            'from: "家登", to: "Arizona", via: {knownAt: "2026-11-02T12:00:00Z"}',
            ["Gudeng Precision", "TSS Holdings", "Arizona"],
            "FOUND",
            id="known-by-then",
        ),
        pytest.param('from: "Intel", to: "US", hubs: {types: [COMPANY]}', None, "NO_PATH", id="no-company-in-between"),
        pytest.param(
            'from: "Intel", to: "US", hubs: {types: [COMPANY], mode: PENALISE}',
            INTEL_TO_US,
            "FOUND",
            id="companies-count-more",
        ),
    ],
)
async def test_filters_hold_inside_the_search(ask: Ask, arguments: str, path: list[str] | None, status: str) -> None:
    result = await shortest(ask, arguments)
    assert (result["report"]["status"], names(result)) == (status, [] if path is None else [path])


async def test_skipped_hubs_are_reported_with_a_way_through(ask: Ask) -> None:
    report = (await shortest(ask, 'from: "Intel", to: "US", hubs: {maxDegree: 2}'))["report"]
    assert report["status"] == "NO_PATH"
    assert {hub["name"] for hub in report["hubsSkipped"]} == {"ACM Research"}
    assert "mode: NONE" in report["hint"]


async def test_hubs_may_be_told_by_their_share_of_all_entities(ask: Ask) -> None:
    ends = 'from: "Intel", to: "US", hubs: {percentile: %s}'
    wide, narrow = [(await shortest(ask, ends % share))["report"] for share in ("0.99", "0.5")]
    assert (wide["status"], wide["hubsSkipped"]) == ("FOUND", [])
    assert (narrow["status"], {"name": "ACM Research"} in narrow["hubsSkipped"]) == ("NO_PATH", True)


async def test_undated_relations_are_counted_when_flagged(ask: Ask) -> None:
    assert (await shortest(ask, 'from: "Intel", to: "US"'))["report"]["undated"] == 2
    assert (await shortest(ask, 'from: "Intel", to: "US", via: {undated: INCLUDE}'))["report"]["undated"] == 0


@pytest.mark.parametrize(("policy", "undated"), [("FLAG", 2), ("INCLUDE", 0)])
async def test_every_kind_of_answer_counts_undated_relations_alike(ask: Ask, policy: str, undated: int) -> None:
    answer = await ask(
        """query ($via: RelationFilter!) {
             subgraph: connectingSubgraph(ids: ["Intel", "US"], via: $via) { report { undated } }
             reach: reachable(from: "Intel", targets: {ids: ["US"]}, via: $via) { report { undated } } }""",
        via={"undated": policy},
    )
    assert {one["report"]["undated"] for one in answer["data"].values()} == {undated}


async def test_one_pair_of_entities_tied_twice_is_reported_with_both_relations(ask: Ask, neo4j_session: Any) -> None:
    answer = await ask(
        """{ shortestPaths(from: ["China"], to: ["rare earths"], distinctBy: RELATIONS) {
               paths { hops { relations { type } } } report { undated cypher } } }"""
    )
    found = answer["data"]["shortestPaths"]
    types = [relation["type"] for path in found["paths"] for hop in path["hops"] for relation in hop["relations"]]
    assert types == ["PRODUCES", "RESTRICTS_EXPORT_OF"]
    assert found["report"]["undated"] == 1
    assert len(list(neo4j_session.run(found["report"]["cypher"]))) == 2


async def test_several_paths_come_shortest_first(ask: Ask) -> None:
    answer = await ask(f'{{ shortestPaths(from: ["Intel"], to: ["US"], k: 5) {{ {ENTITIES} }} }}')
    assert names(answer["data"]["shortestPaths"]) == [
        INTEL_TO_US,
        ["Intel", "ACM Research", "Huawei", "United States"],
    ]


async def test_paths_pass_what_they_must(ask: Ask) -> None:
    answer = await ask(f'{{ shortestPaths(from: ["Intel"], to: ["US"], mustPass: ["華為"]) {{ {ENTITIES} }} }}')
    assert names(answer["data"]["shortestPaths"]) == [["Intel", "ACM Research", "Huawei", "United States"]]


async def test_paths_between_groups_start_and_end_in_them(ask: Ask) -> None:
    answer = await ask(f'{{ shortestPaths(from: ["Intel", "ACMR"], to: ["US", "Arizona"], k: 9) {{ {ENTITIES} }} }}')
    found = names(answer["data"]["shortestPaths"])
    assert found[0][0] == "ACM Research"
    assert all(path[0] in ("Intel", "ACM Research") and path[-1] in ("United States", "Arizona") for path in found)


async def test_existence_is_a_plain_yes_or_no(ask: Ask) -> None:
    answer = await ask(
        """{ yes: pathExists(from: "Intel", to: "US") { exists report { status } }
             no: pathExists(from: "Intel", to: "Unconnected Works") { exists report { status } }
             same: pathExists(from: "US", to: "USA") { exists report { status } } }"""
    )
    assert answer["data"] == {
        "yes": {"exists": True, "report": {"status": "FOUND"}},
        "no": {"exists": False, "report": {"status": "NO_PATH"}},
        "same": {"exists": True, "report": {"status": "SAME_ENTITY"}},
    }


async def test_the_cypher_of_a_path_draws_that_path(ask: Ask, neo4j_session: Any) -> None:
    answer = await ask('{ shortestPath(from: "Intel", to: "US") { report { cypher } path { cypher } } }')
    found = answer["data"]["shortestPath"]
    for cypher in (found["report"]["cypher"], found["path"]["cypher"]):
        drawn = [record["drawn"] for record in neo4j_session.run(cypher)]
        assert {node["name"] for path in drawn for node in path.nodes} == set(INTEL_TO_US)
        assert len({edge.element_id for path in drawn for edge in path.relationships}) == 3


async def test_a_path_is_cited_and_asked_for_its_evidence_by_its_id(ask: Ask) -> None:
    answer = await ask('{ shortestPath(from: "Intel", to: "US") { path { id } } }')
    id = answer["data"]["shortestPath"]["path"]["id"]
    told = await ask(
        "query ($id: ID) { evidence(pathId: $id, first: 3) { nodes { sentence } pageInfo { hasNextPage } } }", id=id
    )
    assert len(told["data"]["evidence"]["nodes"]) == 3
    assert told["data"]["evidence"]["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        pytest.param('from: "Intl", to: "US"', "ENTITY_NOT_FOUND", "close: Intel", id="unknown-name"),
        pytest.param(
            'from: "Intel", to: "US", budget: {maxDepth: 99}', "LIMIT_EXCEEDED", "maxDepth is 99", id="too-deep"
        ),
        pytest.param('from: "Intel", to: "US", budget: {maxDepth: 0}', "BAD_QUESTION", "at least 1", id="no-depth"),
        pytest.param(
            'from: "Intel", to: "US", via: {types: [OWNS], excludeTypes: [OWNS]}',
            "BAD_QUESTION",
            "leave no",
            id="no-type-left",
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {minConfidence: 2}', "BAD_QUESTION", "[0, 1]", id="no-such-confidence"
        ),
        pytest.param(
            'from: "Intel", to: "US", via: {types: [OWN]}', "GRAPHQL_VALIDATION_FAILED", "'OWNS'", id="unknown-type"
        ),
    ],
)
async def test_a_wrong_question_says_how_to_mend_it(ask: Ask, arguments: str, code: str, part: str) -> None:
    answer = await ask(f"{{ shortestPath({arguments}) {{ path {{ id }} }} }}")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == code
    assert part in error["message"]
