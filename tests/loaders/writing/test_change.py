"""Change-sets: whatever is written, judged or taken back, who follows versions and tombstones has the graph as it is."""

import ast
import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.domain import Claim, Document, Judgement, LoadRun, Span, Verdict
from graph_schema.errors import JudgementContradicts
from graph_schema.ids import DocumentId, EntityId, RunId, document_id
from graph_schema.projection import Evidence, project
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.judgements.folding import explode, judge
from loaders.loading import runs
from loaders.loading.pipeline import write_folded
from loaders.resolution.linking import state
from loaders.triple import NamedEntity, Triple
from loaders.writing.batch import Batch
from loaders.writing.change import change
from loaders.writing.edges import edge_of, read_evidence
from loaders.writing.retraction import retract_document, retract_run
from loaders.writing.tombstones import write_tombstones

pytestmark = pytest.mark.anyio

LOADERS = Path(__file__).parents[3] / "loaders"
EMPTY: LiteralString = "MATCH (n) WHERE NOT n:GraphState AND NOT n:SchemaVersion DETACH DELETE n"
NAMES = {EntityId(f"company:qq-{name.lower()}"): f"QQ {name}" for name in ("Fab", "Fabs", "Works", "Wafers")}
DOCUMENTS = [DocumentId(document_id(url=f"https://example.org/{number}")) for number in range(3)]

ENTITIES: LiteralString = """
MATCH (e:Entity) WHERE e.version > $since
RETURN e.id AS id, e {.name, .aliases, .type, into: [(e)-[:FOLDED_INTO]->(c) | c.id]} AS content
"""
RELATIONS: LiteralString = """
MATCH (a:Entity)-[r]->(b:Entity) WHERE r.id IS NOT NULL AND r.version > $since
RETURN r.id AS id, r {.*, version: 0, ends: [a.id, b.id], type: type(r), behind:
  COLLECT { MATCH (c:Claim {edge: r.id})-[:STATED_IN]->(d:Document)
            RETURN [c.id, toString(c.confidence), c.modality, c.run, d.publisher] AS claim ORDER BY claim }} AS content
"""
TOMBSTONES: LiteralString = """
MATCH (r:Removed) WHERE r.version > $since
RETURN r.version AS version, r.relations + r.entities AS ids, r.claims AS claims, r.claims_since AS since, r.at AS at
ORDER BY r.version, r.id
"""


async def _rows(tx: AsyncManagedTransaction, query: LiteralString, /, **parameters: Any) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query, parameters)]


async def content(graph: Graph, since: int = -1) -> dict[str, Any]:
    """Relations, with the claims behind them, and entities that changed after a version, by id."""
    rows = [row for query in (RELATIONS, ENTITIES) for row in await graph.read(_rows, query, since=since)]
    return {row["id"]: repr(sorted(row["content"].items())) for row in rows}


Step = tuple[str, tuple[int, int, int, float]]
steps = st.lists(
    st.tuples(
        st.sampled_from(["give", "give", "read", "publish", "share", "judge", "explode", "document", "run"]),
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.sampled_from([0.4, 0.9])),
    ),
    min_size=2,
    max_size=14,
)


async def do(graph: Graph, step: Step) -> None:
    """One thing that changes the graph, or does not."""
    what, (one, other, number, confidence) = step
    first, second = list(NAMES)[one], list(NAMES)[other]
    match what:
        case "judge" if first != second:
            at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            known = {row["id"] for row in await graph.read(_rows, "MATCH (e:Entity) RETURN e.id AS id")}
            if {first, second} <= known:
                verdict = Verdict.SAME if confidence > 0.5 else Verdict.DIFFERENT
                try:
                    await graph.write(judge, Judgement(first, second, verdict, "ann", at, None))
                except JudgementContradicts:
                    return
        case "explode":
            await graph.write(explode, first)
        case "document":
            await retract_document(graph, DOCUMENTS[number])
        case "run":
            await retract_run(graph, RunId(f"run:{number % 2}"))
        case _:
            publisher = ("Wire", "", "Blog", None)[other] if what == "publish" else "Wire"
            url = f"https://example.org/{number}"
            document = Document(DOCUMENTS[number], url=url, publisher=publisher, published=dt.date(2025, 1, 1))
            ends = (NamedEntity(name, EntityType.COMPANY) for name in (NAMES[first], NAMES[second]))
            triple = Triple(next(ends), "supplies", next(ends), "", Span(0, 0), confidence=confidence)
            statement = state(triple, document)
            batch = Batch()
            if what == "read":
                batch.add_reading(document, "rules/1", [] if statement is None else [statement])
            elif statement is not None:
                batch.add(document, statement)
            await graph.write(write_folded, batch, RunId("run:1" if what == "share" else "run:0"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps)
async def test_who_follows_versions_and_tombstones_has_the_graph_as_it_is(
    ready: Graph, given_steps: list[Step]
) -> None:
    await ready.write(_rows, EMPTY)
    for number in range(2):
        run = LoadRun(RunId(f"run:{number}"), "job", f"{number}.csv", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        await ready.write(runs.start, run, None, None)
    copy: dict[str, Any] = {}
    for step in given_steps:
        version = (await ready.read(_rows, "MATCH (s:GraphState {id: 'graph'}) RETURN s.version AS v"))[0]["v"]
        await do(ready, step)
        for gone in await ready.read(_rows, TOMBSTONES, since=version):
            for id in gone["ids"]:
                del copy[id]
        copy |= await content(ready, since=version)
        assert copy == await content(ready), step


async def test_a_tombstone_says_what_went_and_when_it_had_come(ready: Graph) -> None:
    for number in (0, 1):
        await do(ready, ("give", (0, 1 + number, number, 0.9)))
    stored = await ready.read(_rows, "MATCH (c:Claim) RETURN c.id AS id, c.since AS since ORDER BY since")
    await retract_document(ready, DOCUMENTS[1])
    first, *more = await ready.read(_rows, TOMBSTONES, since=-1)
    assert first["ids"][1:] == ["company:qq-works"]
    assert (first["claims"], first["since"]) == ([stored[1]["id"]], [stored[1]["since"]])
    assert stored[1]["since"] == stored[0]["since"] + 1
    assert first["version"] == stored[1]["since"] + 1
    assert first["at"].to_native() <= dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    assert [row["ids"] + row["claims"] for row in more] == [[]]  # the document, which went last


async def test_many_ids_are_spread_over_nodes_in_order(ready: Graph) -> None:
    ids = [EntityId(f"company:{number}") for number in range(5)]

    async def work(tx: AsyncManagedTransaction) -> None:
        await write_tombstones(tx, version=7, relations=[], entities=ids, claims=[], most=2)

    await ready.write(work)
    assert [row["ids"] for row in await ready.read(_rows, TOMBSTONES, since=6)] == [ids[:2], ids[2:4], ids[4:]]


async def test_a_change_set_in_which_nothing_changes_leaves_no_version(ready: Graph) -> None:
    async def work(tx: AsyncManagedTransaction) -> bool:
        async with change(tx) as graph:
            await graph.delete([])
            await graph.touch([])
        return graph.changed

    versions = "MATCH (s:GraphState {id: 'graph'}) RETURN s.version AS version"
    before = await ready.read(_rows, versions)
    assert not await ready.write(work)
    assert await ready.read(_rows, versions) == before


async def test_writers_at_once_queue_up_so_that_each_makes_a_version_of_its_own(ready: Graph) -> None:
    async def work(tx: AsyncManagedTransaction) -> int:
        async with change(tx) as graph:
            graph.mark()
        return graph.version

    async def write() -> list[int]:
        return [await ready.write(work) for _ in range(10)]

    made = [version for versions in await asyncio.gather(*(write() for _ in range(4))) for version in versions]
    assert len(set(made)) == len(made)


dates = st.none() | st.sampled_from([dt.date(2020, 12, 18), dt.date(2022, 6, 1), dt.date(2025, 1, 1)])
statements = st.tuples(
    st.builds(
        Claim,
        document=st.just(DocumentId("doc:x")),
        span=st.builds(Span, st.integers(0, 99), st.just(100)),
        sentence=st.just(""),
        subject=st.just(EntityId("country:us")),
        relation=st.just(RelationType.SANCTIONS),
        object=st.just(EntityId("company:cxmt")),
        predicate=st.just("sanctions"),
        modality=st.sampled_from(Modality),
        confidence=st.sampled_from([0.25, 0.5, 1.0]),
        date=dates,
        valid_from=dates,
        valid_to=dates,
    ),
    st.sampled_from([None, "", "Wire", "WIRE", " ", "İstanbul", "ΟΔΟΣ", "Straße", "ǅ"]),
    dates,
)
WRITE: LiteralString = """
UNWIND $rows AS row
CREATE (c:Claim)-[:STATED_IN]->(d:Document) SET c = row.claim, d = row.document
"""


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(statements, max_size=10))
async def test_the_database_sums_evidence_up_as_python_does(
    ready: Graph, given_statements: Sequence[tuple[Claim, str | None, dt.date | None]]
) -> None:
    await ready.write(_rows, EMPTY)
    edge, rows, evidence = edge_of(RelationType.SANCTIONS, EntityId("country:us"), EntityId("company:cxmt")), [], []
    for number, (claim, publisher, published) in enumerate(given_statements):
        document = Document(DocumentId(f"doc:{number}"), publisher=publisher, published=published)
        evidence.append(Evidence.of(claim, document))
        properties = {
            name: getattr(claim, name) for name in ("modality", "confidence", "date", "valid_from", "valid_to")
        }
        stored = {"id": document.id, "publisher": publisher, "published": published}
        rows.append({"claim": {**properties, "id": f"claim:{number}", "edge": edge.id}, "document": stored})
    await ready.write(_rows, WRITE, rows=rows)
    summed = await ready.read(read_evidence, [edge.id])
    assert project(summed.get(edge.id, ())) == project(evidence)


def test_the_rite_of_a_write_stands_in_one_module() -> None:
    rite = {"LOCK", "BUMP", "reproject", "forget", "write_tombstones"}
    users = {
        path.relative_to(LOADERS).as_posix()
        for path in LOADERS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in rite
    }
    assert users == {"writing/change.py"}
