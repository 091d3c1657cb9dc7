"""One step of a path search in the database, and the relations behind the hops of a found path."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction, Record

from graph_schema.errors import DeadlineExceeded
from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter, Walk
from service.paths.reach import ReachQuestion
from service.paths.region import Expansion, Step
from service.queries.conditions import (
    entity_conditions,
    entity_parameters,
    hub_condition,
    hub_parameters,
    relation_conditions,
    relation_parameters,
    walking_pattern,
)
from service.queries.records import EntityRecord, RelationRecord

EXPAND: LiteralString = """
UNWIND $frontier AS id
MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
WHERE {conditions}
WITH n, r, m LIMIT $room
WITH n, m, max(r.confidence) AS confidence, count(r) AS ties
WITH collect([n.id, m.id, confidence, ties]) AS steps, collect(DISTINCT m) AS found
RETURN steps, [m IN found WHERE {hub} | m.id] AS hubs
"""


def expand_query(walk: Walk, *, backward: bool) -> LiteralString:
    """The Cypher that expands a frontier under this walk."""
    pattern, conditions = admitted_steps(walk, backward=backward)
    return EXPAND.format(pattern=pattern, conditions=conditions, hub=hub_condition(walk.hubs))


def admitted_steps(walk: Walk, *, backward: bool) -> tuple[str, str]:
    """Pattern from `n` to `m` and the conditions on what a walk may take."""
    pattern, conditions = walking_pattern(walk.via, backward=backward)
    conditions += relation_conditions(walk.via)
    middle = entity_conditions(walk.through)
    if walk.avoid:
        middle.append("NOT m.id IN $avoid")
    if middle:
        conditions.append(f"(m.id IN $ends OR ({' AND '.join(middle)}))")
    return pattern, " AND ".join(conditions)


class TimedTransaction:
    """A transaction whose queries are given up after a while; after that nothing more can run in it."""

    def __init__(self, tx: AsyncManagedTransaction) -> None:
        self._tx = tx
        self.broken = False

    async def single(self, query: LiteralString, parameters: dict[str, Any], *, seconds: float) -> Record:
        """The one record of a query's answer. Raises DeadlineExceeded after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                return await (await self._tx.run(query, parameters)).single(strict=True)
        except TimeoutError as error:
            self.broken = True
            raise DeadlineExceeded("the search ran out of time") from error


class GraphExpander:
    """Expands frontiers in one transaction under the filters of one question."""

    def __init__(self, tx: TimedTransaction, walk: Walk, ends: frozenset[EntityId], *, default_degree: int) -> None:
        self._tx = tx
        self._queries = {backward: expand_query(walk, backward=backward) for backward in (False, True)}
        self._parameters = {
            **relation_parameters(walk.via),
            **entity_parameters(walk.through),
            **hub_parameters(walk.hubs, ends, default_degree=default_degree),
            "ends": list(ends),
            "avoid": list(walk.avoid),
        }

    async def expand(self, frontier: Sequence[EntityId], *, backward: bool, room: int, seconds: float) -> Expansion:
        """See `Expander.expand`."""
        record = await self._looked_up(frontier, backward=backward, room=room, seconds=seconds)
        found = [
            Step(EntityId(m), EntityId(n), confidence, ties)
            if backward
            else Step(EntityId(n), EntityId(m), confidence, ties)
            for n, m, confidence, ties in record["steps"]
        ]
        looked_at = sum(step.ties for step in found)
        return Expansion(found, frozenset(map(EntityId, record["hubs"])), truncated=looked_at > room)

    async def _looked_up(self, frontier: Sequence[EntityId], *, backward: bool, room: int, seconds: float) -> Record:
        parameters = {**self._parameters, "frontier": list(frontier), "room": room + 1}
        return await self._tx.single(self._queries[backward], parameters, seconds=seconds)


REACH: LiteralString = """
UNWIND $frontier AS id
MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
WHERE {conditions} AND m.id <> $source AND (({goal}) OR ({through}))
  AND (type(r) <> $not_twice OR NOT n.id IN $spent)
WITH n, r, m LIMIT $room
WITH n, m, max(r.confidence) AS confidence, count(r) AS ties,
  sum(CASE WHEN type(r) = $not_twice THEN 1 ELSE 0 END) AS spending
WITH collect([n.id, m.id, confidence, ties, spending]) AS steps, collect(DISTINCT m) AS found
RETURN steps, [m IN found WHERE {hub} | m.id] AS hubs, [m IN found WHERE {goal} | m.id] AS goals,
  [m IN found WHERE NOT ({through}) | m.id] AS dead_ends
"""


def reach_query(walk: Walk, goal: EntityFilter) -> LiteralString:
    """The Cypher that expands a frontier in search of entities of a kind."""
    pattern, conditions = walking_pattern(walk.via)
    through = entity_conditions(walk.through)
    if walk.avoid:
        through.append("NOT m.id IN $avoid")
    return REACH.format(
        pattern=pattern,
        conditions=" AND ".join(conditions + relation_conditions(walk.via)),
        goal=" AND ".join(entity_conditions(goal, prefix="goal_")) or "true",
        through=" AND ".join(through) or "true",
        hub=hub_condition(walk.hubs),
    )


class Arrivals:
    """How entities were reached, where a relation type may not be walked twice in a row."""

    def __init__(self) -> None:
        self.spent: set[EntityId] = set()
        """Entities reached over that type alone: it may not be walked onward from there."""
        self._free: set[EntityId] = set()

    def add(self, steps: Sequence[Step], free: Sequence[Step]) -> tuple[Step, ...]:
        """Note `steps`, of which the `free` ones need not be of that type; those of them that end a restriction."""
        reopened = tuple(step for step in free if step.target in self.spent)
        self._free.update(step.target for step in free)
        self.spent.update(step.target for step in steps)
        self.spent -= self._free
        return reopened


class ReachExpander:
    """Expands frontiers in one transaction in search of what a question seeks, under one of its walks."""

    def __init__(
        self, tx: TimedTransaction, walk: Walk, question: ReachQuestion, arrivals: Arrivals, *, default_degree: int
    ) -> None:
        """All expanders of one question share `arrivals`."""
        self._tx, self._query = tx, reach_query(walk, question.goal)
        self._arrivals = arrivals
        self._parameters = {
            **relation_parameters(walk.via),
            **entity_parameters(walk.through),
            **entity_parameters(question.goal, prefix="goal_"),
            **hub_parameters(walk.hubs, [question.source], default_degree=default_degree),
            "source": question.source,
            "avoid": list(walk.avoid),
            "not_twice": "" if question.not_twice is None else question.not_twice.value,
        }

    async def seek(self, frontier: Sequence[EntityId], *, room: int, seconds: float) -> Expansion:
        """See `Seeker.seek`."""
        spent = [id for id in frontier if id in self._arrivals.spent]
        parameters = {**self._parameters, "frontier": list(frontier), "spent": spent, "room": room + 1}
        record = await self._tx.single(self._query, parameters, seconds=seconds)
        rows = record["steps"]
        steps = [Step(EntityId(n), EntityId(m), confidence, ties) for n, m, confidence, ties, _ in rows]
        free = [step for step, (*_, spending) in zip(steps, rows, strict=True) if step.ties > spending]
        return Expansion(
            steps,
            reopened=self._arrivals.add(steps, free),
            hubs=frozenset(map(EntityId, record["hubs"])),
            goals=frozenset(map(EntityId, record["goals"])),
            dead_ends=frozenset(map(EntityId, record["dead_ends"])),
            truncated=sum(step.ties for step in steps) > room,
        )


HOPS: LiteralString = """
UNWIND $pairs AS pair
MATCH (n:Entity {{id: pair[0]}})
CALL (pair, n) {{
  MATCH (m:Entity {{id: pair[1]}})
  MATCH (n){pattern}(m)
  WHERE {conditions}
  RETURN m, r
}}
RETURN n {{.id, .name, .type, .aliases}} AS from, m {{.id, .name, .type, .aliases}} AS to,
  collect(r {{.*, type: type(r), subject: startNode(r).id, object: endNode(r).id}}) AS relations
"""


def hops_query(walk: Walk) -> LiteralString:
    """The Cypher that looks up the relations of hops under this walk."""
    pattern, conditions = walking_pattern(walk.via)
    conditions += relation_conditions(walk.via)
    return HOPS.format(pattern=pattern, conditions=" AND ".join(conditions))


HopKey = tuple[EntityId, EntityId]


@dataclass(frozen=True, slots=True)
class Hops:
    """What stands behind hops: relations between two entities each, surest first, and the entities."""

    relations: Mapping[HopKey, tuple[RelationRecord, ...]] = field(default_factory=dict)
    entities: Mapping[EntityId, EntityRecord] = field(default_factory=dict)


async def relations_of_hops(tx: AsyncManagedTransaction, pairs: Iterable[HopKey], walk: Walk) -> Hops:
    """Relations that the walk admits between each pair, surest first, and the entities at both ends."""
    parameters = {**relation_parameters(walk.via), "pairs": [list(pair) for pair in dict.fromkeys(pairs)]}
    if not parameters["pairs"]:
        return Hops()
    relations: dict[HopKey, tuple[RelationRecord, ...]] = {}
    entities: dict[EntityId, EntityRecord] = {}
    result = await tx.run(hops_query(walk), parameters)
    async for record in result:
        ends = [EntityRecord.from_node(record[name]) for name in ("from", "to")]
        entities |= {entity.id: entity for entity in ends}
        found = sorted(map(RelationRecord.from_map, record["relations"]), key=by_confidence)
        relations[ends[0].id, ends[1].id] = tuple(found)
    return Hops(relations, entities)


def by_confidence(relation: RelationRecord) -> tuple[float, str, str]:
    """Sort key: surest first, then by type and id."""
    return -relation.confidence, relation.type, relation.id
