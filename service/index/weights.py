"""Weights of paths as the index's tables."""

import numpy as np

from service.filters.hubs import PENALTY
from service.index.kernels.walking import HUB, Ground, Rule
from service.index.kernels.weighted import Weights
from service.index.layout import (
    CODE_SHIFT,
    COMMON_NOUN,
    ENTITY_TYPES,
    INWARD,
    KIND,
    KINDS,
    SINGLE,
    SOURCES,
    STATUS_SHIFT,
    STATUSES,
    TYPES,
    Costs,
    Numbers,
)
from service.index.snapshot import Snapshot
from service.paths.search import PathWeight, halvings
from service.paths.specificity import CROWD, DOUBTFUL, SINGLE_SOURCE, WEAK, StepCost, doubt, entity_cost, step_cost

_NONE = np.zeros(0)


def weights_of(graph: Snapshot, weight: PathWeight, ground: Ground, exempt: Numbers, *, penalise: bool) -> Weights:
    """What steps cost under a weight; with `penalise` hubs in between cost more, save the `exempt` ones."""
    kind, code, crowd, entity = graph.cache.get(("weights", weight), lambda: _tables(graph, weight))
    if penalise:
        penalty = np.where(ground.open & HUB, float(PENALTY), 0.0)
        penalty[exempt] = 0.0
        entity = penalty + (entity if len(entity) else 0.0)
    relations = graph.relations
    return Weights(kind, code, crowd, entity, relations.crowd_subject, relations.crowd_object)


def _tables(graph: Snapshot, weight: PathWeight) -> tuple[Costs, Costs, Costs, Costs]:
    kind, code = np.zeros(KINDS), np.zeros(len(graph.confidences))
    if weight is PathWeight.CONFIDENCE:
        return kind, np.array([halvings(value) for value in graph.confidences]), _NONE, _NONE
    if weight is PathWeight.HOPS:
        return kind, code, _NONE, _NONE
    for i in range(KINDS):
        type, status = i & (INWARD - 1), (i >> STATUS_SHIFT) & 7
        if type < len(TYPES) and status < len(STATUSES):
            kind[i] = WEAK.get(TYPES[type], 0.0) + DOUBTFUL[STATUSES[status]] + (SINGLE_SOURCE if i & SINGLE else 0.0)
    code = np.array([doubt(value) for value in graph.confidences])
    by_type = np.zeros(256)
    for i, of_type in enumerate(ENTITY_TYPES):
        by_type[i] = entity_cost(of_type, common_noun=False)
        by_type[i | COMMON_NOUN] = entity_cost(of_type, common_noun=True)
    return kind, code, CROWD * np.arange(256) / 8, by_type[graph.types]


def cheapest_step(
    graph: Snapshot, rule: Rule, x: int, y: int, *, x_between: bool, y_between: bool
) -> tuple[StepCost, float]:
    """The parts of what the step from x to y costs under SPECIFICITY, and the confidence of the surest relation."""
    rows = graph.rows
    forward = rows.start[x + 1] - rows.start[x] <= rows.start[y + 1] - rows.start[y]
    a, b, table = (x, y, rule.onward) if forward else (y, x, rule.back)
    found, confidence = [], 0.0
    entity = _entity_cost(graph, y) if y_between else 0.0
    for p in np.flatnonzero(rows.neighbour[rows.start[a] : rows.start[a + 1]] == b) + rows.start[a]:
        tag, relation = int(rows.tag[p]), rows.relation[p]
        if (
            tag >> CODE_SHIFT >= rule.codes
            or not table[tag & KIND]
            or (len(rule.admitted) and not rule.admitted[relation])
        ):
            continue
        sure = float(graph.confidences[tag >> CODE_SHIFT])
        confidence = max(confidence, sure)
        x_is_subject = bool(tag & INWARD) != forward
        ends = (
            (x_is_subject and x_between) or (not x_is_subject and y_between),
            (x_is_subject and y_between) or (not x_is_subject and x_between),
        )
        crowds = [
            int(side[relation])
            for side, counts in zip((graph.relations.crowd_subject, graph.relations.crowd_object), ends, strict=True)
            if counts
        ]
        type, status = TYPES[tag & (INWARD - 1)], STATUSES[(tag >> STATUS_SHIFT) & 7]
        sources = int(graph.details[graph.relations.detail[relation], SOURCES])
        found.append(step_cost(type, status, sure, sources, crowds=crowds, entity=entity))
    return min(found, key=lambda one: (one.total, one)), confidence


def _entity_cost(graph: Snapshot, number: int) -> float:
    code = int(graph.types[number])
    return entity_cost(ENTITY_TYPES[code & ~COMMON_NOUN], common_noun=bool(code & COMMON_NOUN))
