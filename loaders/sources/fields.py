"""From the text of one field to its value. Every function raises FieldProblem, saying what was expected."""

import calendar
import datetime as dt
import re
import unicodedata
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)

LONGEST_NAME = 300
LONGEST_TEXT = 20_000

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]\d{1,2}:\d{2}.*)?", re.ASCII | re.DOTALL)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_PERCENTAGE = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?%", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEY = re.compile(r"[^0-9a-z]+")


class FieldProblem(ValueError):
    """A field does not hold what it should; the message follows the field's name: `is empty`."""


def text(value: object, longest: int = LONGEST_TEXT) -> str | None:
    """The text of a field with its white space tidied; None when there is none."""
    if value is None:
        return None
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FieldProblem("is not text")
        value = str(value)
    result = " ".join(value.split())
    if "\0" in result:
        raise FieldProblem("contains a NUL character")
    if not result.isascii() and _SURROGATE.search(result):
        raise FieldProblem("contains half of a character (a lone surrogate)")
    if len(result) > longest:
        raise FieldProblem(f"is {len(result):,} characters long, at most {longest:,} are read")
    return result or None


_NO_VALUE = frozenset(
    [
        "NaN",
        "nan",
        "NULL",
        "null",
        "None",
        "none",
        "N/A",
        "n/a",
        "#N/A",
        "NIL",
        "nil",
        "\\N",
        "undefined",
        "<NA>",
        "(none)",
        "(null)",
    ]
)
"""As databases, spreadsheets and pandas write it. "Null", "Na" and "NA" are surnames and Namibia."""


def name(value: object) -> str:
    """The name of an entity: not empty, with a letter or digit in it, and not what tables write where there is none."""
    result = text(value, LONGEST_NAME)
    if result is None:
        raise FieldProblem("is empty")
    if result in _NO_VALUE:
        raise FieldProblem(f"is {result!r}, which stands for no value")
    if not any(map(str.isalnum, result)):
        raise FieldProblem(f"has no letter or digit: {result!r}")
    return result


def date(value: object, *, end: bool = False) -> dt.date | None:
    """YYYY-MM-DD, also with a time, YYYYMMDD, YYYY-MM or YYYY; of a month or year the first day, with `end` the last.

    Registers write what they do not know as 00: 2019-00-00 is a year.
    """
    written = text(value, 40)
    return None if written is None else _day(written, end)


@lru_cache(maxsize=4_096)
def _day(written: str, end: bool) -> dt.date:
    match = _COMPACT_DATE.fullmatch(written) or _DATE.fullmatch(written)
    if match is None:
        raise FieldProblem(f"is {written!r}, expected a date as YYYY-MM-DD")
    year, month, day = (None if part is None else int(part) for part in match.groups())
    assert year is not None
    day = day or None
    month = month or (0 if day else None)
    try:
        if month is None:
            return dt.date(year, 12, 31) if end else dt.date(year, 1, 1)
        if day is None:
            return dt.date(year, month, calendar.monthrange(year, month)[1] if end else 1)
        return dt.date(year, month, day)
    except ValueError:
        raise FieldProblem(f"is {written!r}, which is no day of the calendar") from None


def probability(value: object) -> float | None:
    """A number in [0, 1], or a percentage: `51.5 %`, `51,5 %`."""
    written = text(value, 40)
    if written is None:
        return None
    percentage = _PERCENTAGE.fullmatch(written)
    try:
        number = float(percentage[1].replace(",", ".")) / 100 if percentage else float(written)
    except ValueError:
        raise FieldProblem(f"is {written!r}, expected a number from 0 to 1 or a percentage") from None
    if not 0 <= number <= 1:
        raise FieldProblem(f"is {written}, expected a number from 0 to 1 or a percentage")
    return number


def offset(value: object) -> int | None:
    """A count of characters."""
    written = text(value, 20)
    if written is None:
        return None
    if not (written.isascii() and written.isdigit()):
        raise FieldProblem(f"is {written!r}, expected a whole number")
    return int(written)


def term(value: object, kind: type[E]) -> E | None:
    """A term of the vocabulary, in any case, with blanks, hyphens or underscores between its words."""
    written = text(value, LONGEST_NAME)
    if written is None:
        return None
    terms = _terms(kind)
    found: E | None = terms.get(written) or terms.get(key(written))
    if found is None:
        raise FieldProblem(f"is {written!r}, expected one of {', '.join(member.value for member in kind)}")
    return found


@cache
def _terms(kind: type[E]) -> dict[str, E]:
    return {written: member for member in kind for written in (member.value, key(member.value))}


def key(words: str) -> str:
    """What is compared of a column's or term's name: its letters and digits."""
    return _KEY.sub("", unicodedata.normalize("NFKC", words).casefold())
