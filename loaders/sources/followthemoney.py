"""FollowTheMoney and OpenSanctions: entities or delta lines in; sanctions, ownership and roles with their dates out.

Each entity of the source is a document of its own under its own id, so that a later delivery replaces exactly what an
earlier one said of it. Relations name their ends by id, which may stand anywhere in the file: it is read twice, the first
time into an index on disk. A listing that ended is two facts: the listing with both dates, and its end.
"""

import datetime as dt
import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import orjson
import yaml
from pydantic import Field

from graph_schema.domain import Document, Span
from graph_schema.errors import MalformedRecord, SourceError
from graph_schema.ids import document_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.gazetteer import gazetteer, normalise, strip_legal_form
from loaders.settings import LoadSettings
from loaders.sources import fields
from loaders.sources.countries import country_name
from loaders.sources.definition import NamedArguments, RefusedFile, Shown, SourceDefinition
from loaders.sources.fields import FieldProblem
from loaders.sources.lines import STDIN, Lines, must_be_there, opened, shown, source_name
from loaders.sources.records import SourceRecord
from loaders.triple import Mention, Triple

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
_KIND = "followthemoney/1"
_OPERATIONS = ("ADD", "MOD", "DEL")
_MOST_ALIASES = 50
_MOST_NAMESAKES = 500
_NAMESAKES = "SELECT mention FROM entity WHERE key = ? AND id <> ? ORDER BY id LIMIT ?"


@cache
def _mapping() -> Mapping[str, Any]:
    content = files("loaders.sources").joinpath("followthemoney.yaml").read_text("utf-8")
    mapping: Mapping[str, Any] = yaml.safe_load(content)
    return mapping


@dataclass(frozen=True, slots=True)
class _Record:
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
        return MalformedRecord(self.source, self.line, at, problem, raw=shown(self.raw))


@dataclass(slots=True)
class FollowTheMoney:
    """Files of entities or of delta lines; `base`: files that only tell the names of what the others refer to."""

    paths: Sequence[str]
    base: Sequence[str] = ()
    ignored: set[str] = field(default_factory=set)
    kind: str = _KIND
    rereads: bool = True

    def records(self) -> Iterator[SourceRecord | MalformedRecord]:
        """One record per line. Raises SourceUnavailable, SourceError."""
        if STDIN in (*self.paths, *self.base):
            raise SourceError("FollowTheMoney is read twice: give a file instead of standard input")
        with closing(_Index()) as index:
            for path in (*self.base, *self.paths):
                index.read(path)
            index.tell_apart()
            for path in self.paths:
                for record in read_lines(path, self.ignored):
                    try:
                        if isinstance(record, _Record):
                            yield replace(_stated(record, index), raw=record.raw)
                        else:
                            yield record
                    except MalformedRecord as error:
                        yield error


class FollowTheMoneyArguments(NamedArguments):
    """Of `ftm`."""

    paths: Annotated[list[str], Shown("FILE…")] = Field(min_length=1)
    """Entities or changes, as JSON lines."""
    base: Annotated[list[str], Shown("FILE")] = Field(default=[])
    """File that only tells the names of what the others refer to."""


def _entities(arguments: FollowTheMoneyArguments, _: LoadSettings) -> FollowTheMoney:
    must_be_there(*arguments.paths, *arguments.base)
    return FollowTheMoney(arguments.paths, arguments.base)


def _retried(files: Sequence[RefusedFile], base: Sequence[str], _: LoadSettings) -> list[FollowTheMoney]:
    return [FollowTheMoney([file.path for file in files], base)]


SOURCE = SourceDefinition(
    name="ftm",
    about="""Load entities of FollowTheMoney or OpenSanctions: sanctions lists, ownership, roles, family, payments.

    A line is an entity, or a change {"op": "ADD"|"MOD"|"DEL", "entity": …}. A listing that ended is kept with both dates; what
    a later file says of an entity replaces what an earlier one said.
    """,
    arguments=FollowTheMoneyArguments,
    make=_entities,
    retry=_retried,
    full_by_default=False,
)


def read_lines(path: str, ignored: set[str]) -> Iterator[_Record | MalformedRecord]:
    """The entities of a file in order, or the reason why a line is none. Raises SourceUnavailable."""
    with opened(path) as stream:
        lines = Lines(stream, source_name(path))
        while True:
            try:
                line = next(lines, None)
                if line is None:
                    return
                if line.text.strip():
                    yield _checked(lines, line.text, ignored)
            except MalformedRecord as error:
                yield error


class _Index:
    """Names and schemata of all entities, on disk as soon as they are many."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")  # a temporary file of SQLite's own, gone when it is closed
        self._rows.execute("CREATE TABLE entity (id TEXT PRIMARY KEY, mention TEXT, key TEXT) WITHOUT ROWID")

    def read(self, path: str) -> None:
        rows = (
            (record.id, orjson.dumps((*_described(record), _marks(record))), _key(record))
            for record in read_lines(path, set())
            if isinstance(record, _Record) and record.op != "DEL" and record.schema in _mapping()["nodes"]
        )
        self._rows.executemany("INSERT OR REPLACE INTO entity VALUES (?, ?, ?)", rows)

    def tell_apart(self) -> None:
        """Find the names that several bear; call it when all is read."""
        self._rows.execute("CREATE INDEX by_key ON entity (key)")

    def mention(self, id: str) -> Mention | None:
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
        return Mention(name, type and EntityType(type), tuple(aliases))

    def close(self) -> None:
        self._rows.close()


def _key(record: _Record) -> str | None:
    """What records that may be one entity share: their type and name."""
    name, type, _ = _described(record)
    return None if name is None else f"{type}:{normalise(strip_legal_form(name))}"


def _marks(record: _Record) -> list[list[str]]:
    """What tells an entity from others of its name, each as far as the record says: countries, registration, birth."""
    return [
        sorted({_country(value) for name in names for value in record.properties.get(name, ())})
        for names in _mapping()["told_apart_by"]
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


def _described(record: _Record) -> tuple[str | None, str | None, list[str]]:
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
    return (names[0] if names else None), _mapping()["nodes"][record.schema], names[1:_MOST_ALIASES]


def _other_names(record: _Record) -> Iterator[str]:
    for name in ("alias", "previousName", "abbreviation"):
        yield from record.properties.get(name, ())


def _checked(lines: Lines, text: str, ignored: set[str]) -> _Record:
    def wrong(at: str | None, problem: str) -> MalformedRecord:
        return lines.malformed(at, problem, raw=shown(text))

    try:
        entity = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise wrong(None, f"is not JSON: {error.msg}") from None
    if not isinstance(entity, dict):
        raise wrong(None, "is no JSON object")
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
    return _Record(
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


def _stated(record: _Record, index: _Index) -> SourceRecord:
    """What one entity of the source states. Raises MalformedRecord."""
    if record.op == "DEL":
        return SourceRecord(record.source, record.line, _document(record, None), withdrawn=True)
    mapping = _mapping()
    if record.schema == "Sanction":
        return _sanction(record, index)
    if (link := mapping["links"].get(record.schema)) is not None:
        return _link(record, link, index)
    if record.schema in mapping["nodes"]:
        return _seat(record, index)
    return SourceRecord(record.source, record.line, _document(record, None), passed_over="schema_states_nothing")


def _sanction(record: _Record, index: _Index) -> SourceRecord:
    """Who lists whom, under which list, from when to when; the end of a listing is a statement of its own."""
    authority, program = _authority(record), _program(record)
    listers = [lister for lister in (authority, program) if lister is not None]
    if not listers:
        raise record.malformed("properties.authority", "is missing, and so are program and country")
    start = next(iter(record.dates("startDate", "listingDate")), None)
    end = next(reversed(record.dates("endDate", end=True)), None)
    _in_order(record, start, end)
    under = record.first("program") or record.first("programId")
    triples = []
    for target in _ends(record, "entity", index):
        for lister in listers:
            since = f" since {start}" if start is not None else ""
            until = f" until {end}" if end is not None else ""
            listed = f"{lister.name} lists {target.name}" + (f" under {under}" if under and lister is authority else "")
            words = "lists" if under is None or lister is program else f"lists under {under}"[: fields.LONGEST_NAME]
            shared = {"relation": RelationType.SANCTIONS, "extractor": _KIND}
            triples.append(
                _triple(
                    lister,
                    words,
                    target,
                    f"{listed}{since}{until}.",
                    date=start,
                    valid_from=start,
                    valid_to=end,
                    **shared,
                )
            )
            if end is not None:
                ended = f"{listed}{since}; the listing ended on {end}."
                triples.append(
                    _triple(lister, words, target, ended, date=end, valid_to=end, modality=Modality.ENDED, **shared)
                )
    title = f"{under}: {triples[0].object.name}" if under else None
    return SourceRecord(
        record.source,
        record.line,
        _document(record, title, None if authority is None else authority.name),
        tuple(triples),
    )


def _authority(record: _Record) -> Mention | None:
    """Who lists: the authority, with its country where the name alone could be any country's; else the country or bloc."""
    name, code = record.first("authority"), (record.first("country") or "").lower()
    country = _mapping()["blocs"].get(code) or (country_name(code) if code else None)
    if name is None:
        if country is None:
            return None
        return Mention(country, EntityType.BLOC if code in _mapping()["blocs"] else EntityType.COUNTRY)
    try:
        name = fields.name(_mapping()["authorities"].get(name, name))
    except FieldProblem as problem:
        raise record.malformed("properties.authority", str(problem)) from None
    ministry = gazetteer().ministry(name)
    if ministry is not None and ministry.country is None and country is not None:
        name = f"{name} ({country})"
    return Mention(name, EntityType.GOVERNMENT_BODY)


def _program(record: _Record) -> Mention | None:
    """The list; None where it has no name, or one too long to be one."""
    name = record.first("program") or record.first("programId")
    if name is None:
        return None
    try:
        return Mention(fields.name(_mapping()["lists"].get(name, name)), EntityType.POLICY)
    except FieldProblem:
        return None


def _link(record: _Record, link: Mapping[str, Any], index: _Index) -> SourceRecord:
    """A tie between two entities of the source."""
    start = next(iter(record.dates("startDate", "date")), None)
    end = next(reversed(record.dates("endDate", end=True)), None)
    _in_order(record, start, end)
    detail = _text(record, link["detail"])
    relation = RelationType(link.get("relation", RelationType.RELATED_TO))
    held = detail if link.get("role") else None
    words = (
        link["words"] if detail is None or held is not None else f"{link['words']} ({detail})"[: fields.LONGEST_NAME]
    )
    share, amount = _share(record), _amount(record)
    triples = []
    for subject in _ends(record, link["from"], index):
        for object in _ends(record, link["to"], index):
            parts = [subject.name, words, object.name]
            parts += [f"as {held}"] if held else []
            parts += [f"({share:.4g} of the shares)" if share is not None else "", f"({amount})" if amount else ""]
            parts += [f"since {start}" if start and start != end else f"on {start}" if start else ""]
            parts += [f"until {end}" if end and start != end else ""]
            sentence = " ".join(filter(None, parts)) + "."
            once = record.schema == "Payment"
            shared = {"relation": relation, "role": held, "share": share, "extractor": _KIND}
            dates = {"date": start} if once else {"date": start, "valid_from": start, "valid_to": end}
            triples.append(_triple(subject, words, object, sentence, **dates, **shared))
            if end is not None and not once:
                ended = {"date": end, "valid_to": end, "modality": Modality.ENDED}
                triples.append(_triple(subject, words, object, sentence, **ended, **shared))
    return SourceRecord(record.source, record.line, _document(record, triples[0].sentence.rstrip(".")), tuple(triples))


def _seat(record: _Record, index: _Index) -> SourceRecord:
    """Where a firm or organisation is based, where the source tells one country."""
    name, type, aliases = _described(record)
    if name is None:
        raise record.malformed(
            "properties.name", "is missing" if not record.properties.get("name") else "has no usable name"
        )
    document = _document(record, name)
    if type not in (EntityType.COMPANY, EntityType.ORGANIZATION):
        return SourceRecord(record.source, record.line, document, passed_over="only_describes")
    for at in _mapping()["seat"]:
        countries = {found for code in record.properties.get(at, ()) if (found := country_name(code)) is not None}
        if len(countries) == 1:
            country = Mention(countries.pop(), EntityType.COUNTRY)
            firm = index.mention(record.id) or Mention(name, EntityType(type), tuple(aliases))
            words = "is registered in" if at == "jurisdiction" else "is based in"
            triple = _triple(
                firm,
                words,
                country,
                f"{name} {words} {country.name}.",
                relation=RelationType.LOCATED_IN,
                extractor=_KIND,
            )
            return SourceRecord(record.source, record.line, document, (triple,))
    return SourceRecord(record.source, record.line, document, passed_over="only_describes")


def _triple(subject: Mention, words: str, object: Mention, sentence: str, **more: Any) -> Triple:
    sentence = sentence[: fields.LONGEST_TEXT]
    return Triple(subject, words, object, sentence, Span(0, len(sentence)), **more)


def _ends(record: _Record, at: str, index: _Index) -> list[Mention]:
    """The entities that a property names. Raises MalformedRecord when it names none, or one that the files do not have."""
    if not (ids := record.properties.get(at)):
        raise record.malformed(f"properties.{at}", "is missing")
    mentions = []
    for id in ids:
        if (mention := index.mention(id)) is None:
            raise record.malformed(f"properties.{at}", f"names {id[:80]!r}, which the file does not have")
        mentions.append(mention)
    return mentions


def _in_order(record: _Record, start: Any, end: Any) -> None:
    if start is not None and end is not None and end < start:
        raise record.malformed("properties.endDate", f"is {end}, before the start, {start}")


def _share(record: _Record) -> float | None:
    """`percentage` as a part of one; a value that is no single number in [0, 100] is only kept in the words."""
    value = (record.first("percentage") or "").strip().removesuffix("%").replace(",", ".")
    try:
        share = float(value) / 100
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def _amount(record: _Record) -> str | None:
    for name, currency in (("amountEur", "EUR"), ("amountUsd", "USD"), ("amount", record.first("currency") or "")):
        if (value := record.first(name)) is not None:
            return f"{value} {currency}".strip()[:80]
    return None


def _text(record: _Record, at: str) -> str | None:
    try:
        return fields.text(record.first(at), fields.LONGEST_NAME)
    except FieldProblem as problem:
        raise record.malformed(f"properties.{at}", str(problem)) from None


def _document(record: _Record, title: str | None, publisher: str | None = None) -> Document:
    """The record itself, with the page it points at; several records may point at one page."""
    url = record.first("sourceUrl")
    return Document(
        id=document_id(source=f"followthemoney:{record.id}"),
        title=(title or record.caption or record.id)[: fields.LONGEST_NAME],
        url=url[:2_000] if url is not None and url.startswith(("http://", "https://")) else None,
        publisher=(publisher or record.publisher or "")[: fields.LONGEST_NAME] or None,
    )
