"""What a question admits: relations (`RelationFilter`), entities between the ends (`EntityFilter`), both along a `Walk`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graph_schema.errors import QuestionError
from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import LIVE_MODALITIES, EntityType, Modality, RelationType, vocabulary
from service.filters.hubs import HubPolicy


class Direction(StrEnum):
    """Which way a relation may be walked; symmetric relations may be walked both ways under each."""

    OUT = "out"
    IN = "in"
    ANY = "any"


class UndatedPolicy(StrEnum):
    """What becomes of relations without any date of validity."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    FLAG = "flag"
    """Included, and the report counts them."""


@dataclass(frozen=True, slots=True)
class RelationFilter:
    """Which relations count. Every condition holds for each relation on its own; None and () mean no condition.

    Conditions compose: `min_confidence` and `min_sources` count only the claims that `publishers`, `exclude_publishers`,
    `exclude_documents`, `known_at` and the modalities leave, as well as the relation as a whole.
    """

    types: tuple[RelationType, ...] = ()
    exclude_types: tuple[RelationType, ...] = ()
    direction: Direction = Direction.ANY
    modalities: tuple[Modality, ...] = ()
    """How the relation stands; none given: the live ones, with `valid_at` also what had not ended by then."""
    include_former: bool = False
    """Also count what has ended."""
    min_confidence: float = 0.0
    """Of the claims that are left, and of the relation as a whole."""
    min_sources: int = 0
    """Fewest publishers of the claims that are left, where a document without one counts as its own."""
    min_share: float = 0.0
    """Least part of the whole, in [0, 1], that one of the claims that are left states; with none such, any relation."""
    publishers: tuple[str, ...] = ()
    """At least one claim comes from one of these."""
    exclude_publishers: tuple[str, ...] = ()
    """At least one claim comes from none of these."""
    exclude_documents: tuple[DocumentId, ...] = ()
    """At least one claim stands in none of these."""
    valid_at: dt.date | None = None
    known_at: dt.datetime | None = None
    """At least one claim was loaded by then."""
    undated: UndatedPolicy = UndatedPolicy.FLAG
    outward: tuple[RelationType, ...] = ()
    inward: tuple[RelationType, ...] = ()
    """When either is given, only these are walked, the ones from subject to object, the others from object to subject;
    a type in both, both ways. Replaces `direction`."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.min_confidence <= 1.0:
            raise QuestionError(f"minConfidence is {self.min_confidence:g}, it must lie in [0, 1]")
        if not 0.0 <= self.min_share <= 1.0:
            raise QuestionError(f"minShare is {self.min_share:g}, it must lie in [0, 1]")
        if self.known_at is not None:
            try:
                self.known_at.astimezone(dt.UTC)
            except OverflowError:
                raise QuestionError(f"knownAt is {self.known_at.isoformat()}, beyond the calendar") from None
        if not self.admitted_types:
            raise QuestionError("types and excludeTypes together leave no relation type")

    @property
    def admitted_types(self) -> tuple[RelationType, ...]:
        """The relation types that may be walked, in the vocabulary's order."""
        wanted = set(self.types or RelationType) - set(self.exclude_types)
        if self.outward or self.inward:
            wanted &= {*self.outward, *self.inward}
        return tuple(type for type in RelationType if type in wanted)

    def ways(self, type: RelationType) -> tuple[bool, bool]:
        """Whether relations of this type are walked from subject to object, and from object to subject."""
        if vocabulary().relations[type].symmetric:
            return True, True
        if self.outward or self.inward:
            return type in self.outward, type in self.inward
        return self.direction is not Direction.IN, self.direction is not Direction.OUT

    @property
    def admitted_modalities(self) -> tuple[Modality, ...]:
        """The states in which a relation counts."""
        if self.modalities:
            return self.modalities
        if self.include_former or self.valid_at is not None:
            return (*LIVE_MODALITIES, Modality.ENDED)
        return LIVE_MODALITIES

    @property
    def asks_claims(self) -> bool:
        """Whether a condition can be answered from the claims only, not from the edge."""
        return bool(self.publishers or self.exclude_publishers or self.exclude_documents or self.known_at)

    @property
    def weighs_claims(self) -> bool:
        """Whether the claims that its conditions leave must by themselves be sure, or many, enough."""
        return self.asks_claims and (self.min_confidence > 0 or self.min_sources > 1)


@dataclass(frozen=True, slots=True)
class EntityFilter:
    """Which entities count. None and () mean no condition."""

    types: tuple[EntityType, ...] = ()
    exclude_types: tuple[EntityType, ...] = ()
    ids: tuple[EntityId, ...] = ()
    exclude_ids: tuple[EntityId, ...] = ()
    countries: tuple[EntityId, ...] = ()
    """Entities known to lie in one of these, or one of these themselves."""
    exclude_countries: tuple[EntityId, ...] = ()
    listed: bool | None = None
    """Whether someone sanctions it or bars exports to it, as stated now."""
    listed_by: tuple[EntityId, ...] = ()
    """Listed by one of these."""
    products: tuple[EntityId, ...] = ()
    """Of products, materials and technologies only these; entities of other types are not touched by it."""

    def __post_init__(self) -> None:
        if not self.admitted_types:
            raise QuestionError("types and excludeTypes together leave no entity type")

    @property
    def admitted_types(self) -> tuple[EntityType, ...]:
        """The entity types that count, in the vocabulary's order."""
        wanted = set(self.types or EntityType) - set(self.exclude_types)
        return tuple(type for type in EntityType if type in wanted)

    @property
    def named(self) -> frozenset[str]:
        """Every entity that the conditions name."""
        return frozenset(
            (*self.ids, *self.exclude_ids, *self.countries, *self.exclude_countries, *self.listed_by, *self.products)
        )

    def resolved(self, ids: Mapping[str, EntityId]) -> "EntityFilter":
        """The same conditions with an id for each name."""
        return replace(
            self,
            ids=tuple(ids[name] for name in self.ids),
            exclude_ids=tuple(ids[name] for name in self.exclude_ids),
            countries=tuple(ids[name] for name in self.countries),
            exclude_countries=tuple(ids[name] for name in self.exclude_countries),
            listed_by=tuple(ids[name] for name in self.listed_by),
            products=tuple(ids[name] for name in self.products),
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """All conditions on the way between two ends. The ends themselves are exempt from `through`, `avoid` and `hubs`."""

    via: RelationFilter = field(default_factory=RelationFilter)
    through: EntityFilter = field(default_factory=EntityFilter)
    avoid: frozenset[EntityId] = frozenset()
    hubs: HubPolicy = field(default_factory=HubPolicy)

    @property
    def named(self) -> frozenset[str]:
        """Every entity that the conditions name."""
        return frozenset().union(self.through.named, self.avoid, self.hubs.allow_ids)

    def resolved(self, ids: Mapping[str, EntityId]) -> "Walk":
        """The same conditions with an id for each name."""
        return Walk(
            via=self.via,
            through=self.through.resolved(ids),
            avoid=frozenset(ids[name] for name in self.avoid),
            hubs=replace(self.hubs, allow_ids=tuple(ids[name] for name in self.hubs.allow_ids)),
        )


def possible_by_schema(walk: Walk, sources: frozenset[EntityType], targets: frozenset[EntityType], depth: int) -> bool:
    """Whether the vocabulary's signatures allow any walk of at most `depth` hops between entities of these types."""
    definitions = [(vocabulary().relations[type], *walk.via.ways(type)) for type in walk.via.admitted_types]
    through = frozenset(walk.through.admitted_types)
    reached, seen = sources, frozenset[EntityType]()
    for _ in range(depth):
        following: set[EntityType] = set()
        for definition, forward, backward in definitions:
            if forward and definition.subject_types & reached:
                following |= definition.object_types
            if backward and definition.object_types & reached:
                following |= definition.subject_types
        if following & targets:
            return True
        seen |= reached
        reached = (frozenset(following) & through) - seen
        if not reached:
            return False
    return False
