"""Documents made ready to run, by their text: measured, parsed, validated. Most clients send the same few again and again."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from graphql import DocumentNode, GraphQLError, GraphQLSchema, NoSchemaIntrospectionCustomRule, validate
from graphql.validation import recommended_rules, specified_rules

from service.errors import DocumentTooSlow, QueryTooDeep
from service.graphql.compiled import CompiledQuery
from service.graphql.document_limits import DocumentLimits, read_document

_MOST_CHARACTERS = 20_000
"""Longest document that is kept."""
_SHORT = 2_000
"""Characters up to which a document is made ready at once; a longer one would hold up everybody else."""
_THREADS = 2
_MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Ready:
    """A parsed document, and what is wrong with it."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    compiled: dict[str | None, CompiledQuery | None] = field(default_factory=dict)
    """Queries of the document by name, ready to run; None for what graphql-core has to run."""


class ReadyDocuments:
    """The documents used last, at most `most` of them."""

    def __init__(
        self,
        limits: DocumentLimits,
        *,
        most: int = 1_000,
        deadline_s: float = 2.0,
        hide_suggestions: bool = False,
        introspection: bool = True,
    ) -> None:
        self._limits, self._most, self._deadline_s = limits, most, deadline_s
        self._hide_suggestions, self._introspection = hide_suggestions, introspection
        self._by_text: OrderedDict[str, Ready] = OrderedDict()
        self._threads = ThreadPoolExecutor(_THREADS, "documents")

    def known(self, text: str) -> Ready | None:
        """The document, where it was made ready before; it counts as used now."""
        if (known := self._by_text.get(text)) is not None:
            self._by_text.move_to_end(text)
        return known

    async def ready(self, text: str, schema: GraphQLSchema) -> Ready:
        """The document of this text.

        Raises GraphQLError where it cannot be parsed, DocumentTooLarge, QueryTooDeep, DocumentTooSlow.
        """
        if (known := self.known(text)) is not None:
            return known
        if len(text) <= _SHORT:
            made = self._make(text, schema)
        else:
            try:
                async with asyncio.timeout(self._deadline_s):
                    made = await asyncio.get_running_loop().run_in_executor(self._threads, self._make, text, schema)
            except TimeoutError as error:
                raise DocumentTooSlow(f"the document was not read within {self._deadline_s:g} s") from error
        if len(text) <= _MOST_CHARACTERS:
            self._by_text[text] = made
            if len(self._by_text) > self._most:
                self._by_text.popitem(last=False)
        return made

    def _make(self, text: str, schema: GraphQLSchema) -> Ready:
        rules = (
            *specified_rules,
            *recommended_rules,
            *(() if self._introspection else (NoSchemaIntrospectionCustomRule,)),
        )
        try:
            document = read_document(text, self._limits)
            errors = validate(schema, document, rules, max_errors=_MOST_ERRORS, hide_suggestions=self._hide_suggestions)
        except RecursionError as error:
            raise QueryTooDeep("the document nests deeper than it can be read") from error
        return Ready(document, tuple(errors))
