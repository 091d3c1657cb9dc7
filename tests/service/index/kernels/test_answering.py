"""A question for paths by hops in one call: the same as its parts, and it leaves clean notes whether enough was found or not."""

import pytest

from graph_schema.vocabulary import EntityType, RelationType
from service.filters.walk import Walk
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
