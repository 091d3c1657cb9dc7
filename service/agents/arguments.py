"""What the arguments of tools may be, as agents are told of them. Terms go by the names under which answers tell them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.queries.claims_over_time import Clock
from service.searches.exposure import ExposureKind
from service.searches.supply import SupplyDirection

Name = Annotated[str, Field(description="Id, name or alias in any script, as company:intel, Intel or 英特爾.")]
Names = Annotated[list[str], Field(description="Ids, names or aliases.")]
Size = Annotated[int, Field(ge=1, le=50, description="Most items of the answer.")]
Cursor = Annotated[str | None, Field(description="Where the answer before said that more follows.")]
Hops = Annotated[int, Field(ge=1, le=20, description="Most hops; the service may grant fewer.")]


def _named(kind: type[StrEnum]) -> Callable[[object], object]:
    """Terms may be given by the names under which answers tell them, in any case."""
    return lambda term: kind.__members__.get(term.upper(), term) if isinstance(term, str) else term


def _names_of(kind: type[StrEnum]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(kind.__members__)})


TypeName = Annotated[EntityType, BeforeValidator(_named(EntityType)), _names_of(EntityType)]
RelationName = Annotated[RelationType, BeforeValidator(_named(RelationType)), _names_of(RelationType)]
ModalityName = Annotated[Modality, BeforeValidator(_named(Modality)), _names_of(Modality)]
KindName = Annotated[ExposureKind, BeforeValidator(_named(ExposureKind)), _names_of(ExposureKind)]
DirectionName = Annotated[SupplyDirection, BeforeValidator(_named(SupplyDirection)), _names_of(SupplyDirection)]
ClockName = Annotated[Clock, BeforeValidator(_named(Clock)), _names_of(Clock)]
Way = Annotated[DirectionName, Field(description="UPSTREAM: what it depends on; DOWNSTREAM: what depends on it.")]
Relations = Annotated[list[RelationName] | None, Field(description="Only relations of these types; not given: all.")]
Types = Annotated[list[TypeName] | None, Field(description="Only entities of these types; not given: all.")]
Confidence = Annotated[float, Field(ge=0, le=1, description="Lowest confidence of a relation.")]
Day = Annotated[dt.date | None, Field(description="A day, as 2026-11-24.")]
AtVersion = Annotated[
    int | None,
    Field(
        ge=0, description="Answer as this version of the graph would have; graph_version tells of which an answer is."
    ),
]
Patience = Annotated[
    int | None, Field(ge=1, description="Milliseconds until the search stops; not given: what the service grants.")
]


def names(terms: Sequence[Any] | None) -> list[str] | None:
    """Terms by the names that the API has for them; None: none were given."""
    return None if terms is None else [term.name for term in terms]


def iso(day: dt.date | None) -> str | None:
    """A day as the API has it."""
    return None if day is None else day.isoformat()


def given(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions without those that were not given."""
    return {name: value for name, value in conditions.items() if value is not None}
