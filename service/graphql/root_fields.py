"""The fields at the top of an operation: what it asks, in few words."""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

Fragments = Mapping[str, FragmentDefinitionNode]
_OF_SCHEMA = frozenset({"__schema", "__type"})


def introspects(operation: OperationDefinitionNode, fragments: Fragments) -> bool:
    """Whether the schema itself is asked for; only the root has the fields for it."""
    return not _OF_SCHEMA.isdisjoint(_names(operation.selection_set, fragments, set()))


def label_of(operation: OperationDefinitionNode, fragments: Fragments) -> str:
    """The one field that a valid operation asks for; else `several`, or `introspection`: few values, whatever clients send."""
    names = set(_names(operation.selection_set, fragments, set()))
    if names & _OF_SCHEMA:
        return "introspection"
    return names.pop() if len(names) == 1 else "several"


def operation_in(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation of this name, or the only one; None where there is none or a choice is left."""
    found = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    ]
    return found[0] if len(found) == 1 else None


def fragments_in(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Fragments by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _names(selections: SelectionSetNode, fragments: Fragments, seen: set[str]) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _names(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            yield from _names(fragments[node.name.value].selection_set, fragments, seen)
