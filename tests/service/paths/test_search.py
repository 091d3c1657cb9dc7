"""The search on small graphs in memory: it finds what the plain reference finds, and says truly when it does not."""

from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_schema.ids import EntityId
from service.paths.budget import Budget, Meter
from service.paths.report import Bound, PathStatus
from service.paths.search import PathQuestion, PathWeight, diverse, search
from tests.service.reference import MemoryExpander, all_paths, expected_status

pytestmark = pytest.mark.anyio

NODES = [EntityId(letter) for letter in "abcdefgh"]
WIDE = Budget(max_depth=8, max_expansions=1_000_000, timeout_s=60)


def graph(*edges: str) -> nx.DiGraph:
    """`graph("ab", "bc")`: walkable both ways."""
    folded = nx.DiGraph()
    folded.add_nodes_from(NODES)
    for a, b in map(tuple, edges):
        folded.add_edge(a, b, confidence=1.0, ties=1)
        folded.add_edge(b, a, confidence=1.0, ties=1)
    return folded


def question(source: str, target: str, k: int = 1, **more: Any) -> PathQuestion:
    return PathQuestion(frozenset(map(EntityId, source)), frozenset(map(EntityId, target)), k=k, **more)


@st.composite
def graphs(draw: st.DrawFn) -> nx.DiGraph:
    folded = nx.DiGraph()
    folded.add_nodes_from(NODES)
    pairs = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda pair: pair[0] != pair[1])
    for a, b in draw(st.lists(pairs, max_size=24)):
        folded.add_edge(a, b, confidence=draw(st.sampled_from([0.25, 0.5, 1.0])), ties=1)
    return folded


ends = st.frozensets(st.sampled_from(NODES), min_size=1, max_size=2)


@settings(max_examples=400, deadline=None)
@given(graphs(), ends, ends, st.integers(1, 7), st.integers(1, 6))
async def test_the_k_best_paths_and_the_status_equal_the_reference(
    folded: nx.DiGraph, sources: frozenset[EntityId], targets: frozenset[EntityId], depth: int, k: int
) -> None:
    outcome = await search(
        MemoryExpander(folded), PathQuestion(sources, targets, k=k), Meter(Budget(max_depth=depth, timeout_s=60))
    )
    expected = [] if sources & targets else all_paths(folded, sources, targets, depth)[:k]
    assert [path.entities for path in outcome.paths] == expected
    assert outcome.status is expected_status(folded, sources, targets, depth)


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(1, 7), st.integers(1, 6), st.sampled_from(NODES[2:]))
async def test_paths_that_must_pass_an_entity_equal_the_reference(
    folded: nx.DiGraph, depth: int, k: int, must: EntityId
) -> None:
    asked = question("a", "b", k, must_pass=frozenset({must}))
    outcome = await search(MemoryExpander(folded), asked, Meter(Budget(max_depth=depth, timeout_s=60)))
    expected = [path for path in all_paths(folded, asked.sources, asked.targets, depth) if must in path]
    assert [path.entities for path in outcome.paths] == expected[:k]
    if expected:
        assert outcome.status is PathStatus.FOUND
    elif any(must in path for path in all_paths(folded, asked.sources, asked.targets, len(NODES))):
        assert outcome.status is PathStatus.NONE_WITHIN_BOUNDS
    else:
        assert outcome.status is PathStatus.NO_PATH


async def test_to_pass_one_of_several_ends_a_path_must_start_or_end_there() -> None:
    expander = MemoryExpander(graph("ac", "ad", "bd"))
    asked = question("ab", "cd", 9, must_pass=frozenset({NODES[3]}))
    assert ["".join(path.entities) for path in (await search(expander, asked, Meter(WIDE))).paths] == ["ad", "bd"]
    both = question("ab", "cd", must_pass=frozenset(NODES[:2]))
    assert (await search(expander, both, Meter(WIDE))).status is PathStatus.NO_PATH


@pytest.mark.parametrize(
    ("depth", "more", "status"),
    [
        pytest.param(3, {"min_length": 3}, PathStatus.NONE_WITHIN_BOUNDS, id="long-enough-is-too-far"),
        pytest.param(4, {"min_length": 3}, PathStatus.FOUND, id="long-enough"),
        pytest.param(5, {"min_length": 5}, PathStatus.NO_PATH, id="none-so-long"),
        pytest.param(3, {"must_pass": frozenset("e")}, PathStatus.NONE_WITHIN_BOUNDS, id="the-way-past-it-is-too-far"),
        pytest.param(3, {"must_pass": frozenset("g")}, PathStatus.NO_PATH, id="it-lies-aside"),
    ],
)
async def test_no_path_is_told_from_none_so_short_whatever_paths_will_do(
    depth: int, more: dict[str, Any], status: PathStatus
) -> None:
    expander = MemoryExpander(graph("ab", "ac", "cd", "de", "eb", "ag"))
    outcome = await search(expander, question("a", "b", **more), Meter(Budget(max_depth=depth)))
    assert outcome.status is status


@pytest.mark.parametrize("weight", PathWeight)
async def test_ties_between_starts_are_broken_alike_under_every_weight(weight: PathWeight) -> None:
    folded = nx.DiGraph()
    for a, b, confidence in [("a", "x", 0.5), ("x", "t", 1.0), ("b", "y", 1.0), ("y", "t", 0.5)]:
        folded.add_edge(a, b, confidence=confidence, ties=1)
    outcome = await search(MemoryExpander(folded), question("ab", "t", 2, weight=weight), Meter(WIDE))
    assert ["".join(path.entities) for path in outcome.paths] == ["axt", "byt"]


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(1, 6))
async def test_weighted_by_confidence_the_cheapest_paths_come_first(folded: nx.DiGraph, k: int) -> None:
    asked = question("a", "b", k, weight=PathWeight.CONFIDENCE)
    outcome = await search(MemoryExpander(folded), asked, Meter(WIDE))
    halvings = {0.25: 2, 0.5: 1, 1.0: 0}
    costs = sorted(
        sum(1 + halvings[folded[u][v]["confidence"]] for u, v in pairwise(path))
        for path in all_paths(folded, asked.sources, asked.targets, 8)
    )
    assert [path.cost for path in outcome.paths] == costs[:k]


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(1, 20), st.integers(1, 6))
async def test_under_a_small_budget_what_is_found_is_true_and_only_full_answers_claim_to_be_full(
    folded: nx.DiGraph, room: int, k: int
) -> None:
    asked = question("a", "b", k)
    outcome = await search(MemoryExpander(folded), asked, Meter(Budget(max_depth=7, max_expansions=room, timeout_s=60)))
    every = all_paths(folded, asked.sources, asked.targets, 7)
    assert {path.entities for path in outcome.paths} <= set(every)
    if outcome.status is not PathStatus.BUDGET_EXHAUSTED:
        assert [path.entities for path in outcome.paths] == every[:k]
        assert outcome.status is expected_status(folded, asked.sources, asked.targets, 7)


async def test_a_far_target_is_none_within_bounds_not_no_path() -> None:
    expander = MemoryExpander(graph("ab", "bc", "cd"))
    near = await search(expander, question("a", "d"), Meter(Budget(max_depth=2)))
    assert (near.status, near.limited_by) == (PathStatus.NONE_WITHIN_BOUNDS, Bound.DEPTH)
    assert (await search(expander, question("a", "e"), Meter(Budget(max_depth=2)))).status is PathStatus.NO_PATH


async def test_no_time_is_budget_exhausted() -> None:
    outcome = await search(MemoryExpander(graph("ab")), question("a", "b"), Meter(Budget(timeout_s=0.0)))
    assert (outcome.status, outcome.limited_by) == (PathStatus.BUDGET_EXHAUSTED, Bound.TIME)


async def test_one_lookup_per_level_however_many_neighbours() -> None:
    calls = set()
    for width in (2, 50):
        folded = nx.DiGraph()
        for i in range(width):
            for a, b in [("s", f"x{i}"), (f"x{i}", f"y{i}"), (f"y{i}", "t")]:
                folded.add_edge(a, b, confidence=1.0, ties=1)
        expander = MemoryExpander(folded)
        outcome = await search(
            expander, PathQuestion(frozenset({EntityId("s")}), frozenset({EntityId("t")}), k=50), Meter(WIDE)
        )
        assert len(outcome.paths) == width
        calls.add(expander.calls)
    assert max(calls) <= 4


async def test_diverse_paths_avoid_middles_already_used() -> None:
    folded = graph("ab", "bc", "cd", "be", "ed", "af", "fg", "gd")
    plain = await search(MemoryExpander(folded), question("a", "d", k=2), Meter(WIDE))
    spread = await search(MemoryExpander(folded), question("a", "d", k=2, diversity=1.0), Meter(WIDE))
    assert ["".join(path.entities) for path in plain.paths] == ["abcd", "abed"]
    assert ["".join(path.entities) for path in spread.paths] == ["abcd", "afgd"]
    assert diverse([], 3, 1.0) == []
