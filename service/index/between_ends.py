"""Paths between two groups of ends in a snapshot: the same answers as `service.paths.search` gives over the database."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graph_schema.vocabulary import LIVE_MODALITIES
from service.index.filters import ground_mask, numbers_of, relation_rule
from service.index.kernels.answering import answer_by_hops, set_marks, wipe
from service.index.kernels.balls import AHEAD_END, AHEAD_START, BEHIND_END, JOINED, complete, join
from service.index.kernels.between import paths_of_length, tell_hops
from service.index.kernels.walking import (
    BRIEF,
    ENDED,
    EXPANSIONS,
    FARTHEST,
    HUB,
    HUBS,
    LIMIT,
    LOOKED,
    RUNNING,
    STOPPED,
    TOO_MANY,
    Ground,
    Notes,
    Rule,
    step_code,
)
from service.index.kernels.weighted import cheapest
from service.index.layout import Numbers
from service.index.snapshot import Snapshot
from service.index.weights import cheapest_step, weights_of
from service.paths.region import Step
from service.paths.report import Bound, PathStatus
from service.paths.search import (
    MOST_RANKED,
    FoundPath,
    PathQuestion,
    PathWeight,
    SearchOutcome,
    diverse,
    found_path,
    pool_size,
)

_BOUNDS = {EXPANSIONS: Bound.EXPANSIONS, STOPPED: Bound.TIME, TOO_MANY: Bound.PATHS}
_NOBODY = np.zeros(0, dtype=np.int32)
_PROBE_RELATIONS = 2_000_000
"""Relations looked at to tell "no path" from "none so short" where not every path will do."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A question in numbers of the snapshot."""

    sources: Numbers
    """By id."""
    targets: Numbers
    must_pass: Numbers
    avoid: Numbers
    ground: Ground


def paths_between(
    graph: Snapshot, question: PathQuestion, notes: Notes, *, max_depth: int, hub_degree: int
) -> SearchOutcome:
    """The best paths. `notes` are clean, its tally says how much may be looked at, and is what was; they are left clean.

    Raises NotIndexed.
    """
    asked = _in_numbers(graph, question, hub_degree)
    if question.sources & question.targets:
        return SearchOutcome(PathStatus.SAME_ENTITY)
    if _apart(graph, question, asked):
        return SearchOutcome(PathStatus.NO_PATH)
    region = np.zeros(9, dtype=np.int64)
    ends = asked.sources, asked.targets, asked.must_pass, asked.avoid
    done = False
    try:
        if _by_hops(question):
            paths = _shortest(graph, question, asked, notes, region, max_depth)
            done = len(paths) >= pool_size(question)
        else:
            set_marks(notes, *ends)
            paths = _cheapest(graph, question, asked, notes, region, max_depth)
        ended = int(notes.tally[ENDED])
        absent = not paths and ended == RUNNING and _absent(graph, question, asked, notes, region, max_depth)
        if notes.tally[BRIEF]:
            ended = int(notes.tally[ENDED])
        hubs = graph.ids.ids_of(notes.hubs[: notes.tally[HUBS]].tolist()) if asked.ground.block_hubs else ()
    finally:
        if not done:
            wipe(notes, region, *ends)
    if ended != RUNNING:
        status, bound = PathStatus.BUDGET_EXHAUSTED, _BOUNDS[ended]
    elif len(paths) >= question.k:
        status, bound = PathStatus.FOUND, None
    elif absent:
        status, bound = PathStatus.NO_PATH, None
    else:
        status, bound = (PathStatus.FOUND if paths else PathStatus.NONE_WITHIN_BOUNDS), Bound.DEPTH
    if question.diversity:
        paths = diverse(paths, question.k, question.diversity)
    return SearchOutcome(status, paths, bound, frozenset(hubs))


def _in_numbers(graph: Snapshot, question: PathQuestion, hub_degree: int) -> _Question:
    walk = question.walk
    named = question.sources, question.targets, question.must_pass, walk.avoid
    sources, targets, must_pass, avoid = (numbers_of(graph, sorted(ids)) if ids else _NOBODY for ids in named)
    ground = Ground(ground_mask(graph, walk.through, walk.hubs, hub_degree), not question.cross_hubs)
    return _Question(sources, targets, must_pass, avoid, ground)


def _apart(graph: Snapshot, question: PathQuestion, asked: _Question) -> bool:
    """Whether no relation of any kind that may count joins the ends, over however many others."""
    live = set(question.walk.via.admitted_modalities) <= set(LIVE_MODALITIES)
    component = graph.live_component if live else graph.any_component
    if len(asked.sources) == len(asked.targets) == 1:
        return bool(component[asked.sources[0]] != component[asked.targets[0]])
    return not np.intersect1d(component[asked.sources], component[asked.targets]).size


def _by_hops(question: PathQuestion) -> bool:
    """Whether paths rank by their length alone, then by confidence hop by hop."""
    return question.weight is PathWeight.HOPS and not question.hub_penalty


def _shortest(
    graph: Snapshot, question: PathQuestion, asked: _Question, notes: Notes, region: Numbers, max_depth: int
) -> list[FoundPath]:
    rule, wanted = relation_rule(graph, question.walk.via), pool_size(question)
    room = np.empty((2, wanted, max_depth + 1), dtype=np.int32)
    lengths = np.zeros(wanted, dtype=np.int64)
    found = answer_by_hops(
        *(graph.rows, rule, asked.ground, notes, region, asked.sources, asked.targets, asked.must_pass, asked.avoid),
        *(question.min_length, max_depth, wanted, room[0], lengths, room[1]),
    )
    paths = []
    for length, numbers, codes in zip(lengths[:found].tolist(), *room[:, :found].tolist(), strict=True):
        ids, confidences = graph.ids.ids_of(numbers[: length + 1]), graph.confidences[codes[:length]].tolist()
        steps = tuple(map(Step, ids, ids[1:], confidences))
        paths.append(found_path(question, steps, ()))
    return paths


def _cheapest(
    graph: Snapshot, question: PathQuestion, asked: _Question, notes: Notes, region: Numbers, max_depth: int
) -> list[FoundPath]:
    rule, wanted, missing = relation_rule(graph, question.walk.via), pool_size(question), len(asked.must_pass)
    paths = np.empty((MOST_RANKED, max_depth + 1), dtype=np.int32)
    lengths = np.zeros(MOST_RANKED, dtype=np.int64)
    left, reached = np.full(graph.entities, np.inf), np.empty(graph.entities, dtype=np.int32)
    weights = weights_of(graph, question.weight, asked.ground, asked.must_pass, penalise=question.hub_penalty)
    bounds = (missing, question.min_length, max_depth, wanted)
    found = cheapest(
        *(graph.rows, rule, asked.ground, notes, region, weights, asked.sources, asked.targets),
        *(*bounds, paths, lengths, left, reached),
    )
    ranked = sorted(_path(graph, question, asked, rule, paths[i, : lengths[i] + 1]) for i in range(found))
    return ranked[:wanted]


def _path(graph: Snapshot, question: PathQuestion, asked: _Question, rule: Rule, numbers: Numbers) -> FoundPath:
    ids, last = graph.ids.ids_of(numbers), len(numbers) - 2
    steps = []
    for i, (x, y) in enumerate(pairwise(numbers)):
        if question.weight is PathWeight.SPECIFICITY:
            cost, confidence = cheapest_step(graph, rule, x, y, x_between=i > 0, y_between=i < last)
            steps.append(Step(ids[i], ids[i + 1], confidence, cost=cost))
        else:
            confidence = float(graph.confidences[step_code(graph.rows, rule, x, y)])
            steps.append(Step(ids[i], ids[i + 1], confidence))
    hubs = [id for id, number in zip(ids, numbers, strict=True) if asked.ground.open[number] & HUB]
    return found_path(question, tuple(steps), set(hubs) - question.must_pass)


def _absent(
    graph: Snapshot, question: PathQuestion, asked: _Question, notes: Notes, region: Numbers, max_depth: int
) -> bool:
    """Whether no path of any length will do."""
    rule = relation_rule(graph, question.walk.via)
    around = graph.rows, rule, asked.ground, notes, region
    if question.min_length == 1 and not question.must_pass:
        if not notes.tally[BRIEF]:
            notes.tally[LIMIT] = np.iinfo(np.int64).max
        return bool(join(*around) and not region[JOINED])
    if not notes.tally[BRIEF]:
        notes.tally[LIMIT] = notes.tally[LOOKED] + _PROBE_RELATIONS
    if not complete(*around):
        return False
    if not region[JOINED]:
        return True
    ahead, behind = notes.queue_ahead[: region[AHEAD_END]], notes.queue_behind[: region[BEHIND_END]]
    closed = ahead if region[AHEAD_START] == region[AHEAD_END] else behind
    if not question.must_pass <= {*graph.ids.ids_of(closed), *question.sources, *question.targets}:
        return True
    longest = min(len(np.union1d(ahead, behind)), FARTHEST)
    for length in range(max(max_depth + 1, question.min_length), longest):
        path = np.empty((1, length + 1), dtype=np.int32)
        missing = len(question.must_pass)
        if not tell_hops(graph.rows, rule, notes, region, length):
            return False
        if paths_of_length(graph.rows, rule, notes, length, missing, asked.sources, path, 0, 1):
            return False
        if notes.tally[ENDED] != RUNNING:
            return False
    return longest < FARTHEST
