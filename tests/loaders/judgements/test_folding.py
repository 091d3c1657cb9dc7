"""Judgements: what SAME joins, and that taking it back leaves the graph as if nobody had judged."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.domain import Document, Judgement, Span, Verdict
from graph_schema.errors import EntityNotFound, JudgementContradicts, QuestionError
from graph_schema.ids import EntityId, RunId, document_id
from graph_schema.vocabulary import EntityType
from loaders.judgements.candidates import find_candidates
from loaders.judgements.folding import explode, judge
from loaders.loading.pipeline import write_folded
from loaders.resolution.linking import state
from loaders.triple import NamedEntity, Triple
from loaders.writing.batch import Batch
from loaders.writing.counts import Counts
from loaders.writing.retraction import retract_document
from service.searches.endpoints import lookup

pytestmark = pytest.mark.anyio

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]
Row = tuple[str, str, str, int]

EDGES: LiteralString = (
    "MATCH (a:Entity)-[r]->(b:Entity) WHERE r.id IS NOT NULL RETURN a.id AS a, type(r) AS type, b.id AS b"
)
CONFIDENCE: LiteralString = (
    "MATCH (:Entity)-[r]->(:Entity) WHERE r.id IS NOT NULL RETURN r.confidence AS confidence, r.claims AS claims"
)
EMPTY: LiteralString = "MATCH (n) WHERE NOT n:GraphState AND NOT n:SchemaVersion DETACH DELETE n"

FAB, FABS, FAB_INC = (EntityId(f"company:qq-{name}") for name in ("fab", "fabs", "fab-works"))
NAMES = {FAB: "QQ Fab", FABS: "QQ Fabs", FAB_INC: "QQ Fab Works"}


async def load(graph: Graph, rows: Sequence[Row], *, confidence: float = 0.8) -> Counts:
    """Load statements as the pipeline does: write, then fold."""

    async def work(tx: AsyncManagedTransaction) -> Counts:
        batch = Batch()
        for subject, predicate, object, number in rows:
            url = f"https://example.org/{number}"
            document = Document(
                document_id(url=url), f"D{number}", url, f"Paper {number}", dt.date(2025, 1, 1 + number)
            )
            ends = (NamedEntity(name, EntityType.COMPANY) for name in (subject, object))
            triple = Triple(next(ends), predicate, next(ends), "", Span(0, 0), confidence=confidence)
            if (statement := state(triple, document)) is not None:
                batch.add(document, statement)
        return await write_folded(tx, batch, RunId("run:test"))

    return await graph.write(work)


def judged(first: EntityId, second: EntityId, verdict: Verdict = Verdict.SAME) -> Judgement:
    return Judgement(first, second, verdict, "ann", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "same address")


async def query(tx: AsyncManagedTransaction, text: LiteralString) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(text)]


async def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {(row["a"], row["type"], row["b"]) for row in await graph.read(query, EDGES)}


ROWS: list[Row] = [
    ("QQ Fab", "supplies", "ZZ Chips", 1),
    ("QQ Fabs", "supplies", "ZZ Chips", 2),
    ("QQ Fabs", "competes with", "AA Wafers", 2),
    ("AA Wafers", "acquired", "QQ Fab Works", 3),
]


async def test_same_joins_the_relations_of_both_under_one(ready: Graph) -> None:
    await load(ready, ROWS)
    await ready.write(judge, judged(FABS, FAB))
    assert await edges(ready) == {
        (FAB, "SUPPLIES", "company:zz-chips"),
        ("company:aa-wafers", "COMPETES_WITH", FAB),
        ("company:aa-wafers", "ACQUIRES", FAB_INC),
    }
    [supplies] = [row for row in await ready.read(query, CONFIDENCE) if row["claims"] == 2]
    assert supplies["confidence"] == pytest.approx(0.96)


async def test_taking_it_back_leaves_the_graph_as_it_was(ready: Graph, snapshot: Read) -> None:
    await load(ready, ROWS)
    before = await snapshot(ready)
    await ready.write(judge, judged(FABS, FAB))
    await ready.write(judge, judged(FABS, FAB_INC))
    assert await snapshot(ready) != before
    taken_back, _ = await ready.write(explode, FAB_INC)
    assert taken_back == 2
    assert await snapshot(ready) == before


async def test_the_order_of_judgements_and_loads_does_not_show(ready: Graph, snapshot: Read) -> None:
    pairs = [judged(FABS, FAB), judged(FABS, FAB_INC)]
    await load(ready, ROWS)
    for pair in pairs:
        await ready.write(judge, pair)
    after_load = await snapshot(ready)
    await ready.write(query, EMPTY)
    await load(ready, ROWS[:3])
    await ready.write(judge, pairs[0])
    await load(ready, ROWS[3:])
    await ready.write(judge, pairs[1])
    await load(ready, ROWS)
    assert await snapshot(ready) == after_load


async def test_loading_again_what_was_judged_changes_nothing(ready: Graph, snapshot: Read) -> None:
    await load(ready, ROWS)
    await ready.write(judge, judged(FABS, FAB))
    before = await snapshot(ready)
    counts = await load(ready, ROWS)
    assert not counts.changed
    assert await snapshot(ready) == before


async def test_a_judged_claim_that_grows_surer_makes_its_edge_surer(ready: Graph) -> None:
    await load(ready, ROWS[1:2], confidence=0.5)
    await load(ready, [("QQ Fab", "owns", "ZZ Chips", 4)])
    await ready.write(judge, judged(FABS, FAB))
    await load(ready, ROWS[1:2], confidence=0.9)
    assert {row["confidence"] for row in await ready.read(query, CONFIDENCE)} == {0.8, 0.9}


async def test_what_two_names_of_one_entity_say_of_each_other_is_no_relation(ready: Graph, snapshot: Read) -> None:
    await load(ready, [("QQ Fab", "owns", "QQ Fabs", 1)])
    before = await snapshot(ready)
    await ready.write(judge, judged(FABS, FAB))
    assert await edges(ready) == set()
    await ready.write(explode, FAB)
    assert await snapshot(ready) == before


async def test_a_document_can_be_taken_back_after_a_judgement(ready: Graph, snapshot: Read) -> None:
    await load(ready, ROWS[:1])
    before = await snapshot(ready)
    await load(ready, ROWS[1:3])
    await ready.write(judge, judged(FABS, FAB))
    await retract_document(ready, document_id(url="https://example.org/2"))
    await ready.write(explode, FAB)
    assert await snapshot(ready) == before


async def test_an_entity_that_stands_for_another_answers_to_its_names(ready: Graph) -> None:
    await load(ready, ROWS)
    await ready.write(judge, judged(FABS, FAB))
    found = await lookup(ready, [FABS, "QQ Fabs", "QQ Fab"])
    assert {record.id for record in found.values()} == {FAB}


async def test_judgements_that_contradict_each_other_are_refused(ready: Graph, snapshot: Read) -> None:
    await load(ready, ROWS)
    await ready.write(judge, judged(FAB, FABS))
    await ready.write(judge, judged(FABS, FAB_INC, Verdict.DIFFERENT))
    before = await snapshot(ready)
    with pytest.raises(JudgementContradicts, match="DIFFERENT"):
        await ready.write(judge, judged(FAB, FAB_INC))
    assert await snapshot(ready) == before


async def test_a_later_judgement_on_the_same_pair_takes_the_place_of_the_earlier(ready: Graph) -> None:
    await load(ready, ROWS)
    had = await edges(ready)
    await ready.write(judge, judged(FAB, FABS))
    await ready.write(judge, judged(FABS, FAB, Verdict.UNSURE))
    assert await edges(ready) == had


async def test_only_two_entities_of_the_graph_can_be_judged(ready: Graph) -> None:
    await load(ready, ROWS)
    with pytest.raises(EntityNotFound):
        await ready.write(judge, judged(FAB, EntityId("company:nobody")))
    with pytest.raises(QuestionError, match="one entity"):
        await ready.write(judge, judged(FAB, FAB))


async def test_candidates_are_alike_explained_and_not_judged_yet(ready: Graph) -> None:
    await load(ready, [*ROWS, ("ZZ 3 nm Line", "supplies", "ZZ 5 nm Line", 5)])
    found = {(one.first, one.second): one for one in await find_candidates(ready, limit=10)}
    assert (FAB, FABS) in found
    assert "alike" in found[FAB, FABS].why[0]
    assert not any("3-nm" in first and "5-nm" in second for first, second in found)
    await ready.write(judge, judged(FAB, FABS, Verdict.DIFFERENT))
    again = await find_candidates(ready, limit=10)
    assert (FAB, FABS) not in {(one.first, one.second) for one in again}
    [best] = await find_candidates(ready, limit=1)
    assert best.score == max(one.score for one in again)


names = st.sampled_from(list(NAMES.values()))
row = st.tuples(
    names,
    st.sampled_from(["supplies", "competes with"]),
    st.sampled_from([*NAMES.values(), "ZZ Chips"]),
    st.integers(1, 3),
)
pair = st.lists(st.sampled_from(list(NAMES)), min_size=2, max_size=2, unique=True)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    rows=st.lists(row, min_size=2, max_size=6),
    late=st.lists(row, max_size=3),
    pairs=st.lists(pair, min_size=1, max_size=3),
)
async def test_whatever_was_judged_and_loaded_exploding_it_all_gives_what_loading_gives(
    ready: Graph, snapshot: Read, rows: list[Row], late: list[Row], pairs: list[list[EntityId]]
) -> None:
    everybody: list[Row] = [(name, "supplies", "ZZ Chips", 9) for name in NAMES.values()]
    await ready.write(query, EMPTY)
    await load(ready, [*everybody, *rows])
    await load(ready, late)
    plain = await snapshot(ready)
    await ready.write(query, EMPTY)
    await load(ready, [*everybody, *rows])
    for first, second in pairs:
        await ready.write(judge, judged(first, second))
    await load(ready, late)
    for id in NAMES:
        await ready.write(explode, id)
    assert await snapshot(ready) == plain
