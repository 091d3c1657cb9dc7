"""Claims that go, and what goes with them: entities that nothing mentions any more, names that nothing uses any more."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native
from graph_schema.domain import Entity
from graph_schema.former import FormerClaim
from graph_schema.ids import ClaimId, DocumentId, EntityId
from graph_schema.shares import HOLDING_TYPES, told_share
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.gazetteer import gazetteer
from loaders.resolution.entities import shown_name
from loaders.writing.counts import Counts
from loaders.writing.edges import EdgeKey, edge_of
from loaders.writing.nodes import read_entities, write_entities
from loaders.writing.past import Past


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """What must be known of a claim of the graph before it is changed or deleted."""

    id: ClaimId
    edge: EdgeKey
    """Of the entities that it is tied to, which after a judgement are not those that it names."""
    former: FormerClaim
    """How it is now."""
    names: Mapping[EntityId, Sequence[str]]
    """Under which it mentions each entity."""


STORED_CLAIMS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})
MATCH (c)-[:SUBJECT]->(s:Entity)
MATCH (c)-[:OBJECT]->(o:Entity)
MATCH (c)-[:STATED_IN]->(d:Document)
OPTIONAL MATCH (c)-[:ATTRIBUTED_TO]->(a:Entity)
RETURN c.id AS id, c.relation AS relation, s.id AS subject, o.id AS object, a.id AS speaker, d.id AS document,
       c {.edge, .modality, .confidence, .run, .share, .predicate, .date, .valid_from, .valid_to,
          since: coalesce(c.since, 0)} AS now,
       coalesce(c.subject_names, []) AS subject_names, coalesce(c.object_names, []) AS object_names,
       coalesce(c.speaker_names, []) AS speaker_names
"""


async def read_stored_claims(tx: AsyncManagedTransaction, ids: Collection[ClaimId]) -> list[StoredClaim]:
    """Those of `ids` that the graph has."""
    if not ids:
        return []
    claims = []
    async for row in await tx.run(STORED_CLAIMS, ids=list(ids)):
        names: dict[EntityId, list[str]] = defaultdict(list)
        for end in ("subject", "object", "speaker"):
            if row[end] is not None:
                names[row[end]].extend(row[f"{end}_names"])
        edge = edge_of(RelationType(row["relation"]), row["subject"], row["object"])
        claims.append(StoredClaim(row["id"], edge, _former(row["id"], edge, row["document"], row["now"]), names))
    return claims


def _former(id: ClaimId, edge: EdgeKey, document: DocumentId, now: Mapping[str, Any]) -> FormerClaim:
    holding = edge.type in HOLDING_TYPES
    return FormerClaim(
        id=id,
        since=now["since"],
        edge=now["edge"],
        subject=edge.subject,
        relation=edge.type,
        object=edge.object,
        modality=Modality(now["modality"]),
        confidence=now["confidence"],
        document=document,
        run=now["run"],
        share=now["share"],
        told=told_share(edge.type, now["share"], now["predicate"]) if holding else None,
        **{name: native(now[name]) for name in ("date", "valid_from", "valid_to")},
    )


DELETE_CLAIMS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})
DETACH DELETE c
"""


async def delete_claims(tx: AsyncManagedTransaction, ids: Collection[ClaimId]) -> None:
    """Delete these claims; their edges are left to `reproject`, their entities to `forget`."""
    if ids:
        await (await tx.run(DELETE_CLAIMS, ids=list(ids))).consume()


DELETE_ENTITIES: LiteralString = """
UNWIND $ids AS id
MATCH (e:Entity {id: id})
WHERE NOT EXISTS { (e)--() }
WITH e, id, [id, e.type, e.name, coalesce(e.aliases, []), coalesce(e.since, 0)] AS was
DELETE e
RETURN collect(was) AS deleted
"""
LOST_NAMES: LiteralString = """
UNWIND $rows AS row
MATCH (e:Entity {id: row.id})
WITH e, [name IN row.names
  WHERE NOT EXISTS { MATCH (e)<-[:SUBJECT]-(c:Claim) WHERE name IN c.subject_names }
    AND NOT EXISTS { MATCH (e)<-[:OBJECT]-(c:Claim) WHERE name IN c.object_names }
    AND NOT EXISTS { MATCH (e)<-[:ATTRIBUTED_TO]-(c:Claim) WHERE name IN c.speaker_names }] AS lost
WHERE size(lost) > 0
RETURN e.id AS id, lost
"""


async def forget(
    tx: AsyncManagedTransaction,
    claims: Collection[StoredClaim],
    released: Collection[EntityId],
    *,
    version: int,
    counts: Counts,
    past: Past,
) -> list[EntityId]:
    """Delete those entities of `claims`, which went, and of `released` that nothing mentions any more, and the names that
    only `claims` used. Adds to `counts` and `past`; returns the ids of the deleted."""
    used: dict[EntityId, set[str]] = {id: set() for id in released}
    for claim in claims:
        for id, names in claim.names.items():
            used.setdefault(id, set()).update(names)
    if not used:
        return []
    record = await (await tx.run(DELETE_ENTITIES, ids=sorted(used))).single(strict=True)
    deleted: list[EntityId] = []
    for id, type, name, aliases, since in record["deleted"]:
        past.lost_entity(id, Entity(EntityType(type), name, tuple(aliases)), since)
        deleted.append(id)
    result = await tx.run(LOST_NAMES, rows=[{"id": id, "names": sorted(names)} for id, names in used.items() if names])
    lost = {row["id"]: set(row["lost"]) async for row in result}
    entities = await read_entities(tx, lost.keys())
    changed = {id: after for id, entity in entities.items() if (after := _without(entity, lost[id])) != entity}
    for id in changed:
        past.entity(id, entities[id])
    await write_entities(tx, changed, version=version)
    counts.add(Counts(entities_removed=len(deleted), entities_updated=len(changed)))
    return deleted


def _without(entity: Entity, lost: set[str]) -> Entity:
    """`entity` without the `lost` names, save those that the gazetteer gives it."""
    entry = gazetteer().lookup(entity.name, entity.type)
    known = set() if entry is None else {entry.name, *entry.aliases}
    spellings = ({entity.name, *entity.aliases} - lost) | (known & {entity.name, *entity.aliases})
    if not spellings:
        return entity
    name = entity.name
    if name not in spellings:
        name = next(iter(sorted(spellings)))
    if entry is None:
        name = shown_name(entity.type, spellings, name)
    return Entity(entity.type, name, tuple(sorted(spellings - {name})))
