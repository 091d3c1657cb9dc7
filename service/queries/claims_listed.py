"""Claims listed by id, under conditions on their ends, wording, documents, runs and days."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import Cypher, all_of, cypher, one, rows
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


_ANCHORS: dict[str, LiteralString] = {
    "subjects": "UNWIND $subjects AS id\nMATCH (:Entity {id: id})<-[:SUBJECT]-(claim:Claim)",
    "objects": "UNWIND $objects AS id\nMATCH (:Entity {id: id})<-[:OBJECT]-(claim:Claim)",
    "entities": "UNWIND $entities AS id\nMATCH (:Entity {id: id})<-[:SUBJECT|OBJECT]-(claim:Claim)",
    "documents": "UNWIND $documents AS id\nMATCH (:Document {id: id})<-[:STATED_IN]-(claim:Claim)",
    "runs": "UNWIND $runs AS id\nCALL (id) {\n  MATCH (claim:Claim {run: id}) RETURN claim\n  UNION\n"
    "  MATCH (:LoadRun {id: id})<-[:STATED_BY]-(claim:Claim) RETURN claim\n}",
    "publishers": "UNWIND $publishers AS name\nMATCH (:Document {publisher: name})<-[:STATED_IN]-(claim:Claim)",
}
"""Where a query starts: at the first of these that is asked for, the likely smallest first."""
_DAYS: dict[Clock, LiteralString] = {
    Clock.HAPPENED: "coalesce(claim.date, claim.valid_from, document.published)",
    Clock.PUBLISHED: "document.published",
}
_CONDITIONS: dict[str, LiteralString] = {
    "types": "claim.relation IN $types",
    "modalities": "claim.modality IN $modalities",
    "subjects": "EXISTS { MATCH (claim)-[:SUBJECT]->(one:Entity) WHERE one.id IN $subjects }",
    "objects": "EXISTS { MATCH (claim)-[:OBJECT]->(one:Entity) WHERE one.id IN $objects }",
    "entities": "EXISTS { MATCH (claim)-[:SUBJECT|OBJECT]->(one:Entity) WHERE one.id IN $entities }",
    "documents": "EXISTS { MATCH (claim)-[:STATED_IN]->(document:Document) WHERE document.id IN $documents }",
    "publishers": "EXISTS { MATCH (claim)-[:STATED_IN]->(document:Document) WHERE document.publisher IN $publishers }",
    "runs": "(claim.run IN $runs OR EXISTS { MATCH (claim)-[:STATED_BY]->(run:LoadRun) WHERE run.id IN $runs })",
}


def _start(where: ListedClaims) -> Cypher:
    """What finds each admitted claim once: from its ends, documents or runs where they are told, else by the claims' ids."""
    asked = [name for name in _CONDITIONS if getattr(where, name)]
    anchor = next((name for name in _ANCHORS if name in asked), None)
    conditions = [_condition(name, where) for name in asked if name != anchor] + list(_days(where))
    if anchor is None:
        return "MATCH (claim:Claim) WHERE " + all_of([cypher("claim.id > ''"), *conditions])
    found = Cypher(_ANCHORS[anchor], {anchor: _values(anchor, where)}) + "\nWITH DISTINCT claim WHERE "
    return found + all_of(conditions)


def _condition(name: str, where: ListedClaims) -> Cypher:
    return Cypher(_CONDITIONS[name], {name: _values(name, where)})


def _values(name: str, where: ListedClaims) -> list[str]:
    return [str(value) for value in getattr(where, name)]


def _days(where: ListedClaims) -> Iterator[Cypher]:
    day: LiteralString = f"EXISTS {{ MATCH (claim)-[:STATED_IN]->(document:Document) WHERE {_DAYS[where.clock]}"
    if where.since is not None:
        yield cypher(f"{day} >= $since }}", since=where.since)
    if where.until is not None:
        yield cypher(f"{day} <= $until }}", until=where.until)


CLAIMS_LISTED: LiteralString = f"""
WITH claim ORDER BY claim.id SKIP $skip LIMIT $limit
{CLAIM_ROW}
WITH claim, row ORDER BY claim.id
RETURN collect(row) AS rows
"""


def claims_listed_query(where: ListedClaims) -> Cypher:
    """The Cypher that lists claims under these conditions."""
    return _start(where) + CLAIMS_LISTED


async def claims_listed(
    tx: AsyncManagedTransaction, where: ListedClaims, *, skip: int, limit: int
) -> list[ClaimRecord]:
    """A page of claims by id."""
    return [ClaimRecord.from_map(row) for row in await rows(tx, claims_listed_query(where), skip=skip, limit=limit)]


def claims_counted_query(where: ListedClaims) -> Cypher:
    """The Cypher that counts them."""
    return _start(where) + "\nRETURN count(claim) AS claims"


async def claims_counted(tx: AsyncManagedTransaction, where: ListedClaims) -> int:
    """How many claims `claims_listed` gives over all pages."""
    return int((await one(tx, claims_counted_query(where)))["claims"])
