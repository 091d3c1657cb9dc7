"""The enums of the domain as GraphQL enums, each registered once."""

from collections.abc import Mapping
from enum import EnumType, StrEnum
from typing import Any, TypeVar

import strawberry

from graph_schema.domain import RunStatus, Verdict
from graph_schema.job_states import JOB_STATUS_MEANINGS, JobStatus
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from service.filters.hubs import HubMode
from service.filters.walk import Direction, UndatedPolicy
from service.paths.report import Bound, EngineName, PathStatus
from service.paths.search import PathWeight
from service.searches.paths import DistinctBy

T = TypeVar("T", bound=StrEnum)


def _register(enum: EnumType, description: str) -> None:
    strawberry.enum(enum, description=description)


def _register_terms(enum: type[T], description: str, meanings: Mapping[T, str]) -> None:
    """Register an enum of the vocabulary, each value described by its meaning."""
    registered: Any = strawberry.enum(enum, description=description)  # its type tells nothing of the definition
    for value, member in zip(registered.__strawberry_definition__.values, enum, strict=True):
        value.description = meanings[member]


_register_terms(EntityType, "Kind of an entity.", vocabulary().entity_types)
_register_terms(
    RelationType,
    "Kind of a relation; `ontology` says which entities each may tie.",
    {type: relation.meaning for type, relation in vocabulary().relations.items()},
)
_register_terms(
    Modality, "How a source puts a statement; for a relation the strongest of its claims.", vocabulary().modalities
)
_register(RunStatus, "Where a load run stands.")
_register_terms(JobStatus, "How the last run of a job stands.", JOB_STATUS_MEANINGS)
_register(Verdict, "Whether two entities are one. DIFFERENT and UNSURE keep the pair off the list of candidates.")
_register(Direction, "Which way relations are walked. Symmetric relations are walked both ways under each.")
_register(UndatedPolicy, "What becomes of relations without any date of validity. FLAG includes and counts them.")
_register(HubMode, "What a search does with hubs between the ends.")
_register(PathStatus, "What an answer means: a proven absence is told apart from a limit reached.")
_register(Bound, "The limit that shaped an answer.")
_register(EngineName, "What searched.")
_register(
    PathWeight,
    "What makes a path short. CONFIDENCE: a hop of half the confidence is as bad as one hop more. SPECIFICITY: hops and "
    "entities in between cost by how little they tell.",
)
_register(DistinctBy, "When two paths are two. ENTITIES folds all relations of a hop into one path.")
