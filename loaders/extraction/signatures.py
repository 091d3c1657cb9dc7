"""Which types of ends the rules look for in running text: the vocabulary's, less those of which a text means something else."""

from dataclasses import replace
from functools import cache

from graph_schema.vocabulary import EntityType, RelationDefinition, RelationType, vocabulary

_MEANT_OTHERWISE: dict[RelationType, tuple[frozenset[EntityType], frozenset[EntityType]]] = {
    # Sanctions on chips restrict their export; a president who attacks is his country; states that partner cooperate.
    RelationType.SANCTIONS: (frozenset(), frozenset({EntityType.PRODUCT})),
    RelationType.ATTACKS: (frozenset({EntityType.PERSON}), frozenset()),
    RelationType.PARTNERS_WITH: (frozenset({EntityType.COUNTRY}), frozenset({EntityType.COUNTRY})),
}


@cache
def text_signature(relation: RelationType) -> RelationDefinition:
    """The definition of `relation` with the types of ends that rules over a text look for."""
    definition = vocabulary().relations[relation]
    subjects, objects = _MEANT_OTHERWISE.get(relation, (frozenset(), frozenset()))
    return replace(
        definition,
        subject_types=definition.subject_types - subjects,
        object_types=definition.object_types - objects,
    )
