"""What the database tells of the graph, as the index takes it in: rows, and what became of the graph between two versions."""

import datetime as dt
from dataclasses import dataclass, field

from graph_schema.ids import EntityId, RelationId
from graph_schema.vocabulary import EntityType, Modality, RelationType


@dataclass(frozen=True, slots=True)
class EntityRow:
    """What the index keeps of an entity."""

    id: EntityId
    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    whole: EntityId | None = None
    """The entity that it was judged to be; its names mean that one."""


@dataclass(frozen=True, slots=True)
class RelationRow:
    """What the index keeps of a relation."""

    id: RelationId
    subject: EntityId
    type: RelationType
    object: EntityId
    status: Modality
    confidence: float
    sources: int
    claims: int = 1
    first_seen: dt.date | None = None
    last_seen: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What the index keeps of a claim."""

    relation: RelationId
    publisher: str | None
    document: str
    run: str | None
    modality: Modality
    share: float | None = None
    confidence: float = 1.0


@dataclass(slots=True)
class Change:
    """What became of the graph between two versions."""

    version: int
    removed_relations: set[RelationId] = field(default_factory=set)
    removed_entities: set[EntityId] = field(default_factory=set)
    entities: list[EntityRow] = field(default_factory=list)
    relations: list[RelationRow] = field(default_factory=list)
    claims: list[ClaimRow] = field(default_factory=list)
    """All claims behind `relations`."""
    began: dict[str, dt.datetime] = field(default_factory=dict)
    """When the runs of the claims began."""
