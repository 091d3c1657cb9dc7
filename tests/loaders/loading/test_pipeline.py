"""A whole load: counts that add up, refusals kept, stops that lose nothing, a database that goes away for a while."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.domain import RunStatus
from graph_schema.errors import GraphUnavailable, MalformedRecord, SourceUnavailable
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input, RecordInput, Taken
from loaders.loading.pipeline import Outcome, check, load
from loaders.settings import LoadSettings
from loaders.sources.triples import Triples

pytestmark = pytest.mark.anyio

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]

SMALL = LoadSettings(batch_size=3, patience_s=5)
RUNS: LiteralString = "MATCH (r:LoadRun) RETURN properties(r) AS run ORDER BY r.started"
EMPTY: LiteralString = "MATCH (n) WHERE NOT n:GraphState AND NOT n:SchemaVersion DETACH DELETE n"


async def _query(tx: AsyncManagedTransaction, query: LiteralString) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query)]


async def runs(graph: Graph) -> list[dict[str, Any]]:
    return [row["run"] for row in await graph.read(_query, RUNS)]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Ten statements and two rows that are none."""
    path = tmp_path / "table.csv"
    rows = [f"Firm {number} Inc,supplies,Intel" for number in range(10)]
    rows.insert(4, ",,")
    rows.append("Intel,supplies,Intel Corp")
    path.write_text("subject,predicate,object\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def dead_letters(tmp_path: Path) -> DeadLetterFile:
    return DeadLetterFile(tmp_path / "refused" / "table.jsonl")


def append(table: Path, line: str) -> None:
    table.write_text(table.read_text() + line)


async def bring(graph: Graph, input: Input, dead_letters: DeadLetterFile, **more: Any) -> Outcome:
    return await load(graph, input, job="test", settings=SMALL, dead_letters=dead_letters, **more)


async def test_counts_add_up_and_the_run_is_recorded(ready: Graph, table: Path, dead_letters: DeadLetterFile) -> None:
    outcome = await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    counts = outcome.counts
    assert (counts.records_read, counts.records_refused, counts.claims_new, counts.edges_new) == (12, 2, 10, 10)
    assert counts.records_read == counts.records_refused + counts.claims_new + counts.claims_unchanged
    (run,) = await runs(ready)
    assert (run["job"], run["source"], run["status"], run["checkpoint"]) == ("test", "table.csv", "finished", 12)
    assert json.loads(run["counts"]) == counts.as_dict()
    assert run["finished"] >= run["started"]


async def test_refused_records_are_kept_with_line_field_and_reason(
    ready: Graph, table: Path, dead_letters: DeadLetterFile
) -> None:
    await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    of_table = {
        "kind": "triples",
        "input": "table.csv",
        "source": "table.csv",
        "header": "subject,predicate,object",
    }
    assert [json.loads(line) for line in dead_letters.path.read_text().splitlines()] == [
        {**of_table, "line": 6, "field": "subject", "reason": "is empty", "raw": ",,"},
        {
            **of_table,
            "line": 13,
            "field": "object",
            "reason": "is one and the same entity as the subject",
            "raw": "Intel,supplies,Intel Corp",
        },
    ]


async def test_a_clean_load_leaves_no_dead_letter_file(
    ready: Graph, tmp_path: Path, dead_letters: DeadLetterFile
) -> None:
    (tmp_path / "a.csv").write_text("subject,predicate,object\nIntel,makes,Xeon\n")
    await bring(ready, RecordInput("triples", Triples([str(tmp_path / "a.csv")])), dead_letters)
    assert not dead_letters.path.exists()


async def test_the_same_file_twice_changes_no_count(
    ready: Graph, table: Path, dead_letters: DeadLetterFile, snapshot: Read
) -> None:
    await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    before = await snapshot(ready)
    again = await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    assert (again.resumed_at, again.counts.changed, again.counts.claims_unchanged) == (0, False, 10)
    assert await snapshot(ready) == before


@pytest.mark.parametrize("batches", [1, 2, 3])
async def test_a_stopped_load_goes_on_where_it_stopped(
    ready: Graph, table: Path, dead_letters: DeadLetterFile, snapshot: Read, batches: int
) -> None:
    await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    undisturbed = await snapshot(ready)
    await ready.write(_query, EMPTY)

    stop, written = asyncio.Event(), 0

    def stop_after_some(_: object) -> None:
        nonlocal written
        written += 1
        if written == batches:
            stop.set()

    first = await bring(
        ready, RecordInput("triples", Triples([str(table)])), dead_letters, stop=stop, progress=stop_after_some
    )
    assert first.status is RunStatus.INTERRUPTED
    assert 0 < first.counts.records_read < 12
    second = await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    assert second.resumed_at == first.counts.records_read
    assert first.counts.records_read + second.counts.records_read == 12
    assert await snapshot(ready) == undisturbed
    assert [run["status"] for run in await runs(ready)] == ["interrupted", "finished"]


async def test_a_load_that_was_killed_counts_as_interrupted_once_another_writes(
    ready: Graph, table: Path, dead_letters: DeadLetterFile
) -> None:
    killed: LiteralString = (
        "CREATE (:LoadRun {id: 'run:killed', started: datetime('2025-01-01T00:00:00Z'), status: 'running'})"
    )
    await ready.write(_query, killed)
    await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)
    assert [run["status"] for run in await runs(ready)] == ["interrupted", "finished"]


@dataclass
class Breaking:
    """An input that breaks off after some records, as a file on a lost network share does."""

    whole: Input
    after: int | None
    ignored: set[str] = field(default_factory=set)
    kind: str = "triples"
    source: str = "table.csv"

    def loaded(self) -> None:
        self.whole.loaded()

    def fingerprint(self) -> str | None:
        return self.whole.fingerprint()

    def records(self, skip: int = 0) -> Iterator[Taken | MalformedRecord]:
        for number, record in enumerate(self.whole.records(skip)):
            if number == self.after:
                raise SourceUnavailable("table.csv: stale file handle")
            yield record


async def test_an_input_that_breaks_off_fails_the_run_and_the_next_load_goes_on(
    ready: Graph, table: Path, dead_letters: DeadLetterFile
) -> None:
    whole = RecordInput("triples", Triples([str(table)]))
    with pytest.raises(SourceUnavailable, match="stale file handle"):
        await bring(ready, Breaking(whole, 7), dead_letters)
    (run,) = await runs(ready)
    assert (run["status"], run["error"]) == ("failed", "table.csv: stale file handle")
    assert 0 < run["checkpoint"] <= 7
    outcome = await bring(ready, Breaking(whole, None), dead_letters)
    assert (outcome.resumed_at, outcome.counts.claims_unchanged) == (run["checkpoint"], 0)


async def test_an_input_of_other_content_begins_at_its_beginning(
    ready: Graph, table: Path, dead_letters: DeadLetterFile
) -> None:
    with pytest.raises(SourceUnavailable):
        await bring(ready, Breaking(RecordInput("triples", Triples([str(table)])), 7), dead_letters)
    append(table, "Nvidia,makes,H200\n")
    assert (await bring(ready, RecordInput("triples", Triples([str(table)])), dead_letters)).resumed_at == 0


class Flickering(Graph):
    """A graph whose database is away for the first few writes of each batch."""

    failures = 2

    async def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if args and type(args[0]).__name__ == "InputChunk" and self.failures:
            self.failures -= 1
            raise GraphUnavailable("no Neo4j answers")
        return await super().write(work, *args, **kwargs)


async def test_a_load_waits_for_a_database_that_goes_away(
    ready: Graph, table: Path, dead_letters: DeadLetterFile
) -> None:
    flickering = Flickering(ready._driver, ready.settings)
    outcome = await bring(flickering, RecordInput("triples", Triples([str(table)])), dead_letters)
    assert (flickering.failures, outcome.counts.claims_new) == (0, 10)


async def test_predicates_that_the_vocabulary_lacks_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject,predicate,object\nA Inc,frobs,B Inc\nB Inc,frobs,A Inc\nA Inc,supplies,B Inc\n")
    counts, findings, refusals = check(RecordInput("triples", Triples([str(path)])))
    assert (counts.records_read, counts.statements, refusals) == (3, 3, [])
    assert findings.unmapped == {"frobs": 2}
