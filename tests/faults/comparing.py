"""Two graphs, and what a disturbed operation left of the one that it should have made."""

from collections import Counter
from dataclasses import dataclass

from graph_schema.database.graph import Graph
from tests.whole_graph import WholeGraph, whole_graph

CLOCKED = frozenset({"version", "since", "run", "at", "created", "started", "finished"})
"""Properties that tell when and by which run something was written."""
BOOKS = frozenset({"LoadRun", "GraphState", "SchemaVersion", "Removed"})
"""Labels of what keeps account of runs, and is not what they brought."""


async def content(graph: Graph) -> WholeGraph:
    """The whole graph without its books."""
    whole = await whole_graph(graph, without=CLOCKED)
    nodes = frozenset(node for node in whole.nodes if not node[0] & BOOKS)
    edges = frozenset(edge for edge in whole.edges if edge[1] != "STATED_BY")
    return WholeGraph(nodes, edges)


@dataclass(frozen=True, slots=True)
class Difference:
    """Numbers of nodes and edges."""

    lost: int
    added: int
    doubled: int
    wrong: int
    """There, but with other labels or properties."""

    def __bool__(self) -> bool:
        return any((self.lost, self.added, self.doubled, self.wrong))


def difference(expected: WholeGraph, found: WholeGraph) -> Difference:
    """What is not as expected."""
    wanted = _keys(expected)
    there = _keys(found)
    same = len(expected.nodes & found.nodes) + len(expected.edges & found.edges)
    both = len(wanted.keys() & there.keys())
    return Difference(
        lost=len(wanted.keys() - there.keys()),
        added=len(there.keys() - wanted.keys()),
        doubled=sum(number - 1 for number in there.values()),
        wrong=both - same,
    )


def _keys(graph: WholeGraph) -> Counter[object]:
    nodes = (id for _, id, _ in graph.nodes)
    return Counter([*nodes, *((start, type, end) for start, type, end, _ in graph.edges)])
