"""`python -m service.index.compile`: makes the machine code of all searches and leaves it in numba's cache."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import numpy as np

from graph_schema.ids import EntityId, relation_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.around_entity import reach_around
from service.index.assemble import next_snapshot, snapshot_of_rows
from service.index.between_ends import paths_between
from service.index.change import Change, EntityRow, RelationRow
from service.index.kernels.walking import LIMIT
from service.index.records import IndexedRecords
from service.paths.reach import ReachQuestion
from service.paths.search import PathQuestion, PathWeight

_IDS = [EntityId(f"company:{letter}") for letter in "abcd"]


def main() -> None:
    """Ask every kind of question of a graph of four."""
    change = Change(1, entities=[EntityRow(id, EntityType.COMPANY, id) for id in _IDS])
    change.relations = [_relation(a, b) for a, b in pairwise(_IDS)]
    graph = snapshot_of_rows(change)
    graph = next_snapshot(graph, replace(change, version=2, entities=[], relations=[_relation(_IDS[0], _IDS[2])]))
    walk = Walk(
        via=RelationFilter(valid_at=dt.date(2026, 1, 1)),
        through=EntityFilter(countries=(_IDS[3],), listed=False, listed_by=(_IDS[3],)),
        hubs=HubPolicy(mode=HubMode.PENALISE),
    )
    ends = frozenset(_IDS[:1]), frozenset(_IDS[2:3])
    questions = [
        PathQuestion(*ends),
        PathQuestion(*ends, must_pass=frozenset(_IDS[1:2]), min_length=2),
        PathQuestion(*ends, must_pass=frozenset(_IDS[3:])),
        *(PathQuestion(*ends, weight=weight, walk=walk) for weight in PathWeight),
        PathQuestion(*ends, weight=PathWeight.SPECIFICITY),
        PathQuestion(frozenset(_IDS[:1]), frozenset(_IDS[3:]), walk=Walk(avoid=frozenset(_IDS[1:2]))),
    ]
    for question in questions:
        notes = graph.notes.take()
        notes.tally[LIMIT] = np.iinfo(np.int64).max
        paths_between(graph, question, notes, max_depth=4, hub_degree=1)
        graph.notes.give(notes)
    IndexedRecords(graph).like("Company", EntityFilter())
    reach = ReachQuestion(_IDS[0], EntityFilter(), 2, not_twice=RelationType.PRODUCES, keep_steps=True)
    notes = graph.notes.take()
    notes.tally[LIMIT] = np.iinfo(np.int64).max
    reach_around(graph, reach, notes, hub_degree=1)


def _relation(a: EntityId, b: EntityId) -> RelationRow:
    id = relation_id(a, RelationType.SUPPLIES, b)
    return RelationRow(id, a, RelationType.SUPPLIES, b, Modality.ASSERTED, 0.9, 1)


if __name__ == "__main__":
    main()
