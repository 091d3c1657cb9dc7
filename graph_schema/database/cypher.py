"""Queries as values: text that stands in the code alone, with the parameters that it names, put together before it runs.

A query that reads a list ends in `RETURN collect(…) AS rows`: one record with a hundred items comes in less than half
the time of a hundred records.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, LiteralString, TypeVar, cast

from neo4j import AsyncManagedTransaction, Record

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Cypher:
    """A piece of Cypher and its parameters. Pieces are added; a parameter of two of them must have one value."""

    text: LiteralString
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __add__(self, other: "Cypher | LiteralString") -> "Cypher":
        if isinstance(other, str):
            return Cypher(self.text + other, self.parameters)
        for name in self.parameters.keys() & other.parameters.keys():
            if self.parameters[name] != other.parameters[name]:
                raise ValueError(f"two values for the parameter ${name}")
        return Cypher(self.text + other.text, {**self.parameters, **other.parameters})

    def __radd__(self, other: LiteralString) -> "Cypher":
        return Cypher(other + self.text, self.parameters)


def cypher(text: LiteralString, **parameters: Any) -> Cypher:
    """A piece of Cypher with its parameters."""
    return Cypher(text, parameters)


def joined(pieces: Iterable[Cypher], between: LiteralString) -> Cypher:
    """The pieces with `between` between them; empty when there are none."""
    first, *others = tuple(pieces) or (Cypher(""),)
    for piece in others:
        first = first + between + piece
    return first


def all_of(conditions: Iterable[Cypher]) -> Cypher:
    """A condition that holds when all of these do; `true` when there are none."""
    return joined(tuple(conditions) or (Cypher("true"),), " AND ")


def term(name: StrEnum) -> LiteralString:
    """The name of a type of the vocabulary, for where Cypher takes no parameter: no text of a user ever comes here."""
    return _trusted(name.value)


def quoted(name: str) -> LiteralString:
    """Any name of a label or type as Cypher takes it in a pattern, also one that is not ours."""
    return _trusted("`" + name.replace("`", "``") + "`")


def _trusted(text: Any) -> LiteralString:
    """The one place where a text that no type checker knows to be ours becomes Cypher."""
    literal: LiteralString = text
    return literal


async def one(tx: AsyncManagedTransaction, query: Cypher | LiteralString, /, **parameters: Any) -> Record:
    """The one record of a query that always gives one."""
    text, own = (query, {}) if isinstance(query, str) else (query.text, query.parameters)
    return await (await tx.run(text, {**own, **parameters})).single(strict=True)


async def rows(tx: AsyncManagedTransaction, query: Cypher | LiteralString, /, **parameters: Any) -> list[Any]:
    """The items of a query that ends in `RETURN collect(…) AS rows`."""
    return cast("list[Any]", (await one(tx, query, **parameters))["rows"])


def grouped(items: Iterable[Mapping[str, Any]], key: str, make: Callable[[Mapping[str, Any]], V]) -> dict[Any, list[V]]:
    """Items by the value of `key`, in their order."""
    found: dict[Any, list[V]] = {}
    for item in items:
        found.setdefault(item[key], []).append(make(item))
    return found


def native(value: Any) -> Any:
    """A temporal value of the driver as one of the standard library; anything else as it is."""
    return value.to_native() if hasattr(value, "to_native") else value


def native_date(value: Any) -> dt.date | None:
    """A stored date, whether a temporal value or ISO 8601 text, as a date."""
    if isinstance(value, str):
        return dt.date.fromisoformat(value[:10])
    found = native(value)
    return found.date() if isinstance(found, dt.datetime) else cast("dt.date | None", found)
