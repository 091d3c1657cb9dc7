"""How long the index takes for each kind of question, beside a bare search by igraph and rustworkx over the same graph.

    python -m benchmarks.paths [--sizes 10k 1M …] [--questions 200] [--output FILE] [--quick]

Everything runs in this process, on graphs made in memory (`benchmarks.graphs`); questions are asked in turn, so that a busy
machine slows all ways alike. The filter admits 15 of the 30 types and confidences from 0.3; the bare searches know no
filter. `--quick`, for CI, asks for one path in the smallest graph alone, in processor time, and exits 1 when the index is twice
in a row less than half as fast, measured by igraph, as it was when `USUAL` was written down.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.graphs import Arrays, arrays, snapshot
from graph_schema.ids import EntityId
from graph_schema.vocabulary import RelationType
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.around_entity import reach_around
from service.index.between_ends import paths_between
from service.index.kernels.walking import LIMIT, Notes
from service.index.snapshot import Snapshot
from service.paths.dominators import dominated
from service.paths.reach import ReachQuestion
from service.paths.search import PathQuestion, PathWeight
from service.searches.exposure import ExposureKind, ExposureRequest
from service.searches.supply import SupplyDirection, SupplyRequest

SIZES = {"10k/50k": (10_000, 50_000), "100k/1M": (100_000, 1_000_000), "1M/10M": (1_000_000, 10_000_000)}
FILTER = RelationFilter(types=tuple(RelationType)[:15], min_confidence=0.3)
THROUGH, AROUND = HubPolicy(mode=HubMode.NONE), HubPolicy()
HUB_DEGREE = 1_000
USUAL = {"one path, through hubs": 1.0, "one path, hubs blocked": 0.9}
"""How many times as fast as igraph, which knows no filter, the index answers in the smallest graph: medians of processor time."""
QUICK_QUESTIONS = 400

Ask = Callable[[EntityId, EntityId], Any]


def ways(graph: Snapshot) -> dict[str, Ask]:
    """Each kind of question over the index."""

    def searched(search: Callable[[Notes], Any]) -> Any:
        notes = graph.notes.take()
        notes.tally[LIMIT] = np.iinfo(np.int64).max
        try:
            return search(notes)
        finally:
            graph.notes.give(notes)

    def paths(k: int, hubs: HubPolicy, weight: PathWeight = PathWeight.HOPS) -> Ask:
        walk = Walk(via=FILTER, hubs=hubs)

        def ask(a: EntityId, b: EntityId) -> Any:
            question = PathQuestion(frozenset([a]), frozenset([b]), k=k, weight=weight, walk=walk)
            return searched(lambda notes: paths_between(graph, question, notes, max_depth=5, hub_degree=HUB_DEGREE))

        return ask

    def reached(question: ReachQuestion) -> Any:
        return searched(lambda notes: reach_around(graph, question, notes, hub_degree=HUB_DEGREE))

    def exposure(a: EntityId, _: EntityId) -> Any:
        request = ExposureRequest(a)
        kinds = [kind for kind in ExposureKind if kind is not ExposureKind.DIRECT]
        listed = EntityFilter(listed=True)
        return [reached(ReachQuestion(a, listed, 4, request.walks(kind))) for kind in kinds]

    def choke_points(a: EntityId, _: EntityId) -> Any:
        reach = SupplyRequest(a, SupplyDirection.UPSTREAM).reach.resolved({a: a})
        found = reached(replace(reach, max_depth=4, enough=None, look_past=False, keep_steps=True))
        edges: dict[EntityId, list[EntityId]] = {}
        for before, after in sorted(found.steps):
            edges.setdefault(before, []).append(after)
        return dominated(edges, a)

    def no_path(a: EntityId, b: EntityId) -> Any:
        """Nothing may lie in between: what is beside one end is looked at."""
        walk = Walk(via=FILTER, hubs=HubPolicy(max_degree=0))
        question = PathQuestion(frozenset([a]), frozenset([b]), walk=walk)
        return searched(lambda notes: paths_between(graph, question, notes, max_depth=5, hub_degree=HUB_DEGREE))

    def cut_off(a: EntityId, _: EntityId) -> Any:
        """To an end without relations: the two lie in different components, which is known without a search."""
        question = PathQuestion(
            frozenset([a]), frozenset([graph.ids.id_of(graph.entities - 1)]), walk=Walk(via=FILTER, hubs=THROUGH)
        )
        return searched(lambda notes: paths_between(graph, question, notes, max_depth=5, hub_degree=HUB_DEGREE))

    return {
        "one path, through hubs": paths(1, THROUGH),
        "one path, hubs blocked": paths(1, AROUND),
        "5 paths, through hubs": paths(5, THROUGH),
        "5 paths, hubs blocked": paths(5, AROUND),
        "25 paths, through hubs": paths(25, THROUGH),
        "25 paths, hubs blocked": paths(25, AROUND),
        "the most telling path, hubs blocked": paths(1, AROUND, PathWeight.SPECIFICITY),
        "exposure to listed firms, depth 4": exposure,
        "choke points over 4 tiers": choke_points,
        "no direct relation, proven": no_path,
        "no path to an entity without relations": cut_off,
    }


def bare_searches(graph: Arrays) -> dict[str, Ask]:
    """One shortest path by other libraries, over all relations."""
    import igraph
    import rustworkx

    subject, object = graph.lists.subject.tolist(), graph.lists.object.tolist()
    number = {id: i for i, id in enumerate(graph.ids)}
    first = igraph.Graph(n=len(graph.ids), edges=list(zip(subject, object, strict=True)))
    second = rustworkx.PyGraph()
    second.add_nodes_from(range(len(graph.ids)))
    second.add_edges_from_no_data(list(zip(subject, object, strict=True)))

    def by_igraph(a: EntityId, b: EntityId) -> Any:
        return first.get_shortest_path(number[a], number[b])

    def by_rustworkx(a: EntityId, b: EntityId) -> Any:
        return rustworkx.dijkstra_shortest_paths(second, number[a], target=number[b], default_weight=1.0)

    return {"igraph, one path, no filter": by_igraph, "rustworkx, one path, no filter": by_rustworkx}


def timed(questions: list[tuple[EntityId, EntityId]], asks: dict[str, Ask]) -> dict[str, dict[str, float]]:
    """Milliseconds of each question by each way, in turn."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for a, b in questions:
        for name, ask in asks.items():
            start = time.perf_counter()
            ask(a, b)
            times[name].append((time.perf_counter() - start) * 1_000)
    return {name: summary(found) for name, found in times.items()}


def summary(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(times)
    return {"p50_ms": round(statistics.median(ordered), 3), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 3)}


def measure(size: str, count: int, *, bare: bool) -> dict[str, Any]:
    """All figures of one size."""
    entities, relations = SIZES[size]
    graph = arrays(entities, relations)
    start = time.perf_counter()
    index = snapshot(graph)
    built = time.perf_counter() - start
    chance = np.random.default_rng(11)
    pairs = chance.integers(2, entities, (count + 20, 2)).tolist()
    questions = [(graph.ids[a], graph.ids[b]) for a, b in pairs if a != b]
    asks = ways(index)
    timed(questions[:5], asks)
    figures: dict[str, Any] = {
        "entities": entities,
        "relations": index.number_of_relations,
        "build_s": round(built, 2),
        "bytes_per_relation": round(index.nbytes / index.number_of_relations, 1),
        "index": timed(questions[20:], asks),
    }
    if bare:
        others = bare_searches(graph)
        few = questions[20 : 20 + (count if entities <= 100_000 else 20)]
        figures["bare"] = timed(few, {"one path, through hubs": asks["one path, through hubs"], **others})
    return figures


def ratios(graph: Arrays, index: Snapshot, seed: int) -> dict[str, float]:
    """How many times as fast as igraph the index is, by kind of question; each question is asked of all in turn."""
    asks = {name: ask for name, ask in ways(index).items() if name in USUAL}
    bare = {name: ask for name, ask in bare_searches(graph).items() if name.startswith("igraph")}
    warnings.filterwarnings("ignore", message="Couldn't reach some vertices")  # igraph, of ends that nothing joins
    pairs = np.random.default_rng(seed).integers(2, len(graph.ids), (QUICK_QUESTIONS, 2)).tolist()
    times: dict[str, list[float]] = {name: [] for name in (*asks, *bare)}
    for a, b in pairs:
        for name, ask in (*asks.items(), *bare.items()):
            if a != b:
                start = time.thread_time()
                ask(graph.ids[a], graph.ids[b])
                times[name].append(time.thread_time() - start)
    (floor,) = (statistics.median(times[name]) for name in bare)
    return {name: round(floor / statistics.median(times[name]), 2) for name in asks}


def quick() -> None:
    """Exit 1 when a ratio is twice in a row less than half of what is usual."""
    graph = arrays(*SIZES["10k/50k"])
    index = snapshot(graph)
    ratios(graph, index, seed=1)  # machine code is made, or loaded
    lagging: set[str] = set(USUAL)
    for seed in (2, 3):
        found = ratios(graph, index, seed)
        print(json.dumps({"times as fast as igraph": found, "usual": USUAL}))
        lagging &= {name for name, ratio in found.items() if ratio < USUAL[name] / 2}
        if not lagging:
            return
    sys.exit(f"less than half as fast as usual, twice in a row: {', '.join(sorted(lagging))}")


def machine() -> dict[str, Any]:
    """Where this was measured."""
    models = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }


def main() -> None:
    """Measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--without-bare", action="store_true", help="without igraph and rustworkx")
    parser.add_argument("--quick", action="store_true", help="the ratio to igraph in the smallest graph, with a floor")
    options = parser.parse_args()
    if options.quick:
        quick()
        return
    sizes, bare = options.sizes, not options.without_bare
    result = {"machine": machine(), "sizes": {size: measure(size, options.questions, bare=bare) for size in sizes}}
    text = json.dumps(result, indent=2)
    print(text)
    if options.output is not None:
        options.output.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
