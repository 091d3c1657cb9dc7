"""One step of a path search in the database, and the relations behind the hops of a found path."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from neo4j import AsyncManagedTransaction, Record

from graph_schema.database.cypher import Cypher, all_of, cypher, one, rows
from graph_schema.errors import DeadlineExceeded
from graph_schema.ids import EntityId
from service.filters.walk import Walk
from service.paths.reach import ReachQuestion
from service.paths.region import Expansion, Step
from service.queries.conditions import entity_conditions, hub_condition, relation_conditions, step, walking_pattern
from service.queries.records import ENTITY, RELATION, EntityRecord, RelationRecord


def expand_query(walk: Walk, ends: frozenset[EntityId], *, default_degree: int, backward: bool) -> Cypher:
    """The Cypher that expands a frontier under this walk."""
    steps = """
WITH n, r, m LIMIT $room
WITH n, m, max(r.confidence) AS confidence, count(r) AS ties
WITH collect([n.id, m.id, confidence, ties]) AS steps, collect(DISTINCT m) AS found
RETURN steps, [m IN found WHERE """
    hub = hub_condition(walk.hubs, ends, default_degree=default_degree)
    return admitted_steps(walk, ends, backward=backward) + steps + hub + " | m.id] AS hubs"


def admitted_steps(walk: Walk, ends: frozenset[EntityId], *, backward: bool) -> Cypher:
    """Matches the relations `r` from the frontier's `n` to `m` that a walk may take."""
    middle = _passable(walk)
    passable = cypher("(m.id IN $ends OR (", ends=list(ends)) + all_of(middle) + "))"
    conditions = [passable] if middle else []
    return "UNWIND $frontier AS id\nMATCH (n:Entity {id: id})" + step(walk.via, *conditions, backward=backward)


def _passable(walk: Walk) -> list[Cypher]:
    """Conditions on the entities between the ends."""
    avoided = [cypher("NOT m.id IN $avoid", avoid=list(walk.avoid))] if walk.avoid else []
    return [*entity_conditions(walk.through), *avoided]


class TimedTransaction:
    """A transaction whose queries are given up after a while; after that nothing more can run in it."""

    def __init__(self, tx: AsyncManagedTransaction) -> None:
        self._tx = tx
        self.broken = False

    async def one(self, query: Cypher, *, seconds: float) -> Record:
        """The one record of a query's answer. Raises DeadlineExceeded after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                return await one(self._tx, query)
        except TimeoutError as error:
            self.broken = True
            raise DeadlineExceeded("the search ran out of time") from error


class GraphExpander:
    """Expands frontiers in one transaction under the filters of one question."""

    def __init__(self, tx: TimedTransaction, walk: Walk, ends: frozenset[EntityId], *, default_degree: int) -> None:
        self._tx = tx
        self._queries = {
            backward: expand_query(walk, ends, default_degree=default_degree, backward=backward)
            for backward in (False, True)
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
        query = self._queries[backward] + cypher("", frontier=list(frontier), room=room + 1)
        return await self._tx.one(query, seconds=seconds)


def reach_query(walk: Walk, question: ReachQuestion, *, default_degree: int) -> Cypher:
    """The Cypher that expands a frontier in search of entities of a kind."""
    not_twice = "" if question.not_twice is None else question.not_twice.value
    goal = "(" + all_of(entity_conditions(question.goal, prefix="goal_")) + ")"
    through = "(" + all_of(_passable(walk)) + ")"
    conditions = (
        cypher("m.id <> $source", source=question.source),
        "(" + goal + " OR " + through + ")",
        cypher("(type(r) <> $not_twice OR NOT n.id IN $spent)", not_twice=not_twice),
    )
    steps = """
WITH n, r, m LIMIT $room
WITH n, m, max(r.confidence) AS confidence, count(r) AS ties,
  sum(CASE WHEN type(r) = $not_twice THEN 1 ELSE 0 END) AS spending
WITH collect([n.id, m.id, confidence, ties, spending]) AS steps, collect(DISTINCT m) AS found
RETURN steps, [m IN found WHERE """
    found = "UNWIND $frontier AS id\nMATCH (n:Entity {id: id})" + step(walk.via, *conditions) + steps
    found += hub_condition(walk.hubs, [question.source], default_degree=default_degree) + " | m.id] AS hubs,"
    found += "\n  [m IN found WHERE " + goal + " | m.id] AS goals,"
    return found + "\n  [m IN found WHERE NOT " + through + " | m.id] AS dead_ends"


class ReachedEntities:
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
        self,
        tx: TimedTransaction,
        walk: Walk,
        question: ReachQuestion,
        arrivals: ReachedEntities,
        *,
        default_degree: int,
    ) -> None:
        """All expanders of one question share `arrivals`."""
        self._tx, self._arrivals = tx, arrivals
        self._query = reach_query(walk, question, default_degree=default_degree)

    async def seek(self, frontier: Sequence[EntityId], *, room: int, seconds: float) -> Expansion:
        """See `Seeker.seek`."""
        spent = [id for id in frontier if id in self._arrivals.spent]
        query = self._query + cypher("", frontier=list(frontier), spent=spent, room=room + 1)
        record = await self._tx.one(query, seconds=seconds)
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


def hops_query(walk: Walk) -> Cypher:
    """The Cypher that looks up the relations of hops under this walk."""
    hop = "UNWIND $pairs AS pair\nMATCH (n:Entity {id: pair[0]})\nCALL (pair, n) {\n  MATCH (m:Entity {id: pair[1]})\n"
    pattern, conditions = walking_pattern(walk.via)
    matched = f"  MATCH (n){pattern}(m)\n  WHERE " + all_of([*conditions, *relation_conditions(walk.via)])
    return (
        hop
        + matched
        + f"""
  RETURN m, r
}}
WITH n, m, collect({RELATION}) AS relations
RETURN collect([n {{{ENTITY}}}, m {{{ENTITY}}}, relations]) AS rows
"""
    )


HopKey = tuple[EntityId, EntityId]


@dataclass(frozen=True, slots=True)
class Hops:
    """What stands behind hops: relations between two entities each, surest first, and the entities."""

    relations: Mapping[HopKey, tuple[RelationRecord, ...]] = field(default_factory=dict)
    entities: Mapping[EntityId, EntityRecord] = field(default_factory=dict)


async def relations_of_hops(tx: AsyncManagedTransaction, pairs: Iterable[HopKey], walk: Walk) -> Hops:
    """Relations that the walk admits between each pair, surest first, and the entities at both ends."""
    wanted = [list(pair) for pair in dict.fromkeys(pairs)]
    if not wanted:
        return Hops()
    relations: dict[HopKey, tuple[RelationRecord, ...]] = {}
    entities: dict[EntityId, EntityRecord] = {}
    for start, end, between in await rows(tx, hops_query(walk), pairs=wanted):
        ends = [EntityRecord.from_node(start), EntityRecord.from_node(end)]
        entities |= {entity.id: entity for entity in ends}
        relations[ends[0].id, ends[1].id] = tuple(sorted(map(RelationRecord.from_map, between), key=by_confidence))
    return Hops(relations, entities)


def by_confidence(relation: RelationRecord) -> tuple[float, str, str]:
    """Sort key: surest first, then by type and id."""
    return -relation.confidence, relation.type, relation.id
