"""FollowTheMoney and OpenSanctions: entities or delta lines in; sanctions, ownership and roles with their dates out.

Each entity of the source is a document of its own under its own id, so that a later delivery replaces exactly what an
earlier one said of it. Relations name their ends by id, which may stand anywhere in the file: it is read twice, the first
time into an index on disk. A listing that ended is two facts: the listing with both dates, and its end.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field

from graph_schema.domain import Document, Span
from graph_schema.errors import MalformedRecord, SourceError
from graph_schema.ids import document_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.gazetteer import gazetteer
from loaders.settings import LoadSettings
from loaders.sources import fields
from loaders.sources.countries import country_name
from loaders.sources.definition import NamedArguments, RefusedFile, Shown, SourceDefinition
from loaders.sources.fields import FieldProblem
from loaders.sources.followthemoney_lines import FollowTheMoneyRecord, mapping, read_lines
from loaders.sources.followthemoney_names import NameIndex, described
from loaders.sources.lines import STDIN, must_be_there
from loaders.sources.records import SourceRecord
from loaders.triple import NamedEntity, Triple

_KIND = "followthemoney/1"


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
        with closing(NameIndex()) as index:
            for path in (*self.base, *self.paths):
                index.read(path)
            index.tell_apart()
            for path in self.paths:
                for record in read_lines(path, self.ignored):
                    try:
                        if isinstance(record, FollowTheMoneyRecord):
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


def _stated(record: FollowTheMoneyRecord, index: NameIndex) -> SourceRecord:
    """What one entity of the source states. Raises MalformedRecord."""
    if record.op == "DEL":
        return SourceRecord(record.source, record.line, _document(record, None), withdrawn=True)
    rules = mapping()
    if record.schema == "Sanction":
        return _sanction(record, index)
    if (link := rules["links"].get(record.schema)) is not None:
        return _link(record, link, index)
    if record.schema in rules["nodes"]:
        return _seat(record, index)
    return SourceRecord(record.source, record.line, _document(record, None), passed_over="schema_states_nothing")


def _sanction(record: FollowTheMoneyRecord, index: NameIndex) -> SourceRecord:
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


def _authority(record: FollowTheMoneyRecord) -> NamedEntity | None:
    """Who lists: the authority, with its country where the name alone could be any country's; else the country or bloc."""
    name, code = record.first("authority"), (record.first("country") or "").lower()
    country = mapping()["blocs"].get(code) or (country_name(code) if code else None)
    if name is None:
        if country is None:
            return None
        return NamedEntity(country, EntityType.BLOC if code in mapping()["blocs"] else EntityType.COUNTRY)
    try:
        name = fields.name(mapping()["authorities"].get(name, name))
    except FieldProblem as problem:
        raise record.malformed("properties.authority", str(problem)) from None
    ministry = gazetteer().ministry(name)
    if ministry is not None and ministry.country is None and country is not None:
        name = f"{name} ({country})"
    return NamedEntity(name, EntityType.GOVERNMENT_BODY)


def _program(record: FollowTheMoneyRecord) -> NamedEntity | None:
    """The list; None where it has no name, or one too long to be one."""
    name = record.first("program") or record.first("programId")
    if name is None:
        return None
    try:
        return NamedEntity(fields.name(mapping()["lists"].get(name, name)), EntityType.POLICY)
    except FieldProblem:
        return None


def _link(record: FollowTheMoneyRecord, link: Mapping[str, Any], index: NameIndex) -> SourceRecord:
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


def _seat(record: FollowTheMoneyRecord, index: NameIndex) -> SourceRecord:
    """Where a firm or organisation is based, where the source tells one country."""
    name, type, aliases = described(record)
    if name is None:
        raise record.malformed(
            "properties.name", "is missing" if not record.properties.get("name") else "has no usable name"
        )
    document = _document(record, name)
    if type not in (EntityType.COMPANY, EntityType.ORGANIZATION):
        return SourceRecord(record.source, record.line, document, passed_over="only_describes")
    for at in mapping()["seat"]:
        countries = {found for code in record.properties.get(at, ()) if (found := country_name(code)) is not None}
        if len(countries) == 1:
            country = NamedEntity(countries.pop(), EntityType.COUNTRY)
            firm = index.mention(record.id) or NamedEntity(name, EntityType(type), tuple(aliases))
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


def _triple(subject: NamedEntity, words: str, object: NamedEntity, sentence: str, **more: Any) -> Triple:
    sentence = sentence[: fields.LONGEST_TEXT]
    return Triple(subject, words, object, sentence, Span(0, len(sentence)), **more)


def _ends(record: FollowTheMoneyRecord, at: str, index: NameIndex) -> list[NamedEntity]:
    """The entities that a property names. Raises MalformedRecord when it names none, or one that the files do not have."""
    if not (ids := record.properties.get(at)):
        raise record.malformed(f"properties.{at}", "is missing")
    mentions = []
    for id in ids:
        if (mention := index.mention(id)) is None:
            raise record.malformed(f"properties.{at}", f"names {id[:80]!r}, which the file does not have")
        mentions.append(mention)
    return mentions


def _in_order(record: FollowTheMoneyRecord, start: Any, end: Any) -> None:
    if start is not None and end is not None and end < start:
        raise record.malformed("properties.endDate", f"is {end}, before the start, {start}")


def _share(record: FollowTheMoneyRecord) -> float | None:
    """`percentage` as a part of one; a value that is no single number in [0, 100] is only kept in the words."""
    value = (record.first("percentage") or "").strip().removesuffix("%").replace(",", ".")
    try:
        share = float(value) / 100
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def _amount(record: FollowTheMoneyRecord) -> str | None:
    for name, currency in (("amountEur", "EUR"), ("amountUsd", "USD"), ("amount", record.first("currency") or "")):
        if (value := record.first(name)) is not None:
            return f"{value} {currency}".strip()[:80]
    return None


def _text(record: FollowTheMoneyRecord, at: str) -> str | None:
    try:
        return fields.text(record.first(at), fields.LONGEST_NAME)
    except FieldProblem as problem:
        raise record.malformed(f"properties.{at}", str(problem)) from None


def _document(record: FollowTheMoneyRecord, title: str | None, publisher: str | None = None) -> Document:
    """The record itself, with the page it points at; several records may point at one page."""
    url = record.first("sourceUrl")
    return Document(
        id=document_id(source=f"followthemoney:{record.id}"),
        title=(title or record.caption or record.id)[: fields.LONGEST_NAME],
        url=url[:2_000] if url is not None and url.startswith(("http://", "https://")) else None,
        publisher=(publisher or record.publisher or "")[: fields.LONGEST_NAME] or None,
    )
