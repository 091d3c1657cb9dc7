"""Documents that were parsed and validated before, by their text: most clients send the same few again and again."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, validate
from strawberry.extensions import SchemaExtension

_MOST_CHARACTERS = 20_000
"""Longest document that is kept."""


@dataclass(slots=True)
class Known:
    """A parsed document, and once it was validated what is wrong with it."""

    document: DocumentNode
    errors: list[GraphQLError] | None = None


class KnownDocuments:
    """The documents used last, at most `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_text: OrderedDict[str, Known] = OrderedDict()

    def get(self, text: str) -> Known | None:
        """The document, which now counts as used."""
        if (known := self._by_text.get(text)) is not None:
            self._by_text.move_to_end(text)
        return known

    def put(self, text: str, document: DocumentNode) -> None:
        """Keep a document that was parsed."""
        if len(text) <= _MOST_CHARACTERS:
            self._by_text[text] = Known(document)
            if len(self._by_text) > self._most:
                self._by_text.popitem(last=False)


class DocumentCache(SchemaExtension):
    """Parses and validates each text once. Made for each request, over the same `KnownDocuments`."""

    def __init__(self, documents: KnownDocuments) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        """Hand out the document where it is known, else keep it."""
        context = self.execution_context
        text = context.query or ""
        if (known := self._documents.get(text)) is not None:
            context.graphql_document = known.document
        yield
        if known is None and context.graphql_document is not None:
            self._documents.put(text, context.graphql_document)

    def on_validate(self) -> Iterator[None]:
        """Hand out what is wrong with the document where that is known, else keep it."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        known = self._documents.get(context.query or "") or Known(document)
        if known.errors is None:
            known.errors = validate(context.schema._schema, document, context.validation_rules)  # noqa: SLF001
        context.pre_execution_errors = known.errors
        yield
