"""Components: circles together, everything after what it leads to."""

import random

import networkx as nx

from service.ownership.components import components


def test_circles_are_groups_and_come_after_what_they_lead_to() -> None:
    graph = {"a": ["b"], "b": ["c", "a"], "c": ["d"], "d": []}
    assert [sorted(group) for group in components(["a"], lambda node: graph[node])] == [["d"], ["c"], ["a", "b"]]


def test_random_graphs_have_the_components_of_networkx_in_an_order_to_solve_them() -> None:
    for seed in range(50):
        chance = random.Random(seed)
        edges = [(chance.randrange(30), chance.randrange(30)) for _ in range(45)]
        graph = nx.DiGraph(edges)
        groups = components(sorted(graph), lambda node: sorted(graph[node]))  # noqa: B023  it does not outlive the round
        assert sorted(map(sorted, groups)) == sorted(map(sorted, nx.strongly_connected_components(graph)))
        place = {node: i for i, group in enumerate(groups) for node in group}
        assert all(place[b] <= place[a] for a, b in edges)


def test_a_chain_longer_than_the_stack_of_the_interpreter_is_followed() -> None:
    groups = components([0], lambda node: [node + 1] if node < 50_000 else [])
    assert groups[0] == [50_000]
    assert groups[-1] == [0]
