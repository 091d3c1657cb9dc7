"""What the index reads of the database: everything at first, later what has changed since a version.

Rows come in lists of thousands, one record each: the driver takes several times as long for a record as for an item of a
list. Each part is a transaction of its own, so that nothing is held for long; what is written meanwhile is read again with
the changes.
"""

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, native_date, one, term
from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId, RelationId
from graph_schema.publishers import reliability_of, weights_found
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.index.change import Change, ClaimRow, EntityRow, RelationRow

_SECONDS = 120.0
PART = 20_000
"""Rows read at a time."""

STATE: LiteralString = """
OPTIONAL MATCH (state:GraphState {id: 'graph'})
RETURN coalesce(state.version, 0) AS version, state.removals_since AS followable
"""
_COUNTED = " + ".join(f"COUNT {{ ()-[:{term(type)}]->() }}" for type in RelationType)
COUNTS: LiteralString = f"RETURN COUNT {{ (:Entity) }} AS entities, {_COUNTED} AS relations"


@dataclass(frozen=True, slots=True)
class GraphState:
    """Where the graph stands."""

    version: int
    followable: int | None
    """From which version on it is told what was removed; None: never."""


async def read_state(tx: AsyncManagedTransaction) -> GraphState:
    """Version of the graph, and since when removals are told."""
    record = await one(tx, STATE)
    return GraphState(int(record["version"]), record["followable"])


TOMBSTONES: LiteralString = """
MATCH (removed:Removed) WHERE removed.version > $since
RETURN removed.relations AS relations, removed.entities AS entities
"""
CHANGED_ENTITIES: LiteralString = """
MATCH (e:Entity) WHERE e.version > $since
RETURN e.id AS id, e.type AS type, e.name AS name, coalesce(e.aliases, []) AS aliases, coalesce(e.since, 0) AS since,
  head([(e)-[:FOLDED_INTO]->(whole:Entity) | whole.id]) AS whole LIMIT $most
"""
_CHANGED = "\n  UNION ALL\n".join(
    f"  MATCH ()-[r:{term(type)}]->() WHERE r.version > $since RETURN r" for type in RelationType
)
CHANGED_RELATIONS: LiteralString = f"""
CALL () {{
{_CHANGED}
}}
WITH r LIMIT $most
RETURN r.id AS id, type(r) AS type, startNode(r).id AS subject, endNode(r).id AS object, r.status AS status,
  r.confidence AS confidence, r.sources AS sources, r.claims AS claims, r.first_seen AS first_seen, r.last_seen AS last_seen,
  r.valid_from AS valid_from, r.valid_to AS valid_to
"""
CLAIMS_BEHIND: LiteralString = f"""
{weights_found()}
UNWIND $relations AS relation
MATCH (c:Claim {{edge: relation}})-[:STATED_IN]->(d:Document)
RETURN relation, d.publisher AS publisher, d.id AS document, c.run AS run, c.modality AS modality, c.share AS share,
  c.confidence * {reliability_of("d")} AS confidence
"""
RUNS: LiteralString = """
UNWIND $ids AS id
MATCH (run:LoadRun {id: id}) WHERE run.started IS NOT NULL
RETURN id, run.started AS started
"""


class TooMuchChanged(Exception):
    """So much has changed that reading everything anew is cheaper."""


async def read_change(tx: AsyncManagedTransaction, since: int, version: int, *, most: int) -> Change:
    """What has changed after version `since` until `version`, which was read before; perhaps more that came later.

    Raises TooMuchChanged when that is more than `most` entities or relations, or is not told.
    """
    state = await read_state(tx)
    if version < since or state.followable is None or state.followable > since:
        raise TooMuchChanged
    change = Change(version)
    async for row in await tx.run(TOMBSTONES, since=since):
        change.removed_relations.update(row["relations"])
        change.removed_entities.update(row["entities"])
    async for row in await tx.run(CHANGED_ENTITIES, since=since, most=most + 1):
        change.entities.append(entity_row(row))
    change.relations = [relation_row(row) async for row in await tx.run(CHANGED_RELATIONS, since=since, most=most + 1)]
    if max(len(change.entities), len(change.relations), len(change.removed_relations)) > most:
        raise TooMuchChanged
    ids = [row.id for row in change.relations]
    change.claims = [_claim(row) async for row in await tx.run(CLAIMS_BEHIND, relations=ids)]
    change.began = await read_runs(tx, {claim.run for claim in change.claims if claim.run is not None})
    return change


async def read_runs(tx: AsyncManagedTransaction, ids: Iterable[str]) -> dict[str, dt.datetime]:
    """When each of these runs began."""
    return {row["id"]: native(row["started"]) async for row in await tx.run(RUNS, ids=sorted(ids))}


def entity_row(row: Mapping[str, Any]) -> EntityRow:
    """An entity as the database tells it."""
    whole = None if row["whole"] is None else EntityId(row["whole"])
    return EntityRow(EntityId(row["id"]), EntityType(row["type"]), row["name"], tuple(row["aliases"]), whole)


def relation_row(row: Mapping[str, Any]) -> RelationRow:
    """A relation as the database tells it."""
    return RelationRow(
        id=RelationId(row["id"]),
        subject=EntityId(row["subject"]),
        type=RelationType(row["type"]),
        object=EntityId(row["object"]),
        status=Modality(row["status"]),
        confidence=float(row["confidence"]),
        sources=int(row["sources"]),
        claims=int(row["claims"]),
        first_seen=native_date(row["first_seen"]),
        last_seen=native_date(row["last_seen"]),
        valid_from=native_date(row["valid_from"]),
        valid_to=native_date(row["valid_to"]),
    )


def _claim(row: Mapping[str, Any]) -> ClaimRow:
    return ClaimRow(
        relation=RelationId(row["relation"]),
        publisher=row["publisher"],
        document=row["document"],
        run=row["run"],
        modality=Modality(row["modality"]),
        share=row["share"],
        confidence=float(row["confidence"]),
    )


ENTITIES: LiteralString = """
MATCH (e:Entity) WHERE e.id > $after
WITH e ORDER BY e.id LIMIT $part
RETURN collect(e.id) AS id, collect(e.type) AS type, collect(e.name) AS name, collect(coalesce(e.aliases, [])) AS aliases,
  [one IN collect([e.id, head([(e)-[:FOLDED_INTO]->(whole:Entity) | whole.id])]) WHERE one[1] IS NOT NULL] AS wholes
"""


def _relations(type: RelationType) -> LiteralString:
    return f"""
MATCH (a:Entity)-[r:{term(type)}]->(b:Entity) WHERE r.id > $after
WITH a, r, b ORDER BY r.id LIMIT $part
RETURN collect(r.id) AS id, collect(a.id) AS subject, collect(b.id) AS object, collect(r.status) AS status,
  collect(r.confidence) AS confidence, collect(r.sources) AS sources, collect(r.claims) AS claims,
  collect([r.valid_from, r.valid_to, r.first_seen, r.last_seen]) AS days
"""


RELATIONS: Mapping[RelationType, LiteralString] = {type: _relations(type) for type in RelationType}
CLAIMS: LiteralString = f"""
{weights_found()}
WITH weights
MATCH (c:Claim) WHERE c.id > $after
WITH weights, c ORDER BY c.id LIMIT $part
MATCH (c)-[:STATED_IN]->(d:Document)
RETURN collect([c.id, c.edge, d.publisher, d.id, c.run, c.modality, c.share, c.confidence * {reliability_of("d")}]) AS rows
"""


async def read_counts(graph: Graph) -> tuple[int, int]:
    """Number of entities and of relations."""
    record = await graph.read_within(_SECONDS, one, COUNTS)
    return int(record["entities"]), int(record["relations"])


async def read_entities(graph: Graph) -> AsyncIterator[Mapping[str, Sequence[Any]]]:
    """All entities: `id`, `type`, `name`, `aliases`; `wholes`: pairs of those that were judged to be another, and that one."""
    async for columns in _parts(graph, ENTITIES, "id"):
        yield columns


async def read_relations(graph: Graph, type: RelationType) -> AsyncIterator[Mapping[str, Sequence[Any]]]:
    """All relations of a type: `id`, `subject`, `object`, `status`, `confidence`, `sources`, `claims`, `days`."""
    async for columns in _parts(graph, RELATIONS[type], "id"):
        yield columns


async def read_claims(graph: Graph) -> AsyncIterator[Sequence[Sequence[Any]]]:
    """All claims: id, relation, publisher, document, run, modality, share, confidence."""
    after, full = "", True
    while full:
        rows = (await graph.read_within(_SECONDS, one, CLAIMS, after=after, part=PART))["rows"]
        yield [row for row in rows if row[1] is not None]
        full = len(rows) >= PART
        after = max((row[0] for row in rows), default=after)


async def _parts(graph: Graph, query: LiteralString, key: str) -> AsyncIterator[Mapping[str, Sequence[Any]]]:
    after, full = "", True
    while full:
        columns = (await graph.read_within(_SECONDS, one, query, after=after, part=PART)).data()
        full = len(columns[key]) == PART
        if columns[key]:
            after = columns[key][-1]
            yield columns
