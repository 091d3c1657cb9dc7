"""What an export holds: tables with typed columns, from which every format takes its schema."""

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    """ISO 8601 text where a format has no type for days."""
    TEXTS = "texts"
    """A list; JSON where a format has no lists."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; any value may be missing except an id."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind. The first column is the id, by which rows are sorted."""

    name: str
    row: str
    """What one row is called."""
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]


def _days(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, ColumnKind.DAY) for name in names)


ENTITIES = Table(
    "entities", "entity", (Column("id"), Column("name"), Column("type"), Column("aliases", ColumnKind.TEXTS))
)
RELATIONS = Table(
    "relations",
    "relation",
    (
        *map(Column, ("id", "subject", "object", "type", "status")),
        Column("confidence", ColumnKind.NUMBER),
        Column("claims", ColumnKind.WHOLE),
        Column("sources", ColumnKind.WHOLE),
        *_days("first_seen", "last_seen", "valid_from", "valid_to"),
        Column("category"),
        Column("symmetric", ColumnKind.FLAG),
    ),
)
"""`subject` and `object` are ids of entities."""
TOLD_RELATIONS = Table(RELATIONS.name, RELATIONS.row, (*RELATIONS.columns, Column("evidence")))
"""With the evidence in the row, for formats that know nothing but nodes and edges: a JSON list of claims."""
CLAIMS = Table(
    "claims",
    "claim",
    (
        *map(Column, ("id", "relation", "subject", "object", "type", "document", "sentence")),
        Column("start", ColumnKind.WHOLE),
        Column("end", ColumnKind.WHOLE),
        *map(Column, ("predicate", "modality")),
        Column("confidence", ColumnKind.NUMBER),
        *_days("date", "valid_from", "valid_to"),
        Column("role"),
        Column("share", ColumnKind.NUMBER),
        *map(Column, ("attributed_to", "extractor", "run")),
    ),
)
"""`relation` is the id of the relation that the claim is evidence of, `document` that of where it stands."""
DOCUMENTS = Table(
    "documents",
    "document",
    (*map(Column, ("id", "title", "url", "publisher")), *_days("published"), Column("language")),
)
