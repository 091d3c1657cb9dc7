"""Claims listed by id, under conditions on their ends, wording, documents, runs and days."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.ids import DocumentId, EntityId, RunId
from graph_schema.vocabulary import Modality, RelationType
from service.queries.claims import CLAIM_ROW
from service.queries.claims_over_time import Clock
from service.queries.records import ClaimRecord


@dataclass(frozen=True, slots=True)
class ListedClaims:
    """Which claims are listed. Every condition holds; one without values admits all."""

    subjects: tuple[EntityId, ...] = ()
    objects: tuple[EntityId, ...] = ()
    entities: tuple[EntityId, ...] = ()
    """At either end."""
    types: tuple[RelationType, ...] = ()
    modalities: tuple[Modality, ...] = ()
    documents: tuple[DocumentId, ...] = ()
    publishers: tuple[str, ...] = ()
    runs: tuple[RunId, ...] = ()
    """Loaded by one of these, or stated by it too."""
    since: dt.date | None = None
    until: dt.date | None = None
    clock: Clock = Clock.HAPPENED

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of the queries."""
        return {
            "subjects": list(self.subjects),
            "objects": list(self.objects),
            "entities": list(self.entities),
            "types": [type.value for type in self.types],
            "modalities": [modality.value for modality in self.modalities],
            "documents": list(self.documents),
            "publishers": list(self.publishers),
            "runs": list(self.runs),
            "since": self.since,
            "until": self.until,
        }


_ANCHORS = {
    "subjects": "UNWIND $subjects AS id\nMATCH (:Entity {id: id})<-[:SUBJECT]-(claim:Claim)",
    "objects": "UNWIND $objects AS id\nMATCH (:Entity {id: id})<-[:OBJECT]-(claim:Claim)",
    "entities": "UNWIND $entities AS id\nMATCH (:Entity {id: id})<-[:SUBJECT|OBJECT]-(claim:Claim)",
    "documents": "UNWIND $documents AS id\nMATCH (:Document {id: id})<-[:STATED_IN]-(claim:Claim)",
    "runs": "UNWIND $runs AS id\nCALL (id) {\n  MATCH (claim:Claim {run: id}) RETURN claim\n  UNION\n"
    "  MATCH (:LoadRun {id: id})<-[:STATED_BY]-(claim:Claim) RETURN claim\n}",
    "publishers": "UNWIND $publishers AS name\nMATCH (:Document {publisher: name})<-[:STATED_IN]-(claim:Claim)",
}
"""Where a query starts: at the first of these that is asked for, the likely smallest first."""
_ANYWHERE = "MATCH (claim:Claim) WHERE claim.id > ''"
_DAYS = {
    Clock.HAPPENED: "coalesce(claim.date, claim.valid_from, document.published)",
    Clock.PUBLISHED: "document.published",
}
_CONDITIONS = {
    "types": "claim.relation IN $types",
    "modalities": "claim.modality IN $modalities",
    "subjects": "EXISTS { MATCH (claim)-[:SUBJECT]->(one:Entity) WHERE one.id IN $subjects }",
    "objects": "EXISTS { MATCH (claim)-[:OBJECT]->(one:Entity) WHERE one.id IN $objects }",
    "entities": "EXISTS { MATCH (claim)-[:SUBJECT|OBJECT]->(one:Entity) WHERE one.id IN $entities }",
    "documents": "EXISTS { MATCH (claim)-[:STATED_IN]->(document:Document) WHERE document.id IN $documents }",
    "publishers": "EXISTS { MATCH (claim)-[:STATED_IN]->(document:Document) WHERE document.publisher IN $publishers }",
    "runs": "(claim.run IN $runs OR EXISTS { MATCH (claim)-[:STATED_BY]->(run:LoadRun) WHERE run.id IN $runs })",
}

CLAIMS_LISTED: LiteralString = f"""
WITH claim ORDER BY claim.id SKIP $skip LIMIT $limit
{CLAIM_ROW}
ORDER BY claim.id
"""
CLAIMS_COUNTED: LiteralString = """
RETURN count(claim) AS claims
"""


def claims_listed_query(where: ListedClaims) -> LiteralString:
    """The Cypher that lists claims under these conditions."""
    return _start(where) + CLAIMS_LISTED


def claims_counted_query(where: ListedClaims) -> LiteralString:
    """The Cypher that counts them."""
    return _start(where) + CLAIMS_COUNTED


def _start(where: ListedClaims) -> LiteralString:
    """What finds each admitted claim once: from its ends, documents or runs where they are told, else by the claims' ids."""
    asked = [name for name in _CONDITIONS if getattr(where, name)]
    anchor = next((name for name in _ANCHORS if name in asked), None)
    conditions = [_CONDITIONS[name] for name in asked if name != anchor]
    conditions += [
        _day(where.clock, sign) for sign, day in ((">= $since", where.since), ("<= $until", where.until)) if day
    ]
    if anchor is None:
        return " AND ".join([_ANYWHERE, *conditions])
    found = f"{_ANCHORS[anchor]}\nWITH DISTINCT claim"
    return f"{found} WHERE {' AND '.join(conditions)}" if conditions else found


def _day(clock: Clock, within: LiteralString) -> LiteralString:
    return f"EXISTS {{ MATCH (claim)-[:STATED_IN]->(document:Document) WHERE {_DAYS[clock]} {within} }}"


async def claims_listed(
    tx: AsyncManagedTransaction, where: ListedClaims, *, skip: int, limit: int
) -> list[ClaimRecord]:
    """A page of claims by id."""
    result = await tx.run(claims_listed_query(where), {**where.parameters, "skip": skip, "limit": limit})
    return [ClaimRecord.from_map(record) async for record in result]


async def claims_counted(tx: AsyncManagedTransaction, where: ListedClaims) -> int:
    """How many claims `claims_listed` gives over all pages."""
    result = await tx.run(claims_counted_query(where), where.parameters)
    return int((await result.single(strict=True))["claims"])
