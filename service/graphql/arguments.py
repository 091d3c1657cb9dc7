"""Arguments that several fields share: declared once, as a dataclass, which the resolver takes as one value."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from inspect import Parameter
from typing import Annotated, Any, ClassVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph_schema.ids import EntityId
from service.filters import walk as filters
from service.graphql.inputs import Budget, EntityFilter, HubPolicy, RelationFilter


class Arguments:
    """What a dataclass inherits whose fields are arguments in the schema."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @classmethod
    def declared(cls) -> Iterator[StrawberryArgument]:
        """The arguments, as Strawberry declares them."""
        for field in fields(cls):
            default = Parameter.empty if field.default is MISSING else field.default
            yield StrawberryArgument(field.name, None, StrawberryAnnotation(field.type), default=default)


class Spread(FieldExtension):
    """Gives a field the arguments of each `Arguments` among its resolver's parameters, in the parameter's place."""

    def __init__(self) -> None:
        self._groups: dict[str, type[Arguments]] = {}

    def apply(self, field: StrawberryField) -> None:
        """Put the arguments into the schema."""
        spread: list[StrawberryArgument] = []
        for argument in field.arguments:
            group = argument.type_annotation.annotation
            if isinstance(group, type) and issubclass(group, Arguments):
                self._groups[argument.python_name] = group
                spread += group.declared()
            else:
                spread.append(argument)
        field.arguments = spread

    def map_arguments(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Put the values together for the resolver."""
        for name, group in self._groups.items():
            kwargs[name] = group(**{field.name: kwargs.pop(field.name) for field in fields(group)})
        return kwargs


Via = Annotated[RelationFilter | None, strawberry.argument(description="Relations that may be walked.")]
Through = Annotated[EntityFilter | None, strawberry.argument(description="Entities that may lie between the ends.")]
Avoid = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="Entities that may not lie between the ends.")
]
Hubs = Annotated[HubPolicy | None, strawberry.argument(description="What to do with hubs between the ends.")]
Cost = Annotated[Budget | None, strawberry.argument(description="What the search may cost.")]


@dataclass(frozen=True, kw_only=True)
class Then(Arguments):
    """As of which version of the graph a question is answered."""

    at_version: Annotated[
        int | None,
        strawberry.argument(
            description="Answer as this version of the graph would have, with what was taken back or changed since; not "
            "given: as the graph is now."
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Walked(Arguments):
    """Conditions on the way, and what the search may cost."""

    via: Via = None
    through: Through = None
    avoid: Avoid = None
    hubs: Hubs = None
    budget: Cost = None

    @property
    def walk(self) -> filters.Walk:
        """All conditions on the way. Raises QuestionError when they admit nothing or a number lies out of range."""
        return filters.Walk(
            via=(self.via or RelationFilter()).to_domain(),
            through=(self.through or EntityFilter()).to_domain(),
            avoid=frozenset(map(EntityId, self.avoid or ())),
            hubs=(self.hubs or HubPolicy()).to_domain(),
        )
