"""One step of a path search in the database under the weight SPECIFICITY: every relation with what it tells."""

import time
from collections.abc import Collection, Sequence
from typing import Any

from graph_schema.database.cypher import Cypher, cypher, term
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters.walk import Walk
from service.paths.region import Expansion, Step
from service.paths.specificity import StepCost, crowd, entity_cost, is_common_noun, step_cost
from service.queries.conditions import hub_condition
from service.queries.paths_expand import GraphExpander, TimedTransaction, admitted_steps


def expand_telling_query(walk: Walk, ends: frozenset[EntityId], *, default_degree: int, backward: bool) -> Cypher:
    """The Cypher that expands a frontier under this walk and tells each relation."""
    ties = """
WITH n, r, m LIMIT $room
WITH collect([n.id, m.id, startNode(r).id, type(r), r.status, r.confidence, r.sources]) AS ties,
  collect(DISTINCT m) AS found, collect(DISTINCT n) AS left
RETURN ties, [e IN left + found | [e.id, e.type, e.name]] AS entities, [m IN found WHERE """
    hub = hub_condition(walk.hubs, ends, default_degree=default_degree)
    return admitted_steps(walk, ends, backward=backward) + ties + hub + " | m.id] AS hubs"


def crowds_query(type: RelationType, ids: Collection[EntityId]) -> Cypher:
    """The Cypher that counts the relations of a type that entities have in each role.

    The database has these counts at hand by name; one query for all types would take seconds to plan.
    """
    name = term(type)
    text = f"""
UNWIND $ids AS id
MATCH (e:Entity {{id: id}})
RETURN collect([id, COUNT {{ (e)-[:{name}]->() }}, COUNT {{ (e)<-[:{name}]-() }}]) AS crowds
"""
    return cypher(text, ids=sorted(ids))


_Role = tuple[EntityId, str, bool]
"""An entity, the type of a relation, whether it is its subject."""


class TellingExpander(GraphExpander):
    """Expands frontiers as `GraphExpander` does, and tells what each step costs."""

    def __init__(
        self,
        tx: TimedTransaction,
        walk: Walk,
        ends: frozenset[EntityId],
        never_between: frozenset[EntityId],
        *,
        default_degree: int,
    ) -> None:
        """`never_between`: where paths start and end."""
        super().__init__(tx, walk, ends, default_degree=default_degree)
        self._queries = {
            backward: expand_telling_query(walk, ends, default_degree=default_degree, backward=backward)
            for backward in (False, True)
        }
        self._never_between = never_between

    async def expand(self, frontier: Sequence[EntityId], *, backward: bool, room: int, seconds: float) -> Expansion:
        """See `Expander.expand`."""
        began = time.monotonic()
        record = await self._looked_up(frontier, backward=backward, room=room, seconds=seconds)
        entities = {id: _cost_of(type, name) for id, type, name in record["entities"]}
        ties = [((m, n) if backward else (n, m), tie) for n, m, *tie in record["ties"]]
        roles = {role for pair, tie in ties for role in self._roles(pair, tie)}
        counted = await self._counted(roles, seconds - (time.monotonic() - began))
        steps: dict[tuple[EntityId, EntityId], list[tuple[StepCost, float]]] = {}
        for pair, tie in ties:
            _, type, status, confidence, sources = tie
            around = [crowd(counted[role]) for role in self._roles(pair, tie)]
            entity = entities[pair[1]] if self._between(pair[1]) else 0.0
            cost = step_cost(RelationType(type), Modality(status), confidence, sources, crowds=around, entity=entity)
            steps.setdefault(pair, []).append((cost, confidence))
        found = [
            Step(*pair, max(sure for _, sure in of_pair), len(of_pair), min((one for one, _ in of_pair), key=_rank))
            for pair, of_pair in steps.items()
        ]
        return Expansion(found, frozenset(map(EntityId, record["hubs"])), truncated=len(ties) > room)

    async def _counted(self, roles: Collection[_Role], seconds: float) -> dict[_Role, int]:
        """How many relations of each type entities have in each role."""
        until, found = time.monotonic() + seconds, dict[_Role, int]()
        for type in sorted({type for _, type, _ in roles}):
            ids = {id for id, of_type, _ in roles if of_type == type}
            left = max(until - time.monotonic(), 0.001)
            record = await self._tx.one(crowds_query(RelationType(type), ids), seconds=left)
            for id, as_subject, as_object in record["crowds"]:
                found[id, type, True], found[id, type, False] = as_subject, as_object
        return found

    def _roles(self, pair: tuple[EntityId, EntityId], tie: Sequence[Any]) -> list[_Role]:
        """The roles of its ends in between in a relation."""
        subject, type = tie[:2]
        return [(end, type, end == subject) for end in pair if self._between(end)]

    def _between(self, id: EntityId) -> bool:
        return id not in self._never_between


def _cost_of(type: str, name: str) -> float:
    return entity_cost(EntityType(type), common_noun=is_common_noun(EntityType(type), name))


def _rank(cost: StepCost) -> tuple[float, StepCost]:
    return cost.total, cost
