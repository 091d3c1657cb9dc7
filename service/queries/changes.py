"""What a subscription asks for at each pulse: the version, the runs that are watched, the relations that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import rows
from graph_schema.database.version import graph_version
from graph_schema.ids import EntityId, RelationId, RunId
from service.queries.conditions import ANY_RELATION
from service.queries.records import ENTITY, RELATION, EntityRecord, LoadRunRecord, RelationRecord
from service.queries.state import load_runs_by_id

RELATIONS_SINCE: LiteralString = f"""
UNWIND $ids AS id
MATCH (n:Entity {{id: id}})-[r:{ANY_RELATION}]-(:Entity)
WITH DISTINCT r LIMIT $limit
WITH r, startNode(r) AS s, endNode(r) AS o
RETURN collect({{
  id: r.id, newer: r.version > $since, subject: s {{{ENTITY}}}, object: o {{{ENTITY}}},
  relation: CASE WHEN r.version > $since OR NOT r.id IN $known THEN {RELATION} END
}}) AS rows
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The graph at one moment, as far as subscriptions wait for it."""

    version: int
    runs: dict[RunId, LoadRunRecord]
    """Those of the watched runs that exist."""


async def read_pulse(tx: AsyncManagedTransaction, runs: Sequence[RunId]) -> Pulse:
    """The version and the watched runs."""
    version = await graph_version(tx)
    return Pulse(version, await load_runs_by_id(tx, runs) if runs else {})


@dataclass(frozen=True, slots=True)
class WatchedRelation:
    """A relation with both its ends, which may be gone when its removal is told."""

    relation: RelationRecord
    subject: EntityRecord
    object: EntityRecord


@dataclass(frozen=True, slots=True)
class RelationsNow:
    """The relations of some entities."""

    known: set[RelationId]
    """Ids of all of them."""
    fresh: list[WatchedRelation]
    """Those that were not known or have changed."""
    newer: set[RelationId]
    """Those last changed after the version asked for."""


async def relations_since(
    tx: AsyncManagedTransaction, ids: Sequence[EntityId], known: Sequence[RelationId], *, since: int, limit: int
) -> RelationsNow:
    """Up to `limit` relations of these entities, in full where they are not `known` or changed after `since`."""
    now = RelationsNow(set(), [], set())
    for row in await rows(tx, RELATIONS_SINCE, ids=list(ids), known=list(known), since=since, limit=limit):
        id = RelationId(row["id"])
        now.known.add(id)
        if row["newer"]:
            now.newer.add(id)
        if row["relation"] is not None:
            now.fresh.append(_watched(row))
    return now


def _watched(row: Any) -> WatchedRelation:
    ends = (EntityRecord.from_node(row[end]) for end in ("subject", "object"))
    return WatchedRelation(RelationRecord.from_map(row["relation"]), *ends)
