"""Edges in the graph: the evidence behind them is read, what it projects to is written. Only named edges are touched."""

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, term
from graph_schema.errors import MissingEndpoint
from graph_schema.ids import DocumentId, EntityId, RelationId, relation_id
from graph_schema.projection import Evidence, Projection, project, publisher_key
from graph_schema.publishers import reliability_of, weights_found
from graph_schema.vocabulary import Modality, RelationType, vocabulary
from loaders.writing.counts import Counts
from loaders.writing.rows import QuietRows

_DATES = ("first_seen", "last_seen", "happened", "valid_from", "valid_to", "open_from")
_PROPERTIES = tuple(field.name for field in dataclasses.fields(Projection))


@dataclass(frozen=True, slots=True)
class EdgeKey:
    """Which edge: its id, type and ends in the order in which it is stored."""

    id: RelationId
    type: RelationType
    subject: EntityId
    object: EntityId


def edge_of(relation: RelationType, subject: EntityId, object: EntityId) -> EdgeKey:
    """The edge that a claim between these ends supports."""
    if vocabulary().relations[relation].symmetric and object < subject:
        subject, object = object, subject
    return EdgeKey(relation_id(subject, relation, object), relation, subject, object)


EVIDENCE: LiteralString = f"""
{weights_found()}
UNWIND $edges AS edge
MATCH (c:Claim {{edge: edge}})-[:STATED_IN]->(d:Document)
USING INDEX SEEK c:Claim(edge)
WITH weights, edge, c, d, CASE WHEN c.modality = 'ended' THEN coalesce(c.valid_to, c.date, d.published)
                      ELSE coalesce(c.date, d.published) END AS happened
RETURN edge, d.publisher AS publisher, CASE WHEN coalesce(d.publisher, '') = '' THEN d.id END AS document, c.modality AS modality,
       count(*) AS claims, max(c.confidence * {reliability_of("d")}) AS confidence,
       min(coalesce(d.published, c.date)) AS first_seen, max(coalesce(d.published, c.date)) AS last_seen,
       max(happened) AS happened, count(happened) < count(*) AS undated,
       min(c.valid_from) AS valid_from, max(c.valid_to) AS valid_to,
       max(CASE WHEN c.valid_to IS NULL THEN coalesce(c.valid_from, c.date) END) AS open_from
"""
"""Left to itself the planner scans all claims for each edge while the graph is young."""


async def read_evidence(tx: AsyncManagedTransaction, edges: Collection[RelationId]) -> dict[RelationId, list[Evidence]]:
    """What the claims in the graph say on each of `edges`; those without a claim are left out."""
    found: dict[RelationId, list[Evidence]] = defaultdict(list)
    if edges:
        result = await tx.run(EVIDENCE, edges=sorted(edges))
        async for record in result:
            values = record.data()
            edge = values.pop("edge")
            values["publisher"] = publisher_key(values["publisher"], values.pop("document"))
            values["modality"] = Modality(values["modality"])
            for name in _DATES:
                values[name] = native(values[name])
            found[edge].append(Evidence(**values))
    return found


EDGES_OF_DOCUMENTS: LiteralString = """
UNWIND $ids AS id
MATCH (d:Document {id: id})<-[:STATED_IN]-(c:Claim)
MATCH (c)-[:SUBJECT]->(s:Entity)
MATCH (c)-[:OBJECT]->(o:Entity)
RETURN DISTINCT c.relation AS relation, s.id AS subject, o.id AS object
"""


async def edges_of_documents(tx: AsyncManagedTransaction, ids: Collection[DocumentId]) -> set[EdgeKey]:
    """The edges behind which a claim of these documents stands."""
    if not ids:
        return set()
    result = await tx.run(EDGES_OF_DOCUMENTS, ids=list(ids))
    return {edge_of(RelationType(relation), subject, object) async for relation, subject, object in result}


def _create(type: RelationType) -> LiteralString:
    return f"""
UNWIND $rows AS row
MATCH (a:Entity {{id: row.subject}})
MATCH (b:Entity {{id: row.object}})
MERGE (a)-[r:{term(type)} {{id: row.id}}]->(b)
SET r += row.props
RETURN count(r) AS done
"""


def _update(type: RelationType) -> LiteralString:
    return f"""
UNWIND $rows AS row
MATCH ()-[r:{term(type)} {{id: row.id}}]->()
SET r += row.props
RETURN count(r) AS done
"""


def _delete(type: RelationType) -> LiteralString:
    return f"""
UNWIND $rows AS row
MATCH ()-[r:{term(type)} {{id: row}}]->()
DELETE r
RETURN count(*) AS done
"""


CREATE_EDGES: Mapping[RelationType, LiteralString] = {type: _create(type) for type in RelationType}
UPDATE_EDGES: Mapping[RelationType, LiteralString] = {type: _update(type) for type in RelationType}
DELETE_EDGES: Mapping[RelationType, LiteralString] = {type: _delete(type) for type in RelationType}


async def rewrite(tx: AsyncManagedTransaction, edges: Collection[EdgeKey], *, version: int) -> list[RelationId]:
    """Write these edges as their claims project, and delete those that nothing supports; returns the deleted ones."""
    evidence = await read_evidence(tx, [edge.id for edge in edges])
    gone = []
    for edge in edges:
        projection = project(evidence.get(edge.id, ()))
        if projection is None:
            gone.append(edge.id)
            await (await tx.run(DELETE_EDGES[edge.type], rows=QuietRows([edge.id]))).consume()
            continue
        row: dict[str, Any] = {"id": edge.id, "subject": edge.subject, "object": edge.object}
        row["props"] = edge_properties(projection, version)
        await (await tx.run(CREATE_EDGES[edge.type], rows=QuietRows([row]))).consume()
    return gone


async def reproject(
    tx: AsyncManagedTransaction,
    edges: Iterable[EdgeKey],
    before: Mapping[RelationId, Sequence[Evidence]],
    after: Mapping[RelationId, Sequence[Evidence]],
    *,
    version: int,
    counts: Counts,
) -> list[RelationId]:
    """Bring `edges` from what the claims said `before` to what they say `after`. Adds to `counts`; returns the ids of those
    that went. One that says what it said before gets the version all the same, for other claims stand behind it.

    Raises MissingEndpoint.
    """
    new: dict[RelationType, list[dict[str, Any]]] = defaultdict(list)
    kept: dict[RelationType, list[dict[str, Any]]] = defaultdict(list)
    gone: dict[RelationType, list[RelationId]] = defaultdict(list)
    for edge in edges:
        was, is_now = project(before.get(edge.id, ())), project(after.get(edge.id, ()))
        if is_now is None:
            if was is not None:
                gone[edge.type].append(edge.id)
        elif was is None:
            ends = {"id": edge.id, "subject": edge.subject, "object": edge.object}
            new[edge.type].append({**ends, "props": edge_properties(is_now, version)})
        else:
            kept[edge.type].append({"id": edge.id, "props": edge_properties(is_now, version)})
            counts.edges_updated += was != is_now
    await _run(tx, UPDATE_EDGES, kept)
    counts.edges_new += await _run(tx, CREATE_EDGES, new)
    counts.edges_removed += await _run(tx, DELETE_EDGES, gone)
    return [id for type in sorted(gone) for id in gone[type]]


async def _run(
    tx: AsyncManagedTransaction,
    statements: Mapping[RelationType, LiteralString],
    rows: Mapping[RelationType, list[Any]],
) -> int:
    for type in sorted(rows):
        result = await tx.run(statements[type], rows=QuietRows(rows[type]))
        record = await result.single(strict=True)
        if record["done"] != len(rows[type]):
            raise MissingEndpoint(f"of {len(rows[type])} edges {type} only {record['done']} could be written")
    return sum(map(len, rows.values()))


def edge_properties(projection: Projection, version: int) -> dict[str, Any]:
    """What is stored on an edge."""
    return {**{field: getattr(projection, field) for field in _PROPERTIES}, "version": version}
