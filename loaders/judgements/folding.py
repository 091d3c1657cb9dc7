"""What SAME judgements do to the graph: claims on an alias are moved to the entity that stands for the group, and back.

A moved link remembers whom its claim names (`named`), a claim keeps its id, and the alias entity stays, with FOLDED_INTO to the
entity that stands for it; so that taking a judgement back restores what there was.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import Entity, Judgement, Verdict
from graph_schema.ids import DocumentId, EntityId, RelationId
from graph_schema.vocabulary import RelationType
from loaders.gazetteer import gazetteer
from loaders.judgements.store import (
    canonical,
    delete_same,
    groups,
    read_judgements,
    write_judgement,
)
from loaders.writing.counts import Counts
from loaders.writing.edges import Edge, edge_of, read_evidence, reproject
from loaders.writing.nodes import read_entities, write_entities
from loaders.writing.writer import bump, lock


@dataclass(frozen=True, slots=True)
class Fold:
    """One alias entity and the one that stands for it."""

    alias: EntityId
    canonical: EntityId
    added: tuple[str, ...] = ()
    """Names that the canonical entity has only because of this fold."""


async def judge(tx: AsyncManagedTransaction, judgement: Judgement) -> Counts:
    """Store a judgement and bring the graph to what all of them say. Raises EntityNotFound, JudgementContradicts."""
    version = await lock(tx) + 1
    await bump(tx, version)
    await write_judgement(tx, judgement)
    return await _apply(tx, version)


async def explode(tx: AsyncManagedTransaction, id: EntityId) -> tuple[int, Counts]:
    """Take back every SAME judgement on an entity and on those that it stands for; returns how many there were."""
    version = await lock(tx) + 1
    await bump(tx, version)
    group = next((group for group in groups(await read_judgements(tx)) if id in group), frozenset({id}))
    return await delete_same(tx, group), await _apply(tx, version)


async def refold(tx: AsyncManagedTransaction, documents: Collection[DocumentId]) -> Counts:
    """Fold what a batch brought; `documents` are those that it wrote. To be called in the batch's transaction."""
    folds = await read_folds(tx)
    if not folds:
        return Counts()
    record = await (await tx.run(VERSION)).single(strict=True)
    return await _move(tx, folds, documents, version=record["version"])


VERSION: LiteralString = "MATCH (state:GraphState {id: 'graph'}) RETURN state.version AS version"

FOLDS: LiteralString = """
MATCH (a:Entity)-[f:FOLDED_INTO]->(c:Entity)
RETURN a.id AS alias, c.id AS canonical, coalesce(f.added, []) AS added
ORDER BY alias
"""


async def read_folds(tx: AsyncManagedTransaction) -> list[Fold]:
    """The folds that the graph holds."""
    return [Fold(row["alias"], row["canonical"], tuple(row["added"])) async for row in await tx.run(FOLDS)]


async def _apply(tx: AsyncManagedTransaction, version: int) -> Counts:
    """Bring the folds of the graph to what the judgements say."""
    judgements = [each for each in await read_judgements(tx) if each.verdict is Verdict.SAME]
    members = {id for each in judgements for id in each.pair}
    entities = await read_entities(tx, members)
    known = {id: gazetteer().lookup(entity.name, entity.type) is not None for id, entity in entities.items()}
    wanted = {
        alias: first for group in groups(judgements) for first in [canonical(group, known)] for alias in group - {first}
    }
    folded = await read_folds(tx)
    outdated = [fold for fold in folded if wanted.get(fold.alias) != fold.canonical]
    counts = await _unfold(tx, outdated, version=version)
    kept = {fold.alias for fold in folded} - {fold.alias for fold in outdated}
    for alias, target in sorted(wanted.items()):
        if alias not in kept:
            await _link(tx, alias, target, version=version)
    counts.add(await _move(tx, await read_folds(tx), (), version=version))
    return counts


LINK: LiteralString = """
MATCH (a:Entity {id: $alias})
MATCH (c:Entity {id: $canonical})
MERGE (a)-[f:FOLDED_INTO]->(c)
SET f.added = $added
"""


async def _link(tx: AsyncManagedTransaction, alias: EntityId, target: EntityId, *, version: int) -> None:
    """Record the fold, and give the entity that stands for both the names of the other."""
    both = await read_entities(tx, [alias, target])
    one, other = both[target], both[alias]
    added = sorted({other.name, *other.aliases} - {one.name, *one.aliases})
    await (await tx.run(LINK, alias=alias, canonical=target, added=added)).consume()
    await _rename(tx, target, one, {*one.aliases, *added}, version=version)


async def _rename(
    tx: AsyncManagedTransaction, id: EntityId, entity: Entity, aliases: Collection[str], *, version: int
) -> None:
    names = tuple(sorted(set(aliases) - {entity.name}))
    await write_entities(tx, {id: Entity(entity.type, entity.name, names)}, version=version)


CLAIMS_TO_MOVE: LiteralString = """
UNWIND $aliases AS alias
MATCH (:Entity {id: alias})<-[:SUBJECT|OBJECT|ATTRIBUTED_TO]-(c:Claim)
RETURN DISTINCT c.id AS id
"""
CLAIMS_MOVED: LiteralString = """
UNWIND $canonicals AS canonical
MATCH (:Entity {id: canonical})<-[l:SUBJECT|OBJECT|ATTRIBUTED_TO]-(c:Claim)
WHERE l.named IN $aliases
RETURN DISTINCT c.id AS id
"""
CLAIMS_OF_DOCUMENTS: LiteralString = """
UNWIND $documents AS document
MATCH (:Document {id: document})<-[:STATED_IN]-(c:Claim)-[l:SUBJECT|OBJECT]->(:Entity)
WHERE l.named IS NOT NULL
RETURN DISTINCT c.id AS id
"""


async def _move(
    tx: AsyncManagedTransaction, folds: Collection[Fold], documents: Collection[DocumentId], *, version: int
) -> Counts:
    """Move the claims that still stand on aliases, and project anew the moved ones of `documents`."""
    into = {fold.alias: fold.canonical for fold in folds}
    claims = [row["id"] async for row in await tx.run(CLAIMS_TO_MOVE, aliases=sorted(into))]
    if documents:
        claims += [row["id"] async for row in await tx.run(CLAIMS_OF_DOCUMENTS, documents=sorted(documents))]
    return await _rewire(tx, list(dict.fromkeys(claims)), into, version=version)


async def _unfold(tx: AsyncManagedTransaction, folds: Collection[Fold], *, version: int) -> Counts:
    """Move back the claims that name these aliases, and take back the names that the folds gave."""
    if not folds:
        return Counts()
    aliases = sorted({fold.alias for fold in folds})
    canonicals = sorted({fold.canonical for fold in folds})
    moved = [row["id"] async for row in await tx.run(CLAIMS_MOVED, aliases=aliases, canonicals=canonicals)]
    counts = await _rewire(tx, moved, dict.fromkeys(aliases), version=version)
    entities = await read_entities(tx, canonicals)
    for id, entity in entities.items():
        lent = {name for fold in folds if fold.canonical == id for name in fold.added}
        await _rename(tx, id, entity, set(entity.aliases) - lent, version=version)
    await (await tx.run(UNLINK, aliases=aliases)).consume()
    record = await (await tx.run(DELETE_UNMENTIONED, ids=[*aliases, *canonicals])).single(strict=True)
    counts.entities_removed += record["done"]
    return counts


UNLINK: LiteralString = """
UNWIND $aliases AS alias
MATCH (:Entity {id: alias})-[f:FOLDED_INTO]->(:Entity)
DELETE f
"""
DELETE_UNMENTIONED: LiteralString = """
UNWIND $ids AS id
MATCH (e:Entity {id: id})
WHERE NOT EXISTS { (e)--() }
DELETE e
RETURN count(*) AS done
"""

LINKS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})-[l:SUBJECT|OBJECT]->(e:Entity)
RETURN c.id AS id, c.relation AS relation, c.edge AS edge, type(l) AS link, e.id AS entity, l.named AS named
"""
RELINK: Mapping[str, LiteralString] = {
    "SUBJECT": """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})-[l:SUBJECT]->(:Entity)
MATCH (e:Entity {id: row.entity})
DELETE l
CREATE (c)-[n:SUBJECT]->(e)
SET n.named = row.named
""",
    "OBJECT": """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})-[l:OBJECT]->(:Entity)
MATCH (e:Entity {id: row.entity})
DELETE l
CREATE (c)-[n:OBJECT]->(e)
SET n.named = row.named
""",
    "ATTRIBUTED_TO": """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})-[l:ATTRIBUTED_TO]->(:Entity)
MATCH (e:Entity {id: row.entity})
DELETE l
CREATE (c)-[n:ATTRIBUTED_TO]->(e)
SET n.named = row.named
""",
}
SPEAKERS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})-[l:ATTRIBUTED_TO]->(e:Entity)
RETURN c.id AS id, type(l) AS link, e.id AS entity, l.named AS named
"""
SET_EDGE: LiteralString = """
UNWIND $rows AS row
MATCH (c:Claim {id: row.id})
SET c.edge = row.edge
"""


async def _rewire(
    tx: AsyncManagedTransaction, claims: list[str], into: Mapping[EntityId, EntityId | None], *, version: int
) -> Counts:
    """Link claims to whom `into` says for those that they name (None: to the named ones), and project their edges anew."""
    if not claims:
        return Counts()
    links = [row.data() async for row in await tx.run(LINKS, ids=claims)]
    speakers = [row.data() async for row in await tx.run(SPEAKERS, ids=claims)]
    rows: dict[str, list[dict[str, Any]]] = {"SUBJECT": [], "OBJECT": [], "ATTRIBUTED_TO": []}
    ends: dict[str, dict[str, Any]] = {}
    for link in (*links, *speakers):
        named = link["named"] or link["entity"]
        target = into.get(named, link["entity"]) or named
        if link["link"] != "ATTRIBUTED_TO":
            end = ends.setdefault(link["id"], {"relation": link["relation"], "edge": link["edge"]})
            end[link["link"]] = (link["entity"], target)
        if target != link["entity"]:
            rows[link["link"]].append({"id": link["id"], "entity": target, "named": None if target == named else named})
    touched: dict[RelationId, Edge] = {}
    changed: list[dict[str, Any]] = []
    for id, end in ends.items():
        relation = RelationType(end["relation"])
        old, new = (edge_of(relation, end["SUBJECT"][at], end["OBJECT"][at]) for at in (0, 1))
        touched |= {edge.id: edge for edge in (old, new) if edge.subject != edge.object}
        edge = new.id if new.subject != new.object else None
        if edge != end["edge"]:
            changed.append({"id": id, "edge": edge})
    before = await read_evidence(tx, touched)
    for link_type, moved in rows.items():
        if moved:
            await (await tx.run(RELINK[link_type], rows=moved)).consume()
    await (await tx.run(SET_EDGE, rows=changed)).consume()
    after = await read_evidence(tx, touched)
    moved_edges = {id: edge for id, edge in touched.items() if before.get(id) != after.get(id)}
    counts = await reproject(tx, moved_edges.values(), before, after, version=version)
    still = {id: edge for id, edge in touched.items() if id not in moved_edges and after.get(id)}
    await reproject(tx, still.values(), {}, after, version=version)
    return counts
