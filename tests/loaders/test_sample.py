"""The bundled sample, loaded alone, answers the questions that newcomers are shown."""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, LiteralString

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import LIVE_MODALITIES, RelationType
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input, RecordInput, TextInput
from loaders.loading.pipeline import check, load
from loaders.settings import LoadSettings
from loaders.sources.news import News
from loaders.sources.triples import Triples

pytestmark = pytest.mark.anyio

PATHS: LiteralString = """
MATCH p = ALL SHORTEST (a:Entity {id: $start})-[r WHERE r.status IN $live AND type(r) IN $types]-+(b:Entity {id: $end})
RETURN [n IN nodes(p) | n.name] AS names,
       [r IN relationships(p) | type(r)] AS types,
       [r IN relationships(p) | startNode(r).name] AS subjects,
       [r IN relationships(p) | r.id] AS edges
"""
SENTENCES: LiteralString = "MATCH (c:Claim {edge: $edge}) RETURN collect(c.sentence) AS sentences"


@pytest.fixture(scope="module")
def inputs() -> Iterator[list[Input]]:
    with as_file(files("loaders.sample")) as folder:
        yield [
            TextInput("news", News([str(folder / "bulletins.jsonl")]), spacy_extractor()),
            RecordInput("triples", Triples([str(folder / "statements.csv")])),
        ]


async def _query(tx: AsyncManagedTransaction, /, query: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query, **parameters)]


async def bring(graph: Graph, inputs: list[Input], folder: Path) -> list[dict[str, int]]:
    refused = DeadLetterFile(folder / "refused.jsonl")
    outcomes = [await load(graph, each, job="sample", settings=LoadSettings(), dead_letters=refused) for each in inputs]
    return [outcome.counts.as_dict() for outcome in outcomes]


async def paths(graph: Graph, start: str, end: str) -> list[dict[str, Any]]:
    types = list(RelationType)
    return await graph.read(_query, PATHS, start=start, end=end, live=list(LIVE_MODALITIES), types=types)


async def test_intel_and_the_united_states_are_tied_by_one_shortest_path_of_three_hops(
    ready: Graph, inputs: list[Input], tmp_path: Path
) -> None:
    await bring(ready, inputs, tmp_path)
    (path,) = await paths(ready, "company:intel", "country:united-states")
    assert path["names"] == ["Intel", "ACM Research", "ACM Research Shanghai", "United States"]
    assert path["types"] == ["TESTED", "SUBSIDIARY_OF", "SANCTIONS"]
    assert path["subjects"] == ["Intel", "ACM Research Shanghai", "United States"]
    for edge in path["edges"]:
        ((sentences,),) = [row.values() for row in await ready.read(_query, SENTENCES, edge=edge)]
        assert all(sentences)


async def test_china_reaches_guided_missiles_through_rare_earths(
    ready: Graph, inputs: list[Input], tmp_path: Path
) -> None:
    await bring(ready, inputs, tmp_path)
    found = await paths(ready, "country:china", "product:guided-missiles")
    assert [(path["names"][1], path["types"]) for path in found] == [("rare earths", ["RESTRICTS_EXPORT_OF", "USES"])]


async def test_loading_the_sample_twice_changes_no_count(ready: Graph, inputs: list[Input], tmp_path: Path) -> None:
    first = await bring(ready, inputs, tmp_path)
    second = await bring(ready, inputs, tmp_path)
    assert sum(counts["claims_new"] for counts in first) > 50
    changed = {
        name
        for counts in second
        for name, value in counts.items()
        if value and name.endswith(("new", "updated", "removed"))
    }
    assert changed == set()


def test_every_record_of_the_sample_is_taken_and_every_predicate_known(inputs: list[Input]) -> None:
    for each in inputs:
        counts, findings, refusals = check(each)
        assert refusals == []
        assert not findings.misfits
        assert not findings.unmapped
        assert counts.statements > 20
        assert each.ignored == set()
