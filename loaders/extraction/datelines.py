"""Datelines and bylines: where, when and by whom a text was sent. They date it, and are no part of what it says.

"DRESDEN, March 4 (Reuters) - ", "SAN JOSE, Calif., March 4, 2024 (GLOBE NEWSWIRE) -- ", "Dresden/Berlin - ", "By Jane Roe".
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from graph_schema.vocabulary import EntityType
from loaders.extraction.dates import MONTHS
from loaders.extraction.frames import read_yaml
from loaders.gazetteer import gazetteer
from loaders.triple import Triple

_HEAD_OF_TEXT = 2_000
"""Characters within which the dateline of a text stands."""
_WORD = r"[A-ZÀ-ÞŠŽŁĐ][\w’'.-]{0,30}"
_TOWN = rf"{_WORD}(?: (?:de|of|la|le|el|los|las|am|an der|upon|sur|do|da)(?= )| {_WORD}){{0,4}}?"
_MONTH = rf"(?:{'|'.join(sorted((name.capitalize() for name in MONTHS), key=len, reverse=True))})\b\.?"
_DAY = (
    rf"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? )?"
    rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,? \d{{4}})?|\d{{1,2}} {_MONTH}(?:,? \d{{4}})?)"
)
_HEAD = re.compile(
    rf"(?:(?<=[\n>])|(?<=[.!?\"”] )|\A)[ \t]*(?:\#\#\#[ \t]*)?"
    rf"(?:(?P<towns>{_TOWN}(?:(?: ?/ ?|; | and ){_TOWN}){{0,3}})"
    rf"(?P<region>(?:, (?!{_MONTH}){_TOWN}(?=\.?[,;:/( –—-])\.?){{0,2}}))?"
    rf"(?:[,:;]? ?(?P<day>(?i:{_DAY})))?"
    rf"(?:,? ?(?:\((?P<agency>[A-Za-z][\w&.’'/ -]{{1,40}})\)|/ ?(?P<wire>[A-Z][\w -]{{2,40}}?) ?/))?"
    rf"(?:\s*(?:--|—|–)\s*|\s+-\s+|\s*-\s+(?=[A-Z“\"])|:\s+(?=[A-Z“\"]))"
)
_BYLINE = re.compile(
    rf"(?:(?<=\n)|\A)[ \t]*(?:By|BY|Von|Written by|Reported by)[ \t]+{_WORD}(?:[ \t]+(?:and|,|&|{_WORD})){{1,8}}"
    rf"(?:[ \t]*[,|/–—-][ \t]*[A-Z][\w&. -]{{1,40}})?[ \t]*(?=\n|\Z)"
    rf"|\((?:Reporting|Additional reporting|Writing|Editing|Compiled|Translated) by [^()\n]{{3,300}}\)"
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """Characters [start, end) of a text that say where, when and by whom it was sent."""

    start: int
    end: int
    day: str | None = None
    """The words that name a day."""


def datelines(text: str) -> Iterator[Dateline]:
    """All datelines and bylines of a text, in its order."""
    found = [Dateline(match.start(), match.end()) for match in _BYLINE.finditer(text)]
    found += [Dateline(head.start(), head.end(), head["day"]) for head in _HEAD.finditer(text) if _is_dateline(head)]
    last = 0
    for line in sorted(found, key=lambda line: line.start):
        if line.start >= last:
            yield line
            last = line.end


def dateline_day(text: str, published: dt.date | None) -> dt.date | None:
    """The day on which a text was sent, as its first dateline says; None when it does not.

    A year that the dateline leaves out is the latest that does not lead past `published`.
    """
    written = next((line.day for line in datelines(text[:_HEAD_OF_TEXT]) if line.day is not None), None)
    if written is None:
        return None
    month = next(MONTHS[word] for word in re.findall(r"[a-z]+", written.casefold()) if word in MONTHS)
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    if len(numbers) > 1:
        return _day(numbers[1], month, numbers[0])
    if published is None:
        return None
    days = (_day(year, month, numbers[0]) for year in range(published.year, published.year - 5, -1))
    return next((day for day in days if day is not None and day <= published), None)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _is_dateline(match: re.Match[str]) -> bool:
    """Whether what looks like one names a place, and is sure enough: by an agency, a day, capitals, or a known place."""
    sender, with_colon = match["agency"] or match["wire"], match.group().rstrip().endswith(":")
    if match["towns"] is None:
        return not with_colon and (match["day"] is not None or (sender is not None and _is_agency(sender)))
    towns = [town.strip() for town in re.split(r" ?/ ?|; | and ", match["towns"])]
    if all(map(_is_agency, towns)):
        return True
    if any(map(_is_firm, towns)):
        return False
    known = any(map(_is_place, towns))
    if with_colon:  # "NEW DELHI: …"; a country and a colon begin a list
        return known and not any(
            gazetteer().lookup(town, EntityType.COUNTRY) == gazetteer().lookup(town) for town in towns
        )
    if sender is not None:
        return _is_agency(sender) or all(town.isupper() for town in towns)
    if match["day"] is not None:
        return known or bool(match["region"]) or all(town.isupper() for town in towns)
    in_capitals = all(town.isupper() and len(town) > 4 and len(town.split()) < 3 for town in towns)
    return known or in_capitals or (len(towns) > 1 and "/" in match["towns"])


def _is_agency(name: str) -> bool:
    plain = name.casefold().strip(" .")
    return plain in _agencies() or plain.split()[-1] in _agency_words()


@cache
def _agencies() -> frozenset[str]:
    return frozenset(read_yaml("datelines.yaml")["agencies"])


@cache
def _agency_words() -> frozenset[str]:
    return frozenset(read_yaml("datelines.yaml")["agency_words"])


def _is_firm(name: str) -> bool:
    form = next(iter(gazetteer().matches(name.title() if name.isupper() and len(name) > 4 else name)), None)
    return form is not None and form.entry.type not in (EntityType.PLACE, EntityType.COUNTRY, EntityType.BLOC)


def _is_place(name: str) -> bool:
    forms = gazetteer().matches(name.title() if name.isupper() else name)
    return any(form.entry.type in (EntityType.PLACE, EntityType.COUNTRY) for form in forms)


def dated(triples: Iterable[Triple], day: dt.date | None) -> list[Triple]:
    """`triples` with the day on which their text was sent, where the text gives them no other."""
    return [triple if triple.date is not None or day is None else replace(triple, date=day) for triple in triples]
