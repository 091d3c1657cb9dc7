"""Documents that are valid for the schema, made at random: aliases, fragments, directives, types that show at run time."""

import random
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

TIMES = {"elapsedMs", "hint"}
"""Fields that tell of the time that an answer took."""
Roots = Mapping[str, tuple[str, ...]]
"""Arguments to try, by root field."""


class Documents:
    """Makes documents, each from its seed."""

    def __init__(self, schema: GraphQLSchema, roots: Roots) -> None:
        self._schema, self._roots = schema, roots

    def make(self, seed: int) -> tuple[str, dict[str, Any]]:
        """A document, and values for its variables."""
        return _Document(self._schema, self._roots, random.Random(seed)).text()


class _Document:
    def __init__(self, schema: GraphQLSchema, roots: Roots, rng: random.Random) -> None:
        self._schema, self._roots, self._rng = schema, roots, rng
        self._fragments: list[str] = []
        self._aliases = 0

    def text(self) -> tuple[str, dict[str, Any]]:
        query = self._schema.query_type
        assert query is not None
        chosen = self._rng.sample(sorted(self._roots), self._rng.choice((1, 1, 1, 2)))
        fields = []
        for name in chosen:
            arguments = self._rng.choice(self._roots[name])
            fields.append(f"{self._alias()}{name}{arguments} {self._below(query.fields[name], 4)}".strip())
        if self._rng.random() < 0.3:
            fields.insert(self._rng.randrange(len(fields) + 1), "__typename")
        head = "query Asked($yes: Boolean!, $no: Boolean = false, $few: Int = 2)"
        body = f"{head} {{ {' '.join(fields)} }} {' '.join(self._fragments)}"
        variables: dict[str, Any] = {"yes": True}
        if self._rng.random() < 0.3:
            variables["no"] = self._rng.choice((True, False))
        # each variable has to be used somewhere for the document to be valid
        used = " used: __typename @include(if: $yes) @skip(if: $no) " + self._few()
        return body.replace("{", "{" + used, 1), variables

    def _few(self) -> str:
        return 'some: searchEntities(q: "a", first: $few) { totalCount } '

    def _alias(self) -> str:
        self._aliases += 1
        return f"a{self._aliases}: "

    def _below(self, field: GraphQLField, depth: int) -> str:
        kind = get_named_type(field.type)
        return "" if is_leaf_type(kind) else self._selection(kind, depth)

    def _selection(self, kind: GraphQLNamedType, depth: int) -> str:
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        rng = self._rng
        parts = [part for name in self._names(kind, depth) if (part := self._field(kind, name, depth))]
        if rng.random() < 0.3 or not parts:
            parts.append("__typename")
        if isinstance(kind, GraphQLInterfaceType):
            possible = sorted(self._schema.get_possible_types(kind), key=lambda one: one.name)
            parts += [
                f"... on {one.name} {self._selection(one, depth - 1)}"
                for one in rng.sample(possible, min(3, len(possible)))
            ]
        elif rng.random() < 0.25:
            parts.append(f"...{self._fragment(kind, depth)}")
        elif rng.random() < 0.2:
            parts.append(f"... {self._directive()} {{ {' '.join(parts[:2])} }}")
        return f"{{ {' '.join(parts)} }}"

    def _names(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> list[str]:
        names = [
            name
            for name, field in kind.fields.items()
            if name not in TIMES and (depth > 1 or is_leaf_type(get_named_type(field.type)))
        ]
        return self._rng.sample(names, min(len(names), self._rng.randint(1, 5)))

    def _field(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        field = kind.fields[name]
        if any(is_required_argument(argument) for argument in field.args.values()):
            return ""
        arguments = "(first: 2)" if "first" in field.args else ""
        alias = self._alias() if self._rng.random() < 0.3 or arguments else ""
        directive = self._directive() if self._rng.random() < 0.15 else ""
        return f"{alias}{name}{arguments} {directive} {self._below(field, depth - 1)}"

    def _directive(self) -> str:
        name, flag = self._rng.choice(("include", "skip")), self._rng.choice(("$yes", "$no", "true", "false"))
        return f"@{name}(if: {flag})"

    def _fragment(self, kind: GraphQLObjectType, depth: int) -> str:
        name = f"F{len(self._fragments)}"
        self._fragments.append("")
        self._fragments[int(name[1:])] = f"fragment {name} on {kind.name} {self._selection(kind, min(depth, 2))}"
        return name
