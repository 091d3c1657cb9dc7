"""Input types: what a question may say, and the domain objects that it becomes. Entities may be named everywhere."""

import datetime as dt

import strawberry

from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters import hubs
from service.filters import walk as filters
from service.filters.hubs import HubMode
from service.filters.walk import Direction, UndatedPolicy
from service.paths import budget
from service.settings import ServiceSettings


@strawberry.input(description="Which relations count. Every condition holds for each relation on its own.")
class RelationFilter:
    """See `filters.RelationFilter`."""

    types: list[RelationType] | None = strawberry.field(
        default=None, description="Only relations of one of these types."
    )
    exclude_types: list[RelationType] | None = strawberry.field(
        default=None, description="No relations of any of these types."
    )
    direction: Direction = strawberry.field(default=Direction.ANY, description="Which way relations are walked.")
    modalities: list[Modality] | None = strawberry.field(
        default=None, description="How the relation stands; not given: the live ones (neither denied nor ended)."
    )
    include_former: bool = strawberry.field(default=False, description="Also count what has ended.")
    min_confidence: float = strawberry.field(default=0.0, description="Lowest confidence, in [0, 1].")
    min_sources: int = strawberry.field(
        default=0, description="Fewest publishers behind it; a document without one counts as its own."
    )
    min_share: float = strawberry.field(
        default=0.0,
        description="Least part of the whole, in [0, 1], that at least one claim states: of a market, of a firm. "
        "Relations of which no claim states any count; publishers, documents and times that are left out state nothing.",
    )
    publishers: list[str] | None = strawberry.field(
        default=None, description="At least one claim comes from one of these publishers."
    )
    exclude_publishers: list[str] | None = strawberry.field(
        default=None, description="At least one claim comes from none of these: does it hold without them?"
    )
    exclude_documents: list[strawberry.ID] | None = strawberry.field(
        default=None, description="At least one claim stands in none of these documents."
    )
    valid_at: dt.date | None = strawberry.field(
        default=None, description="Held on this day. What had ended by then is left out, what ended later counts."
    )
    known_at: dt.datetime | None = strawberry.field(
        default=None, description="At least one claim had been loaded by then."
    )
    undated: UndatedPolicy = strawberry.field(
        default=UndatedPolicy.FLAG, description="What becomes of relations without any date of validity."
    )

    def to_domain(self) -> filters.RelationFilter:
        """Raises QuestionError when it admits nothing or a number lies out of range."""
        return filters.RelationFilter(
            types=tuple(self.types or ()),
            exclude_types=tuple(self.exclude_types or ()),
            direction=self.direction,
            modalities=tuple(self.modalities or ()),
            include_former=self.include_former,
            min_confidence=self.min_confidence,
            min_sources=self.min_sources,
            min_share=self.min_share,
            publishers=tuple(self.publishers or ()),
            exclude_publishers=tuple(self.exclude_publishers or ()),
            exclude_documents=tuple(map(DocumentId, self.exclude_documents or ())),
            valid_at=self.valid_at,
            known_at=self.known_at,
            undated=self.undated,
        )


@strawberry.input(description="Which entities count: every condition that is given holds for each of them.")
class EntityFilter:
    """See `filters.EntityFilter`."""

    types: list[EntityType] | None = strawberry.field(default=None, description="Only entities of one of these types.")
    exclude_types: list[EntityType] | None = strawberry.field(
        default=None, description="No entities of any of these types."
    )
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Only these, by id, name or alias.")
    exclude_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="None of these, by id, name or alias."
    )
    countries: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Known to lie in one of these countries, or one of them itself."
    )
    exclude_countries: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Not known to lie in one of these countries, nor one of them."
    )
    listed: bool | None = strawberry.field(
        default=None, description="Whether someone sanctions it or bars exports to it, as asserted now."
    )
    listed_by: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Listed by one of these countries, bodies or policies."
    )
    products: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Of products, materials and technologies only these, by id, name or alias; other types are not "
        "touched by it.",
    )

    def to_domain(self) -> filters.EntityFilter:
        """With names where ids belong. Raises QuestionError when it admits no type."""
        return filters.EntityFilter(
            types=tuple(self.types or ()),
            exclude_types=tuple(self.exclude_types or ()),
            ids=tuple(map(EntityId, self.ids or ())),
            exclude_ids=tuple(map(EntityId, self.exclude_ids or ())),
            countries=tuple(map(EntityId, self.countries or ())),
            exclude_countries=tuple(map(EntityId, self.exclude_countries or ())),
            listed=self.listed,
            listed_by=tuple(map(EntityId, self.listed_by or ())),
            products=tuple(map(EntityId, self.products or ())),
        )


@strawberry.input(description="Which entities between the ends are hubs, and what a search does there.")
class HubPolicy:
    """See `hubs.HubPolicy`."""

    mode: HubMode = strawberry.field(default=HubMode.BLOCK_TRANSIT, description="What to do with hubs.")
    max_degree: int | None = strawberry.field(
        default=None, description="An entity with more relations is a hub; not given: `limits.hubDegree`."
    )
    percentile: float | None = strawberry.field(
        default=None, description="Takes the degree at this share of all entities instead, as 0.99."
    )
    types: list[EntityType] | None = strawberry.field(
        default=None, description="Entities of these types are hubs whatever their degree."
    )
    allow_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Never hubs, by id, name or alias."
    )

    def to_domain(self) -> hubs.HubPolicy:
        """Raises QuestionError when a number lies out of range."""
        return hubs.HubPolicy(
            mode=self.mode,
            max_degree=self.max_degree,
            percentile=self.percentile,
            types=tuple(self.types or ()),
            allow_ids=tuple(map(EntityId, self.allow_ids or ())),
        )


DEFAULT_DEPTH = 5


@strawberry.input(description="What the search for an answer may cost; `limits` publishes the most that is granted.")
class Budget:
    """See `budget.Budget`."""

    max_depth: int = strawberry.field(default=DEFAULT_DEPTH, description="Most hops of a path.")
    max_expansions: int | None = strawberry.field(
        default=None, description="Most relations looked at; not given: `limits.maxExpansions`."
    )
    timeout_ms: int | None = strawberry.field(
        default=None, description="Milliseconds until the search stops; not given: `limits.timeoutMs`."
    )

    def to_domain(self, settings: ServiceSettings) -> budget.Budget:
        """Limits are checked where the question is asked."""
        return budget.Budget(
            max_depth=self.max_depth,
            max_expansions=settings.max_expansions if self.max_expansions is None else self.max_expansions,
            timeout_s=(settings.timeout_ms if self.timeout_ms is None else self.timeout_ms) / 1000,
        )
