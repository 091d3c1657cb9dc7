"""How large and how entangled a document may be. Checked before it is validated, in time linear in its size.

Validation compares every two fields that an answer would merge, and answers spread every fragment out: both are counted
here from the document alone, each fragment once, before anything walks them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from service.errors import DocumentTooLarge, QueryTooDeep

Fragments = Mapping[str, FragmentDefinitionNode]
_Measure = Callable[[SelectionSetNode], int]


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most that a document may hold."""

    bytes: int = 50_000
    tokens: int = 5_000
    depth: int = 24
    """Nesting of fields, introspection apart."""
    root_fields: int = 50
    """Fields of one operation at its top."""
    aliases: int = 200
    directives: int = 100
    definitions: int = 100
    """Operations and fragments."""
    fields: int = 10_000
    """Fields, with every fragment spread out."""
    equal_pairs: int = 20_000
    """Pairs of fields that the answer would merge: validation compares each."""


def read_document(text: str, limits: DocumentLimits) -> DocumentNode:
    """Parse a document and measure it. Raises GraphQLError, DocumentTooLarge, QueryTooDeep, RecursionError."""
    if (size := len(text.encode())) > limits.bytes:
        raise DocumentTooLarge("bytes", size, limits.bytes)
    try:
        document = parse(text, max_tokens=limits.tokens)
    except GraphQLError as error:
        if "Parsing aborted" in error.message:
            raise DocumentTooLarge("tokens", limits.tokens + 1, limits.tokens) from error
        raise
    check_document(document, limits)
    return document


def check_document(document: DocumentNode, limits: DocumentLimits) -> None:
    """Raise DocumentTooLarge or QueryTooDeep when the document holds more than it may."""
    counted: Counter[str] = Counter()
    for node in _nodes(document):
        counted["aliases"] += isinstance(node, FieldNode) and node.alias is not None
        counted["directives"] += isinstance(node, DirectiveNode)
    counted["definitions"] = len(document.definitions)
    shapes = _Shapes(fragments_of(document))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            counted["fields"] += shapes.fields(definition.selection_set)
        if isinstance(definition, OperationDefinitionNode):
            counted["root_fields"] = max(counted["root_fields"], shapes.root_fields(definition.selection_set))
            depth = shapes.depth(definition.selection_set)
            if depth > limits.depth:
                raise QueryTooDeep(f"the operation nests fields {depth} deep, at most {limits.depth} is allowed")
    for what in ("definitions", "aliases", "directives", "root_fields", "fields"):
        if counted[what] > (most := getattr(limits, what)):
            raise DocumentTooLarge(what.replace("_", " "), counted[what], most)
    pairs = 0
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            pairs += shapes.equal_pairs([definition.selection_set])
            if pairs > limits.equal_pairs:
                raise DocumentTooLarge("pairs of equal fields", pairs, limits.equal_pairs)


def fragments_of(document: DocumentNode) -> Fragments:
    """Fragments of a document by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _nodes(document: DocumentNode) -> Iterator[Node]:
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        yield node
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node):
                waiting.append(value)
            elif isinstance(value, tuple | list):
                waiting.extend(one for one in value if isinstance(one, Node))


def _selected(selections: SelectionSetNode | None) -> Sequence[SelectionNode]:
    return () if selections is None else selections.selections


class _Shapes:
    """Measures selections; each fragment is measured once, and one that contains itself counts as nothing inside itself."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._fields: dict[str, int] = {}
        self._roots: dict[str, int] = {}
        self._depths: dict[str, int] = {}

    def fields(self, selections: SelectionSetNode | None) -> int:
        """Number of fields below, and of spreads, which must be looked at too."""
        total = 0
        for node in _selected(selections):
            total += 1
            if isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node, self._fields, self.fields)
            elif isinstance(node, FieldNode | InlineFragmentNode):
                total += self.fields(node.selection_set)
        return total

    def root_fields(self, selections: SelectionSetNode) -> int:
        """Number of fields at the top, those of fragments too."""
        total = 0
        for node in _selected(selections):
            if isinstance(node, FragmentSpreadNode):
                total += self._of_fragment(node, self._roots, self.root_fields)
            elif isinstance(node, InlineFragmentNode):
                total += self.root_fields(node.selection_set)
            else:
                total += 1
        return total

    def depth(self, selections: SelectionSetNode | None) -> int:
        """Deepest nesting of fields below, introspection apart."""
        deepest = 0
        for node in _selected(selections):
            if isinstance(node, FragmentSpreadNode):
                deepest = max(deepest, self._of_fragment(node, self._depths, self.depth))
            elif isinstance(node, InlineFragmentNode):
                deepest = max(deepest, self.depth(node.selection_set))
            elif isinstance(node, FieldNode) and not node.name.value.startswith("__"):
                deepest = max(deepest, 1 + self.depth(node.selection_set))
        return deepest

    def equal_pairs(self, merged: Sequence[SelectionSetNode]) -> int:
        """Pairs of fields with the same place in the answer, here and below, where these selections are merged."""
        groups: dict[str, list[FieldNode]] = {}
        for selections in merged:
            for field in self._spread(selections, frozenset()):
                groups.setdefault((field.alias or field.name).value, []).append(field)
        pairs = 0
        for fields in groups.values():
            pairs += len(fields) * (len(fields) - 1) // 2
            pairs += self.equal_pairs([field.selection_set for field in fields if field.selection_set is not None])
        return pairs

    def _spread(self, selections: SelectionSetNode, inside: frozenset[str]) -> Iterator[FieldNode]:
        for node in _selected(selections):
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._spread(node.selection_set, inside)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in inside and (fragment := self._fragments.get(name)) is not None:
                    yield from self._spread(fragment.selection_set, inside | {name})

    def _of_fragment(self, spread: FragmentSpreadNode, known: dict[str, int], measure: _Measure) -> int:
        name = spread.name.value
        if name not in known and (fragment := self._fragments.get(name)) is not None:
            known[name] = 0
            known[name] = measure(fragment.selection_set)
        return known.get(name, 0)
