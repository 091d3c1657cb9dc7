"""Expressions of time in a text, as periods of days: "on Friday", "in August", "last year", "two weeks ago", "since 2019".

What is relative is resolved against the day of publication; without one, only what names its year counts.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_NUMBERS = {
    name: number
    for number, names in enumerate(
        ("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
    for name in names.split()
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_SHIFTS = {"last": -1, "this": 0, "current": 0, "next": 1, "coming": 1}


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both within."""

    first: dt.date
    last: dt.date


class DateBound(Enum):
    """How a period bounds what is stated."""

    AT = auto()
    """It happened within."""
    SINCE = auto()
    """It holds from then on."""
    UNTIL = auto()
    """It holds up to then."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Words that name a period, at characters `start` to `end` of the text."""

    start: int
    end: int
    period: DateRange
    bound: DateBound


@dataclass(frozen=True, slots=True)
class _Anchor:
    published: dt.date | None
    ahead: bool
    """Whether the text looks forward: an unfinished name of a time means the next one, not the last."""

    @property
    def day(self) -> dt.date:
        if self.published is None:
            raise ValueError("relative to a day that is not known")
        return self.published


def _day(day: dt.date) -> DateRange:
    return DateRange(day, day)


def _month(year: int, month: int) -> DateRange:
    return DateRange(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]))


def _year(year: int, *, last: int | None = None) -> DateRange:
    return DateRange(dt.date(year, 1, 1), dt.date(last or year, 12, 31))


def _quarter(year: int, quarter: int) -> DateRange:
    return DateRange(_month(year, 3 * quarter - 2).first, _month(year, 3 * quarter).last)


def _unit(day: dt.date, unit: str, shift: int) -> DateRange:
    """The week, month, quarter or year of `day`, moved by `shift` of them."""
    if unit == "day":
        return _day(day + dt.timedelta(days=shift))
    if unit == "week":
        monday = day - dt.timedelta(days=day.weekday()) + dt.timedelta(weeks=shift)
        return DateRange(monday, monday + dt.timedelta(days=6))
    if unit == "month":
        months = day.year * 12 + day.month - 1 + shift
        return _month(months // 12, months % 12 + 1)
    if unit == "quarter":
        quarters = day.year * 4 + (day.month - 1) // 3 + shift
        return _quarter(quarters // 4, quarters % 4 + 1)
    return _year(day.year + shift)


def _full_day(match: re.Match[str], anchor: _Anchor) -> DateRange:
    month, day = MONTHS[match["month"].casefold()], int(match["day"])
    if match["year"]:
        return _day(dt.date(int(match["year"]), month, day))
    years = (anchor.day.year - 1, anchor.day.year, anchor.day.year + 1)
    near = [dt.date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1]]
    return _day(min(near, key=lambda date: abs((date - anchor.day).days)))


def _named_month(match: re.Match[str], anchor: _Anchor) -> DateRange:
    month = MONTHS[match["month"].casefold()]
    if match["year"]:
        return _month(int(match["year"]), month)
    word = (match["shift"] or "").casefold()
    year = anchor.day.year
    if word == "next" or (not word and anchor.ahead):
        return _month(year + (month < anchor.day.month or (word == "next" and month == anchor.day.month)), month)
    return _month(year - (month > anchor.day.month or (word == "last" and month == anchor.day.month)), month)


def _weekday(match: re.Match[str], anchor: _Anchor) -> DateRange:
    ahead_by = (_WEEKDAYS[match["weekday"].casefold()] - anchor.day.weekday()) % 7
    word = (match["shift"] or "").casefold()
    if word == "next":
        return _day(anchor.day + dt.timedelta(days=ahead_by or 7))
    if word == "last":
        return _day(anchor.day - dt.timedelta(days=7 - ahead_by))
    return _day(anchor.day + dt.timedelta(days=ahead_by if anchor.ahead or not ahead_by else ahead_by - 7))


def _ago(match: re.Match[str], anchor: _Anchor) -> DateRange:
    count = _NUMBERS.get(match["count"].casefold()) or int(match["count"])
    if match["unit"] == "week":
        return _day(anchor.day - dt.timedelta(weeks=count)) if count == 1 else _unit(anchor.day, "week", -count)
    return _unit(anchor.day, match["unit"], -count)


def _of_quarter(match: re.Match[str], anchor: _Anchor) -> DateRange:
    quarter = int(match["quarter"]) if match["quarter"] else _ORDINALS[match["ordinal"].casefold()]
    if match["year"]:
        return _quarter(int(match["year"]), quarter)
    return _quarter(anchor.day.year + _SHIFTS[match["shift"].casefold()], quarter)


_MONTH = "(?P<month>" + "|".join(sorted((name.capitalize() for name in MONTHS), key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_PART = r"(?:(?:the )?(?:early|late|mid|middle of|end of|start of|beginning of)[ -]?)?"
_WEEKDAY = "(?P<weekday>" + "|".join(name.capitalize() for name in _WEEKDAYS) + r")\b"
_QUARTER = rf"(?:Q(?P<quarter>[1-4])|(?P<ordinal>{'|'.join(_ORDINALS)}) quarter(?: of)?)"
_COUNT = "(?P<count>" + "|".join(_NUMBERS) + r"|\d{1,2})"
_LEADS = (
    r"\b(?:[Ii]n|[Ss]ince|[Ff]rom|[Uu]ntil|[Tt]ill|[Tt]hrough|[Bb]y|[Aa]t|[Dd]uring|[Ss]tarting|[Bb]eginning|[Ee]ffective"
    r"|[Bb]etween|to|and)"
)

_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], _Anchor], DateRange]], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (r"\b(?P<iso>\d{4}-\d\d-\d\d)\b", lambda match, _: _day(dt.date.fromisoformat(match["iso"]))),
        (rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,\d)(?:,? {_YEAR})?", _full_day),
        (rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? {_YEAR})?", _full_day),
        (
            rf"\b{_QUARTER} (?:{_YEAR}|(?P<shift>last|this|next) year\b)",
            _of_quarter,
        ),
        (rf"\b{_MONTH},? (?:of )?(?P<shift>){_YEAR}", _named_month),
        (rf"\b{_PART}(?P<shift>last|this|next) {_MONTH}(?P<year>)", _named_month),
        (rf"{_LEADS} {_PART}(?P<shift>){_MONTH}(?P<year>)", _named_month),
        (rf"\b(?:on |(?P<shift>last|this|next) )?{_WEEKDAY}", _weekday),
        (rf"\b{_COUNT} (?P<unit>day|week|month|year)s? (?:ago|earlier)\b", _ago),
        (
            rf"\b{_PART}(?:the )?(?P<shift>{'|'.join(_SHIFTS)}) (?P<unit>week|month|quarter|year)\b(?! (?:of|in)\b)",
            lambda match, anchor: _unit(anchor.day, match["unit"], _SHIFTS[match["shift"].casefold()]),
        ),
        (
            r"\b(?P<word>[Yy]esterday|[Tt]oday|[Tt]onight|[Tt]omorrow)\b(?!['’]s)",
            lambda match, anchor: _unit(
                anchor.day, "day", {"yesterday": -1, "tomorrow": 1}.get(match["word"].casefold(), 0)
            ),
        ),
        (
            r"\b(?:[Ii]n|[Ss]ince|[Dd]uring) the (?P<decade>(?:19|20)\d0)s\b",
            lambda match, _: _year(int(match["decade"]), last=int(match["decade"]) + 9),
        ),
        (rf"{_LEADS} (?:the )?{_PART}{_YEAR}(?!s)", lambda match, _: _year(int(match["year"]))),
        (rf"\b(?:early|late|mid)[ -]{_YEAR}", lambda match, _: _year(int(match["year"]))),
        (rf"\b{_YEAR}(?=[-–](?:19|20)\d\d\b)", lambda match, _: _year(int(match["year"]))),
        (rf"(?<=\b(?:19|20)\d\d[-–]){_YEAR}", lambda match, _: _year(int(match["year"]))),
    )
)
_LEAD = re.compile(
    r"(?:\b(?P<since>since|from|starting|beginning|effective|as of)"
    r"|\b(?P<until>until|till|through|up to)"
    r"|\b(?P<vague>before|after|prior to|ahead of|following))(?: on| in| at| the)*\s*$",
    re.IGNORECASE,
)
_BRIDGE = re.compile(r"\s*(?:\b(?:to|and|until|through)\b|[-–])\s*$")
_LEADING = re.compile(rf"(?:{_LEADS}|\bon)\s+", re.IGNORECASE)


def time_expressions(text: str, published: dt.date | None, *, ahead: bool = False) -> list[TimeExpression]:
    """The periods that a text names, in its order. What only bounds from one side ("before May") is none.

    A day without a year is the one nearest to `published`; other unfinished names ("on Friday", "in August") mean the
    last such time up to it, with `ahead` the next one from it on.
    """
    found: list[TimeExpression] = []
    for start, end, period in sorted(_periods(text, _Anchor(published, ahead)), key=lambda one: one[0]):
        before = text[:start]
        lead = _LEAD.search(before)
        bound = DateBound.AT
        if found and _BRIDGE.fullmatch(text, found[-1].end, start) and found[-1].bound is not DateBound.UNTIL:
            opening = text[: found[-1].start].rstrip().casefold()
            dashed = not text[found[-1].end : start].strip().isalpha()
            if dashed or opening.endswith(("from", "between")):
                found[-1] = TimeExpression(found[-1].start, found[-1].end, found[-1].period, DateBound.SINCE)
                bound = DateBound.UNTIL
        elif lead is not None and lead["vague"]:
            continue
        elif lead is not None:
            bound = DateBound.SINCE if lead["since"] else DateBound.UNTIL
        found.append(TimeExpression(start, end, period, bound))
    return found


def _periods(text: str, anchor: _Anchor) -> Iterator[tuple[int, int, DateRange]]:
    """Start, end and period of each expression; what one pattern has read, no later one reads."""
    taken = [False] * len(text)
    for pattern, resolve in _PATTERNS:
        for match in pattern.finditer(text):
            lead = _LEADING.match(text, match.start(), match.end())
            start = match.start() if lead is None else lead.end()
            if any(taken[start : match.end()]):
                continue
            taken[start : match.end()] = [True] * (match.end() - start)
            try:
                yield start, match.end(), resolve(match, anchor)
            except (ValueError, OverflowError):
                continue  # no day of the calendar, or relative to nothing
