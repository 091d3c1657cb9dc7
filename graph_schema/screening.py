"""What a screening hands from the loaders, who read files, to the service, who answers, without either knowing the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph_schema.errors import MalformedRecord
from graph_schema.vocabulary import EntityType


@dataclass(frozen=True, slots=True)
class AskedName:
    """An entity as somebody else's list knows it; it has a name or an id."""

    source: str
    """Name of the file."""
    line: int
    """Line on which it begins, from 1."""
    name: str | None
    type: EntityType | None = None
    country: str | None = None
    """Id, name or alias of the country where it lies."""
    id: str | None = None
    """Its id in the graph."""
    raw: str = ""
    """The record as it was read."""
    header: str | None = None
    """Of the table that it is a row of."""

    def malformed(self, field: str, problem: str) -> MalformedRecord:
        """The error that this record, though readable, cannot be asked for."""
        return MalformedRecord(self.source, self.line, field, problem, raw=self.raw, header=self.header)


class Refusals(Protocol):
    """Keeps the records that were refused."""

    path: Path
    written: int

    def write(self, kind: str, input: str, refusals: Iterable[MalformedRecord]) -> None:
        """Append what was refused of an input. Raises SettingsError when it cannot be written."""
        ...


class Intake(Protocol):
    """How a list of names is read, and where what cannot be read of it goes."""

    def names(self, path: str) -> Iterator[AskedName | MalformedRecord]:
        """The records in order, lazily; `-` is standard input. Raises SourceUnavailable, SourceError."""
        ...

    def refusals(self, path: Path) -> Refusals:
        """A dead-letter file, made with the first refusal."""
        ...

    def fingerprint(self, path: str) -> str | None:
        """Hash of the contents; None for standard input, which reads only once. Raises SourceUnavailable."""
        ...
