"""One step of a path search in the database under the weight SPECIFICITY: every relation with what it tells."""

import time
from collections.abc import Sequence
from typing import Any, LiteralString

from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters.walk import Walk
from service.paths.region import Expansion, Step
from service.paths.specificity import StepCost, crowd, entity_cost, is_common_noun, step_cost
from service.queries.conditions import hub_condition
from service.queries.paths_expand import GraphExpander, TimedTransaction, admitted_steps

EXPAND_TELLING: LiteralString = """
UNWIND $frontier AS id
MATCH (n:Entity {{id: id}}){pattern}(m:Entity)
WHERE {conditions}
WITH n, r, m LIMIT $room
WITH collect([n.id, m.id, startNode(r).id, type(r), r.status, r.confidence, r.sources]) AS ties,
  collect(DISTINCT m) AS found, collect(DISTINCT n) AS left
RETURN ties, [e IN left + found | [e.id, e.type, e.name]] AS entities, [m IN found WHERE {hub} | m.id] AS hubs
"""

_AS_SUBJECT = " ".join(f"WHEN '{type.value}' THEN COUNT {{ (e)-[:{type.value}]->() }}" for type in RelationType)
_AS_OBJECT = " ".join(f"WHEN '{type.value}' THEN COUNT {{ (e)<-[:{type.value}]-() }}" for type in RelationType)
CROWDS: LiteralString = f"""
UNWIND $roles AS role
MATCH (e:Entity {{id: role[0]}})
WITH role, e, CASE WHEN role[2] THEN CASE role[1] {_AS_SUBJECT} END ELSE CASE role[1] {_AS_OBJECT} END END AS crowd
RETURN collect([role, crowd]) AS crowds
"""
"""A count for each type by name: the database has those at hand. The text never changes, so that it is planned once."""

_Role = tuple[EntityId, str, bool]
"""An entity, the type of a relation, whether it is its subject."""


def expand_telling_query(walk: Walk, *, backward: bool) -> LiteralString:
    """The Cypher that expands a frontier under this walk and tells each relation."""
    pattern, conditions = admitted_steps(walk, backward=backward)
    return EXPAND_TELLING.format(pattern=pattern, conditions=conditions, hub=hub_condition(walk.hubs))


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
        self._queries = {backward: expand_telling_query(walk, backward=backward) for backward in (False, True)}
        self._never_between = never_between

    async def expand(self, frontier: Sequence[EntityId], *, backward: bool, room: int, seconds: float) -> Expansion:
        """See `Expander.expand`."""
        began = time.monotonic()
        record = await self._looked_up(frontier, backward=backward, room=room, seconds=seconds)
        entities = {id: _cost_of(type, name) for id, type, name in record["entities"]}
        ties = [((m, n) if backward else (n, m), tie) for n, m, *tie in record["ties"]]
        roles = {role for pair, tie in ties for role in self._roles(pair, tie)}
        left = max(seconds - (time.monotonic() - began), 0.001)
        crowds = await self._tx.single(CROWDS, {"roles": [list(role) for role in roles]}, seconds=left)
        counted: dict[_Role, int] = {tuple(role): count for role, count in crowds["crowds"]}
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
