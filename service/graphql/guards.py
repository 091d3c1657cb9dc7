"""What keeps a document from asking too much: its depth, checked when it is validated, and its cost, when it runs.

Introspection is exempt: tools ask deep questions of the schema, which cost nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    VariableNode,
)
from strawberry.extensions import SchemaExtension

from service.errors import QueryTooDeep, QueryTooExpensive
from service.graphql.connections import DEFAULT_PAGE

_SIZES = ("first", "last", "k", "n", "limit")
_LISTS = {"shortestPaths": 5, "hops": 4, "relations": 3}
"""Length of lists where the document does not tell it: a default, else a guess."""

Fragments = Mapping[str, FragmentDefinitionNode]


def depth_rule(most: int) -> type[ASTValidationRule]:
    """A validation rule that refuses operations nested deeper than `most`."""

    class DepthRule(ASTValidationRule):
        """Refuses documents that nest their fields too deep."""

        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self._fragments = fragments_of(context.document)

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            depth = _depth(node.selection_set, self._fragments, {})
            if depth > most:
                problem = QueryTooDeep(f"the operation nests fields {depth} deep, at most {most} is allowed")
                self.report_error(GraphQLError(str(problem), node, original_error=problem))

    return DepthRule


def fragments_of(document: DocumentNode) -> Fragments:
    """Fragments of a document by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _depth(selections: SelectionSetNode | None, fragments: Fragments, known: dict[str, int]) -> int:
    """Deepest nesting below; each fragment is measured once, and one that contains itself counts as 0 here."""
    deepest = 0
    for node in selections.selections if selections is not None else ():
        if isinstance(node, FieldNode):
            if not node.name.value.startswith("__"):
                deepest = max(deepest, 1 + _depth(node.selection_set, fragments, known))
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known and name in fragments:
                known[name] = 0
                known[name] = _depth(fragments[name].selection_set, fragments, known)
            deepest = max(deepest, known.get(name, 0))
        elif isinstance(node, InlineFragmentNode):
            deepest = max(deepest, _depth(node.selection_set, fragments, known))
    return deepest


class CostLimit(SchemaExtension):
    """Refuses to run a document that asks for too many items."""

    def __init__(self, most: int) -> None:
        self._most = most

    def on_execute(self) -> Iterator[None]:
        """Raise QueryTooExpensive before the first resolver runs, GraphQLError when it is unclear which should."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        asked = context.context.operation_name
        operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
        if asked is None and operations > 1:
            raise GraphQLError(f"the document holds {operations} operations: name the one to run in operationName")
        total = cost(document, context.variables or {}, asked, ceiling=self._most)
        if total > self._most:
            raise QueryTooExpensive(
                f"the document asks for more than {self._most} items: ask for smaller pages or fewer paths"
            )
        yield


def cost(document: DocumentNode, variables: Mapping[str, Any], operation_name: str | None, *, ceiling: int) -> int:
    """Objects that the answer may hold: page sizes multiplied along the nesting. Counting stops past `ceiling`."""
    counter = _Counter(fragments_of(document), variables, ceiling)
    for node in document.definitions:
        named = isinstance(node, OperationDefinitionNode) and node.name is not None and node.name.value
        if isinstance(node, OperationDefinitionNode) and operation_name in (None, named):
            counter.count(node.selection_set, 1)
    return counter.total


class _Counter:
    def __init__(self, fragments: Fragments, variables: Mapping[str, Any], ceiling: int) -> None:
        self.total = 0
        self._fragments, self._variables, self._ceiling = fragments, variables, ceiling

    def count(self, selections: SelectionSetNode | None, times: int) -> None:
        for node in selections.selections if selections is not None else ():
            if self.total > self._ceiling:
                return
            if isinstance(node, FragmentSpreadNode):
                self.count(self._fragments[node.name.value].selection_set, times)
            elif isinstance(node, InlineFragmentNode):
                self.count(node.selection_set, times)
            elif isinstance(node, FieldNode) and node.selection_set and not node.name.value.startswith("__"):
                many = times * self._size(node)
                self.total += many
                self.count(node.selection_set, many)

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in _SIZES:
                value: Any = None
                if isinstance(argument.value, IntValueNode):
                    value = int(argument.value.value)
                elif isinstance(argument.value, VariableNode):
                    value = self._variables.get(argument.value.name.value)
                if isinstance(value, int) and value > 0:
                    return value
        return DEFAULT_PAGE if _is_connection(node) else _LISTS.get(node.name.value, 1)


def _is_connection(node: FieldNode) -> bool:
    """Whether the field's selection reads like a page: it asks for edges or nodes."""
    selections = node.selection_set.selections if node.selection_set is not None else ()
    return any(isinstance(one, FieldNode) and one.name.value in ("edges", "nodes") for one in selections)
