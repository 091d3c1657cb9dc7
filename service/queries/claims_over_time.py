"""Claims about entities by time and by kind: timelines, counts by period, distributions, contradictions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import grouped, native_date, rows
from graph_schema.ids import EntityId, RelationId
from graph_schema.vocabulary import LIVE_MODALITIES, Modality, RelationType
from service.queries.claims import CLAIM_ROW
from service.queries.records import ClaimRecord, RelationRecord
from service.queries.relations import relations_by_id


class Clock(StrEnum):
    """Which time of a claim counts."""

    HAPPENED = "happened"
    """When the stated thing happened or began; where no source says so, when it was published."""
    PUBLISHED = "published"
    """When the document was published."""


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims about which entities."""

    entities: tuple[EntityId, ...]
    types: tuple[RelationType, ...] = ()
    modalities: tuple[Modality, ...] = ()
    publishers: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    clock: Clock = Clock.HAPPENED

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of `CLAIMS_ABOUT`."""
        return {
            "ids": list(self.entities),
            "types": [type.value for type in self.types or RelationType],
            "modalities": [modality.value for modality in self.modalities or Modality],
            "publishers": list(self.publishers),
            "since": self.since,
            "until": self.until,
            "happened": self.clock is Clock.HAPPENED,
        }


CLAIMS_ABOUT: LiteralString = """
UNWIND $ids AS id
MATCH (:Entity {id: id})<-[:SUBJECT|OBJECT]-(claim:Claim)
WHERE claim.relation IN $types AND claim.modality IN $modalities
WITH DISTINCT claim
MATCH (claim)-[:STATED_IN]->(document:Document)
WHERE size($publishers) = 0 OR document.publisher IN $publishers
WITH claim, document, CASE WHEN $happened THEN coalesce(claim.date, claim.valid_from, document.published)
  ELSE document.published END AS day
WHERE ($since IS NULL OR day >= $since) AND ($until IS NULL OR day <= $until)
"""

TIMELINE: LiteralString = f"""
{CLAIMS_ABOUT}
WITH claim, day WHERE $undated OR day IS NOT NULL
WITH claim, day ORDER BY day IS NULL, day DESC, claim.id SKIP $skip LIMIT $limit
{CLAIM_ROW}
WITH claim, day, row ORDER BY day IS NULL, day DESC, claim.id
RETURN collect(row {{.*, day: day}}) AS rows
"""


async def timeline(
    tx: AsyncManagedTransaction, where: ClaimFilter, *, undated: bool, skip: int, limit: int
) -> list[tuple[dt.date | None, ClaimRecord]]:
    """Claims with their day, newest first; those without one last, and only when `undated`."""
    found = await rows(tx, TIMELINE, **where.parameters, undated=undated, skip=skip, limit=limit)
    return [(native_date(row["day"]), ClaimRecord.from_map(row)) for row in found]


class Interval(StrEnum):
    """Length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


TIME_SERIES: LiteralString = f"""
{CLAIMS_ABOUT}
WITH claim, document, CASE WHEN day IS NULL THEN NULL ELSE date.truncate($interval, day) END AS period
WITH period, count(*) AS claims, count(DISTINCT claim.edge) AS relations,
  count(DISTINCT coalesce(document.publisher, document.id)) AS sources
ORDER BY period IS NULL, period
RETURN collect([period, claims, relations, sources]) AS rows
"""


@dataclass(frozen=True, slots=True)
class Period:
    """How much was stated in one period; `start` is None for claims without a day."""

    start: dt.date | None
    claims: int
    relations: int
    sources: int


async def time_series(tx: AsyncManagedTransaction, where: ClaimFilter, interval: Interval) -> list[Period]:
    """Counts by period, oldest first; periods without claims are left out, undated claims come last."""
    found = await rows(tx, TIME_SERIES, **where.parameters, interval=interval.value)
    return [Period(native_date(start), *counts) for start, *counts in found]


class DistributionField(StrEnum):
    """By what claims are counted."""

    RELATION_TYPE = "relation_type"
    MODALITY = "modality"
    PUBLISHER = "publisher"
    EXTRACTOR = "extractor"
    PREDICATE = "predicate"


DISTRIBUTION: LiteralString = f"""
{CLAIMS_ABOUT}
WITH claim, CASE $field WHEN 'relation_type' THEN claim.relation WHEN 'modality' THEN claim.modality
  WHEN 'publisher' THEN document.publisher WHEN 'extractor' THEN claim.extractor ELSE claim.predicate END AS value
WITH value, count(*) AS claims, count(DISTINCT claim.edge) AS relations
ORDER BY claims DESC, value LIMIT $limit
RETURN collect([value, claims, relations]) AS rows
"""


@dataclass(frozen=True, slots=True)
class Share:
    """Claims that have one value; None: they have none."""

    value: str | None
    claims: int
    relations: int


async def distribution(
    tx: AsyncManagedTransaction, where: ClaimFilter, field: DistributionField, *, limit: int
) -> list[Share]:
    """Counts by value, most first."""
    return [Share(*row) for row in await rows(tx, DISTRIBUTION, **where.parameters, field=field.value, limit=limit)]


CONTRADICTED: LiteralString = """
UNWIND $ids AS id
MATCH (:Entity {id: id})<-[:SUBJECT|OBJECT]-(against:Claim)
WHERE against.modality IN $against
WITH DISTINCT against.edge AS edge ORDER BY edge
MATCH (claim:Claim {edge: edge}) WHERE claim.modality IN $live
WITH DISTINCT edge ORDER BY edge SKIP $skip LIMIT $limit
RETURN collect(edge) AS rows
"""

CLAIMS_BY_EDGES: LiteralString = f"""
UNWIND $edges AS edge
MATCH (claim:Claim {{edge: edge}})
WITH claim ORDER BY claim.edge, claim.confidence DESC, claim.id LIMIT $most
{CLAIM_ROW}
WITH claim, row ORDER BY claim.edge, claim.confidence DESC, claim.id
RETURN collect(row {{.*, edge: claim.edge}}) AS rows
"""

_AGAINST = (Modality.DENIED, Modality.ENDED)
_MOST_CLAIMS = 5_000


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A relation that some claims state and others deny or call ended."""

    relation: RelationRecord
    stating: tuple[ClaimRecord, ...]
    against: tuple[ClaimRecord, ...]


async def contradictions(
    tx: AsyncManagedTransaction, entities: Sequence[EntityId], *, skip: int, limit: int
) -> list[Contradiction]:
    """Relations of these entities on which sources differ, by id, with the claims of both sides."""
    against = [modality.value for modality in _AGAINST]
    live = [modality.value for modality in LIVE_MODALITIES]
    edges: list[RelationId] = await rows(
        tx, CONTRADICTED, ids=list(entities), against=against, live=live, skip=skip, limit=limit
    )
    if not edges:
        return []
    relations = await relations_by_id(tx, edges)
    claims = grouped(await rows(tx, CLAIMS_BY_EDGES, edges=edges, most=_MOST_CLAIMS), "edge", ClaimRecord.from_map)
    return [_contradiction(relations[edge], claims) for edge in edges if edge in relations]


def _contradiction(relation: RelationRecord, claims: Mapping[RelationId, Sequence[ClaimRecord]]) -> Contradiction:
    of_relation = claims.get(relation.id, ())
    return Contradiction(
        relation,
        tuple(claim for claim in of_relation if claim.modality not in _AGAINST),
        tuple(claim for claim in of_relation if claim.modality in _AGAINST),
    )
