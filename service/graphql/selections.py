"""Selections of a document as functions: from an object to the part of the answer that stands for it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    Visitor,
    get_directive_values,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable

Pending: TypeAlias = list[tuple[Any, Any, Awaitable[Any], "Completer", Path]]
"""Places of the answer that wait: container, key, what is waited for, what makes the value of it, and the path to it."""
Completer: TypeAlias = Callable[["Run", Any, Path | None, Pending], Any]
"""Makes the part of the answer that stands for a value; raises whatever is wrong with it."""
Leaf: TypeAlias = Callable[[Any], Any]
_Ask: TypeAlias = Callable[["Run", Any, Path | None, Pending, dict[str, Any]], None]
Grouped: TypeAlias = dict[str, list[FieldNode]]


_NO_HELPERS: Any = None
"""Helpers to track work in the background, of which our resolvers start none."""


class NotCompilable(Exception):
    """A selection that only graphql-core knows how to run."""


class _Step(NamedTuple):
    """How one field comes into the answer: a leaf read from an attribute, whatever `ask` puts there, or a constant."""

    key: str
    attribute: str = ""
    leaf: Leaf | None = None
    ask: "_Ask | None" = None
    constant: str | None = None


@dataclass(slots=True)
class Run:
    """One execution of a query."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: VariableValues
    context: Any
    outcomes: list[tuple[Path, Any]] = field(default_factory=list)
    """What the resolvers that are waited for gave or raised, by path."""


class Selections:
    """Compiles selections under given values of the variables that decide what is selected."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], values: VariableValues
    ) -> None:
        self._schema, self._fragments, self._values = schema, fragments, values

    def of_object(self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode]) -> Completer:
        """What the selections take from an object of this type."""
        grouped: Grouped = {}
        seen: set[str] = set()
        for one in selections:
            self._collect(kind, one, grouped, seen)
        steps = [self._step(kind, key, nodes) for key, nodes in grouped.items()]
        is_type_of: Callable[[Any, Any], Any] | None = kind.is_type_of

        def complete(run: Run, source: Any, path: Path | None, pending: Pending) -> dict[str, Any]:
            if is_type_of is not None and not is_type_of(source, None):
                raise TypeError(f"not a {kind.name}")
            result: dict[str, Any] = {}
            for key, attribute, leaf, ask, constant in steps:
                if leaf is not None:
                    result[key] = leaf(getattr(source, attribute))
                elif ask is not None:
                    ask(run, source, path, pending, result)
                else:
                    result[key] = constant
            return result

        return complete

    def _collect(self, kind: GraphQLObjectType, selections: SelectionSetNode, into: Grouped, seen: set[str]) -> None:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                into.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._matches(kind, node):
                    self._collect(kind, node.selection_set, into, seen)
            elif isinstance(node, FragmentSpreadNode) and (name := node.name.value) not in seen:
                seen.add(name)
                if self._matches(kind, fragment := self._fragments[name]):
                    self._collect(kind, fragment.selection_set, into, seen)

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._values)
        if skip is not None and skip["if"] is True:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self._values)
        return include is None or include["if"] is not False

    def _matches(self, kind: GraphQLObjectType, node: InlineFragmentNode | FragmentDefinitionNode) -> bool:
        if node.type_condition is None or (name := node.type_condition.name.value) == kind.name:
            return True
        condition = self._schema.get_type(name)
        return is_abstract_type(condition) and self._schema.is_sub_type(condition, kind)

    def _step(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> "_Step":
        """What puts one field into the answer of its object."""
        name = nodes[0].name.value
        if name == "__typename":
            return _Step(key, constant=kind.name)
        definition = kind.fields.get(name)
        if definition is None:
            raise NotCompilable(f"{kind.name}.{name}")
        attribute = _attribute(definition)
        if attribute is not None and (leaf := self._leaf(definition.type)) is not None:
            return _Step(key, attribute, leaf)
        complete = self._completer(definition.type, nodes, kind, definition)
        if attribute is None:
            return _Step(key, ask=_asking(kind, key, nodes, definition, complete))

        def read(run: Run, source: Any, path: Path | None, pending: Pending, into: dict[str, Any]) -> None:
            into[key] = complete(run, getattr(source, attribute), Path(path, key, kind.name), pending)

        return _Step(key, ask=read)

    def _leaf(self, kind: GraphQLOutputType) -> Leaf | None:
        """What makes a value of a scalar, an enum, or a list of these; None for other types."""
        if is_non_null_type(kind):
            inner = self._leaf(kind.of_type)
            return None if inner is None else _present(inner)
        if is_list_type(kind):
            item = self._leaf(kind.of_type)
            return None if item is None else _listed(item)
        return _scalar(kind) if is_leaf_type(kind) else None

    def _completer(
        self, kind: GraphQLOutputType, nodes: list[FieldNode], parent: GraphQLObjectType, definition: GraphQLField
    ) -> Completer:
        if (leaf := self._leaf(kind)) is not None:
            return _only(leaf)
        if isinstance(kind, GraphQLNonNull):
            return _required(self._completer(kind.of_type, nodes, parent, definition))
        if isinstance(kind, GraphQLList):
            return _list_of(self._completer(kind.of_type, nodes, parent, definition))
        below = [node.selection_set for node in nodes if node.selection_set is not None]
        if is_object_type(kind):
            return _optional(self._when_met(kind, below))
        assert is_abstract_type(kind)
        return _optional(self._of_any(kind, below, nodes, parent, definition))

    def _when_met(self, kind: GraphQLObjectType, below: Sequence[SelectionSetNode]) -> Completer:
        """As `of_object`, compiled when the first such object is met: a document may nest far more than any answer holds."""
        compiled: list[Completer] = []

        def complete(run: Run, value: Any, path: Path | None, pending: Pending) -> Any:
            if not compiled:
                compiled.append(self.of_object(kind, below))
            return compiled[0](run, value, path, pending)

        return complete

    def _of_any(
        self,
        kind: GraphQLAbstractType,
        below: list[SelectionSetNode],
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        definition: GraphQLField,
    ) -> Completer:
        """What the selections take from an object whose type shows when it is there."""
        by_type: dict[str, Completer] = {
            possible.name: self._when_met(possible, below) for possible in self._schema.get_possible_types(kind)
        }
        resolve_type = kind.resolve_type
        if resolve_type is None:
            raise NotCompilable(kind.name)

        def complete(run: Run, value: Any, path: Path | None, pending: Pending) -> Any:
            assert path is not None
            named = resolve_type(value, _info(run, nodes, definition, parent, path), kind)
            if not isinstance(named, str):
                raise NotCompilable(kind.name)
            return by_type[named](run, value, path, pending)

        return complete


def flags_of(document: DocumentNode) -> set[str]:
    """Variables that `@skip` and `@include` name."""
    found: set[str] = set()

    class Flags(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            if node.name.value in ("skip", "include"):
                found.update(_variables(node))

    visit(document, Flags())
    return found


def _variables(node: Node) -> set[str]:
    found: set[str] = set()

    class Variables(Visitor):
        def enter_variable(self, variable: VariableNode, *_: Any) -> None:
            found.add(variable.name.value)

    visit(node, Variables())
    return found


def _attribute(definition: GraphQLField) -> str | None:
    """The attribute that a field reads as it is; None where a resolver gives it."""
    field_of = definition.extensions.get("strawberry-definition")
    if field_of is None:
        raise NotCompilable("a field that is not of Strawberry")
    return field_of.python_name if field_of.is_basic_field else None


def _asking(
    kind: GraphQLObjectType, key: str, nodes: list[FieldNode], definition: GraphQLField, complete: Completer
) -> _Ask:
    """What asks a resolver, with its arguments worked out before where no variable is among them."""
    resolve = definition.resolve
    assert resolve is not None
    node = nodes[0]
    fixed: dict[str, Any] | None = None
    if not any(_variables(argument) for argument in node.arguments or ()):
        fixed = get_argument_values(definition, node) if definition.args else {}

    def call(run: Run, source: Any, path: Path | None, pending: Pending, into: dict[str, Any]) -> None:
        here = Path(path, key, kind.name)
        arguments = get_argument_values(definition, node, run.variables) if fixed is None else fixed
        value = resolve(source, _info(run, nodes, definition, kind, here), **arguments)
        if is_awaitable(value):
            into[key] = None
            pending.append((into, key, value, complete, here))
        else:
            into[key] = complete(run, value, here, pending)

    return call


def _info(
    run: Run, nodes: list[FieldNode], definition: GraphQLField, kind: GraphQLObjectType, path: Path
) -> GraphQLResolveInfo[Any]:
    return GraphQLResolveInfo(
        nodes[0].name.value,
        nodes,
        definition.type,
        kind,
        path,
        run.schema,
        run.fragments,
        None,
        run.operation,
        run.variables,
        run.context,
        is_awaitable,
        None,
        _NO_HELPERS,
    )


def _only(leaf: Leaf) -> Completer:
    def complete(_run: Run, value: Any, _path: Path | None, _pending: Pending) -> Any:
        return leaf(value)

    return complete


def _required(inner: Completer) -> Completer:
    def complete(run: Run, value: Any, path: Path | None, pending: Pending) -> Any:
        if (result := inner(run, value, path, pending)) is None:
            raise TypeError("null where the schema promises a value")
        return result

    return complete


def _optional(inner: Completer) -> Completer:
    def complete(run: Run, value: Any, path: Path | None, pending: Pending) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        return inner(run, value, path, pending)

    return complete


def _list_of(item: Completer) -> Completer:
    def complete(run: Run, value: Any, path: Path | None, pending: Pending) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception | str | bytes | Mapping):
            raise NotCompilable("not a list")
        return [item(run, one, Path(path, index, None), pending) for index, one in enumerate(value)]

    return complete


def _present(inner: Leaf) -> Leaf:
    def complete(value: Any) -> Any:
        if (result := inner(value)) is None:
            raise TypeError("null where the schema promises a value")
        return result

    return complete


def _listed(item: Leaf) -> Leaf:
    def complete(value: Any) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception | str | bytes | Mapping):
            raise NotCompilable("not a list")
        return [item(one) for one in value]

    return complete


def _scalar(kind: GraphQLLeafType) -> Leaf:
    coerce = kind.coerce_output_value
    as_it_is: tuple[type, ...] = {"String": (str,), "ID": (str,), "Boolean": (bool,)}.get(kind.name, ())
    known: dict[Any, Any] = {}
    remembers = is_enum_type(kind)

    def complete(value: Any) -> Any:
        if value is None or value is Undefined:
            return None
        if type(value) in as_it_is:
            return value
        if remembers and isinstance(value, Enum):
            if value not in known:
                known[value] = _coerced(coerce, value)
            return known[value]
        return _coerced(coerce, value)

    return complete


def _coerced(coerce: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    if (coerced := coerce(value)) is None or coerced is Undefined:
        raise TypeError(f"no value for {value!r}")
    return coerced
