"""Reach and dominators on small graphs in memory equal networkx."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_schema.ids import EntityId
from service.filters.walk import EntityFilter
from service.paths.budget import Budget, Meter
from service.paths.dominators import dominated, immediate_dominators
from service.paths.reach import Reach, ReachQuestion, reach
from service.paths.region import Expansion
from service.paths.report import Bound, PathStatus
from tests.service.paths.test_search import NODES, graphs
from tests.service.reference import MemoryExpander

pytestmark = pytest.mark.anyio


@dataclass
class Seeking:
    """Expands a folded graph and knows what is sought and where walks end."""

    folded: nx.DiGraph
    goals: frozenset[EntityId]
    dead_ends: frozenset[EntityId]
    hubs: frozenset[EntityId]

    async def seek(self, frontier: Sequence[EntityId], *, room: int, seconds: float) -> Expansion:
        plain = await MemoryExpander(self.folded).expand(frontier, backward=False, room=room, seconds=seconds)
        found = {step.target for step in plain.steps}
        return replace(plain, goals=self.goals & found, dead_ends=self.dead_ends & found, hubs=self.hubs & found)


some = st.frozensets(st.sampled_from(NODES), max_size=3)


@settings(max_examples=300, deadline=None)
@given(graphs(), some, some, some, st.integers(1, 7))
async def test_goals_distances_and_status_equal_the_reference(
    folded: nx.DiGraph,
    goals: frozenset[EntityId],
    dead_ends: frozenset[EntityId],
    hubs: frozenset[EntityId],
    depth: int,
) -> None:
    source = NODES[0]
    budget = Budget(max_depth=depth, timeout_s=60)
    seeking = Seeking(folded, goals - {source}, dead_ends, hubs)
    question = ReachQuestion(source, EntityFilter(), depth)
    found = await reach(lambda _: seeking, question, Meter(budget))
    walkable = folded.copy()
    walkable.remove_edges_from([(a, b) for a, b in folded.edges if a in dead_ends | hubs and a != source])
    everywhere = nx.single_source_shortest_path_length(walkable, source)
    expected = {id: d for id, d in everywhere.items() if id in goals and id != source}
    near = sorted((d, id) for id, d in expected.items() if d <= depth)
    assert [(one.distance, one.entity) for one in found.goals] == near
    for one in found.goals:
        assert (one.steps[0].source, one.steps[-1].target) == (source, one.entity)
        assert all(walkable.has_edge(step.source, step.target) for step in one.steps)
    if near:
        assert found.status is PathStatus.FOUND
    elif expected:
        assert found.status is PathStatus.NONE_WITHIN_BOUNDS
    if found.exhausted:
        assert max(everywhere.values()) <= depth
    else:
        assert found.limited_by is Bound.DEPTH


@pytest.mark.parametrize(
    ("depth", "status", "limited_by"),
    [
        pytest.param(2, PathStatus.NONE_WITHIN_BOUNDS, Bound.DEPTH, id="too-far"),
        pytest.param(3, PathStatus.FOUND, Bound.DEPTH, id="found"),
    ],
)
async def test_a_goal_too_far_away_is_none_within_bounds(depth: int, status: PathStatus, limited_by: Bound) -> None:
    found = await _along_a_line(depth, goal=NODES[3])
    assert (found.status, found.limited_by) == (status, limited_by)


async def test_no_goal_anywhere_is_no_path_however_low_the_depth() -> None:
    found = await _along_a_line(2, goal=EntityId("elsewhere"))
    assert (found.status, found.limited_by) == (PathStatus.NO_PATH, None)
    assert set(found.distance) == set(NODES[:3])


async def _along_a_line(depth: int, goal: EntityId) -> Reach:
    folded = nx.DiGraph()
    nx.add_path(folded, NODES[:5], confidence=1.0, ties=1)
    budget = Budget(max_depth=depth)
    seeking = Seeking(folded, frozenset({goal}), frozenset(), frozenset())
    question = ReachQuestion(NODES[0], EntityFilter(), depth, look_past=True)
    return await reach(lambda _: seeking, question, Meter(budget))


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_dominators_equal_the_reference(folded: nx.DiGraph) -> None:
    root = NODES[0]
    edges = {node: sorted(folded.successors(node)) for node in folded}
    ours = immediate_dominators(edges, root)
    reference = {node: above for node, above in nx.immediate_dominators(folded, root).items() if node != root}
    assert {node: above for node, above in ours.items() if node != root} == reference
    for node, lost in dominated(edges, root).items():
        without = folded.copy()
        without.remove_node(node)
        assert lost == set(ours) - {node} - set(nx.descendants(without, root)) - {root}
