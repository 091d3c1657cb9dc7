"""Hubs: entities with so many relations that a path through them says little. A policy tells what a search does there."""

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.errors import QuestionError
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType


class HubMode(StrEnum):
    """What a search does with a hub between the ends."""

    NONE = "none"
    """Hubs are like any other entity."""
    BLOCK_TRANSIT = "block_transit"
    """No path passes through a hub; a hub may still be an end."""
    PENALISE = "penalise"
    """A path through a hub counts as `PENALTY` hops longer when paths are ranked."""


PENALTY = 2
"""Hops that a transit hub adds to the rank of a path: a detour of two hops around it is as good as the way through."""


@dataclass(frozen=True, slots=True)
class HubPolicy:
    """Which entities are hubs and what to do there; the ends of a path are always allowed."""

    mode: HubMode = HubMode.BLOCK_TRANSIT
    max_degree: int | None = None
    """An entity with more relations than this is a hub; None: the service's default."""
    percentile: float | None = None
    """Takes the degree at this share of all entities as `max_degree`, in (0, 1)."""
    types: tuple[EntityType, ...] = ()
    """Entities of these types are hubs whatever their degree."""
    allow_ids: tuple[EntityId, ...] = ()
    """Never hubs."""

    def __post_init__(self) -> None:
        if self.max_degree is not None and self.max_degree < 0:
            raise QuestionError(f"maxDegree is {self.max_degree}, it must not be negative")
        if self.percentile is not None and not 0.0 < self.percentile < 1.0:
            raise QuestionError(f"percentile is {self.percentile:g}, it must lie between 0 and 1")
