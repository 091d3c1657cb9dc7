"""Names of FollowTheMoney's entities by id, on disk as soon as they are many; namesakes are told apart by what differs."""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator

import orjson

from graph_schema.vocabulary import EntityType
from loaders.gazetteer import normalise, strip_legal_form
from loaders.sources import fields
from loaders.sources.countries import country_name
from loaders.sources.fields import FieldProblem
from loaders.sources.followthemoney_lines import FollowTheMoneyRecord, mapping, read_lines
from loaders.triple import NamedEntity

_MOST_ALIASES = 50
_MOST_NAMESAKES = 500
_NAMESAKES = "SELECT mention FROM entity WHERE key = ? AND id <> ? ORDER BY id LIMIT ?"


class NameIndex:
    """Names and types of all entities by id; to be closed."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")  # a temporary file of SQLite's own, gone when it is closed
        self._rows.execute("CREATE TABLE entity (id TEXT PRIMARY KEY, mention TEXT, key TEXT) WITHOUT ROWID")

    def read(self, path: str) -> None:
        """Take the entities of a file in. Raises SourceUnavailable."""
        rows = (
            (record.id, orjson.dumps((*described(record), _marks(record))), _key(record))
            for record in read_lines(path, set())
            if isinstance(record, FollowTheMoneyRecord) and record.op != "DEL" and record.schema in mapping()["nodes"]
        )
        self._rows.executemany("INSERT OR REPLACE INTO entity VALUES (?, ?, ?)", rows)

    def tell_apart(self) -> None:
        """Find the names that several bear; call it when all is read."""
        self._rows.execute("CREATE INDEX by_key ON entity (key)")

    def mention(self, id: str) -> NamedEntity | None:
        """The entity as relations mention it; None where it is unknown or has no name."""
        row = self._rows.execute("SELECT mention, key FROM entity WHERE id = ?", (id,)).fetchone()
        if row is None:
            return None
        name, type, aliases, marks = orjson.loads(row[0])
        if name is None:
            return None
        others = self._rows.execute(_NAMESAKES, (row[1], id, _MOST_NAMESAKES))
        told_by = _what_differs(marks, (orjson.loads(other)[3] for (other,) in others))
        if told_by:
            aliases, name = [name, *aliases], f"{strip_legal_form(name)} ({', '.join(told_by)})"
        return NamedEntity(name, type and EntityType(type), tuple(aliases))

    def close(self) -> None:
        """Give the disk back."""
        self._rows.close()


def _key(record: FollowTheMoneyRecord) -> str | None:
    """What records that may be one entity share: their type and name."""
    name, type, _ = described(record)
    return None if name is None else f"{type}:{normalise(strip_legal_form(name))}"


def _marks(record: FollowTheMoneyRecord) -> list[list[str]]:
    """What tells an entity from others of its name, each as far as the record says: countries, registration, birth."""
    return [
        sorted({_country(value) for name in names for value in record.properties.get(name, ())})
        for names in mapping()["told_apart_by"]
    ]


def _country(value: str) -> str:
    return country_name(value) or value


def _what_differs(marks: list[list[str]], others: Iterable[list[list[str]]]) -> list[str]:
    """The marks by which an entity is told from others of its name, the first that does from each; [] where it is no other."""
    told_by: set[int] = set()
    for other in others:
        differ = (kind for kind, own in enumerate(marks) if own and other[kind] and not set(own) & set(other[kind]))
        told_by.update(itertools.islice(differ, 1))
    return [marks[kind][0] for kind in sorted(told_by)]


def described(record: FollowTheMoneyRecord) -> tuple[str | None, str | None, list[str]]:
    """Name, type and other names; names that cannot be kept are left out, the first is `caption` where that is one of them."""
    names = []
    full = record.properties.get("name") or ((record.caption,) if record.caption else ())
    for value in (*full, *_other_names(record)):
        try:
            names.append(fields.name(value))
        except FieldProblem:
            continue
    names = list(dict.fromkeys(names))
    if record.caption in names:
        names.remove(record.caption)
        names.insert(0, record.caption)
    return (names[0] if names else None), mapping()["nodes"][record.schema], names[1:_MOST_ALIASES]


def _other_names(record: FollowTheMoneyRecord) -> Iterator[str]:
    for name in ("alias", "previousName", "abbreviation"):
        yield from record.properties.get(name, ())
