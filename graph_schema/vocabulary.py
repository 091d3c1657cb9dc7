"""The vocabulary: what a node and an edge may be called. `ontology.yaml` says what each means, this is its typed view.

The enums stand in code so that a type checker knows them; loading the YAML refuses any difference between the two.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


class EntityType(StrEnum):
    """Label of an entity, beside `Entity`."""

    COUNTRY = "Country"
    BLOC = "Bloc"
    PLACE = "Place"
    GOVERNMENT_BODY = "GovernmentBody"
    ORGANIZATION = "Organization"
    COMPANY = "Company"
    PERSON = "Person"
    PRODUCT = "Product"
    TECHNOLOGY = "Technology"
    MATERIAL = "Material"
    FACILITY = "Facility"
    POLICY = "Policy"
    EVENT = "Event"


class RelationType(StrEnum):
    """Type of an edge between two entities."""

    SUPPLIES = "SUPPLIES"
    PRODUCES = "PRODUCES"
    USES = "USES"
    TESTED = "TESTED"
    EXPORTS_TO = "EXPORTS_TO"
    PARTNERS_WITH = "PARTNERS_WITH"
    COMPETES_WITH = "COMPETES_WITH"
    LICENSES_TO = "LICENSES_TO"
    OWNS = "OWNS"
    SUBSIDIARY_OF = "SUBSIDIARY_OF"
    ACQUIRES = "ACQUIRES"
    INVESTS_IN = "INVESTS_IN"
    SUBSIDIZES = "SUBSIDIZES"
    HOLDS_ROLE_AT = "HOLDS_ROLE_AT"
    LOCATED_IN = "LOCATED_IN"
    OPERATES_IN = "OPERATES_IN"
    MEMBER_OF = "MEMBER_OF"
    PARTICIPATES_IN = "PARTICIPATES_IN"
    SANCTIONS = "SANCTIONS"
    RESTRICTS_EXPORT_OF = "RESTRICTS_EXPORT_OF"
    RESTRICTS_EXPORTS_TO = "RESTRICTS_EXPORTS_TO"
    IMPOSES_TARIFFS_ON = "IMPOSES_TARIFFS_ON"
    BANS = "BANS"
    PERMITS = "PERMITS"
    INVESTIGATES = "INVESTIGATES"
    REGULATES = "REGULATES"
    MEETS = "MEETS"
    NEGOTIATES_WITH = "NEGOTIATES_WITH"
    AGREES_WITH = "AGREES_WITH"
    COOPERATES_WITH = "COOPERATES_WITH"
    SUPPORTS = "SUPPORTS"
    OPPOSES = "OPPOSES"
    THREATENS = "THREATENS"
    RETALIATES_AGAINST = "RETALIATES_AGAINST"
    ATTACKS = "ATTACKS"
    RELATED_TO = "RELATED_TO"
    """What the vocabulary lacks: the source's own predicate is kept on the claim."""


class Modality(StrEnum):
    """How a source puts a statement."""

    ASSERTED = "asserted"
    PLANNED = "planned"
    POSSIBLE = "possible"
    THREATENED = "threatened"
    CONDITIONAL = "conditional"
    DENIED = "denied"
    ENDED = "ended"
    ALLEGED = "alleged"


THINGS: tuple[EntityType, ...] = (EntityType.PRODUCT, EntityType.MATERIAL, EntityType.TECHNOLOGY)
"""What is made, traded and used, as opposed to who does it and where."""

LIVE_MODALITIES: tuple[Modality, ...] = (
    Modality.ASSERTED,
    Modality.PLANNED,
    Modality.ALLEGED,
    Modality.POSSIBLE,
    Modality.CONDITIONAL,
    Modality.THREATENED,
)
"""Modalities of a statement that still holds in some way, strongest first; denied and ended are the others."""


@dataclass(frozen=True, slots=True)
class RelationDefinition:
    """What one relation means and which types of entity it may tie."""

    type: RelationType
    category: str
    subject_types: frozenset[EntityType]
    object_types: frozenset[EntityType]
    symmetric: bool
    meaning: str

    def admits(self, subject: EntityType, object: EntityType) -> bool:
        """Whether the signature allows this pair in this order."""
        return subject in self.subject_types and object in self.object_types


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The whole vocabulary; iterate `relations` in the order of the YAML."""

    version: int
    entity_types: dict[EntityType, str]
    modalities: dict[Modality, str]
    relations: dict[RelationType, RelationDefinition]

    def admits(self, subject: EntityType, relation: RelationType, object: EntityType) -> bool:
        """Whether `relation` may tie `subject` to `object`, in this order or, where symmetric, in either."""
        definition = self.relations[relation]
        return definition.admits(subject, object) or (definition.symmetric and definition.admits(object, subject))


def parse_vocabulary(document: dict[str, Any]) -> Vocabulary:
    """Typed view of a parsed `ontology.yaml`. Raises ValueError when its names are not those of the enums."""
    _same("entity types", document["entity_types"], EntityType)
    _same("modalities", document["claim"]["modality"], Modality)
    _same("relations", [*document["relations"], document["fallback"]], RelationType)
    relations = {
        (type := RelationType(name)): RelationDefinition(
            type=type,
            category=row["category"],
            subject_types=frozenset(map(EntityType, row["from"])),
            object_types=frozenset(map(EntityType, row["to"])),
            symmetric=row.get("symmetric", False),
            meaning=row["means"],
        )
        for name, row in document["relations"].items()
    }
    anything = frozenset(EntityType)
    fallback = RelationType(document["fallback"])
    relations[fallback] = RelationDefinition(
        fallback,
        "other",
        anything,
        anything,
        False,
        "tied by a predicate that the vocabulary lacks; the claim keeps the words",
    )
    return Vocabulary(
        version=document["version"],
        entity_types={EntityType(name): meaning for name, meaning in document["entity_types"].items()},
        modalities={Modality(name): meaning for name, meaning in document["claim"]["modality"].items()},
        relations=relations,
    )


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary shipped with this version."""
    return parse_vocabulary(yaml.safe_load(files("graph_schema").joinpath("ontology.yaml").read_text("utf-8")))


def _same(what: str, written: Any, known: type[StrEnum]) -> None:
    if difference := set(written) ^ {member.value for member in known}:
        raise ValueError(f"ontology.yaml and {known.__name__} differ in {what}: {', '.join(sorted(difference))}")
