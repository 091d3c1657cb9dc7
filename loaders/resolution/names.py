"""What a name alone says: its tidy form, the alias in its brackets, the type that its own words tell."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from opencc import OpenCC

from graph_schema.vocabulary import EntityType
from loaders.gazetteer import has_han

_QUOTES = "\"'“”‘’«»„‚`"
_ARTICLE = re.compile(r"^(?:the|a|an)\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)
_BRACKET = re.compile(r"^(?P<name>[^()（）]*\S)\s*[(（](?P<inner>[^()（）]+)[)）]$")


@dataclass(frozen=True, slots=True)
class _Words:
    """`resolution.yaml`, ready to look up."""

    offices_of: dict[str, EntityType]
    last_words: dict[str, EntityType]
    firm_words: frozenset[str]


@cache
def _words() -> _Words:
    data = yaml.safe_load(files("loaders.resolution").joinpath("resolution.yaml").read_text("utf-8"))
    return _Words(
        offices_of={word: EntityType(type) for type, words in data["offices_of"].items() for word in words},
        last_words={word: EntityType(type) for type, words in data["last_words"].items() for word in words},
        firm_words=frozenset(data["firm_words"]),
    )


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2tw")


def tidy(name: str) -> str:
    """`name` in compatibility form, without outer quotes, closing punctuation, or doubled blanks."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    return plain.strip(_QUOTES + " ").rstrip(",;:!? ") or plain


def without_article(name: str) -> str:
    """`the Pentagon` as `Pentagon`."""
    return _ARTICLE.sub("", name)


def without_possessive(name: str) -> str:
    """`Intel's` as `Intel`, `ACM units'` as `ACM units`."""
    return _POSSESSIVE.sub("", name)


def split_bracket(name: str) -> tuple[str, str | None]:
    """`Huawei (華為)` as the name and its alias: Chinese or an acronym; a bracket that qualifies the name stays in it."""
    if (match := _BRACKET.match(name)) is None:
        return name, None
    outer, inner = match["name"], match["inner"].strip()
    if has_han(inner) or has_han(outer) or (inner.isupper() and _initials_match(outer, inner)):
        return outer, inner
    return name, None


def traditional(name: str) -> str:
    """`name` with its Chinese characters in traditional form, so that 华为 and 華為 are one name."""
    return _to_traditional().convert(name) if has_han(name) else name


def told_type(name: str) -> EntityType | None:
    """The type that the words of a name tell; None when they tell nothing."""
    words = _words()
    parts = name.casefold().split()
    if len(parts) > 2 and parts[1] in ("of", "for") and (type := words.offices_of.get(parts[0])) is not None:
        return type
    if is_proper(name) and len(parts) > 1 and parts[-1] in words.firm_words:
        return EntityType.COMPANY
    return words.last_words.get(" ".join(parts[-2:])) or words.last_words.get(parts[-1])


def is_proper(name: str) -> bool:
    """Whether the name is written as a proper one: a capital, a digit or a letter without case begins a word."""
    return any(not word[0].islower() for word in name.split())


def best_name(names: Collection[str]) -> str:
    """The name to show among several spellings of one, whatever the order they came in: rather mixed case than one case."""

    def rank(name: str) -> tuple[int, str]:
        shouted = len(name.split()) > 1 and name.isupper()
        return (2 if name.islower() else 1 if shouted else 0), name

    return min(names, key=rank)


def _initials_match(name: str, acronym: str) -> bool:
    initials = "".join(word[0] for word in re.split(r"[\s-]+", name) if word).upper()
    letters = iter(initials)
    return all(letter in letters for letter in acronym if letter.isalpha())
