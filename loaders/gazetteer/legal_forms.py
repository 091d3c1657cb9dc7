"""What only says a firm's legal form, before or after its name, in the scripts and languages of many markets."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from loaders.gazetteer.entries import read_data

_QUOTES = " \"'“”‘’«»„‟"
_BLANK = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class _Forms:
    """`legal_forms.yaml` as patterns."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    last_words: frozenset[str]
    """How the last word of a name may end for `after` to be worth a try; without points, in one case."""


@cache
def _forms() -> _Forms:
    data = read_data("legal_forms.yaml")
    joined = _any(re.escape(unicodedata.normalize("NFKC", form)) for form in data["joined"])
    suffixes = [*data["suffixes"], *data["suffixes_as_written"]]
    return _Forms(
        before=re.compile(
            rf"^(?:(?:(?i:{_any(map(_pattern, data['prefixes']))})|{_any(map(_pattern, data['prefixes_as_written']))})"
            rf"[\s,.]+|(?:{joined})\s*)"
        ),
        after=re.compile(
            rf"(?:[\s,]+(?:(?i:{_any(map(_pattern, data['suffixes']))})"
            rf"|{_any(map(_pattern, data['suffixes_as_written']))})\.?|\s*(?:{joined}))$"
        ),
        last_words=frozenset(end for suffix in suffixes for end in _ends(suffix)),
    )


def _any(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True))


def _pattern(form: str) -> str:
    """A form with its points, commas and blanks optional; two single letters need their points, else "EV" were "e.V."."""
    words = []
    for word in form.split():
        letters = word.split(".")
        words.append((r"\.?\s?" if len(letters) > 2 else r"\.\s?").join(map(re.escape, letters)))
    return r"[.,]*\s*".join(words)


def _ends(form: str) -> list[str]:
    last = form.split()[-1].casefold().split(".")
    return ["".join(last[index:]) for index in range(len(last))]


@lru_cache(maxsize=65_536)
def strip_legal_form(name: str) -> str:
    """`name` without what only says its legal form: "ACM Research Inc" is "ACM Research", "ООО «Ромашка»" is "Ромашка".

    "Holdings" and "Group" stay: they tell a parent from its unit. A name that is nothing but its form stays as it is.
    """
    forms = _forms()
    whole = name
    while True:
        shorter = name
        if (match := forms.before.match(name)) is not None and match.end():
            shorter = name[match.end() :]
        elif _may_end_in_form(name, forms) and (match := forms.after.search(name)) is not None:
            shorter = name[: match.start()].rstrip(" ,&")
        if shorter == name:
            return name if name == whole else name.strip(_QUOTES)
        if not any(map(str.isalnum, shorter)) or shorter.casefold() in ("the", "a", "and"):
            return name
        name = shorter


def is_legal_form(text: str) -> bool:
    """Whether `text` says nothing but a legal form: the 株 of "日立(株)"."""
    return text in ("株", "有", "同", "주", "유") or _forms().after.fullmatch(f" {text}") is not None


def _may_end_in_form(name: str, forms: _Forms) -> bool:
    if not name.isascii():
        return True
    return _BLANK.split(name)[-1].replace(".", "").casefold() in forms.last_words
