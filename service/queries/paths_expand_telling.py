"""One step of a path search in the database under the weight SPECIFICITY: every relation with what it tells."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from graph_schema.database.cypher import Cypher, term
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters.walk import Walk
from service.paths.region import Expansion, Step
from service.paths.specificity import StepCost, crowd, entity_cost, is_common_noun, step_cost
from service.queries.conditions import hub_condition
from service.queries.paths_expand import GraphExpander, TimedTransaction, admitted_steps


def expand_telling_query(walk: Walk, ends: frozenset[EntityId], *, default_degree: int, backward: bool) -> Cypher:
    """The Cypher that expands a frontier under this walk and counts the crowd at both ends of each relation."""
    types = walk.via.admitted_types
    as_subject = _by_type(f"WHEN '{term(type)}' THEN COUNT {{ (s)-[:{term(type)}]->() }}" for type in types)
    as_object = _by_type(f"WHEN '{term(type)}' THEN COUNT {{ (o)<-[:{term(type)}]-() }}" for type in types)
    ties = f"""
WITH n, r, m, startNode(r) AS s, endNode(r) AS o LIMIT $room
WITH collect([n.id, m.id, s.id, type(r), r.status, r.confidence, r.sources, {as_subject}, {as_object}]) AS ties,
  collect(DISTINCT m) AS found, collect(DISTINCT n) AS left
RETURN ties, [e IN left + found | [e.id, e.type, e.name]] AS entities, [m IN found WHERE """
    hub = hub_condition(walk.hubs, ends, default_degree=default_degree)
    return admitted_steps(walk, ends, backward=backward) + ties + hub + " | m.id] AS hubs"


def _by_type(counts: Iterable[LiteralString]) -> LiteralString:
    """A count for each type by name: the database has those at hand."""
    return "CASE type(r) " + " ".join(counts) + " END"


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
        record = await self._looked_up(frontier, backward=backward, room=room, seconds=seconds)
        entities = {id: _cost_of(type, name) for id, type, name in record["entities"]}
        ties: dict[tuple[EntityId, EntityId], list[tuple[StepCost, float]]] = {}
        for n, m, *tie in record["ties"]:
            source, target = (m, n) if backward else (n, m)
            ties.setdefault((source, target), []).append((self._cost(source, target, tie, entities), tie[3]))
        steps = [
            Step(*pair, max(sure for _, sure in of_pair), len(of_pair), min((one for one, _ in of_pair), key=_rank))
            for pair, of_pair in ties.items()
        ]
        return Expansion(steps, frozenset(map(EntityId, record["hubs"])), truncated=len(record["ties"]) > room)

    def _cost(
        self, source: EntityId, target: EntityId, tie: Sequence[Any], entities: Mapping[EntityId, float]
    ) -> StepCost:
        subject, type, status, confidence, sources, as_subject, as_object = tie
        object = target if subject == source else source
        crowds = [crowd(n) for end, n in ((subject, as_subject), (object, as_object)) if self._between(end)]
        entity = entities[target] if self._between(target) else 0.0
        return step_cost(RelationType(type), Modality(status), confidence, sources, crowds=crowds, entity=entity)

    def _between(self, id: EntityId) -> bool:
        return id not in self._never_between


def _cost_of(type: str, name: str) -> float:
    return entity_cost(EntityType(type), common_noun=is_common_noun(EntityType(type), name))


def _rank(cost: StepCost) -> tuple[float, StepCost]:
    return cost.total, cost
