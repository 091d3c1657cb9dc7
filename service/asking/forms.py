"""The forms that questions may have: text in, readings out. Which entities the names in them mean is not looked at here."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from graph_schema.vocabulary import EntityType, RelationType

MOST_CHARACTERS = 200
"""Longest question that is read."""
_LEAD = r"(?:(?:please|can you|could you|tell me|show me|show|list|find|give me)[ ,]+(?:me )?)*"
_TAIL = r"(?:,? (?:and )?(?:who says so|since when|by what ties?|in which words))?"
"""Asked in passing; every answer tells it."""
_ENTITIES = ("id", "from", "to", "avoid", "lists", "owners", "without", "name")
_RELATION_WORDS = {
    "verb_base": "base",
    "verb_third": "third",
    "verb_past": "past",
    "subjects": "subjects",
    "objects": "objects",
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_DAY = re.compile(r"(?:(?P<month>[a-z]+) )?(?P<year>\d{4})(?:-(?P<m>\d\d)-(?P<d>\d\d))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """One way to ask for an operation."""

    operation: str
    says: str
    """An example."""
    patterns: tuple[re.Pattern[str], ...]
    direction: str | None
    types: tuple[RelationType, ...]


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """What a question may mean, with names as they stand in it."""

    form: QuestionForm
    names: Mapping[str, str]
    """Of entities, by argument."""
    kinds: tuple[EntityType, ...] = ()
    country: str | None = None
    relations: tuple[RelationType, ...] = ()
    direction: str | None = None
    since: dt.date | None = None


def readings(text: str) -> Iterator[QuestionReading]:
    """All readings of a question; one whose words are not all accounted for is none."""
    plain = " ".join(text.replace("’", "'").split()).strip(" ?!.")
    if len(plain) > MOST_CHARACTERS:
        return
    for form in forms():
        for pattern in form.patterns:
            if (match := pattern.fullmatch(plain)) is not None and (found := _reading(form, match)) is not None:
                yield found


def _reading(form: QuestionForm, match: re.Match[str]) -> QuestionReading | None:
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    since = None
    if "since" in said and (since := _day(said["since"])) is None:
        return None
    direction = said.get("direction", form.direction)
    return QuestionReading(
        form=form,
        names={name: said[name] for name in _ENTITIES if name in said},
        kinds=tuple(EntityType[kind] for kind in _words()["types"] if f"kind_{kind}" in said),
        country=next((name for name in _words()["countries"] if f"country_{_group(name)}" in said), None),
        relations=form.types or tuple(RelationType[name] for name in _words()["relations"] if _means(said, name)),
        direction=None if direction is None else direction.upper(),
        since=since,
    )


def _means(said: Mapping[str, str], relation: str) -> bool:
    return any(f"{relation}__{part}" in said for part in _RELATION_WORDS)


def _day(text: str) -> dt.date | None:
    """The first day of a year, month or day."""
    match = _DAY.fullmatch(text.strip())
    if match is None or (match["month"] and match["month"].lower() not in _MONTHS):
        return None
    month = _MONTHS[match["month"].lower()] if match["month"] else int(match["m"] or 1)
    try:
        return dt.date(int(match["year"]), month, int(match["d"] or 1))
    except ValueError:
        return None


@cache
def forms() -> tuple[QuestionForm, ...]:
    """The forms of forms.yaml, in its order."""
    listed: Sequence[Mapping[str, Any]] = yaml.safe_load(_data("forms.yaml"))
    return tuple(
        QuestionForm(
            operation=one["operation"],
            says=one["says"],
            patterns=tuple(pattern for text in one["patterns"].splitlines() for pattern in _compiled(text)),
            direction=one.get("direction"),
            types=tuple(RelationType[name] for name in one.get("types", ())),
        )
        for one in listed
    )


def _compiled(text: str) -> Iterator[re.Pattern[str]]:
    """The pattern, with the names in it as short and as long as may be: "Etch and clean and TSMC" is split either way."""
    for entity in (".+?", ".+") if len(re.findall(r"\{(?:" + "|".join(_ENTITIES) + r")\}", text)) > 1 else (".+?",):
        parts = {name: f"(?:the )?(?P<{name}>{entity})" for name in _ENTITIES}
        parts |= {name: f"(?:{words})" for name, words in _words()["words"].items()}
        parts |= {**_relation_parts()} | {
            "since": "(?P<since>.+)",
            "what": rf"(?:who|whom|what|(?:which|what) (?:{_kind()}))",
            "kind": f"(?:{_kind()})",
        }
        yield re.compile(_LEAD + _filled(text, parts) + _TAIL, re.IGNORECASE)


def _filled(text: str, parts: Mapping[str, str]) -> str:
    while (filled := re.sub(r"\{([a-z_]+)\}", lambda found: parts[found[1]], text)) != text:
        text = filled
    return text


@cache
def _kind() -> str:
    countries = "|".join(f"(?P<country_{_group(name)}>{words})" for name, words in _words()["countries"].items())
    kinds = "|".join(f"(?P<kind_{kind}>{words})" for kind, words in _words()["types"].items())
    return f"(?:(?:{countries}) )?(?:{kinds})"


@cache
def _relation_parts() -> Mapping[str, str]:
    """Words for relations, each in a group that names its relation."""
    known = _words()["relations"]
    return {
        part: "(?:"
        + "|".join(f"(?P<{type}__{part}>{words[key]})" for type, words in known.items() if key in words)
        + ")"
        for part, key in _RELATION_WORDS.items()
    }


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    words: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_data("words.yaml"))
    return words


def _group(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _data(name: str) -> str:
    return files("service.asking").joinpath(name).read_text("utf-8")
