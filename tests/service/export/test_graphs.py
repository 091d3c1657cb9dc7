"""GraphML and GEXF in the eyes of the tools that read them."""

import json
from pathlib import Path

import igraph
import neo4j
import networkx
import pytest
from lxml import etree

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import RelationType
from tests.service.exporting import exported, stored_edges

pytestmark = pytest.mark.anyio


async def test_networkx_reads_both_formats_of_graphs(
    story_graph: Graph, neo4j_session: neo4j.Session, tmp_path: Path
) -> None:
    await exported(story_graph, "graphml", tmp_path / "g.graphml", evidence=True)
    await exported(story_graph, "gexf", tmp_path / "g.gexf", evidence=True)
    for read in (
        networkx.read_graphml(tmp_path / "g.graphml", force_multigraph=True),
        networkx.read_gexf(tmp_path / "g.gexf", version="1.3"),
    ):
        assert read.is_directed()
        assert {(start, data["type"], end) for start, end, data in read.edges(data=True)} == stored_edges(neo4j_session)
        intel = read.nodes["company:intel"]
        assert (intel["name"], intel["type"]) == ("Intel", "Company")
        assert json.loads(intel["aliases"]) == ["Intel Corporation", "英特尔"]
        (owns,) = (data for _, _, data in read.edges(data=True) if data["type"] == "OWNS")
        assert (owns["confidence"], owns["claims"], owns["symmetric"]) == (0.8, 1, False)
        (claim,) = json.loads(owns["evidence"])
        assert claim["sentence"] == "ACM Research owns its Shanghai unit."
        assert (claim["publisher"], claim["published"]) == ("Chip Wire", "2026-11-03")


async def test_igraph_reads_graphml(story_graph: Graph, neo4j_session: neo4j.Session, tmp_path: Path) -> None:
    await exported(story_graph, "graphml", tmp_path / "g.graphml")
    read = igraph.Graph.Read_GraphML(str(tmp_path / "g.graphml"))
    ids = read.vs["id"]
    assert {(ids[edge.source], edge["type"], ids[edge.target]) for edge in read.es} == stored_edges(neo4j_session)
    assert read.vs.find(id="company:tsmc")["name"] == "TSMC"


async def test_a_file_for_gephi_has_nodes_then_edges_of_declared_attributes(story_graph: Graph, tmp_path: Path) -> None:
    await exported(story_graph, "gexf", tmp_path / "g.gexf")
    root = etree.parse(tmp_path / "g.gexf").getroot()
    space = "{http://gexf.net/1.3}"
    assert (root.tag, root.get("version")) == (f"{space}gexf", "1.3")
    graph = root.find(f"{space}graph")
    assert [child.tag.removeprefix(space) for child in graph] == ["attributes", "attributes", "nodes", "edges"]
    nodes = {node.get("id"): node.get("label") for node in graph.iter(f"{space}node")}
    assert nodes["company:intel"] == "Intel"
    for kind, element in (("node", "node"), ("edge", "edge")):
        (declared,) = (one for one in graph.findall(f"{space}attributes") if one.get("class") == kind)
        known = {one.get("id") for one in declared}
        used = {value.get("for") for one in graph.iter(f"{space}{element}") for value in one.iter(f"{space}attvalue")}
        assert used
        assert used <= known
    for edge in graph.iter(f"{space}edge"):
        assert {edge.get("source"), edge.get("target")} <= nodes.keys()
        assert edge.get("label") == edge.get("kind")
        assert edge.get("label") in set(RelationType)
