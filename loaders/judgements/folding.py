"""What SAME judgements do to the graph: claims on an alias are moved to the entity that stands for the group, and back.

A moved link remembers whom its claim names (`named`), a claim keeps its id, and the alias entity stays, with FOLDED_INTO to the
entity that stands for it; so that taking a judgement back restores what there was.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import Entity, Judgement, Verdict
from graph_schema.ids import ClaimId, EntityId, RelationId
from graph_schema.vocabulary import RelationType
from loaders.gazetteer import gazetteer
from loaders.judgements.store import (
    canonical,
    delete_same,
    groups,
    read_judgements,
    write_judgement,
)
from loaders.writing.change import ChangeSet, change
from loaders.writing.counts import Counts
from loaders.writing.edges import EdgeKey, edge_of
from loaders.writing.nodes import read_entities
from loaders.writing.removal import read_stored_claims


@dataclass(frozen=True, slots=True)
class Fold:
    """One alias entity and the one that stands for it."""

    alias: EntityId
    canonical: EntityId
    added: tuple[str, ...] = ()
    """Names that the canonical entity has only because of this fold."""


async def judge(tx: AsyncManagedTransaction, judgement: Judgement) -> Counts:
    """Store a judgement and bring the graph to what all of them say. Raises EntityNotFound, JudgementContradicts."""
    async with change(tx) as graph:
        await write_judgement(tx, judgement)
        await _apply(graph)
    return graph.counts


async def explode(tx: AsyncManagedTransaction, id: EntityId) -> tuple[int, Counts]:
    """Take back every SAME judgement on an entity and on those that it stands for; returns how many there were."""
    async with change(tx) as graph:
        group = next((group for group in groups(await read_judgements(tx)) if id in group), frozenset({id}))
        deleted = await delete_same(tx, group)
        await _apply(graph)
    return deleted, graph.counts


async def refold(graph: ChangeSet) -> None:
    """Fold what else the change-set brings."""
    if graph.changed and (folds := await read_folds(graph.tx)):
        await _move(graph, folds)


FOLDS: LiteralString = """
MATCH (a:Entity)-[f:FOLDED_INTO]->(c:Entity)
RETURN a.id AS alias, c.id AS canonical, coalesce(f.added, []) AS added
ORDER BY alias
"""


async def read_folds(tx: AsyncManagedTransaction) -> list[Fold]:
    """The folds that the graph holds."""
    return [Fold(row["alias"], row["canonical"], tuple(row["added"])) async for row in await tx.run(FOLDS)]


async def _apply(graph: ChangeSet) -> None:
    """Bring the folds of the graph to what the judgements say."""
    graph.mark()
    judgements = [each for each in await read_judgements(graph.tx) if each.verdict is Verdict.SAME]
    members = {id for each in judgements for id in each.pair}
    entities = await read_entities(graph.tx, members)
    known = {id: gazetteer().lookup(entity.name, entity.type) is not None for id, entity in entities.items()}
    wanted = {
        alias: first for group in groups(judgements) for first in [canonical(group, known)] for alias in group - {first}
    }
    folded = await read_folds(graph.tx)
    outdated = [fold for fold in folded if wanted.get(fold.alias) != fold.canonical]
    await _unfold(graph, outdated)
    kept = {fold.alias for fold in folded} - {fold.alias for fold in outdated}
    for alias, target in sorted(wanted.items()):
        if alias not in kept:
            await _link(graph, alias, target)
    await _move(graph, await read_folds(graph.tx))


LINK: LiteralString = """
MATCH (a:Entity {id: $alias})
MATCH (c:Entity {id: $canonical})
MERGE (a)-[f:FOLDED_INTO]->(c)
SET f.added = $added, a.version = $version
"""


async def _link(graph: ChangeSet, alias: EntityId, target: EntityId) -> None:
    """Record the fold, and give the entity that stands for both the names of the other."""
    both = await read_entities(graph.tx, [alias, target])
    one, other = both[target], both[alias]
    added = sorted({other.name, *other.aliases} - {one.name, *one.aliases})
    result = await graph.tx.run(LINK, alias=alias, canonical=target, added=added, version=graph.version)
    await result.consume()
    graph.past.fold(alias, None)
    await _rename(graph, target, one, {*one.aliases, *added})


async def _rename(graph: ChangeSet, id: EntityId, entity: Entity, aliases: Collection[str]) -> None:
    names = tuple(sorted(set(aliases) - {entity.name}))
    await graph.write_entities({id: Entity(entity.type, entity.name, names)}, {id: entity})


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


async def _move(graph: ChangeSet, folds: Collection[Fold]) -> None:
    """Move the claims that still stand on aliases."""
    into = {fold.alias: fold.canonical for fold in folds}
    claims = [row["id"] async for row in await graph.tx.run(CLAIMS_TO_MOVE, aliases=sorted(into))]
    await _relink(graph, claims, into)


async def _unfold(graph: ChangeSet, folds: Collection[Fold]) -> None:
    """Move back the claims that name these aliases, and take back the names that the folds gave."""
    if not folds:
        return
    for fold in folds:
        graph.past.fold(fold.alias, fold.canonical)
    aliases = sorted({fold.alias for fold in folds})
    canonicals = sorted({fold.canonical for fold in folds})
    moved = [row["id"] async for row in await graph.tx.run(CLAIMS_MOVED, aliases=aliases, canonicals=canonicals)]
    await _relink(graph, moved, dict.fromkeys(aliases))
    entities = await read_entities(graph.tx, canonicals)
    for id, entity in entities.items():
        lent = {name for fold in folds if fold.canonical == id for name in fold.added}
        await _rename(graph, id, entity, set(entity.aliases) - lent)
    await (await graph.tx.run(UNLINK, aliases=aliases, version=graph.version)).consume()
    graph.release([*aliases, *canonicals])


UNLINK: LiteralString = """
UNWIND $aliases AS alias
MATCH (a:Entity {id: alias})-[f:FOLDED_INTO]->(:Entity)
SET a.version = $version
DELETE f
"""

LINKS: LiteralString = """
UNWIND $ids AS id
MATCH (c:Claim {id: id})-[l:SUBJECT|OBJECT|ATTRIBUTED_TO]->(e:Entity)
RETURN c.id AS claim, c.relation AS relation, c.edge AS edge, type(l) AS type, e.id AS entity, l.named AS named
"""
RELINK: LiteralString = """
UNWIND $rows AS row
MATCH (c:Claim {id: row.claim})-[l:SUBJECT|OBJECT|ATTRIBUTED_TO]->(:Entity)
WHERE type(l) = row.type
MATCH (e:Entity {id: row.entity})
DELETE l
CREATE (c)-[n:$(row.type)]->(e)
SET n.named = row.named
"""
SET_EDGE: LiteralString = """
UNWIND $rows AS row
MATCH (c:Claim {id: row.claim})
SET c.edge = row.edge
"""


@dataclass(frozen=True, slots=True)
class _Link:
    """How a claim is tied to one of the entities that it mentions."""

    claim: ClaimId
    relation: RelationType
    edge: RelationId | None
    """None while both ends of the claim are one entity."""
    type: str
    entity: EntityId
    named: EntityId | None
    """Whom the claim names, where that is another than whom it is tied to."""


async def _relink(graph: ChangeSet, claims: Sequence[ClaimId], into: Mapping[EntityId, EntityId | None]) -> None:
    """Tie claims to whom `into` says for those that they name; None: to the named ones."""
    if not claims:
        return
    moved: list[dict[str, str | None]] = []
    ends: dict[ClaimId, dict[str, tuple[EntityId, EntityId]]] = defaultdict(dict)
    links = [_Link(**row.data()) async for row in await graph.tx.run(LINKS, ids=claims)]
    for link in links:
        named = link.named or link.entity
        target = into.get(named, link.entity) or named
        ends[link.claim][link.type] = (link.entity, target)
        if target != link.entity:
            row = {"claim": link.claim, "type": link.type, "entity": target}
            moved.append({**row, "named": None if target == named else named})
    touched: list[EdgeKey] = []
    changed: list[dict[str, str | None]] = []
    for claim, relation, edge in {(link.claim, link.relation, link.edge) for link in links}:
        old, new = (
            edge_of(RelationType(relation), ends[claim]["SUBJECT"][at], ends[claim]["OBJECT"][at]) for at in (0, 1)
        )
        new_edge = new.id if new.subject != new.object else None
        if new_edge != edge:
            changed.append({"claim": claim, "edge": new_edge})
            touched += [each for each in (old, new) if each.subject != each.object]
    await graph.touch(touched)
    moving = [ClaimId(str(row["claim"])) for row in changed]
    graph.past.claims(claim.former for claim in await read_stored_claims(graph.tx, moving))
    await (await graph.tx.run(RELINK, rows=moved)).consume()
    await (await graph.tx.run(SET_EDGE, rows=changed)).consume()
