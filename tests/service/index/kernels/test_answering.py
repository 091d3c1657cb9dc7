"""A question for paths by hops in one call: the same as its parts, and it leaves clean notes whether enough was found or not."""

from itertools import pairwise

import pytest

from graph_schema.vocabulary import EntityType, RelationType
from service.filters.walk import RelationFilter, Walk
from service.index.between_ends import paths_between
from service.index.kernels.walking import BRIEF, ENDED, EXPANSIONS, LIMIT, RUNNING
from service.paths.report import PathStatus
from service.paths.search import PathQuestion
from tests.service.build import GraphBuilder
from tests.service.index.in_memory import ask_paths, snapshot


@pytest.mark.parametrize(("k", "status"), [(1, PathStatus.FOUND), (2, PathStatus.FOUND), (5, PathStatus.FOUND)])
def test_paths_come_surest_first_and_the_notes_are_clean(k: int, status: PathStatus) -> None:
    build = GraphBuilder()
    a, b, c, d = (build.entity(EntityType.COMPANY, name) for name in ("A", "B", "C", "D"))
    for x, y, confidence in ((a, b, 0.5), (b, d, 0.9), (a, c, 0.8), (c, d, 0.3), (b, c, 0.7)):
        build.relation(x, RelationType.SUPPLIES, y, confidence=confidence)
    graph = snapshot(build)
    found = ask_paths(graph, PathQuestion(frozenset([a]), frozenset([d]), k=k), 3)
    every = [
        ((a, c, d), [0.8, 0.3]),
        ((a, b, d), [0.5, 0.9]),
        ((a, c, b, d), [0.8, 0.7, 0.9]),
        ((a, b, c, d), [0.5, 0.7, 0.3]),
    ]
    assert [(path.entities, [step.confidence for step in path.steps]) for path in found.paths] == every[:k]
    assert found.status is status
    question = PathQuestion(
        frozenset([a]), frozenset([d]), must_pass=frozenset([b]), walk=Walk(avoid=frozenset([c])), k=k
    )
    assert [path.entities for path in ask_paths(graph, question, 3).paths] == [(a, b, d)]


def test_a_brief_search_does_not_exceed_its_limit_to_prove_that_there_is_no_path() -> None:
    build = GraphBuilder()
    firms = [build.entity(EntityType.COMPANY, f"Firm {i}") for i in range(40)]
    for x, y in pairwise(firms):
        build.relation(x, RelationType.SUPPLIES, y, confidence=0.2 if y == firms[-2] else 0.9)
    graph = snapshot(build)
    question = PathQuestion(
        frozenset(firms[:1]), frozenset(firms[-1:]), walk=Walk(via=RelationFilter(min_confidence=0.5))
    )
    assert ask_paths(graph, question, 3).status is PathStatus.NO_PATH
    for brief, ended in ((1, EXPANSIONS), (0, RUNNING)):
        notes = graph.notes.take()
        notes.tally[LIMIT], notes.tally[BRIEF] = 3, brief
        found = paths_between(graph, question, notes, max_depth=1, hub_degree=1_000)
        assert notes.tally[ENDED] == ended
        assert found.status is (PathStatus.BUDGET_EXHAUSTED if brief else PathStatus.NO_PATH)
        graph.notes.give(notes)
