"""What the service is and grants: limits, vocabulary, version."""

from typing import Self

import strawberry

from graph_schema.vocabulary import EntityType, Modality, RelationDefinition, RelationType, Vocabulary
from service.graphql.connections import DEFAULT_PAGE
from service.settings import ServiceSettings


@strawberry.type(description="The most that one question may ask for; more is refused with LIMIT_EXCEEDED.")
class Limits:
    """See `ServiceSettings`."""

    max_depth: int = strawberry.field(description="Most hops that a path may have.")
    max_paths: int = strawberry.field(description="Paths in one answer (k).")
    max_expansions: int = strawberry.field(description="Relations that one path question may look at.")
    timeout_ms: int = strawberry.field(description="Milliseconds for a path question that asks for none.")
    max_timeout_ms: int = strawberry.field(description="Milliseconds that one path question may take.")
    path_concurrency: int = strawberry.field(description="Path questions worked on at the same time.")
    hub_degree: int = strawberry.field(description="Number of relations above which an entity counts as a hub.")
    max_page: int = strawberry.field(description="Most items that one page may hold.")
    default_page: int = strawberry.field(description="Items of a page whose size is not given.")
    max_ids: int = strawberry.field(description="Ids or names in one argument.")
    max_query_depth: int = strawberry.field(description="Nesting of fields in a document, introspection apart.")
    max_query_cost: int = strawberry.field(description="Points that a document may cost.")
    max_document_bytes: int = strawberry.field(description="Most bytes of a GraphQL document, in UTF-8.")
    max_document_tokens: int = strawberry.field(description="Most lexical tokens of a GraphQL document.")
    max_root_fields: int = strawberry.field(description="Fields at the top of an operation.")
    max_aliases: int = strawberry.field(description="Most aliases in a GraphQL document.")
    max_directives: int = strawberry.field(description="Most directives in a GraphQL document.")
    max_request_bytes: int = strawberry.field(description="Most bytes of the body of a request.")

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> Self:
        names = (
            *("max_depth", "max_paths", "max_expansions", "timeout_ms", "max_timeout_ms"),
            *("path_concurrency", "hub_degree"),
            *("max_page", "max_ids", "max_query_depth", "max_query_cost", "max_request_bytes"),
            *("max_document_bytes", "max_document_tokens", "max_root_fields", "max_aliases", "max_directives"),
        )
        return cls(default_page=DEFAULT_PAGE, **{name: getattr(settings, name) for name in names})


@strawberry.type(description="What one relation type means.")
class RelationMeaning:
    """See `RelationDefinition`."""

    type: RelationType = strawberry.field(description="The relation type that is explained.")
    category: str = strawberry.field(description="Its family, as supply, ownership or policy.")
    subject_types: list[EntityType] = strawberry.field(description="What may stand at its start.")
    object_types: list[EntityType] = strawberry.field(description="What may stand at its end.")
    symmetric: bool = strawberry.field(description="Whether it holds both ways.")
    meaning: str = strawberry.field(description="What the relation says of subject and object, in words.")

    @classmethod
    def from_domain(cls, definition: RelationDefinition) -> Self:
        return cls(
            type=definition.type,
            category=definition.category,
            subject_types=sorted(definition.subject_types, key=list(EntityType).index),
            object_types=sorted(definition.object_types, key=list(EntityType).index),
            symmetric=definition.symmetric,
            meaning=definition.meaning,
        )


@strawberry.type(description="What one entity type means.")
class EntityTypeMeaning:
    """An entry of the vocabulary."""

    type: EntityType = strawberry.field(description="The entity type that is explained.")
    meaning: str = strawberry.field(description="What entities of this type are, in words.")


@strawberry.type(description="What one modality of statements means.")
class ModalityMeaning:
    """An entry of the vocabulary."""

    modality: Modality = strawberry.field(description="The modality that is explained.")
    meaning: str = strawberry.field(description="How statements of this modality are put, in words.")


@strawberry.type(description="The vocabulary of the graph.")
class Ontology:
    """See `Vocabulary`."""

    version: int = strawberry.field(description="Version of the vocabulary, which rises when it changes.")
    entity_types: list[EntityTypeMeaning] = strawberry.field(description="The types of entities and what each means.")
    relations: list[RelationMeaning] = strawberry.field(description="The types of relations and what each means.")
    modalities: list[ModalityMeaning] = strawberry.field(description="Ways to put a statement.")

    @classmethod
    def from_domain(cls, vocabulary: Vocabulary) -> Self:
        return cls(
            version=vocabulary.version,
            entity_types=[EntityTypeMeaning(type=one, meaning=text) for one, text in vocabulary.entity_types.items()],
            relations=[RelationMeaning.from_domain(one) for one in vocabulary.relations.values()],
            modalities=[ModalityMeaning(modality=one, meaning=text) for one, text in vocabulary.modalities.items()],
        )
