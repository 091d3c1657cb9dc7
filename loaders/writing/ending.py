"""What a source no longer states has ended: its claims stay, and a claim of its own says since when nobody states them."""

from collections.abc import Collection, Mapping
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native
from graph_schema.domain import Claim, Span
from graph_schema.ids import ClaimId, DocumentId, RelationId, RunId
from graph_schema.vocabulary import Modality, RelationType
from loaders.writing.change import ChangeSet
from loaders.writing.counts import Counts
from loaders.writing.edges import edge_of
from loaders.writing.readers import replaced_by

SWEEP = "sweep/1"
"""Extractor of claims that say that a source no longer states something."""

CLAIMS_OF: LiteralString = """
UNWIND $rows AS row
MATCH (:Document {id: row.document})<-[:STATED_IN]-(c:Claim)
WHERE split(c.extractor, '/')[0] IN row.readers
RETURN c.id AS id
"""


async def claims_of(tx: AsyncManagedTransaction, documents: Mapping[DocumentId, str]) -> list[ClaimId]:
    """What each of these documents states, by the reader named with it."""
    if not documents:
        return []
    rows = [{"document": id, "readers": replaced_by(reader)} for id, reader in documents.items()]
    result = await tx.run(CLAIMS_OF, rows=rows)
    return [record["id"] async for record in result]


LIVE: LiteralString = """
MATCH (mine:LoadRun {id: $run})
MATCH (of_source:LoadRun {source: mine.source})
WITH mine, collect(of_source.id) AS runs
UNWIND $ids AS id
MATCH (c:Claim {id: id})
WHERE NOT c.modality IN ['ended', 'denied'] AND c.valid_to IS NULL
MATCH (c)-[:SUBJECT]->(s:Entity)
MATCH (c)-[:OBJECT]->(o:Entity)
MATCH (c)-[:STATED_IN]->(d:Document)
RETURN c.id AS id, c.relation AS relation, s.id AS subject, o.id AS object, d.id AS document, c.predicate AS predicate,
       mine.source AS source, date(mine.started) AS day,
       EXISTS { MATCH (other:Claim {edge: c.edge})
                WHERE NOT other.id IN $ids AND other.run IN runs AND other.valid_to IS NULL
                  AND NOT other.modality IN ['ended', 'denied'] } AS still,
       EXISTS { MATCH (swept:Claim {edge: c.edge, extractor: $sweep}) WHERE swept.run IN runs } AS known
ORDER BY id
"""


async def end_claims(graph: ChangeSet, ids: Collection[ClaimId], run: RunId) -> None:
    """State that the source of `run` no longer states these claims, on the day of the run.

    A claim whose edge the source still states in other words or elsewhere is out of date: it goes. Claims that say
    themselves when they ended are left as they are. Raises MissingEndpoint.
    """
    if not ids:
        return
    rows = [record.data() async for record in await graph.tx.run(LIVE, ids=list(ids), run=run, sweep=SWEEP)]
    ended: dict[RelationId, Claim] = {}
    for row in rows:
        if not row["still"] and not row["known"]:
            claim = _ended(row)
            ended.setdefault(edge_of(claim.relation, claim.subject, claim.object).id, claim)
    await graph.create({claim.id: claim for claim in ended.values()}, run)
    outdated = await graph.delete([row["id"] for row in rows if row["still"]])
    graph.counts.add(Counts(claims_ended=len(ended), claims_removed=len(outdated)))


def _ended(row: Mapping[str, Any]) -> Claim:
    day = native(row["day"])
    sentence = f"{row['source']} no longer states this on {day}."
    return Claim(
        document=row["document"],
        span=Span(0, 0),
        sentence=sentence,
        subject=row["subject"],
        relation=RelationType(row["relation"]),
        object=row["object"],
        predicate=row["predicate"],
        modality=Modality.ENDED,
        date=day,
        valid_to=day,
        extractor=SWEEP,
    )
