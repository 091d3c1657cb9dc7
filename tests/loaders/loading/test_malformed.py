"""A thousand spoilt records: each is refused with its line, none changes the graph, and the good ones between them are kept."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph_schema.database.graph import Graph
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.execution import Plan, execute
from loaders.loading.inputs import Input, RecordInput
from loaders.settings import LoadSettings
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.triples import Triples

pytestmark = pytest.mark.anyio

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]

FIRM = {"id": "f", "schema": "Company", "properties": {"name": ["Example Fab"], "jurisdiction": ["cn"]}}
TIE: dict[str, Any] = {
    "id": "o",
    "schema": "Ownership",
    "properties": {"owner": ["g"], "asset": ["f"], "startDate": ["2020-01-01"], "endDate": ["2021-01-01"]},
}
OWNER = {"id": "g", "schema": "Company", "properties": {"name": ["Example Holding"]}}
TRIPLE = {
    "subject": "Example Fab",
    "predicate": "supplies",
    "object": "Intel",
    "date": "2026-01-01",
    "url": "https://e.org/1",
}
HUGE = "x" * 10_000_000


def spoilt_entities(random: random.Random) -> list[str]:
    """Five hundred lines that are no good entity."""
    text = json.dumps(TIE)

    def with_property(**properties: object) -> str:
        return json.dumps({**TIE, "properties": {**TIE["properties"], **properties}})

    spoil: list[Callable[[], str]] = [
        lambda: text[: random.randrange(1, len(text) - 1)],
        lambda: with_property(startDate=[random.choice(["2026-02-30", "last year", "20261", "2026-13-01", "-"])]),
        lambda: with_property(endDate=["2019"]),
        lambda: with_property(owner=[f"nobody{random.random()}"]),
        lambda: with_property(asset=[]),
        lambda: with_property(owner=["f"]),  # owns itself
        lambda: with_property(role=["a\0b"]),
        lambda: with_property(owner=random.choice(["g", 7, {"id": "g"}, None])),
        lambda: json.dumps({key: value for key, value in TIE.items() if key != random.choice(list(TIE))} | {"id": 5}),
        lambda: json.dumps({"op": random.choice(["add", "", None, 3]), "entity": TIE}),
        lambda: json.dumps([TIE]),
        lambda: "\0" * random.randrange(1, 50),
    ]
    return [random.choice(spoil)() for _ in range(500)]


def spoilt_triples(random: random.Random) -> list[str]:
    """Five hundred lines that are no good statement."""
    text = json.dumps(TRIPLE)
    spoil: list[Callable[[], str]] = [
        lambda: text[: random.randrange(1, len(text) - 1)],
        lambda: json.dumps({**TRIPLE, "date": random.choice(["2026-02-30", "soon", "31.12.2026", "2026-00-01"])}),
        lambda: json.dumps(
            {**TRIPLE, random.choice(["subject", "predicate", "object"]): random.choice(["", None, [], {}])}
        ),
        lambda: json.dumps({**TRIPLE, "subject": "Intel"}),
        lambda: json.dumps({**TRIPLE, "subject": "a\0b"}),
        lambda: json.dumps({**TRIPLE, "confidence": random.choice([2, -1, "high", "nan"])}),
        lambda: json.dumps({**TRIPLE, "subject_type": "Firmly"}),
        lambda: json.dumps({**TRIPLE, "valid_from": "2026", "valid_to": "2025"}),
        lambda: json.dumps({**TRIPLE, "subject": "x" * random.randrange(400, 4_000)}),
        lambda: json.dumps({**TRIPLE, "modality": "surely"}),
        lambda: json.dumps([TRIPLE]),
    ]
    return [random.choice(spoil)() for _ in range(500)]


async def bring(graph: Graph, input: Input, refused: Path) -> int:
    plan = Plan([input], "test", LoadSettings(batch_size=100))
    (outcome,) = await execute(graph, plan, DeadLetterFile(refused), stop=asyncio.Event())
    counts = outcome.counts
    assert counts.statements == counts.claims_new + counts.claims_unchanged
    return counts.records_refused


@pytest.mark.parametrize("kind", ["entities", "triples"])
async def test_spoilt_records_are_refused_one_by_one_and_change_nothing(
    ready: Graph, snapshot: Read, tmp_path: Path, kind: str
) -> None:
    chance = random.Random(20261124)
    good = [json.dumps(row) for row in ([FIRM, OWNER, TIE] if kind == "entities" else [TRIPLE])]
    bad = spoilt_entities(chance) if kind == "entities" else spoilt_triples(chance)
    path = tmp_path / ("list.json" if kind == "entities" else "list.jsonl")

    def input() -> Input:
        return (
            RecordInput("ftm", FollowTheMoney([str(path)]))
            if kind == "entities"
            else RecordInput("triples", Triples([str(path)]))
        )

    path.write_text("\n".join(good) + "\n")
    assert await bring(ready, input(), tmp_path / "none.jsonl") == 0
    clean = await snapshot(ready)

    lines = bad + good
    chance.shuffle(lines)
    lines.insert(250, json.dumps({**TRIPLE, "subject": HUGE, "id": HUGE}))
    path.write_text("\n".join(lines) + "\n")
    refused = tmp_path / "refused.jsonl"
    assert await bring(ready, input(), refused) == 501
    assert await snapshot(ready) == clean

    letters = [orjson.loads(line) for line in refused.read_bytes().splitlines()]
    wrong = [number for number, line in enumerate(lines, 1) if line not in good]
    assert [letter["line"] for letter in letters] == wrong
    assert all(letter["source"] == path.name and letter["reason"] for letter in letters)
    # What is no object at all, or too long to be taken apart, has no field to name.
    whole_line = ("is not JSON", "is no JSON object", "is a JSON array", "the line is longer than")
    assert all(letter["field"] or letter["reason"].startswith(whole_line) for letter in letters)
    assert all(len(letter["raw"] or "") <= 32_768 for letter in letters)


async def test_firms_that_own_each_other_are_kept_as_they_are(ready: Graph, tmp_path: Path) -> None:
    path = tmp_path / "circle.json"
    firms = [{"id": f"f{n}", "schema": "Company", "properties": {"name": [f"Circle {n} Works"]}} for n in range(3)]
    ties = [
        {"id": f"o{n}", "schema": "Ownership", "properties": {"owner": [f"f{n}"], "asset": [f"f{(n + 1) % 3}"]}}
        for n in range(3)
    ]
    path.write_text("\n".join(map(json.dumps, [*firms, *ties])))
    assert await bring(ready, RecordInput("ftm", FollowTheMoney([str(path)])), tmp_path / "none.jsonl") == 0
