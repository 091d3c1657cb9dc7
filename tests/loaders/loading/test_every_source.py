"""Each source through a whole load: its counts add up, loading it again changes no count, and the graph answers from it.

The recorded files are our own; the real ones may not be redistributed and are read where they lie (CHOKEPOINT_SHARED).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.execution import Plan, execute
from loaders.loading.inputs import Input, RecordInput
from loaders.settings import LoadSettings
from loaders.sources.eto import SupplyChain
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.gdelt import Gdelt
from loaders.sources.triples import Triples
from loaders.writing.counts import Counts

pytestmark = pytest.mark.anyio

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]

RECORDED = Path(__file__).parents[2] / "data"
SAMPLE = Path(__file__).parents[3] / "loaders" / "sample" / "statements.csv"
REAL = Path(os.environ.get("CHOKEPOINT_SHARED") or Path(__file__).parents[4] / "shared") / "data"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the sources' real files are not here")

DEPENDS_ON: LiteralString = """
MATCH (thing:Entity)<-[:PRODUCES]-(firm:Company)
WHERE thing.name STARTS WITH $name
RETURN firm.name AS firm, thing.name AS thing
"""
LISTED: LiteralString = """
MATCH (list:Entity {name: '1260H list'})-[r:SANCTIONS]->(unit:Entity)
WHERE any(name IN [unit.name] + unit.aliases WHERE name CONTAINS $name)
RETURN unit.name AS unit, toString(r.valid_from) AS since, toString(r.valid_to) AS until, r.status AS status
"""
FACTS: LiteralString = """
MATCH (:Entity {name: '1260H list'})<-[:SUBJECT]-(c:Claim)-[:OBJECT]->(:Entity {id: $id})
RETURN toString(c.date) AS date, c.modality AS modality ORDER BY date
"""


def events(folder: Path, export: str, mentions: str) -> Input:
    return RecordInput("gdelt", Gdelt([str(folder / export)], [str(folder / mentions)]), "gdelt")


def entities(path: Path) -> Input:
    return RecordInput("ftm", FollowTheMoney([str(path)]), "ftm")


def chain(folder: Path) -> Input:
    return RecordInput("eto", SupplyChain(str(folder)), "eto")


SOURCES: dict[str, Callable[[], Input]] = {
    "triples": lambda: RecordInput("triples", Triples([str(SAMPLE)])),
    "eto": lambda: chain(RECORDED / "eto"),
    "ftm": lambda: entities(RECORDED / "followthemoney" / "entities.ftm.json"),
    "gdelt": lambda: events(RECORDED / "gdelt", "events.export.CSV", "mentions.CSV"),
}
LISTS = ("us_cn_restricted", "zala.entities", "parteispenden.entities", "t1.entities")
REAL_SOURCES: dict[str, Callable[[], Input]] = {
    "eto": lambda: chain(REAL / "eto_supply_chain"),
    "gdelt": lambda: events(
        REAL / "gdelt_sample", "20170701234500.sample.export.CSV", "20170701234500.sample.mentions.csv"
    ),
    **{name: partial(entities, REAL / "ftm_sample" / f"{name}.ftm.json") for name in LISTS},
}


async def bring(graph: Graph, input: Input, tmp_path: Path, *, full: bool = False) -> Counts:
    plan = Plan([input], "test", LoadSettings(), full)
    (outcome,) = await execute(graph, plan, DeadLetterFile(tmp_path / "refused.jsonl"), stop=asyncio.Event())
    counts = outcome.counts
    assert counts.statements == counts.claims_new + counts.claims_updated + counts.claims_unchanged
    assert counts.records_read - counts.records_refused - counts.records_silent <= counts.statements
    return counts


async def twice_is_once(graph: Graph, snapshot: Read, source: Callable[[], Input], tmp_path: Path, full: bool) -> None:
    first = await bring(graph, source(), tmp_path, full=full)
    assert first.claims_new > 0
    once = await snapshot(graph)
    again = await bring(graph, source(), tmp_path, full=full)
    assert not again.changed
    read = (again.records_read, again.records_refused, again.records_silent, again.statements)
    assert read == (first.records_read, first.records_refused, first.records_silent, first.statements)
    assert await snapshot(graph) == once


@pytest.mark.parametrize("full", [False, True], ids=["part", "whole"])
@pytest.mark.parametrize("name", SOURCES)
async def test_a_source_twice_changes_no_count(
    ready: Graph, snapshot: Read, tmp_path: Path, name: str, full: bool
) -> None:
    await twice_is_once(ready, snapshot, SOURCES[name], tmp_path, full)


@real
@pytest.mark.parametrize("name", REAL_SOURCES)
async def test_a_real_source_twice_changes_no_count(ready: Graph, snapshot: Read, tmp_path: Path, name: str) -> None:
    await twice_is_once(ready, snapshot, REAL_SOURCES[name], tmp_path, full=False)


async def _rows(tx: AsyncManagedTransaction, query: LiteralString, parameters: dict[str, str]) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query, parameters)]


@real
async def test_the_graph_tells_on_which_firm_euv_depends(ready: Graph, tmp_path: Path) -> None:
    await bring(ready, REAL_SOURCES["eto"](), tmp_path)
    assert await ready.read(_rows, DEPENDS_ON, {"name": "EUV"}) == [{"firm": "ASML", "thing": "EUV scanners"}]


@real
async def test_the_graph_tells_who_is_listed_since_when_and_who_was_and_is_again(ready: Graph, tmp_path: Path) -> None:
    await bring(ready, REAL_SOURCES["us_cn_restricted"](), tmp_path)
    units = {row["unit"]: row for row in await ready.read(_rows, LISTED, {"name": "SMIC"})}
    assert len(units) == 10
    assert {row["since"] for name, row in units.items() if name != "SMIC, Americas"} == {"2021-06-03"}
    assert units["SMIC, Americas"]["since"] == "2025-01-07"
    ended = [(row["unit"], row["until"]) for row in units.values() if row["status"] == "ended"]
    assert ended == [("SMIC Hong Kong International", "2024-01-31")]
    assert await ready.read(_rows, FACTS, {"id": "company:cxmt"}) == [
        {"date": "2025-01-07", "modality": "asserted"},
        {"date": "2026-02-17", "modality": "ended"},
        {"date": "2026-06-08", "modality": "asserted"},
    ]
