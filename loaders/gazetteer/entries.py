"""The gazetteer's data read from YAML: every entry with all the forms under which it may be written."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import translation
from importlib.resources import files
from typing import Any

import pycountry
import yaml

from graph_schema.vocabulary import EntityType

_OTHER_KEYS = frozenset({"departments", "ministries", "seats"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """A known entity: canonical name, type, other names (no adjectives, capitals or offices)."""

    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()


class FormKind(StrEnum):
    """How a form stands for its entity."""

    NAME = "name"
    ADJECTIVE = "adjective"
    """Demonym or adjective: Chinese."""
    CAPITAL = "capital"
    """A city that is itself where it is, and the country or bloc where it acts: Beijing."""
    OFFICE = "office"
    """A building or office that stands for the government: the Kremlin."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an entry."""

    text: str
    kind: FormKind
    entry: GazetteerEntry


def read_data(file: str) -> dict[str, Any]:
    """One YAML file of `data/`."""
    content = files("loaders.gazetteer").joinpath("data", file).read_text("utf-8")
    document: dict[str, Any] = yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader, in C where it is built
    return document


def forms() -> Iterator[Form]:
    """Every form of every entry, in the order of the files: the first of two equal ones is the better known."""
    yield from _countries()
    for file in ("organizations.yaml", "bodies.yaml", "companies.yaml", "policies.yaml", "things.yaml", "people.yaml"):
        yield from _entries(read_data(file))
    yield from _departments(read_data("bodies.yaml")["departments"])
    for city, bloc in read_data("organizations.yaml")["seats"].items():
        yield from _capital(city, GazetteerEntry(bloc, EntityType.BLOC))
    yield from _entries(read_data("places.yaml"))


def _entries(data: dict[str, Any]) -> Iterator[Form]:
    for label, rows in data.items():
        if label in _OTHER_KEYS:
            continue
        for name, aliases in rows.items():
            entry = GazetteerEntry(name, EntityType(label), tuple(aliases))
            for text in (name, *aliases):
                yield Form(text, FormKind.NAME, entry)


def _departments(data: dict[str, list[str]]) -> Iterator[Form]:
    for portfolio in data["US"]:
        bare = portfolio.removeprefix("the ")
        stems = (f"Department of {portfolio}", f"Department of {bare}", f"{bare} Department")
        aliases = tuple(
            dict.fromkeys(f"{country} {stem}" for country in ("US", "U.S.", "United States") for stem in stems)
        )
        entry = GazetteerEntry(f"US Department of {portfolio}", EntityType.GOVERNMENT_BODY, aliases)
        for text in (entry.name, *aliases):
            yield Form(text, FormKind.NAME, entry)


def _countries() -> Iterator[Form]:
    for code, row in read_data("countries.yaml").items():
        aliases = dict.fromkeys([*row.get("also", ()), *_official_names(code)])
        aliases.pop(row["name"], None)
        entry = GazetteerEntry(row["name"], EntityType.COUNTRY, tuple(aliases))
        for text in (entry.name, *entry.aliases, *_inverted_names(code)):
            yield Form(text, FormKind.NAME, entry)
        for text in row.get("adj", ()):
            yield Form(text, FormKind.ADJECTIVE, entry)
        for text in row.get("office", ()):
            yield Form(text, FormKind.OFFICE, entry)
        if capital := row.get("capital"):
            yield from _capital(capital, entry)


def _capital(city: str, governed: GazetteerEntry) -> Iterator[Form]:
    yield Form(city, FormKind.CAPITAL, governed)
    yield Form(city, FormKind.NAME, GazetteerEntry(city, EntityType.PLACE))


def _official_names(code: str) -> Iterator[str]:
    country = pycountry.countries.get(alpha_2=code) if len(code) == 2 else None
    if country is None or code == "TW":
        return
    for name in (country.name, getattr(country, "official_name", None), getattr(country, "common_name", None)):
        if name and "," not in name:
            yield name
            chinese = _chinese().gettext(name)
            if chinese != name and len(chinese) > 1:
                yield chinese


def _inverted_names(code: str) -> Iterator[str]:
    """As lists of countries sort them: "Korea, Republic of", and with brackets, as the United Nations do."""
    country = pycountry.countries.get(alpha_2=code) if len(code) == 2 else None
    if country is not None and "," in country.name:
        first, rest = country.name.split(", ", 1)
        yield from (country.name, f"{first} ({rest})")


@cache
def _chinese() -> Any:
    return translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_TW", "zh_CN"])
