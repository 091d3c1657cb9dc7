"""The chip supply chain of the Emerging Technology Observatory: a folder of five tables in; who provides what, with share
and year, where firms sit, and what goes into what out.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from graph_schema.domain import Document, Span
from graph_schema.errors import MalformedRecord, SettingsError, SourceUnavailable
from graph_schema.ids import document_id
from graph_schema.vocabulary import EntityType, RelationType
from loaders.settings import LoadSettings
from loaders.sources import fields
from loaders.sources.countries import country_name
from loaders.sources.definition import NamedArguments, RefusedFile, SourceDefinition
from loaders.sources.fields import FieldProblem
from loaders.sources.lines import must_be_there, source_name
from loaders.sources.records import SourceRecord
from loaders.sources.tables import Row, read_table
from loaders.triple import NamedEntity, Triple

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "stages.csv": ("stage_id", "stage_name"),
    "inputs.csv": ("input_id", "input_name", "type"),
    "providers.csv": ("provider_id", "provider_name", "provider_type", "country"),
    "provision.csv": ("provider_id", "provided_id", "share_provided", "negligible_market_share"),
    "sequence.csv": ("input_id", "goes_into_id", "is_type_of_id"),
}
"""The five tables in the order in which they are read, each with the columns that it must have."""

_ALSO_READ = {
    *(column for columns in COLUMNS.values() for column in columns),
    *("provider_name", "provided_name", "input_name", "goes_into_name", "is_type_of_name"),
    "market_share_chart_global_market_size_info",
}
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%", re.ASCII)
_YEAR = re.compile(r"\((\d{4})\)\s*$", re.ASCII)


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load(files("loaders.sources").joinpath("eto.yaml").read_text("utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class _Thing:
    """A stage, input, firm or country, and the year that shares in it are of."""

    mention: NamedEntity | None
    """None for providers that are nobody in particular."""
    year: int


@dataclass(slots=True)
class SupplyChain:
    """A folder with the five tables. What firms, countries and things are called is kept in memory: a few hundred names.

    With `mended`, rows by table that were refused before, these are all that is stated: the folder tells what they refer to.
    """

    folder: str
    mended: Mapping[str, str] | None = None
    """File of each table that has such rows."""
    ignored: set[str] = field(default_factory=set)
    kind: str = "eto/1"
    rereads: bool = False

    @property
    def paths(self) -> Sequence[str]:
        """The five tables. Raises SourceUnavailable naming those that the folder lacks."""
        folder = Path(self.folder)
        if absent := [name for name in COLUMNS if not (folder / name).is_file()]:
            raise SourceUnavailable(
                f"{self.folder}: no {', '.join(absent)}; expected a folder with {', '.join(COLUMNS)}"
            )
        return [*(str(folder / name) for name in COLUMNS), *(self.mended or {}).values()]

    def records(self) -> Iterator[SourceRecord | MalformedRecord]:
        """One record per row of the tables. Raises SourceUnavailable, SourceError."""
        known: dict[str, _Thing] = {}
        for path, table in zip(self.paths, COLUMNS, strict=False):
            stated = self._table(path, table, known)
            if self.mended is None:
                yield from stated
                continue
            deque(stated, maxlen=0)
            if table in self.mended:
                yield from self._table(self.mended[table], table, known)

    def _table(self, path: str, table: str, known: dict[str, _Thing]) -> Iterator[SourceRecord | MalformedRecord]:
        for row in read_table(path, COLUMNS[table]):
            if isinstance(row, MalformedRecord):
                yield row
                continue
            self.ignored.update(row.values.keys() - _ALSO_READ)
            try:
                yield _READERS[table](_Cells(source_name(path), row), known)
            except MalformedRecord as error:
                yield error


class SupplyChainArguments(NamedArguments):
    """Of `eto`."""

    name: str = "eto"
    """Name of the source in the graph."""
    folder: str
    """Folder with stages, inputs, providers, provision and sequence.csv."""


def _supply_chain(arguments: SupplyChainArguments, _: LoadSettings) -> SupplyChain:
    chain = SupplyChain(arguments.folder)
    must_be_there(*chain.paths)
    return chain


def _retried(files: Sequence[RefusedFile], base: Sequence[str], _: LoadSettings) -> list[SupplyChain]:
    if len(base) != 1:
        raise SettingsError("rows of eto refer to other tables: give their folder as --base")
    return [SupplyChain(base[0], mended={source_name(file.path): file.path for file in files})]


SOURCE = SourceDefinition(
    name="eto",
    about="""Load the chip supply chain of the Emerging Technology Observatory: who provides what, with which share, and what goes
    into what.
    """,
    arguments=SupplyChainArguments,
    make=_supply_chain,
    retry=_retried,
    full_by_default=True,
)


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row, whose fields are asked for with what is expected of them."""

    source: str
    row: Row

    def name(self, column: str) -> str:
        try:
            return fields.name(self.row.values.get(column))
        except FieldProblem as problem:
            raise self.malformed(column, str(problem)) from None

    def thing(self, column: str, known: Mapping[str, _Thing]) -> _Thing:
        id = self.name(column)
        if id not in known:
            raise self.malformed(column, f"is {id!r}, which no table defines")
        return known[id]

    def named(self, column: str, known: Mapping[str, _Thing]) -> NamedEntity:
        mention = self.thing(column, known).mention
        if mention is None:
            raise self.malformed(column, f"is {self.get(column)!r}, which is nobody in particular")
        return mention

    def define(self, column: str, thing: _Thing, known: dict[str, _Thing]) -> None:
        id = self.name(column)
        if id in known:
            raise self.malformed(column, f"is {id!r}, which is defined twice")
        known[id] = thing

    def get(self, column: str) -> str | None:
        return self.row.values.get(column)

    def malformed(self, column: str | None, problem: str) -> MalformedRecord:
        return self.row.malformed(self.source, column, problem)

    def record(self, *triples: Triple, passed_over: str | None = None) -> SourceRecord:
        return SourceRecord(
            self.source, self.row.line, _document(), triples, passed_over, raw=self.row.raw, header=self.row.header
        )


def _stage(cells: _Cells, known: dict[str, _Thing]) -> SourceRecord:
    cells.define("stage_id", _Thing(_mention(cells.name("stage_name"), EntityType.TECHNOLOGY), _year(cells)), known)
    return cells.record(passed_over="only_describes")


def _input(cells: _Cells, known: dict[str, _Thing]) -> SourceRecord:
    types, kind = _data()["types"], cells.name("type")
    if kind not in types:
        raise cells.malformed("type", f"is {kind!r}, expected {', '.join(types)}")
    mention = _mention(cells.name("input_name"), EntityType(types[kind]))
    cells.define("input_id", _Thing(mention, _year(cells)), known)
    if cells.get("stage_id") is None:
        return cells.record(passed_over="only_describes")
    return cells.record(_triple(mention, "is a part of", cells.named("stage_id", known), RelationType.RELATED_TO))


def _provider(cells: _Cells, known: dict[str, _Thing]) -> SourceRecord:
    name, kind = cells.name("provider_name"), cells.name("provider_type")
    if name in _data()["nobody"]:
        cells.define("provider_id", _Thing(None, 0), known)
        return cells.record(passed_over="nobody_in_particular")
    if kind == "country":
        cells.define("provider_id", _Thing(_country(cells, "provider_name"), 0), known)
        return cells.record(passed_over="only_describes")
    if kind != "organization":
        raise cells.malformed("provider_type", f"is {kind!r}, expected country or organization")
    firm = _mention(name, EntityType.COMPANY)
    country = _country(cells, "country") if cells.get("country") is not None else None
    cells.define("provider_id", _Thing(firm, 0), known)
    if country is None:
        return cells.record(passed_over="only_describes")
    return cells.record(_triple(firm, "is headquartered in", country, RelationType.LOCATED_IN))


def _provision(cells: _Cells, known: dict[str, _Thing]) -> SourceRecord:
    provider, provided = cells.thing("provider_id", known), cells.thing("provided_id", known)
    share, how = None, ""
    if (written := cells.get("share_provided")) is not None:
        if (match := _SHARE.fullmatch(written.strip())) is None or float(match[1]) > 100:
            raise cells.malformed("share_provided", f"is {written!r}, expected a percentage such as 61%")
        share, how = float(match[1]) / 100, f" with a market share of {match[1]}% ({provided.year})"
    elif cells.get("negligible_market_share") is not None:
        how = " with a negligible market share"
    if provider.mention is None:
        return cells.record(passed_over="nobody_in_particular")
    thing = cells.named("provided_id", known)
    year = fields.date(provided.year) if share is not None else None
    return cells.record(
        _triple(provider.mention, "provides", thing, RelationType.PRODUCES, how=how, share=share, date=year)
    )


def _sequence(cells: _Cells, known: dict[str, _Thing]) -> SourceRecord:
    part = cells.named("input_id", known)
    if cells.get("goes_into_id") is not None:
        whole = cells.named("goes_into_id", known)
        if whole.type is EntityType.PRODUCT:
            return cells.record(_triple(whole, "uses", part, RelationType.USES))
        return cells.record(_triple(part, "goes into", whole, RelationType.RELATED_TO))
    if cells.get("is_type_of_id") is None:
        raise cells.malformed("goes_into_id", "is empty, and so is is_type_of_id")
    sort = cells.named("is_type_of_id", known)
    return cells.record(_triple(part, "is a type of", sort, RelationType.RELATED_TO))


_READERS = {
    "stages.csv": _stage,
    "inputs.csv": _input,
    "providers.csv": _provider,
    "provision.csv": _provision,
    "sequence.csv": _sequence,
}


def _country(cells: _Cells, column: str) -> NamedEntity:
    code = cells.name(column)
    name = country_name(_data()["countries"].get(code, code))
    if name is None:
        raise cells.malformed(column, f"is {code!r}, expected an ISO 3166-1 alpha-3 code")
    return NamedEntity(name, EntityType.COUNTRY)


def _mention(name: str, type: EntityType) -> NamedEntity:
    return NamedEntity(_data()["names"].get(name, name), type)


def _year(cells: _Cells) -> int:
    match = _YEAR.search(cells.get("market_share_chart_global_market_size_info") or "")
    return int(match[1]) if match is not None else int(_data()["year"])


def _triple(
    subject: NamedEntity, words: str, object: NamedEntity, relation: RelationType, *, how: str = "", **more: Any
) -> Triple:
    sentence = f"{subject.name} {words} {object.name}{how}."
    return Triple(subject, words, object, sentence, Span(0, len(sentence)), relation=relation, **more)


@cache
def _document() -> Document:
    data = _data()["document"]
    return Document(id=document_id(url=data["url"]), **data)
