"""Taking claims away: what only they brought goes with them, so that the graph is as if they had never been loaded."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import Entity
from graph_schema.ids import ClaimId, DocumentId, EntityId
from graph_schema.vocabulary import RelationType
from loaders.gazetteer import gazetteer
from loaders.resolution.entities import shown_name
from loaders.writing.counts import Counts
from loaders.writing.edges import Edge, edge_of
from loaders.writing.nodes import read_entities, write_entities


@dataclass(frozen=True, slots=True)
class Doomed:
    """A claim that is to go: its edge, and the names under which it mentions each entity."""

    id: ClaimId
    edge: Edge
    names: Mapping[EntityId, Sequence[str]]


READINGS: LiteralString = """
UNWIND $readings AS reading
MATCH (d:Document {id: reading.document})<-[:STATED_IN]-(c:Claim)
WHERE c.extractor <> 'given'
  AND (d.hash <> reading.hash OR split(c.extractor, '/')[0] = reading.extractor OR c.extractor = 'sweep/1')
RETURN c.id AS id
"""


async def read_readings(
    tx: AsyncManagedTransaction, readings: Collection[tuple[DocumentId, str, str | None]]
) -> list[ClaimId]:
    """Claims that the same extractor, or any from another text, found in documents read before.

    `readings`: document, extractor, hash of the text as it is now.
    """
    rows = [{"document": id, "extractor": name.partition("/")[0], "hash": hash} for id, name, hash in readings]
    result = await tx.run(READINGS, readings=rows)
    return [record["id"] async for record in result]


CLAIMS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})
MATCH (c)-[:SUBJECT]->(s:Entity)
MATCH (c)-[:OBJECT]->(o:Entity)
OPTIONAL MATCH (c)-[:ATTRIBUTED_TO]->(a:Entity)
RETURN c.id AS id, c.relation AS relation, s.id AS subject, o.id AS object, a.id AS speaker,
       coalesce(c.subject_names, []) AS subject_names, coalesce(c.object_names, []) AS object_names,
       coalesce(c.speaker_names, []) AS speaker_names
"""


async def read_doomed(tx: AsyncManagedTransaction, ids: Collection[ClaimId]) -> list[Doomed]:
    """What must be known of claims before they are deleted."""
    if not ids:
        return []
    found = []
    result = await tx.run(CLAIMS, ids=list(ids))
    async for row in result:
        names: dict[EntityId, list[str]] = defaultdict(list)
        for end in ("subject", "object", "speaker"):
            if row[end] is not None:
                names[row[end]].extend(row[f"{end}_names"])
        edge = edge_of(RelationType(row["relation"]), row["subject"], row["object"])
        found.append(Doomed(row["id"], edge, names))
    return found


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
DELETE e
RETURN count(*) AS done
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


async def forget(tx: AsyncManagedTransaction, doomed: Collection[Doomed], *, version: int) -> Counts:
    """Delete the entities that nothing mentions since `doomed` went, and the names that only `doomed` used."""
    said: dict[EntityId, set[str]] = defaultdict(set)
    for claim in doomed:
        for id, names in claim.names.items():
            said[id].update(names)
    if not said:
        return Counts()
    record = await (await tx.run(DELETE_ENTITIES, ids=sorted(said))).single(strict=True)
    result = await tx.run(LOST_NAMES, rows=[{"id": id, "names": sorted(names)} for id, names in said.items() if names])
    lost = {row["id"]: set(row["lost"]) async for row in result}
    entities = await read_entities(tx, lost.keys())
    changed = {id: after for id, entity in entities.items() if (after := _without(entity, lost[id])) != entity}
    await write_entities(tx, changed, version=version)
    return Counts(entities_removed=record["done"], entities_updated=len(changed))


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
