"""Dates that a sentence gives its statement, resolved against the day of publication."""

import datetime as dt
import re

from spacy.tokens import Token

_MONTHS = {
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
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<day2>\d{{1,2}}) (?P<month2>{_MONTH})(?:,? (?P<year2>\d{{4}}))?)\b",
    re.IGNORECASE,
)
_DAY_WORD = re.compile(
    r"\b(?P<word>yesterday|today)\b|\bon (?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)


def find_date(text: str, published: dt.date | None) -> dt.date | None:
    """The one day that `text` names; None when it names none or several.

    A day without a year is the one nearest to `published`; "on Friday" the last Friday up to it; "yesterday" the day
    before it. Without `published` only full dates count.
    """
    found = {date for match in _DATE.finditer(text) if (date := _absolute(match, published)) is not None}
    if not found and published is not None:
        for match in _DAY_WORD.finditer(text):
            if match["word"]:
                found.add(published - dt.timedelta(days=match["word"].casefold() == "yesterday"))
            else:
                behind = (published.weekday() - _WEEKDAYS[match["weekday"].casefold()]) % 7
                found.add(published - dt.timedelta(days=behind))
    return found.pop() if len(found) == 1 else None


def _absolute(match: re.Match[str], published: dt.date | None) -> dt.date | None:
    try:
        if match["iso"]:
            return dt.date.fromisoformat(match["iso"])
        month = _MONTHS[(match["month"] or match["month2"]).casefold()]
        day = int(match["day"] or match["day2"])
        if year := (match["year"] or match["year2"]):
            return dt.date(int(year), month, day)
        if published is None:
            return None
        near = [dt.date(year, month, day) for year in (published.year - 1, published.year, published.year + 1)]
    except ValueError:
        return None
    return min(near, key=lambda date: abs((date - published).days))


def date_of(trigger: Token, published: dt.date | None) -> dt.date | None:
    """The date that the clause of `trigger` gives."""
    verb = trigger
    while verb.pos_ not in ("VERB", "AUX") and verb.head != verb:
        verb = verb.head
    return find_date(trigger.doc[verb.left_edge.i : verb.right_edge.i + 1].text, published)
