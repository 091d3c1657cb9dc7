"""Lines of FollowTheMoney: each entity, or change of one, checked as far as every one of them must be."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from graph_schema.errors import MalformedRecord
from loaders.sources import fields
from loaders.sources.fields import FieldProblem
from loaders.sources.lines import Lines, each_line, json_object, opened, shown, source_name

_KEYS = {
    "id",
    "caption",
    "schema",
    "properties",
    "datasets",
    "referents",
    "target",
    "first_seen",
    "last_seen",
    "last_change",
}
_OPERATIONS = ("ADD", "MOD", "DEL")


@cache
def mapping() -> Mapping[str, Any]:
    """What becomes of which schema, from followthemoney.yaml."""
    content = files("loaders.sources").joinpath("followthemoney.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(content)
    return loaded


@dataclass(frozen=True, slots=True)
class FollowTheMoneyRecord:
    """One line, checked as far as every entity must be."""

    source: str
    line: int
    raw: str
    op: str
    id: str
    schema: str
    caption: str | None
    properties: Mapping[str, Sequence[str]]
    publisher: str | None

    def first(self, name: str) -> str | None:
        """The first value of a property."""
        return next(iter(self.properties.get(name, ())), None)

    def dates(self, *names: str, end: bool = False) -> list[dt.date]:
        """Days of the first of these properties that has any, sorted; of a year or month the first, with `end` the last.

        Raises MalformedRecord.
        """
        for name in names:
            if values := self.properties.get(name):
                try:
                    return sorted(day for value in values if (day := fields.date(value, end=end)) is not None)
                except FieldProblem as problem:
                    raise self.malformed(f"properties.{name}", str(problem)) from None
        return []

    def malformed(self, at: str | None, problem: str) -> MalformedRecord:
        """The error that this line cannot be taken."""
        return MalformedRecord(self.source, self.line, at, problem, raw=shown(self.raw))


def read_lines(path: str, ignored: set[str]) -> Iterator[FollowTheMoneyRecord | MalformedRecord]:
    """The entities of a file in order, or the reason why a line is none. Raises SourceUnavailable."""
    with opened(path) as stream:
        lines = Lines(stream, source_name(path))
        yield from each_line(lines, lambda text: _checked(lines, text, ignored))


def _checked(lines: Lines, text: str, ignored: set[str]) -> FollowTheMoneyRecord:
    def wrong(at: str | None, problem: str) -> MalformedRecord:
        return lines.malformed(at, problem, raw=shown(text))

    entity: Any = json_object(lines, text)
    op = "ADD"
    if "op" in entity:
        op, entity = entity["op"], entity.get("entity")
        if op not in _OPERATIONS:
            raise wrong("op", f"is {op!r}, expected {', '.join(_OPERATIONS)}")
        if not isinstance(entity, dict):
            raise wrong("entity", "is no JSON object")
    id = entity.get("id")
    if not isinstance(id, str) or not id.strip() or "\0" in id or len(id) > fields.LONGEST_NAME:
        raise wrong("id", "is missing" if id is None else "is no usable text")
    schema = entity.get("schema")
    if op != "DEL" and (not isinstance(schema, str) or not schema):
        raise wrong("schema", "is missing")
    properties = entity.get("properties", {} if op == "DEL" else None)
    if not isinstance(properties, dict):
        raise wrong("properties", "is missing" if properties is None else "is no JSON object")
    for name, values in properties.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise wrong(f"properties.{name}", "is no list of texts")
    ignored.update(entity.keys() - _KEYS)
    datasets = entity.get("datasets") or ()
    publisher = datasets[0] if isinstance(datasets, list) and datasets and isinstance(datasets[0], str) else None
    caption = entity.get("caption")
    return FollowTheMoneyRecord(
        lines.source,
        lines.number,
        text,
        op,
        id,
        schema or "",
        caption if isinstance(caption, str) else None,
        properties,
        publisher,
    )
