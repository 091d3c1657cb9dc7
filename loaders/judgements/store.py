"""Judgements as edges between entities, outside the vocabulary: what was judged, by whom, why."""

from collections.abc import Collection, Iterable, Mapping
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native
from graph_schema.domain import Judgement, Verdict
from graph_schema.errors import EntityNotFound, JudgementContradicts, QuestionError
from graph_schema.ids import EntityId

JUDGEMENTS: LiteralString = """
MATCH (a:Entity)-[j:JUDGED]->(b:Entity)
RETURN a.id AS first, b.id AS second, j.verdict AS verdict, j.by AS by, j.at AS at, j.why AS why
ORDER BY first, second
"""


async def read_judgements(tx: AsyncManagedTransaction) -> list[Judgement]:
    """All judgements; people make them, so they fit into memory."""
    result = await tx.run(JUDGEMENTS)
    return [
        Judgement(row["first"], row["second"], Verdict(row["verdict"]), row["by"], native(row["at"]), row["why"])
        async for row in result
    ]


JUDGE: LiteralString = """
MATCH (a:Entity {id: $first})
MATCH (b:Entity {id: $second})
MERGE (a)-[j:JUDGED]->(b)
SET j.verdict = $verdict, j.by = $by, j.at = $at, j.why = $why
RETURN count(j) AS done
"""


async def write_judgement(tx: AsyncManagedTransaction, judgement: Judgement) -> None:
    """Store a judgement in the place of an earlier one on the same pair. Raises EntityNotFound, JudgementContradicts."""
    first, second = sorted(judgement.pair) if len(judgement.pair) == 2 else (judgement.first, judgement.first)
    if first == second:
        raise QuestionError(f"{first!r} is one entity, not two")
    for id in (first, second):
        if not (await (await tx.run(EXISTS, id=id)).single(strict=True))["found"]:
            raise EntityNotFound(id)
    others = [other for other in await read_judgements(tx) if other.pair != judgement.pair]
    if clash := contradiction([*others, judgement]):
        raise JudgementContradicts(f"{clash[0]!r} and {clash[1]!r} were judged DIFFERENT; judge that pair anew first")
    await (
        await tx.run(
            JUDGE,
            first=first,
            second=second,
            verdict=judgement.verdict,
            by=judgement.by,
            at=judgement.at,
            why=judgement.why,
        )
    ).consume()


EXISTS: LiteralString = "OPTIONAL MATCH (e:Entity {id: $id}) RETURN e IS NOT NULL AS found"

UNJUDGE: LiteralString = """
UNWIND $ids AS id
MATCH (:Entity {id: id})-[j:JUDGED {verdict: 'SAME'}]-(:Entity)
WITH DISTINCT j
DELETE j
RETURN count(*) AS done
"""


async def delete_same(tx: AsyncManagedTransaction, ids: Collection[EntityId]) -> int:
    """Forget the SAME judgements on these entities; returns how many there were."""
    record = await (await tx.run(UNJUDGE, ids=list(ids))).single()
    return 0 if record is None else int(record["done"])


def groups(judgements: Iterable[Judgement]) -> list[frozenset[EntityId]]:
    """Entities that are one, directly or through others; in no order."""
    group_of: dict[EntityId, set[EntityId]] = {}
    for judgement in judgements:
        if judgement.verdict is Verdict.SAME:
            merged: set[EntityId] = set()
            for id in judgement.pair:
                merged |= group_of.get(id, {id})
            for id in merged:
                group_of[id] = merged
    return list({frozenset(group) for group in group_of.values()})


def contradiction(judgements: Collection[Judgement]) -> tuple[EntityId, EntityId] | None:
    """A pair judged DIFFERENT that other judgements make one."""
    same = groups(judgements)
    for judgement in judgements:
        if judgement.verdict is Verdict.DIFFERENT and any(judgement.pair <= group for group in same):
            first, second = sorted(judgement.pair)
            return first, second
    return None


def canonical(group: Collection[EntityId], known: Mapping[EntityId, bool]) -> EntityId:
    """The one of a group that stands for all: one that the gazetteer knows, the shortest id, the first by alphabet.

    It follows from the group alone, so that the order in which judgements were made does not show.
    """
    return min(group, key=lambda one: (not known.get(one, False), len(one), one))
