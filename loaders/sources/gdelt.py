"""GDELT 2.0: event exports, and mentions where they are at hand; out: what one country or group does to another, by CAMEO code.

An event is taken where both actors are countries acting as such, or known groups: GDELT's other actors ("COMPANY", "DOCTOR") name
nobody. Each article is a document, its host the publisher. With mentions, every article that mentions an event states it.
"""

import csv
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import orjson
import yaml
from pydantic import Field

from graph_schema.domain import Document, Span
from graph_schema.errors import MalformedRecord, SettingsError, SourceError
from graph_schema.ids import document_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.settings import LoadSettings
from loaders.sources import fields
from loaders.sources.countries import country_name
from loaders.sources.definition import NamedArguments, RefusedFile, Shown, SourceDefinition
from loaders.sources.fields import FieldProblem
from loaders.sources.lines import STDIN, Lines, SourceLine, must_be_there, opened, shown, source_name
from loaders.sources.records import SourceRecord
from loaders.triple import NamedEntity, Triple

EVENT_COLUMNS: Final = 61
MENTION_COLUMNS: Final = 16
_GKG_COLUMNS: Final = 27
_EVENT: Final = {"GLOBALEVENTID": 0, "SQLDATE": 1, "EventCode": 26, "QuadClass": 29, "DATEADDED": 59, "SOURCEURL": 60}
"""Positions of the columns that are read, beside the actors'. GDELT 2.0 event codebook, version 2.0 (2015)."""
_ACTORS: Final = (
    {"country": 7, "group": 8, "types": slice(12, 15)},
    {"country": 17, "group": 18, "types": slice(22, 25)},
)
_MENTION: Final = {"GlobalEventID": 0, "MentionTimeDate": 2, "MentionType": 3, "MentionIdentifier": 5, "Confidence": 11}
_WEB: Final = "1"


@cache
def _cameo() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load(files("loaders.sources").joinpath("cameo.yaml").read_text("utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class _Event:
    """What an event states, once it is known to state anything."""

    day: str
    subject: NamedEntity
    object: NamedEntity
    code: str


@dataclass(slots=True)
class Gdelt:
    """Export files of events, and the mention files that belong to them; `base`: exports that only tell what mentions are of."""

    exports: Sequence[str]
    mentions: Sequence[str] = ()
    base: Sequence[str] = ()
    ignored: set[str] = field(default_factory=set)
    kind: str = "gdelt/1"
    rereads: bool = False

    @property
    def paths(self) -> Sequence[str]:
        """Exports and mentions."""
        return [*self.exports, *self.mentions]

    def records(self) -> Iterator[SourceRecord | MalformedRecord]:
        """One record per event and per mention. Raises SourceUnavailable, SourceError."""
        if STDIN in self.mentions:
            raise SourceError("mentions come from files, not from standard input")
        with closing(sqlite3.connect("")) as events:
            events.execute("CREATE TABLE event (id TEXT PRIMARY KEY, event TEXT) WITHOUT ROWID")
            for path in self.base:
                deque(_each(path, EVENT_COLUMNS, lambda cells: _event_record(cells, events)), maxlen=0)
            for path in self.exports:
                yield from _each(path, EVENT_COLUMNS, lambda cells: _event_record(cells, events))
            for path in self.mentions:
                yield from _each(path, MENTION_COLUMNS, lambda cells: _mention_record(cells, events))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The fields of one line."""

    source: str
    line: SourceLine
    values: Sequence[str]

    def malformed(self, at: str | None, problem: str) -> MalformedRecord:
        return MalformedRecord(self.source, self.line.number, at, problem, raw=shown(self.line.text))

    def nothing(self, reason: str) -> SourceRecord:
        nobody = Document(document_id(source=f"{self.source}:{self.line.number}"))
        return SourceRecord(self.source, self.line.number, nobody, passed_over=reason, raw=self.line.text)


class GdeltArguments(NamedArguments):
    """Of `gdelt`."""

    exports: Annotated[list[str], Shown("FILE…")] = Field(min_length=1)
    """Event exports."""
    mentions: Annotated[list[str], Shown("FILE")] = Field(default=[])
    """Mentions of the events; may be given several times."""


def _gdelt(arguments: GdeltArguments, _: LoadSettings) -> Gdelt:
    must_be_there(*arguments.exports, *arguments.mentions)
    return Gdelt(arguments.exports, arguments.mentions)


def _retried(files: Sequence[RefusedFile], base: Sequence[str], _: LoadSettings) -> list[Gdelt]:
    mentions = [file.path for file in files if _columns(file.path) == MENTION_COLUMNS]
    if mentions and not base:
        raise SettingsError("mentions of gdelt refer to events: give their exports as --base")
    return [Gdelt([file.path for file in files if file.path not in mentions], mentions, base)]


def _columns(path: str) -> int:
    """Columns of the first line of a file."""
    with opened(path) as stream:
        line = next(Lines(stream, source_name(path)))
    return len(_split(line, "\t" if "\t" in line.text else ","))


SOURCE = SourceDefinition(
    name="gdelt",
    about="Load GDELT 2.0 event exports: what one country does to another, by CAMEO code, with the articles that say so.",
    arguments=GdeltArguments,
    make=_gdelt,
    retry=_retried,
)


def _each(path: str, columns: int, read: Any) -> Iterator[SourceRecord | MalformedRecord]:
    """Every line of a file through `read`. Raises SourceError when the first line has other columns altogether."""
    with opened(path) as stream:
        lines = Lines(stream, source_name(path))
        delimiter = "\t"
        while True:
            try:
                line = next(lines, None)
                if line is None:
                    return
                if line.number == 1:
                    delimiter = "\t" if "\t" in line.text else ","
                    _expect(lines, _split(line, delimiter), columns)
                    if line.text.lower().startswith("globaleventid"):
                        continue
                if not line.text.strip():
                    continue
                values = _split(line, delimiter)
                cells = _Cells(lines.source, line, values)
                if len(values) != columns:
                    raise cells.malformed(None, f"has {len(values)} columns, expected {columns}")
                if "\0" in line.text:
                    raise cells.malformed(None, "contains a NUL character")
                yield read(cells)
            except csv.Error as error:
                yield lines.malformed(None, f"is no row of a table: {error}")
            except MalformedRecord as error:
                yield error


def _expect(lines: Lines, values: Sequence[str], columns: int) -> None:
    if len(values) == _GKG_COLUMNS:
        raise SourceError(f"{lines.source}: is a Global Knowledge Graph file; only events and their mentions are read")
    if len(values) in (EVENT_COLUMNS, MENTION_COLUMNS) and len(values) != columns:
        kinds = {EVENT_COLUMNS: "events", MENTION_COLUMNS: "mentions"}
        raise SourceError(f"{lines.source}: holds {kinds[len(values)]}, expected {kinds[columns]}")


def _split(line: SourceLine, delimiter: str) -> Sequence[str]:
    text = line.text.rstrip("\r\n")
    return text.split("\t") if delimiter == "\t" else next(csv.reader([text]), [])


def _event_record(cells: _Cells, events: sqlite3.Connection) -> SourceRecord:
    """One event, remembered for its mentions. Raises MalformedRecord."""
    value = {name: cells.values[at].strip() for name, at in _EVENT.items()}
    if not value["GLOBALEVENTID"].isdigit():
        raise cells.malformed("GLOBALEVENTID", f"is {value['GLOBALEVENTID'][:40]!r}, expected a number")
    day = _date(cells, "SQLDATE", value["SQLDATE"])
    added = _date(cells, "DATEADDED", value["DATEADDED"][:8])
    if not (value["EventCode"].isascii() and value["EventCode"].isdigit()):
        raise cells.malformed("EventCode", f"is {value['EventCode'][:40]!r}, expected a CAMEO code")
    if value["QuadClass"] not in ("1", "2", "3", "4"):
        raise cells.malformed("QuadClass", f"is {value['QuadClass'][:40]!r}, expected 1 to 4")
    code = event_code(value["EventCode"])
    subject, object = (_actor(cells, columns) for columns in _ACTORS)
    if subject is None or object is None:
        return cells.nothing("actor_is_nobody_in_particular")
    if code is None:
        return cells.nothing("event_states_no_tie")
    if subject == object:
        return cells.nothing("within_one_country")
    event = _Event(day, subject, object, code)
    row = (day, subject.name, subject.type, object.name, object.type, code)
    events.execute("INSERT OR REPLACE INTO event VALUES (?, ?)", (value["GLOBALEVENTID"], orjson.dumps(row)))
    return _record(cells, event, value["SOURCEURL"], added, _cameo()["confidence"])


def _mention_record(cells: _Cells, events: sqlite3.Connection) -> SourceRecord:
    """One article that mentions an event. Raises MalformedRecord."""
    value = {name: cells.values[at].strip() for name, at in _MENTION.items()}
    if not value["GlobalEventID"].isdigit():
        raise cells.malformed("GlobalEventID", f"is {value['GlobalEventID'][:40]!r}, expected a number")
    seen = _date(cells, "MentionTimeDate", value["MentionTimeDate"][:8])
    confidence = value["Confidence"]
    if not (confidence.isascii() and confidence.isdigit() and int(confidence) <= 100):
        raise cells.malformed("Confidence", f"is {confidence[:40]!r}, expected a percentage from 0 to 100")
    row = events.execute("SELECT event FROM event WHERE id = ?", (value["GlobalEventID"],)).fetchone()
    if row is None:
        return cells.nothing("event_absent_or_without_a_tie")
    if value["MentionType"] != _WEB:
        return cells.nothing("mention_is_no_web_page")
    day, subject, subject_type, object, object_type, code = orjson.loads(row[0])
    ends = NamedEntity(subject, EntityType(subject_type)), NamedEntity(object, EntityType(object_type))
    return _record(cells, _Event(day, *ends, code), value["MentionIdentifier"], seen, int(confidence) / 100)


def event_code(code: str) -> str | None:
    """The longest prefix of a CAMEO code that the mapping knows; None where the event states no tie."""
    for end in range(len(code), 1, -1):
        if code[:end] in _cameo()["events"]:
            return code[:end]
        if code[:end] in _cameo()["none"]:
            return None
    return None


def _actor(cells: _Cells, columns: Mapping[str, Any]) -> NamedEntity | None:
    """The country or group that acts; None for anybody else."""
    values, cameo = cells.values, _cameo()
    if (group := cameo["groups"].get(values[columns["group"]].strip())) is not None:
        return NamedEntity(group["name"], EntityType(group["type"]))
    roles = {role for role in map(str.strip, values[columns["types"]]) if role}
    code = values[columns["country"]].strip()
    if not code or not roles <= set(cameo["acts_for_the_state"]):
        return None
    name = country_name(cameo["countries"].get(code, code))
    return None if name is None else NamedEntity(name, EntityType.COUNTRY)


def _host(address: str) -> str | None:
    """Whose page it is; None where it is no address of the web."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.hostname or "" if parts.scheme in ("http", "https") else None


def _record(cells: _Cells, event: _Event, address: str, published: str, confidence: float) -> SourceRecord:
    host = _host(address)
    if host is None or len(address) > 2_000:
        return cells.nothing("source_is_no_web_page")
    document = Document(
        document_id(url=address),
        url=address,
        publisher=host.removeprefix("www.") or None,
        published=fields.date(published),
    )
    known = _cameo()["events"][event.code]
    sentence = f"{event.subject.name} {known['words']} {event.object.name} (CAMEO {event.code}, {event.day})."
    triple = Triple(
        event.subject,
        known["words"],
        event.object,
        sentence,
        Span(0, len(sentence)),
        confidence=confidence,
        date=fields.date(event.day),
    )
    triples = tuple(
        replace(triple, relation=RelationType(stated["relation"]), modality=Modality(stated["modality"]))
        for stated in known["states"]
    )
    return SourceRecord(cells.source, cells.line.number, document, triples, raw=cells.line.text)


def _date(cells: _Cells, at: str, value: str) -> str:
    """A day written as YYYYMMDD, as YYYY-MM-DD. Raises MalformedRecord."""
    try:
        day = fields.date(value)
    except FieldProblem as problem:
        raise cells.malformed(at, str(problem)) from None
    if day is None:
        raise cells.malformed(at, "is empty")
    return day.isoformat()
