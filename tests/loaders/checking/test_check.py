"""`chokepoint check` finds what does not follow from the claims, and mends what does."""

import json

import neo4j
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings
from loaders.checking.findings import REPAIRABLE, Kind
from loaders.checking.graph import check
from loaders.submissions import SubmissionWriter
from tests.test_command_line import chokepoint
from tests.whole_graph import whole_graph

pytestmark = pytest.mark.anyio
VERSIONS = frozenset({"version", "asked"})
STATEMENTS: list[dict[str, object]] = [
    {
        "subject": "Intel",
        "predicate": "tested tools from",
        "object": "ACM Research",
        "publisher": "Desk",
        "date": "2025-11-12",
    },
    {"subject": "Intel", "predicate": "tested tools from", "object": "ACM Research", "publisher": "Other Desk"},
    {"subject": "United States", "predicate": "sanctions", "object": "ACM Research", "publisher": "Desk"},
]


@pytest.fixture
async def loaded(graph: Graph) -> Graph:
    await schema.apply(graph)
    await SubmissionWriter(graph).load_triples(STATEMENTS, source="desk", dry_run=False)
    return graph


async def test_a_graph_as_it_was_loaded_is_whole(loaded: Graph) -> None:
    report = await check(loaded)
    assert (report.findings, report.claims, report.edges) == ([], 3, 2)


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        pytest.param("MATCH ()-[r:TESTED]->() SET r.confidence = 0.01", Kind.EDGE_WRONG, id="another-confidence"),
        pytest.param(
            "MATCH ()-[r:TESTED]->() SET r.first_seen = date('1999-01-01')", Kind.EDGE_WRONG, id="another-day"
        ),
        pytest.param("MATCH ()-[r:TESTED]->() REMOVE r.status", Kind.EDGE_WRONG, id="no-status"),
        pytest.param("MATCH ()-[r:TESTED]->() DELETE r", Kind.EDGE_MISSING, id="no-edge"),
        pytest.param(
            "MATCH (a:Entity {name: 'Intel'}), (b:Entity {name: 'United States'}) "
            "CREATE (a)-[:OWNS {id: 'rel:made-up', status: 'asserted'}]->(b)",
            Kind.EDGE_UNSUPPORTED,
            id="no-claim",
        ),
        pytest.param(
            "MERGE (l:GraphState {id: 'job:daily'}) SET l.token = 'dead', l.who = 'a loader', "
            "l.until = datetime() - duration('PT1H')",
            Kind.LOCK_LEFT,
            id="lock",
        ),
        pytest.param("MATCH (r:LoadRun) SET r.status = 'running'", Kind.RUN_OPEN, id="run"),
        pytest.param(
            "MATCH (c:Claim)-[s:SUBJECT]->() WITH s LIMIT 1 DELETE s", Kind.CLAIM_TORN, id="claim-without-an-end"
        ),
        pytest.param("CREATE (:GraphState {id: 'restore', file: 'b'})", Kind.RESTORE_UNFINISHED, id="restore"),
    ],
)
async def test_damage_is_found_and_mended_where_the_claims_tell_how(
    loaded: Graph, neo4j_session: neo4j.Session, damage: str, kind: Kind
) -> None:
    before = await whole_graph(loaded, without=VERSIONS)
    neo4j_session.run(damage).consume()
    report = await check(loaded)
    assert {finding.kind for finding in report.findings} == {kind}
    assert report.left == len(report.findings)
    again = await check(loaded, repair=True)
    assert (again.left == 0) is (kind in REPAIRABLE)
    if kind in REPAIRABLE:
        assert (await check(loaded)).findings == []
    if kind in (Kind.EDGE_WRONG, Kind.EDGE_MISSING):
        assert (await whole_graph(loaded, without=VERSIONS)).edges == before.edges


async def test_the_command_prints_json_and_exits_1_until_it_is_repaired(
    loaded: Graph, neo4j_session: neo4j.Session, neo4j_settings: GraphSettings
) -> None:
    neo4j_session.run("MATCH ()-[r:TESTED]->() SET r.confidence = 0.01").consume()
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    login = {
        "CHOKEPOINT_NEO4J_URI": neo4j_settings.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": neo4j_settings.password.get_secret_value(),
    }
    found = chokepoint("check", "--json", **login)
    assert found.returncode == 1
    told = json.loads(found.stdout)
    assert [(finding["kind"], finding["repaired"]) for finding in told["findings"]] == [("edge wrong", False)]
    repaired = chokepoint("check", "--repair", **login)
    assert (repaired.returncode, "(repaired)" in repaired.stdout) == (0, True)
    whole = chokepoint("check", **login)
    assert (whole.returncode, whole.stdout) == (0, "3 claims and 2 edges checked, 0 findings\n")
