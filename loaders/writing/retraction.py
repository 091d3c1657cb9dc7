"""Taking back a document, a run or a source: exactly its claims go, and with them what only they brought.

What other sources state too stays, as they stated it. Each step is a transaction; one that is interrupted may simply be
started again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native
from graph_schema.database.graph import Graph
from graph_schema.domain import Document
from graph_schema.errors import NothingToRetract
from graph_schema.ids import ClaimId, DocumentId, RunId
from loaders.writing.change import CLAIMS_PER_CHANGE, ChangeSet, change
from loaders.writing.counts import Counts
from loaders.writing.nodes import Payload

Progress = Callable[[Counts], None]


def _quiet(counts: Counts) -> None:
    pass


async def retract_document(graph: Graph, document: DocumentId, *, progress: Progress = _quiet) -> Counts:
    """Remove a document with all its claims; what others state is projected anew. An unknown id changes nothing.

    Raises GraphError.
    """

    async def step(tx: AsyncManagedTransaction) -> Counts:
        return await remove_claims(tx, await _ids(tx, SOME_CLAIMS, document=document, limit=CLAIMS_PER_CHANGE))

    counts = await _until_done(graph, step, progress)
    counts.add(await graph.write(_remove_silent, [document]))
    return counts


async def retract_run(graph: Graph, run: RunId, *, progress: Progress = _quiet) -> Counts:
    """Remove what a run brought, save what other sources state too. Raises NothingToRetract, GraphError."""
    return await _retract_runs(graph, [run], progress)


async def retract_source(graph: Graph, source: str, *, progress: Progress = _quiet) -> Counts:
    """Remove what all runs of a source brought, save what others state too. Raises NothingToRetract, GraphError."""
    return await _retract_runs(graph, await graph.read(runs_of_source, source), progress)


@dataclass(frozen=True, slots=True)
class Extent:
    """What taking back would touch."""

    documents: int
    claims: int
    """Claims that would go."""
    shared: int
    """Claims that other sources state too: they would stay."""


async def extent_of_document(graph: Graph, document: DocumentId) -> Extent:
    """What `retract_document` would do."""
    row = await graph.read(_row, DOCUMENT_EXTENT, {"document": document})
    return Extent(row["documents"], row["claims"], 0)


async def extent_of_run(graph: Graph, run: RunId) -> Extent:
    """What `retract_run` would do. Raises NothingToRetract."""
    return await _extent(graph, [run])


async def extent_of_source(graph: Graph, source: str) -> Extent:
    """What `retract_source` would do. Raises NothingToRetract."""
    return await _extent(graph, await graph.read(runs_of_source, source))


RUNS_OF_SOURCE: LiteralString = """
MATCH (run:LoadRun) WHERE run.source = $source OR run.job = $source RETURN run.id AS id ORDER BY id
"""


async def runs_of_source(tx: AsyncManagedTransaction, source: str) -> list[RunId]:
    """Runs of the source, or of the job, of that name. Raises NothingToRetract."""
    runs = [RunId(id) for id in await _ids(tx, RUNS_OF_SOURCE, source=source)]
    if not runs:
        raise NothingToRetract(f"no run has loaded a source or job {source!r}")
    return runs


SOME_CLAIMS: LiteralString = "MATCH (:Document {id: $document})<-[:STATED_IN]-(c:Claim) RETURN c.id AS id LIMIT $limit"
DOCUMENT_EXTENT: LiteralString = """
OPTIONAL MATCH (d:Document {id: $document})
OPTIONAL MATCH (d)<-[:STATED_IN]-(c:Claim)
RETURN count(DISTINCT d) AS documents, count(c) AS claims
"""
RUNS_EXTENT: LiteralString = """
MATCH (r:LoadRun) WHERE r.id IN $runs
WITH count(r) AS known
OPTIONAL MATCH (c:Claim) WHERE c.run IN $runs OR EXISTS { MATCH (c)-[:STATED_BY]->(r:LoadRun) WHERE r.id IN $runs }
WITH known, c, EXISTS { MATCH (c)-[:STATED_BY]->(r:LoadRun) WHERE NOT r.id IN $runs } AS shared
OPTIONAL MATCH (c)-[:STATED_IN]->(d:Document)
RETURN known, count(DISTINCT d) AS documents, count(CASE WHEN NOT shared THEN c END) AS claims,
       count(CASE WHEN shared THEN c END) AS shared
"""


async def _extent(graph: Graph, runs: Sequence[RunId]) -> Extent:
    row = await graph.read(_row, RUNS_EXTENT, {"runs": list(runs)})
    if not row["known"]:
        raise NothingToRetract(f"no run {', '.join(runs)}")
    return Extent(row["documents"], row["claims"], row["shared"])


async def _retract_runs(graph: Graph, runs: Sequence[RunId], progress: Progress) -> Counts:
    await _extent(graph, runs)
    counts = Counts()
    for work in (_leave_shared, _remove_own):

        async def step(tx: AsyncManagedTransaction, work: Any = work) -> Counts:
            done: Counts = await work(tx, list(runs))
            return done

        counts.add(await _until_done(graph, step, progress))

    async def rest(tx: AsyncManagedTransaction) -> Counts:
        return await _remove_silent(tx, await _ids(tx, SILENT_DOCUMENTS, runs=list(runs), limit=CLAIMS_PER_CHANGE))

    counts.add(await _until_done(graph, rest, progress))
    await graph.write(_mark_retracted, list(runs))
    return counts


async def _until_done(
    graph: Graph, step: Callable[[AsyncManagedTransaction], Awaitable[Counts]], progress: Progress
) -> Counts:
    counts = Counts()
    while (done := await graph.write(step)).changed:
        counts.add(done)
        progress(counts)
    return counts


OWN: LiteralString = """
UNWIND $runs AS run
MATCH (c:Claim {run: run})
RETURN c.id AS id LIMIT $limit
"""
SILENT_DOCUMENTS: LiteralString = """
MATCH (d:Document) WHERE d.run IN $runs AND NOT EXISTS { (d)<-[:STATED_IN]-() }
RETURN d.id AS id LIMIT $limit
"""


async def _remove_own(tx: AsyncManagedTransaction, runs: Sequence[RunId]) -> Counts:
    async with change(tx) as graph:
        ids = await _ids(tx, OWN, runs=runs, limit=CLAIMS_PER_CHANGE)
        documents = await _ids(tx, DOCUMENTS_OF, ids=ids)
        await _delete(graph, ids)
        await _delete_silent(graph, documents)
    return graph.counts


DOCUMENTS_OF: LiteralString = """
UNWIND $ids AS id
MATCH (:Claim {id: id})-[:STATED_IN]->(d:Document)
RETURN DISTINCT d.id AS id
"""


async def remove_claims(tx: AsyncManagedTransaction, ids: Sequence[ClaimId]) -> Counts:
    """Delete these claims, and what only they brought."""
    async with change(tx) as graph:
        await _delete(graph, ids)
    return graph.counts


async def _delete(graph: ChangeSet, ids: Sequence[ClaimId]) -> None:
    graph.counts.claims_removed += len(await graph.delete(ids))


SHARED: LiteralString = """
UNWIND $runs AS run
MATCH (:LoadRun {id: run})<-[:STATED_BY]-(c:Claim)
WITH DISTINCT c LIMIT $limit
MATCH (c)-[by:STATED_BY]->(r:LoadRun)
WHERE NOT r.id IN $runs
WITH c, r, by ORDER BY r.started, r.id
RETURN c.id AS id, collect({run: r.id, confidence: by.confidence, extractor: by.extractor,
       subject_names: coalesce(by.subject_names, []), object_names: coalesce(by.object_names, []),
       speaker_names: coalesce(by.speaker_names, []),
       subject_mention: by.subject_mention, object_mention: by.object_mention}) AS left
"""
LEAVE: LiteralString = """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})-[by:STATED_BY]->(r:LoadRun)
SET c.run = row.run
WITH row, c, by, r
WHERE r.id IN $runs OR row.alone
DELETE by
"""


async def _leave_shared(tx: AsyncManagedTransaction, runs: Sequence[RunId]) -> Counts:
    """Let go of some claims that other sources state too: what these said of them is what stays."""
    async with change(tx) as graph:
        rows = [row.data() async for row in await tx.run(SHARED, runs=runs, limit=CLAIMS_PER_CHANGE)]
        stored = await graph.update({ClaimId(row["id"]): _together(row["left"]) for row in rows})
        graph.past.claims(claim.former for claim in stored)
        graph.reword(stored)
        left = [{"id": row["id"], "run": row["left"][0]["run"], "alone": len(row["left"]) == 1} for row in rows]
        await (await tx.run(LEAVE, rows=left, runs=runs)).consume()
        graph.counts.claims_updated += len(rows)
    return graph.counts


def _together(stated: Sequence[Mapping[str, Any]]) -> Payload:
    """What several sources say of one claim: the surest counts, under all names."""
    surest = max(stated, key=lambda one: (one["confidence"], one["extractor"]))
    names = (
        sorted({name for one in stated for name in one[end]})
        for end in ("subject_names", "object_names", "speaker_names")
    )
    mentions = surest["subject_mention"], surest["object_mention"]
    return Payload.stored(surest["confidence"], surest["extractor"], *names, *mentions)


DELETE_DOCUMENTS: LiteralString = """
UNWIND $ids AS id
MATCH (d:Document {id: id})
WHERE NOT EXISTS { (d)<-[:STATED_IN]-() }
WITH d, [d.id, d.publisher, d.published] AS was
DELETE d
RETURN collect(was) AS deleted
"""


async def _remove_silent(tx: AsyncManagedTransaction, ids: Sequence[str]) -> Counts:
    async with change(tx) as graph:
        await _delete_silent(graph, ids)
    return graph.counts


async def _delete_silent(graph: ChangeSet, ids: Sequence[str]) -> None:
    """Delete those of the documents that state nothing any more."""
    if ids:
        record = await (await graph.tx.run(DELETE_DOCUMENTS, ids=list(ids))).single(strict=True)
        for id, publisher, published in record["deleted"]:
            graph.past.document(Document(id, publisher=publisher, published=native(published)))
        graph.counts.documents_removed += len(record["deleted"])


RETRACTED: LiteralString = """
MATCH (run:LoadRun) WHERE run.id IN $runs
SET run.retracted = datetime(), run.fingerprint = null
"""


async def _mark_retracted(tx: AsyncManagedTransaction, runs: Sequence[RunId]) -> None:
    """A run that was taken back must not be resumed."""
    await (await tx.run(RETRACTED, runs=list(runs))).consume()


async def _ids(tx: AsyncManagedTransaction, query: LiteralString, **parameters: Any) -> list[Any]:
    return [record["id"] async for record in await tx.run(query, **parameters)]


async def _row(tx: AsyncManagedTransaction, query: LiteralString, parameters: dict[str, Any]) -> dict[str, Any]:
    return (await (await tx.run(query, **parameters)).single(strict=True)).data()
