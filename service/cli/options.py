"""Values of options that are terms of the vocabulary or days."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from graph_schema.errors import QuestionError, UnknownTerm

T = TypeVar("T", bound=StrEnum)
Timeout = Annotated[
    int | None,
    typer.Option(
        help="Milliseconds until the search stops; not given: `CHOKEPOINT_SERVICE_TIMEOUT_MS`.",
        min=1,
        show_default=False,
    ),
]


def choose(kind: type[T], what: str, names: Iterable[str] | None) -> tuple[T, ...]:
    """Terms by name, case and hyphens apart. Raises UnknownTerm, which lists the valid ones."""
    known = {_plain(member.value): member for member in kind}
    found = []
    for name in names or ():
        if (term := known.get(_plain(name))) is None:
            raise UnknownTerm(what, name, [member.value for member in kind])
        found.append(term)
    return tuple(found)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


def moment(text: str | None) -> dt.datetime | None:
    """A time as 2026-11-24T12:00:00Z, in UTC where it names no zone; a day means its end. Raises QuestionError."""
    if text is None:
        return None
    try:
        time = dt.datetime.fromisoformat(f"{text}T23:59:59" if len(text) == len("2026-11-24") else text)
    except ValueError as error:
        raise QuestionError(f"{text!r} is not a time; write it as 2026-11-24 or 2026-11-24T12:00:00Z") from error
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def day(text: str | None) -> dt.date | None:
    """A day as YYYY-MM-DD. Raises QuestionError."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(f"{text!r} is not a day; write it as 2026-11-24") from error
