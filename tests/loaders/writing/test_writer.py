"""Statements written, written again, in parts, in any order, and taken back: the graph is always what its documents say."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.domain import Document, Span
from graph_schema.ids import DocumentId, RunId, document_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.loading.pipeline import write_folded
from loaders.resolution.linking import state
from loaders.triple import NamedEntity, Triple
from loaders.writing.batch import Batch
from loaders.writing.counts import Counts
from loaders.writing.retraction import retract_document

pytestmark = pytest.mark.anyio

Snapshot = dict[str, set[tuple[Any, ...]]]
Read = Callable[[Graph], Awaitable[Snapshot]]
Version = Callable[[Graph], Awaitable[int]]
Row = tuple[Triple, Document]

WIRE = Document(
    document_id(url="https://example.org/wire"), "Wire", "https://example.org/wire", "Wire", dt.date(2025, 1, 2)
)
BLOG = Document(document_id(url="https://example.org/blog"), "Blog", "https://example.org/blog")


def triple(subject: str, predicate: str, object: str, **more: Any) -> Triple:
    return Triple(NamedEntity(subject), predicate, NamedEntity(object), sentence="", span=Span(0, 0), **more)


async def write(graph: Graph, rows: Sequence[Row]) -> Counts:
    batch = Batch()
    for given_triple, document in rows:
        statement = state(given_triple, document)
        if statement is not None:
            batch.add(document, statement)
    return await graph.write(write_folded, batch, RunId("run:test"))


async def read_text(graph: Graph, document: Document, *triples: Triple, extractor: str = "rules/1") -> Counts:
    """Load what an extractor found in the text of `document`."""
    batch = Batch()
    statements = [state(replace(each, extractor=extractor), document) for each in triples]
    batch.add_reading(document, extractor, [statement for statement in statements if statement is not None])
    return await graph.write(write_folded, batch, RunId("run:test"))


async def edges(graph: Graph) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["a"], row["type"], row["b"]): row["properties"] for row in await graph.read(_query, EDGES)}


EDGES: LiteralString = """
MATCH (a:Entity)-[r]->(b:Entity) RETURN a.name AS a, type(r) AS type, b.name AS b, properties(r) AS properties
"""
ENTITIES: LiteralString = "MATCH (e:Entity) RETURN e.name AS name, e.aliases AS aliases, labels(e) AS labels"
EMPTY: LiteralString = "MATCH (n) WHERE NOT n:GraphState AND NOT n:SchemaVersion DETACH DELETE n"


async def _query(tx: AsyncManagedTransaction, query: LiteralString) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query)]


async def empty(graph: Graph) -> None:
    await graph.write(_query, EMPTY)


async def test_a_statement_becomes_two_entities_a_claim_and_an_edge(ready: Graph, snapshot: Read) -> None:
    counts = await write(ready, [(triple("Intel", "tested tools from", "ACM Research", confidence=0.9), WIRE)])
    assert (counts.claims_new, counts.entities_new, counts.documents_new, counts.edges_new) == (1, 2, 1, 1)
    links = (await snapshot(ready))["links"]
    assert {(link[0], link[2]) for link in links} == {
        ("SUBJECT", "company:intel"),
        ("OBJECT", "company:acm-research"),
        ("STATED_IN", WIRE.id),
        ("TESTED", "company:acm-research"),
    }
    edge = (await edges(ready))["Intel", "TESTED", "ACM Research"]
    assert (edge["status"], edge["confidence"], edge["claims"], edge["sources"]) == ("asserted", 0.9, 1, 1)
    assert edge["first_seen"].to_native() == WIRE.published


async def test_an_attributed_claim_names_who_says_so(ready: Graph, snapshot: Read) -> None:
    said = triple("Intel", "tested tools from", "ACM Research", attribution=NamedEntity("Reuters"))
    await write(ready, [(said, WIRE)])
    assert "organization:reuters" in {
        link[2] for link in (await snapshot(ready))["links"] if link[0] == "ATTRIBUTED_TO"
    }


async def test_both_orders_of_a_symmetric_relation_are_one_edge(ready: Graph) -> None:
    rows = [(triple("China", "met", "Japan"), WIRE), (triple("Japan", "met", "China"), WIRE)]
    assert (await write(ready, rows)).claims_new == 2
    assert {key: edge["claims"] for key, edge in (await edges(ready)).items()} == {("China", "MEETS", "Japan"): 2}


async def test_the_same_batch_twice_changes_nothing_and_no_version(
    ready: Graph, snapshot: Read, version: Version
) -> None:
    rows = [(triple("Intel", "tested tools from", "ACM Research"), WIRE), (triple("Zorg Inc", "frobs", "Wumpus"), BLOG)]
    await write(ready, rows)
    before, at = await snapshot(ready), await version(ready)
    counts = await write(ready, rows)
    assert not counts.changed
    assert counts.claims_unchanged == 2
    assert await snapshot(ready) == before
    assert await version(ready) == at


async def test_each_change_raises_the_version_and_marks_what_it_touched(ready: Graph, version: Version) -> None:
    await write(ready, [(triple("Intel", "tested tools from", "ACM Research"), WIRE)])
    await write(ready, [(triple("Nvidia", "makes", "H200"), WIRE)])
    at = await version(ready)
    assert {key[0]: edge["version"] for key, edge in (await edges(ready)).items()} == {"Intel": at - 1, "Nvidia": at}


async def test_a_second_publisher_makes_an_edge_surer(ready: Graph) -> None:
    said = triple("Intel", "tested tools from", "ACM Research", confidence=0.5)
    await write(ready, [(said, WIRE)])
    counts = await write(ready, [(said, BLOG)])
    assert (counts.edges_new, counts.edges_updated) == (0, 1)
    edge = (await edges(ready))["Intel", "TESTED", "ACM Research"]
    assert (edge["confidence"], edge["claims"], edge["sources"]) == (0.75, 2, 2)


async def test_the_surer_of_two_equal_statements_counts(ready: Graph) -> None:
    for confidence in (0.5, 0.9, 0.7):
        await write(ready, [(triple("Nvidia", "makes", "H200", confidence=confidence), WIRE)])
    edge = (await edges(ready))["Nvidia", "PRODUCES", "H200"]
    assert (edge["confidence"], edge["claims"]) == (0.9, 1)


async def test_an_edge_that_ended_is_closed_and_opens_again(ready: Graph) -> None:
    listing = {"relation": RelationType.SANCTIONS}
    dated = [
        (Modality.ASSERTED, dt.date(2022, 12, 15), "asserted", None),
        (Modality.ENDED, dt.date(2024, 1, 1), "ended", dt.date(2024, 1, 1)),
        (Modality.ASSERTED, dt.date(2025, 1, 1), "asserted", None),
    ]
    for modality, date, status, valid_to in dated:
        await write(ready, [(triple("United States", "listed", "CXMT", modality=modality, date=date, **listing), WIRE)])
        edge = (await edges(ready))["United States", "SANCTIONS", "CXMT"]
        assert (edge["status"], edge.get("valid_to")) == (status, valid_to)
    assert edge["claims"] == 3


async def test_a_publisher_learned_later_moves_all_edges_of_the_document(ready: Graph) -> None:
    nameless = replace(WIRE, publisher=None)
    await write(ready, [(triple("Nvidia", "makes", "H200", confidence=0.5), nameless)])
    await write(ready, [(triple("Nvidia", "makes", "H200", confidence=0.5), replace(BLOG, publisher="Wire"))])
    assert (await edges(ready))["Nvidia", "PRODUCES", "H200"]["sources"] == 2
    await write(ready, [(triple("Intel", "makes", "Xeon"), WIRE)])
    edge = (await edges(ready))["Nvidia", "PRODUCES", "H200"]
    assert (edge["sources"], edge["confidence"]) == (1, 0.5)


async def test_names_that_documents_use_become_aliases_whatever_their_order(ready: Graph, snapshot: Read) -> None:
    rows = [
        (triple(name, "makes", "H200"), WIRE) for name in ("Zorg Widgets Ltd", "ZORG WIDGETS", "Zorg Widgets (佐格)")
    ]
    seen = []
    for order in (rows, rows[::-1]):
        await empty(ready)
        for row in order:
            await write(ready, [row])
        seen.append(await snapshot(ready))
    assert seen[0] == seen[1]
    zorg = {row["name"]: row["aliases"] for row in await ready.read(_query, ENTITIES)}["Zorg Widgets"]
    assert zorg == ["ZORG WIDGETS", "Zorg Widgets Ltd", "佐格"]


async def test_a_text_read_anew_states_what_it_says_now(ready: Graph) -> None:
    old, new = replace(WIRE, hash="old"), replace(WIRE, hash="new")
    await read_text(ready, old, triple("Nvidia", "makes", "H200"), triple("Intel", "makes", "Xeon"))
    counts = await read_text(ready, new, triple("Intel", "makes", "Xeon"))
    assert (counts.claims_removed, counts.edges_removed, counts.entities_removed) == (1, 1, 2)
    assert set(await edges(ready)) == {("Intel", "PRODUCES", "Xeon")}


async def test_a_better_extractor_replaces_what_it_found_before_but_not_what_was_given(ready: Graph) -> None:
    text = replace(WIRE, hash="same")
    await write(ready, [(triple("TSMC", "makes", "N2 process"), WIRE)])
    await read_text(ready, text, triple("Nvidia", "makes", "H200"), extractor="rules/1")
    await read_text(ready, text, triple("Intel", "makes", "Xeon"), extractor="rules/2")
    assert {key[0] for key in await edges(ready)} == {"TSMC", "Intel"}


rows = st.tuples(
    st.builds(
        Triple,
        subject=st.builds(
            NamedEntity, st.sampled_from(["Intel", "Intel Corp", "China", "Beijing", "Zorg", "ZORG Inc", "zorg"])
        ),
        predicate=st.sampled_from(["tested tools from", "met", "frobs", "sanctions"]),
        object=st.builds(NamedEntity, st.sampled_from(["ACM Research", "Japan", "Intel", "Wumpus (武普斯)", "wumpus"])),
        sentence=st.sampled_from(["", "So it is."]),
        span=st.just(Span(0, 9)),
        modality=st.sampled_from([Modality.ASSERTED, Modality.ENDED, Modality.DENIED]),
        attribution=st.none() | st.builds(NamedEntity, st.sampled_from(["Reuters", "Zorg"])),
        confidence=st.sampled_from([0.3, 0.6, 1.0]),
        date=st.none() | st.sampled_from([dt.date(2024, 5, 1), dt.date(2025, 5, 1)]),
    ),
    st.sampled_from([WIRE, BLOG, replace(BLOG, id=DocumentId("doc:3"), url=None, publisher="wire")]),
)
on_a_real_graph = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


async def test_the_learned_reader_takes_the_place_of_the_rules_that_it_contains(ready: Graph) -> None:
    text = replace(WIRE, hash="one")
    await read_text(ready, text, triple("Nvidia", "makes", "H200"), extractor="spacy-rules/1")
    await read_text(ready, text, triple("Intel", "makes", "Xeon"), extractor="reader/1")
    assert {key[0] for key in await edges(ready)} == {"Intel"}


async def test_a_claim_keeps_where_its_ends_are_mentioned_and_a_new_reading_tells_anew(ready: Graph) -> None:
    text = replace(WIRE, hash="one")

    async def mentioned() -> list[Any]:
        [row] = await ready.read(
            _query, "MATCH (c:Claim) RETURN c.subject_mention AS subject, c.object_mention AS object"
        )
        return [row["subject"], row["object"]]

    told = triple("Intel", "makes", "Xeon", subject_mention=Span(0, 5), object_mention=Span(12, 16))
    await read_text(ready, text, told)
    assert await mentioned() == [[0, 5], [12, 16]]
    counts = await read_text(ready, text, replace(told, subject_mention=Span(30, 32)))
    assert (counts.claims_new, counts.claims_updated) == (0, 1)
    assert await mentioned() == [[30, 32], [12, 16]]
    await read_text(ready, text, triple("Intel", "makes", "Xeon"))
    assert await mentioned() == [None, None]


@on_a_real_graph
@given(st.lists(rows, max_size=12), st.integers(0, 12), st.integers(0, 2**32))
async def test_once_twice_in_halves_or_shuffled_the_graph_is_the_same(
    ready: Graph, snapshot: Read, given_rows: list[Row], cut: int, seed: int
) -> None:
    await empty(ready)
    await write(ready, given_rows)
    once = await snapshot(ready)
    assert not (await write(ready, given_rows)).changed
    assert await snapshot(ready) == once
    shuffled = random.Random(seed).sample(given_rows, len(given_rows))
    await empty(ready)
    await write(ready, shuffled[:cut])
    await write(ready, shuffled[cut:])
    assert await snapshot(ready) == once


@on_a_real_graph
@given(st.lists(rows, max_size=12))
async def test_a_document_taken_back_leaves_no_trace(ready: Graph, snapshot: Read, given_rows: list[Row]) -> None:
    """Load A, load B, retract B: the graph of A alone, whichever came first."""
    a = [row for row in given_rows if row[1] is not BLOG]
    b = [row for row in given_rows if row[1] is BLOG]
    await empty(ready)
    await write(ready, a)
    alone = await snapshot(ready)
    for first, second in ((a, b), (b, a)):
        await empty(ready)
        await write(ready, first)
        await write(ready, second)
        counts = await retract_document(ready, BLOG.id)
        assert await snapshot(ready) == alone
        assert counts.documents_removed == (1 if any(state(*row) for row in b) else 0)


async def test_taking_back_what_is_not_there_changes_nothing(ready: Graph, version: Version) -> None:
    at = await version(ready)
    assert not (await retract_document(ready, BLOG.id)).changed
    assert await version(ready) == at


async def test_every_entity_carries_the_label_of_its_type(ready: Graph) -> None:
    await write(
        ready,
        [(triple("China", "controls exports of", "rare earths", relation=RelationType.RESTRICTS_EXPORT_OF), WIRE)],
    )
    assert {row["name"]: set(row["labels"]) for row in await ready.read(_query, ENTITIES)} == {
        "China": {"Entity", EntityType.COUNTRY.value},
        "rare earths": {"Entity", EntityType.MATERIAL.value},
    }
