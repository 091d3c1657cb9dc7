"""What a document costs before it runs: every field is charged by the work that it causes, times how often it is asked for.

A point is about 10 µs of this process: the value of one field in an answer. What the database does is charged in the same
measure. List lengths come from page sizes, else from a default or a guess. Each fragment is priced once, so that a price
is found in time linear in the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_interface_type,
    is_list_type,
    is_object_type,
    parse,
)
from graphql.utilities import value_from_ast_untyped

from service.graphql.connections import DEFAULT_PAGE
from service.graphql.document_limits import Fragments, fragments_of

VALUE, LOOK_UP, LIST, TEXT_SEARCH, PATH_SEARCH = 1, 10, 200, 500, 5_000
"""Points of a value at hand, a record that is looked up with others, a query of its own, a search by name, of paths."""
FORMER_VERSION = 15_000
"""Points on top where `atVersion` asks for a graph that may have to be made first."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a field causes, beside the fields below it."""

    points: int
    per: str | None = None
    """Argument whose items each cause it."""


WORK: Mapping[str, Work] = {
    "Query.node": Work(LOOK_UP),
    "Query.nodes": Work(LOOK_UP, per="ids"),
    "Query.ontology": Work(VALUE),
    "Query.limits": Work(VALUE),
    "Query.searchEntities": Work(TEXT_SEARCH),
    "Query.matchEntities": Work(TEXT_SEARCH, per="queries"),
    "Query.documents": Work(TEXT_SEARCH),
    "Query.ask": Work(4 * TEXT_SEARCH),
    "Query.neighbors": Work(TEXT_SEARCH),
    "Query.pathExists": Work(PATH_SEARCH),
    "Query.shortestPath": Work(PATH_SEARCH),
    "Query.shortestPaths": Work(PATH_SEARCH),
    "Query.allSimplePaths": Work(PATH_SEARCH),
    "Query.connectingSubgraph": Work(PATH_SEARCH, per="ids"),
    "Query.pathsDiff": Work(2 * PATH_SEARCH),
    "Query.reachable": Work(PATH_SEARCH),
    "Query.upstream": Work(PATH_SEARCH),
    "Query.downstream": Work(PATH_SEARCH),
    "Query.exposure": Work(PATH_SEARCH),
    "Query.exposureSummary": Work(PATH_SEARCH // 2, per="ids"),
    "Query.ownership": Work(PATH_SEARCH),
    "Query.ownershipOf": Work(LIST, per="ids"),
    "Query.evidencePack": Work(2 * PATH_SEARCH),
    "Relation.because": Work(LIST),
    "SameAs.candidates": Work(TEXT_SEARCH),
    "Query.chokePoints": Work(2 * PATH_SEARCH),
    "Subscription.relationChanges": Work(LOOK_UP, per="entityIds"),
    "Subscription.exposureChanges": Work(PATH_SEARCH // 2, per="ids"),
}
"""Fields that cause more or less than others of their kind."""
COUNTS = "totalCount"
"""Counts a whole list, in a query of its own."""
SIZES = ("first", "last", "k", "n", "limit", "maxNodes")
"""Arguments that tell how long a list may become."""
LENGTHS: Mapping[str, int] = {
    "paths": 1,
    "sources": 1,
    "targets": 1,
    "hops": 4,
    "entities": 5,
    "relations": 3,
    "listed": 10,
    "listings": 3,
    "parties": 3,
}
"""Length of lists that no argument tells, by name; others count as `OTHER_LENGTH`."""
OTHER_LENGTH = 5
_SCHEMA_LENGTHS = {"types": 150, "fields": 10, "args": 4, "inputFields": 8, "enumValues": 10, "directives": 6}
"""Lengths of the lists of introspection."""
_MOST = 10**12
"""Prices stop here, so that numbers stay small."""


@dataclass(frozen=True, slots=True)
class Price:
    """What an operation costs."""

    points: int
    schema_fields: int = 0
    """Fields of introspection, which costs the database nothing."""
    only_schema: bool = False
    """It asks for nothing but the schema."""


@dataclass(slots=True)
class _Sum:
    points: int = 0
    schema_fields: int = 0

    def add(self, other: "_Sum", times: int, more: int = 0) -> None:
        self.points = min(_MOST, self.points + times * other.points + more)
        self.schema_fields = min(_MOST, self.schema_fields + times * other.schema_fields)


def price(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    operation_name: str | None = None,
    *,
    longest: int = _MOST,
) -> Price:
    """Price of the operation that would run, the dearest where the document holds several. The document must be valid.

    `longest`: no page is longer, for a request for more is refused when it runs.
    """
    prices = [
        _of_operation(schema, document, node, variables, longest)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (operation_name is None or (node.name is not None and node.name.value == operation_name))
    ]
    return max(prices, key=lambda one: one.points, default=Price(0))


@cache
def usual_introspection(schema: GraphQLSchema) -> int:
    """Fields of the introspection that tools send."""
    return price(
        schema, parse(get_introspection_query(specified_by_url=True, input_value_deprecation=True)), {}, None
    ).schema_fields


def _of_operation(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    longest: int,
) -> Price:
    defaults = {
        node.variable.name.value: value_from_ast_untyped(node.default_value)
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
    root = schema.get_root_type(operation.operation)
    assert root is not None
    tariff = _Tariff(schema, fragments_of(document), {**defaults, **variables}, longest)
    total = tariff.selections(operation.selection_set, root, None)
    only = operation.operation is OperationType.QUERY and tariff.asks_schema and not tariff.asks_data
    return Price(total.points, total.schema_fields, only_schema=only)


@dataclass(slots=True)
class _Tariff:
    schema: GraphQLSchema
    fragments: Fragments
    variables: Mapping[str, Any]
    longest: int
    asks_schema: bool = False
    asks_data: bool = False
    _known: dict[tuple[str, str, int | None], _Sum] = field(default_factory=dict)

    def selections(self, selected: SelectionSetNode, parent: GraphQLNamedType, page: int | None) -> _Sum:
        """Price of what is selected of one `parent`; `page` is the length of its lists where an argument told it."""
        total = _Sum()
        for node in selected.selections:
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                on = self.schema.type_map[fragment.type_condition.name.value]
                key = (node.name.value, on.name, page)
                if key not in self._known:
                    self._known[key] = self.selections(fragment.selection_set, on, page)
                total.add(self._known[key], 1, VALUE)
            elif isinstance(node, InlineFragmentNode):
                on = parent if node.type_condition is None else self.schema.type_map[node.type_condition.name.value]
                total.add(self.selections(node.selection_set, on, page), 1, VALUE)
            elif isinstance(node, FieldNode):
                total.add(self._field(node, parent, page), 1)
        return total

    def _field(self, node: FieldNode, parent: GraphQLNamedType, page: int | None) -> _Sum:
        name = node.name.value
        if name == "__typename":
            return _Sum(points=1)
        if name in ("__schema", "__type"):
            self.asks_schema = True
            return _Sum(schema_fields=self._told(node.selection_set))
        assert is_object_type(parent) or is_interface_type(parent)
        definition: GraphQLField = parent.fields[name]
        if parent is self.schema.query_type:
            self.asks_data = True
        arguments = self._arguments(node, definition)
        total = _Sum(points=self._work(f"{parent.name}.{name}", definition, arguments))
        if node.selection_set is None:
            return total
        kind = get_named_type(definition.type)
        told = (arguments.get(name) for name in SIZES)
        size = next((min(one, self.longest) for one in told if isinstance(one, int)), None)
        if size is None and kind.name.endswith("Connection"):
            size = DEFAULT_PAGE
        times = 1
        if is_list_type(get_nullable_type(definition.type)):
            known = (size, page, LENGTHS.get(name, OTHER_LENGTH))
            times = max(0, next(one for one in known if one is not None))
            size = None
        below = self.selections(node.selection_set, kind, size)
        below.points += VALUE
        total.add(below, times)
        return total

    def _arguments(self, node: FieldNode, definition: GraphQLField) -> dict[str, Any]:
        values: dict[str, Any] = {
            name: one.default_value for name, one in definition.args.items() if isinstance(one.default_value, int)
        }
        for argument in node.arguments or ():
            value = value_from_ast_untyped(argument.value, dict(self.variables))
            if value is not None:
                values[argument.name.value] = value
        return values

    def _work(self, name: str, definition: GraphQLField, arguments: Mapping[str, Any]) -> int:
        work = WORK.get(name)
        if work is None:
            return _usual_work(name, definition)
        items = arguments.get(work.per) if work.per is not None else None
        more = FORMER_VERSION if "atVersion" in arguments else 0
        return work.points * (max(1, len(items)) if isinstance(items, list) else 1) + more

    def _told(self, selected: SelectionSetNode | None) -> int:
        """Fields of the schema that are told."""
        total = 0
        for node in selected.selections if selected is not None else ():
            if isinstance(node, FragmentSpreadNode):
                key = (node.name.value, "__", None)
                if key not in self._known:
                    told = self._told(self.fragments[node.name.value].selection_set)
                    self._known[key] = _Sum(schema_fields=told)
                total += self._known[key].schema_fields
            elif isinstance(node, InlineFragmentNode):
                total += self._told(node.selection_set)
            elif isinstance(node, FieldNode):
                total += 1 + _SCHEMA_LENGTHS.get(node.name.value, 1) * self._told(node.selection_set)
        return min(_MOST, total)


def _usual_work(name: str, definition: GraphQLField) -> int:
    if name.endswith(f".{COUNTS}") or name.startswith(("Query.", "Mutation.", "Subscription.")):
        return LIST
    made = definition.extensions.get("strawberry-definition")
    resolver = None if made is None else made.base_resolver
    return LOOK_UP if resolver is not None and resolver.is_async else VALUE
