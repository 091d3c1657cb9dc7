"""What a search can say of its answer: a proven absence is not a limit reached."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from graph_schema.ids import EntityId


class PathStatus(StrEnum):
    """What the answer means."""

    FOUND = "found"
    """These are the paths asked for, and none that ranks before them is missing."""
    SAME_ENTITY = "same_entity"
    """Both ends are one entity."""
    NO_PATH = "no_path"
    """No path of any length exists under these filters: everything within reach of one end was seen."""
    NONE_WITHIN_BOUNDS = "none_within_bounds"
    """No path of at most `maxDepth` hops exists under these filters; longer ones may."""
    BUDGET_EXHAUSTED = "budget_exhausted"
    """A limit stopped the search: what was found is true, but more or shorter paths may exist."""
    IMPOSSIBLE_BY_SCHEMA = "impossible_by_schema"
    """The vocabulary admits no such path, whatever the graph holds."""


class Bound(StrEnum):
    """The limit that shaped the answer."""

    DEPTH = "depth"
    EXPANSIONS = "expansions"
    TIME = "time"
    PATHS = "paths"


class EngineName(StrEnum):
    """What searched."""

    INDEX = "index"
    """The graph in memory."""
    CYPHER = "cypher"
    """The database."""
    PAST = "past"
    """The graph in memory, brought back to an earlier version."""


class SearchFinding(Protocol):
    """What a search says of itself."""

    @property
    def status(self) -> PathStatus: ...

    @property
    def limited_by(self) -> Bound | None: ...

    @property
    def hubs(self) -> Collection[EntityId]: ...


@dataclass(frozen=True, slots=True)
class SearchReport:
    """How a path question was answered."""

    status: PathStatus
    limited_by: Bound | None = None
    expanded: int = 0
    """Relations looked at in the database and steps taken while paths were put together."""
    elapsed_ms: float = 0.0
    hubs_skipped: tuple[EntityId, ...] = ()
    """Hubs through which no path was sought."""
    undated: int = 0
    """Relations of the answer without any date of validity, where the question asks for them to be flagged."""
    hint: str | None = None
    """The smallest change that may widen the answer."""
    cypher: str | None = None
    """Draws the answer in Neo4j Browser."""
    engine: EngineName = EngineName.CYPHER
    """What searched."""
    version: int | None = None
    """Version of the graph that was asked, where that is known."""


def hint_for(status: PathStatus, limited_by: Bound | None, *, depth: int, most_depth: int, hubs: int) -> str | None:
    """One sentence on how to widen an answer that did not hold what was asked for."""
    if status in (PathStatus.NO_PATH, PathStatus.NONE_WITHIN_BOUNDS) and hubs:
        return f"{hubs} hubs were not crossed; hubs: {{mode: NONE}} goes through them"
    match status, limited_by:
        case PathStatus.NONE_WITHIN_BOUNDS, _:
            if depth < most_depth:
                return f"no path of at most {depth} hops; raise budget.maxDepth up to {most_depth}"
            return f"no path of at most {depth} hops, the most that this service searches"
        case PathStatus.NO_PATH, _:
            return "no path of any length under these filters; admit more relation types, modalities, entities or dates"
        case PathStatus.SAME_ENTITY, _:
            return "both ends are the same entity"
        case PathStatus.IMPOSSIBLE_BY_SCHEMA, _:
            return "no relation type admitted here can lead from one end's type to the other's; admit more types"
        case _, Bound.TIME:
            return "time ran out; narrow relation types, block hubs, lower maxDepth or raise budget.timeoutMs"
        case _, Bound.EXPANSIONS:
            return "too many relations to look at; narrow relation types, block hubs or lower maxDepth"
        case _, Bound.PATHS:
            return "more paths exist; ask for more with k or budget.maxPaths"
    return None
