"""The API and the tools of agents asked of former versions: what they show, and what they refuse."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import LiteralString

import httpx
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.ids import RunId
from graph_schema.publishers import Publisher
from loaders.submissions import SubmissionWriter
from loaders.writing import weights
from loaders.writing.weights import weigh
from service.agents.tools import Tools
from service.http.client import ApiClient
from service.index.loading import BYTES_PER_ENTITY
from tests.loaders.writing.test_change import _rows
from tests.service.conftest import Ask, asker

pytestmark = pytest.mark.anyio

FIRM = {"subject_type": "Company", "object_type": "Company"}
OWNED = {**FIRM, "subject": "Arm Works", "predicate": "owns", "object": "Bolt Works", "share": 0.6}
SUPPLIED = {**FIRM, "subject": "Bolt Works", "predicate": "supplies", "object": "Cog Works"}
LISTED = {"subject": "United States", "predicate": "sanctions", "object": "Arm Works", "object_type": "Company"}
PATH = """
query Q($at: Int) { shortestPath(from: "Arm Works", to: "Cog Works", atVersion: $at) {
  report { status engine graphVersion cypher hubsSkipped { id } }
  paths { entities { name degree } hops { topEvidence { id } relations {
    type status claimCount subject { id name } object { name } claims { nodes { predicate subject { name } } } } } }
} }
"""
TIES = """
query Q($at: Int) { exposure(id: "Cog Works", atVersion: $at) { report { status } nodes {
  kind entity { name relations(where: {direction: IN}) { nodes { type } }
    listed { subject { name } claims { nodes { id } } } } } } }
"""
HELD = """
query Q($at: Int) { ownership(id: "Bolt Works", atVersion: $at) {
  verdict lower report { status } holdings { basis claims { id } } parties { entity { name } } } }
"""


@dataclass(frozen=True)
class History:
    """Three loads, of which the first and the last were taken back."""

    graph: Graph
    ask: Ask
    full: int
    """Version at which all had been loaded."""


async def write(graph: Graph) -> int:
    """Writes the history; the version at which all had been loaded."""
    await schema.apply(graph)
    writer = SubmissionWriter(graph)
    taken: list[RunId] = []
    for row in (OWNED, SUPPLIED, LISTED):
        done = await writer.load_triples([row], source=str(row["predicate"]), dry_run=False)
        assert done.run is not None
        taken.append(done.run)
    full = await graph.read(graph_version)
    await writer.retract_run(taken[0])
    await writer.retract_run(taken[2])
    await writer.close()
    return full


@pytest.fixture
async def history(graph: Graph, client_of: Callable[..., httpx.AsyncClient]) -> AsyncIterator[History]:
    full = await write(graph)
    async with client_of(graph) as http:
        yield History(graph, asker(http), full)


async def refusal(ask: Ask, query: str, at: int) -> str:
    errors = (await ask(query, at=at))["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_QUESTION"}
    return str(errors[0]["message"])


async def test_a_path_is_told_with_what_has_been_taken_back(history: History) -> None:
    unknown = await history.ask(PATH)
    assert unknown["errors"][0]["extensions"]["code"] == "ENTITY_NOT_FOUND"
    told = (await history.ask(PATH, at=history.full))["data"]["shortestPath"]
    assert told["report"] == {
        "status": "FOUND",
        "engine": "PAST",
        "graphVersion": history.full,
        "cypher": None,
        "hubsSkipped": [],
    }
    (found,) = told["paths"]
    names = [(one["name"], one["degree"]) for one in found["entities"]]
    assert names == [("Arm Works", 2), ("Bolt Works", 2), ("Cog Works", 1)]
    owned, supplied = found["hops"]
    assert owned["topEvidence"] == []
    assert owned["relations"] == [
        {
            "type": "OWNS",
            "status": "ASSERTED",
            "claimCount": 1,
            "subject": {"id": "company:arm-works", "name": "Arm Works"},
            "object": {"name": "Bolt Works"},
            "claims": {"nodes": []},
        }
    ]
    said = [{"predicate": "supplies", "subject": {"name": "Bolt Works"}}]
    assert supplied["relations"][0]["claims"]["nodes"] == said
    assert len(supplied["topEvidence"]) == 1


async def test_exposure_and_ownership_are_told_as_they_were(history: History) -> None:
    ties = (await history.ask(TIES, at=history.full))["data"]["exposure"]
    assert ties["report"]["status"] == "FOUND"
    (tie,) = ties["nodes"]
    listed = [{"subject": {"name": "United States"}, "claims": {"nodes": []}}]
    assert (tie["kind"], tie["entity"]["name"], tie["entity"]["listed"]) == ("SOURCES_FROM", "Arm Works", listed)
    assert tie["entity"]["relations"]["nodes"] == [{"type": "SANCTIONS"}]
    assert (await history.ask(TIES))["data"]["exposure"]["nodes"] == []
    held = (await history.ask(HELD, at=history.full))["data"]["ownership"]
    assert (held["verdict"], held["lower"]) == ("YES", 0.6)
    assert held["holdings"] == [{"basis": "STATED", "claims": []}]
    assert held["parties"] == [{"entity": {"name": "Arm Works"}}]
    before = (await history.ask(HELD, at=history.full - 1))["data"]["ownership"]
    assert (before["verdict"], before["lower"], before["report"]["status"]) == ("NO", 0.0, "NO_PATH")
    assert (await history.ask(HELD))["data"]["ownership"]["holdings"] == []


async def test_then_and_now_stand_beside_each_other_in_one_document(history: History) -> None:
    query = """
    query Q($at: Int) {
      then: ownership(id: "Bolt Works", atVersion: $at) { entity { degree relations { nodes { type subject { name } } } } }
      now: ownership(id: "Bolt Works") { entity { degree relations { nodes { type subject { name } } } } }
    }
    """
    told = (await history.ask(query, at=history.full))["data"]
    supplies = {"type": "SUPPLIES", "subject": {"name": "Bolt Works"}}
    owns = {"type": "OWNS", "subject": {"name": "Arm Works"}}
    assert told["now"]["entity"] == {"degree": 1, "relations": {"nodes": [supplies]}}
    assert told["then"]["entity"]["degree"] == 2
    assert sorted(told["then"]["entity"]["relations"]["nodes"], key=str) == sorted([owns, supplies], key=str)


@pytest.mark.parametrize("version", [-1, 1_000])
async def test_a_version_that_never_was_is_refused(history: History, version: int) -> None:
    assert str(version) in await refusal(history.ask, PATH, version)


async def test_a_version_from_before_the_graph_remembered_is_refused(history: History) -> None:
    begin: LiteralString = "MATCH (s:GraphState {id: 'graph'}) SET s.history_since = 2"
    await history.graph.write(_rows, begin)
    assert "remembers them from 2 on" in await refusal(history.ask, PATH, 1)
    await history.graph.write(_rows, "MATCH (s:GraphState {id: 'graph'}) REMOVE s.history_since")
    assert "chokepoint schema apply" in await refusal(history.ask, PATH, 3)


async def test_what_is_told_of_now_alone_is_refused(history: History) -> None:
    fields = "paths { hops { relations { because { status } } } }", "source { claims { nodes { id } } }"
    for field in fields:
        query = (
            f'query Q($at: Int) {{ shortestPath(from: "Arm Works", to: "Cog Works", atVersion: $at) {{ {field} }} }}'
        )
        assert "atVersion" in await refusal(history.ask, query, history.full)


async def test_without_an_index_no_former_version_is_told(
    history: History, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    async with client_of(history.graph, index=False) as http:
        assert "switched off" in await refusal(asker(http), PATH, history.full)
    crowd = 2 * 1_000_000 // BYTES_PER_ENTITY + 1
    many: LiteralString = (
        "UNWIND range(1, $crowd) AS n CREATE (:Entity {id: 'company:' + n, name: 'Firm', type: 'Company'})"
    )
    await history.graph.write(_rows, many, crowd=crowd)
    async with client_of(history.graph, index_megabytes=1) as http:
        assert "CHOKEPOINT_SERVICE_INDEX_MEGABYTES is 1" in await refusal(asker(http), PATH, history.full)


async def test_while_publishers_are_weighed_versions_are_a_mixture_and_refused(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{**SUPPLIED, "publisher": "Rumour", "object": name, "url": name} for name in ("Dot Works", "Eel Works")]
    await SubmissionWriter(history.graph).load_triples(rows, source="rumours", dry_run=False)
    before = await history.graph.read(graph_version)

    async def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(weights, "_settle", stopped)
        with pytest.raises(KeyboardInterrupt):
            await weigh(history.graph, [Publisher("Rumour", 0.5)], documents_at_once=1)
    assert (await history.ask(HELD, at=before))["data"]["ownership"]["verdict"] == "NO"
    assert "being weighed" in await refusal(history.ask, HELD, before + 1)
    await weigh(history.graph, [Publisher("Rumour", 0.5)])
    settled = await history.graph.read(graph_version)
    assert f"ask of {before} or earlier, or of {settled} or later" in await refusal(history.ask, HELD, before + 1)
    assert "errors" not in await history.ask(HELD, at=settled)


async def test_an_agent_is_told_that_what_it_would_cite_was_taken_back(
    history: History, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    async with client_of(history.graph) as http:
        tools = Tools(ApiClient(http))
        told = await tools.find_paths("Arm Works", "Cog Works", at_version=history.full)
        assert (told.status, told.graph_version, told.complete) == ("FOUND", history.full, False)
        assert [len(one.citations) for one in told.statements] == [0, 1]
        assert told.missing == [
            f"what stated Arm Works OWNS Bolt Works has been taken back since version {history.full}"
        ]
        tied = await tools.exposure("Cog Works", at_version=history.full)
        assert [one.entity.name for one in tied.ties] == ["Arm Works"]
        held = await tools.ownership("Bolt Works", at_version=history.full)
        assert (held.verdict, held.graph_version) == ("YES", history.full)
