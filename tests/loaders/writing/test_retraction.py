"""A run or a source taken back: the graph is as if it had never been loaded, whichever came first and whatever they share."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.domain import Document, LoadRun, Span
from graph_schema.errors import NothingToRetract
from graph_schema.ids import RunId, document_id
from graph_schema.vocabulary import Modality
from loaders.loading import runs
from loaders.loading.pipeline import write_folded
from loaders.resolution.linking import state
from loaders.triple import NamedEntity, Triple
from loaders.writing.batch import Batch
from loaders.writing.retraction import extent_of_run, retract_run, retract_source

pytestmark = pytest.mark.anyio

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]
Row = tuple[Triple, Document]

WIRE = Document(
    document_id(url="https://example.org/wire"), "Wire", "https://example.org/wire", "Wire", dt.date(2025, 1, 2)
)
BLOG = Document(document_id(url="https://example.org/blog"), "Blog", "https://example.org/blog")
EMPTY: LiteralString = "MATCH (n) WHERE NOT n:GraphState AND NOT n:SchemaVersion DETACH DELETE n"

rows = st.tuples(
    st.builds(
        Triple,
        subject=st.builds(NamedEntity, st.sampled_from(["Intel", "Zorg", "ZORG Inc"])),
        predicate=st.sampled_from(["tested tools from", "frobs"]),
        object=st.builds(NamedEntity, st.sampled_from(["ACM Research", "Wumpus (武普斯)", "wumpus"])),
        sentence=st.just(""),
        span=st.just(Span(0, 9)),
        modality=st.sampled_from([Modality.ASSERTED, Modality.ENDED]),
        attribution=st.none() | st.just(NamedEntity("Reuters")),
        confidence=st.sampled_from([0.3, 0.6, 1.0]),
    ),
    st.sampled_from([WIRE, BLOG]),
)


async def load(graph: Graph, run: str, source: str, given_rows: Sequence[Row]) -> None:
    """A load of `given_rows` in two batches."""
    begun = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    await graph.write(runs.start, LoadRun(RunId(run), "job", source, begun), None, None)
    for part in (given_rows[::2], given_rows[1::2]):
        batch = Batch()
        for triple, document in part:
            if (statement := state(triple, document)) is not None:
                batch.add(document, statement)
        await graph.write(write_folded, batch, RunId(run))


async def _run(tx: AsyncManagedTransaction, query: LiteralString) -> None:
    await (await tx.run(query)).consume()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(rows, max_size=8), st.lists(rows, max_size=8), st.booleans())
async def test_a_then_b_then_b_taken_back_is_a_alone(
    ready: Graph, snapshot: Read, a: list[Row], b: list[Row], by_run: bool
) -> None:
    await ready.write(_run, EMPTY)
    await load(ready, "run:a", "a.csv", a)
    alone = await snapshot(ready)
    for order in ("ab", "ba"):
        await ready.write(_run, EMPTY)
        for name in order:
            await load(ready, f"run:{name}", f"{name}.csv", a if name == "a" else b)
        if by_run:
            await retract_run(ready, RunId("run:b"))
        else:
            await retract_source(ready, "b.csv")
        assert await snapshot(ready) == alone, order


async def test_what_a_third_source_states_too_stays_as_it_and_the_first_stated_it(ready: Graph, snapshot: Read) -> None:
    said = Triple(NamedEntity("Intel"), "frobs", NamedEntity("Zorg"), "", Span(0, 9))
    given = [[(replace(said, confidence=confidence), WIRE)] for confidence in (0.3, 1.0, 0.6)]
    await load(ready, "run:a", "a.csv", given[0])
    await load(ready, "run:c", "c.csv", given[2])
    both = await snapshot(ready)
    await ready.write(_run, EMPTY)
    for name, each in zip("bac", (given[1], given[0], given[2]), strict=True):
        await load(ready, f"run:{name}", f"{name}.csv", each)
    extent = await extent_of_run(ready, RunId("run:b"))
    assert (extent.documents, extent.claims, extent.shared) == (1, 0, 1)
    await retract_run(ready, RunId("run:b"))
    assert await snapshot(ready) == both


async def test_an_unknown_run_or_source_is_an_error_that_names_it(ready: Graph) -> None:
    with pytest.raises(NothingToRetract, match="run:none"):
        await retract_run(ready, RunId("run:none"))
    with pytest.raises(NothingToRetract, match=r"none\.csv"):
        await retract_source(ready, "none.csv")
