"""A whole source loaded anew: what it no longer states has ended, what it states again lives, and a shrunken one ends nothing."""

import asyncio
import json
from pathlib import Path
from typing import Any, LiteralString

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import SettingsError, UnexpectedCounts
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.execution import Plan, execute
from loaders.loading.expectations import Expectation
from loaders.loading.inputs import Input, RecordInput
from loaders.settings import LoadSettings
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.triples import Triples
from loaders.writing.counts import Counts

pytestmark = pytest.mark.anyio

DATA = Path(__file__).parents[2] / "data" / "followthemoney"
EDGES: LiteralString = """
MATCH (a:Entity)-[r]->(b:Entity) RETURN a.name AS a, type(r) AS type, b.name AS b, r.status AS status, r.claims AS claims
"""


async def _query(tx: AsyncManagedTransaction, query: LiteralString) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query)]


async def statuses(graph: Graph) -> dict[tuple[str, str, str], str]:
    return {(row["a"], row["type"], row["b"]): row["status"] for row in await graph.read(_query, EDGES)}


async def bring(graph: Graph, input: Input, tmp_path: Path, *expect: str, full: bool = True) -> Counts:
    plan = Plan([input], "test", LoadSettings(writer_wait_s=1), full, tuple(map(Expectation.parse, expect)))
    (outcome,) = await execute(graph, plan, DeadLetterFile(tmp_path / "refused.jsonl"), stop=asyncio.Event())
    return outcome.counts


def table(tmp_path: Path, *rows: str) -> Input:
    path = tmp_path / "table.csv"
    path.write_text("subject,predicate,object,sentence\n" + "".join(f"{row}\n" for row in rows))
    return RecordInput("triples", Triples([str(path)]))


INTEL, TSMC = ("Intel", "SUPPLIES", "Zorg"), ("TSMC", "SUPPLIES", "Zorg")


async def test_what_a_source_no_longer_states_has_ended_until_it_states_it_again(ready: Graph, tmp_path: Path) -> None:
    both = ("Intel,supplies,Zorg Inc,", "TSMC,supplies,Zorg Inc,")
    await bring(ready, table(tmp_path, *both), tmp_path)
    counts = await bring(ready, table(tmp_path, both[0]), tmp_path)
    assert counts.claims_ended == 1
    assert await statuses(ready) == {INTEL: "asserted", TSMC: "ended"}
    again = await bring(ready, table(tmp_path, both[0]), tmp_path)
    assert not again.changed
    await bring(ready, table(tmp_path, *both), tmp_path)
    assert await statuses(ready) == {INTEL: "asserted", TSMC: "asserted"}


async def test_other_words_for_the_same_replace_the_old_ones(ready: Graph, tmp_path: Path) -> None:
    await bring(ready, table(tmp_path, "Intel,supplies,Zorg Inc,It does."), tmp_path)
    counts = await bring(ready, table(tmp_path, "Intel,supplies,Zorg Inc,It still does."), tmp_path)
    assert (counts.claims_new, counts.claims_removed, counts.claims_ended) == (1, 1, 0)
    assert [row["claims"] for row in await ready.read(_query, EDGES)] == [1]


async def test_a_partial_delivery_ends_nothing(ready: Graph, tmp_path: Path) -> None:
    await bring(ready, table(tmp_path, "Intel,supplies,Zorg Inc,", "TSMC,supplies,Zorg Inc,"), tmp_path)
    await bring(ready, table(tmp_path, "Intel,supplies,Zorg Inc,"), tmp_path, full=False)
    assert set((await statuses(ready)).values()) == {"asserted"}


async def test_a_shrunken_source_is_stopped_before_it_ends_anything(ready: Graph, tmp_path: Path) -> None:
    both = ("Intel,supplies,Zorg Inc,", "TSMC,supplies,Zorg Inc,")
    await bring(ready, table(tmp_path, *both), tmp_path, "3..3 companies")
    with pytest.raises(UnexpectedCounts, match=r"expected 3\.\. companies, found 2"):
        await bring(ready, table(tmp_path, both[0]), tmp_path, "3.. companies", "1.. records")
    assert await statuses(ready) == {INTEL: "asserted", TSMC: "asserted"}


async def test_other_sources_are_left_alone(ready: Graph, tmp_path: Path) -> None:
    await bring(ready, table(tmp_path, "Intel,supplies,Zorg Inc,"), tmp_path)
    other = tmp_path / "other.csv"
    other.write_text("subject,predicate,object\nTSMC,supplies,Zorg Inc\n")
    await bring(ready, RecordInput("triples", Triples([str(other)])), tmp_path)
    assert set((await statuses(ready)).values()) == {"asserted"}


async def test_a_record_that_a_delta_deletes_has_ended_and_one_that_it_changes_is_replaced(
    ready: Graph, tmp_path: Path
) -> None:
    entities = str(DATA / "entities.ftm.json")
    listed = ("Trial List", "SANCTIONS", "Example Memory")
    await bring(ready, RecordInput("ftm", FollowTheMoney([entities]), "list"), tmp_path)
    assert (await statuses(ready))[listed] == "asserted"
    changes = RecordInput("ftm", FollowTheMoney([str(DATA / "changes.delta.json")], [entities]), "list")
    counts = await bring(ready, changes, tmp_path, full=False)
    assert (counts.claims_ended, counts.claims_new, counts.claims_removed) == (2, 2, 1)
    assert (await statuses(ready))[listed] == "ended"
    assert not (await bring(ready, changes, tmp_path, full=False)).changed
    await bring(ready, RecordInput("ftm", FollowTheMoney([entities]), "list"), tmp_path)
    assert (await statuses(ready))[listed] == "asserted"


async def test_a_full_list_without_a_listing_ends_it(ready: Graph, tmp_path: Path) -> None:
    lines = (DATA / "entities.ftm.json").read_text().splitlines()
    path = tmp_path / "list.json"
    path.write_text("\n".join(lines))
    await bring(ready, RecordInput("ftm", FollowTheMoney([str(path)])), tmp_path)
    path.write_text("\n".join(line for line in lines if json.loads(line)["id"] != "s2"))
    counts = await bring(ready, RecordInput("ftm", FollowTheMoney([str(path)])), tmp_path)
    assert counts.claims_ended == 2
    assert (await statuses(ready))["Trial List", "SANCTIONS", "Example Memory"] == "ended"


@pytest.mark.parametrize("words", ["many companies", "5..3 companies", ".. records", "3.. unicorns", "3 companies"])
def test_an_expectation_that_cannot_be_read_says_how_to_write_it(words: str) -> None:
    with pytest.raises(SettingsError):
        Expectation.parse(words)
