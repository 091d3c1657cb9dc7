"""What a name alone says: its tidy form, the alias in its brackets, the type that its own words tell."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib.resources import files

import yaml
from opencc import OpenCC

from graph_schema.spelling import without_invisible
from graph_schema.vocabulary import EntityType
from loaders.gazetteer import gazetteer, has_han, is_legal_form, normalise

_SPELLED_OUT = re.compile(r"&(?:amp|quot|apos|nbsp|lt|gt|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_QUOTES = "\"'“”‘’«»„‚`"
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)
_KANA = re.compile("[\u3040-\u30ff]")
_BRACKET = re.compile(r"^(?P<name>[^()（）]*\S)\s*[(（](?P<inner>[^()（）]+)[)）]$")


@dataclass(frozen=True, slots=True)
class _Words:
    """`resolution.yaml`, ready to look up."""

    offices_of: dict[str, EntityType]
    last_words: dict[str, EntityType]
    firm_words: frozenset[str]
    cities: dict[str, frozenset[str]]
    """Of regions with the name of a country."""


@cache
def _words() -> _Words:
    data = yaml.safe_load(files("loaders.resolution").joinpath("resolution.yaml").read_text("utf-8"))
    return _Words(
        offices_of={word: EntityType(type) for type, words in data["offices_of"].items() for word in words},
        last_words={word: EntityType(type) for type, words in data["last_words"].items() for word in words},
        firm_words=frozenset(data["firm_words"]),
        cities={region: frozenset(listed) for region, listed in data["regions_named_like_countries"].items()},
    )


@cache
def _converter(config: str) -> OpenCC:
    return OpenCC(config)


def tidy(name: str) -> str:
    """`name` in compatibility form, without outer quotes, closing punctuation, footnote marks, doubled blanks, or what is
    not seen; a character that HTML spells out (`AT&amp;T`) is itself."""
    if "&" in name:
        name = _SPELLED_OUT.sub(lambda found: unescape(found[0]), name)
    plain = " ".join(unicodedata.normalize("NFKC", without_invisible(name)).split()) or name
    return plain.strip(_QUOTES + " ").rstrip(",;:!? *†‡") or plain


def without_possessive(name: str) -> str:
    """`Intel's` as `Intel`, `ACM units'` as `ACM units`."""
    return _POSSESSIVE.sub("", name)


def split_bracket(name: str) -> tuple[str, str | None]:
    """`Huawei (華為)` as the name and its alias: Chinese or an acronym; a bracket that qualifies the name stays in it."""
    if (match := _BRACKET.match(name)) is None or is_legal_form(match["inner"].strip()):
        return name, None
    outer, inner = match["name"], match["inner"].strip()
    if gazetteer().country(inner) is not None or not any(map(str.isalpha, inner)):
        return name, None
    if has_han(inner) or has_han(outer) or (inner.isupper() and _initials_match(outer, inner)):
        return outer, inner
    return name, None


def abbreviates(short: str, full: str) -> bool:
    """Whether two names say the same, word by word, where some words of one are cut short: "Mfg" for "Manufacturing"."""
    one, other = normalise(short).split(), normalise(full).split()
    return (
        len(one) == len(other) > 1
        and any(a == b and len(a) > 2 for a, b in zip(one, other, strict=True))
        and all(a == b or _cut(a, b) or _cut(b, a) for a, b in zip(one, other, strict=True))
    )


def _cut(short: str, word: str) -> bool:
    letters = iter(word)
    return 1 < len(short) < len(word) and short[0] == word[0] and all(letter in letters for letter in short)


def one_script(name: str) -> str:
    """`name` with its Chinese characters in traditional form, so that 华为 and 華為 are one name; Japanese ones as they are."""
    return _converter("s2tw").convert(name) if has_han(name) and not _is_japanese(name) else name


def _is_japanese(name: str) -> bool:
    """Whether a name in Chinese characters has kana, or characters that together neither of China's scripts has: 国際電気."""
    if _KANA.search(name):
        return True
    return _can_write("shift_jis", name) and not _can_write("big5", name) and not _can_write("gb2312", name)


def _can_write(character_set: str, text: str) -> bool:
    try:
        text.encode(character_set)
    except UnicodeEncodeError:
        return False
    return True


def told_type(name: str) -> EntityType | None:
    """The type that the words of a name tell; None when they tell nothing."""
    words = _words()
    parts = name.casefold().split()
    if len(parts) > 2 and parts[1] in ("of", "for") and (type := words.offices_of.get(parts[0])) is not None:
        return type
    if is_proper(name) and len(parts) > 1 and parts[-1] in words.firm_words:
        return EntityType.COMPANY
    return words.last_words.get(" ".join(parts[-2:])) or words.last_words.get(parts[-1])


def is_region_beside(name: str, other: str) -> bool:
    """Whether a name that a region shares with a country means the region beside `other`: Georgia beside Atlanta."""
    return other.partition(",")[0] in _words().cities.get(name, ())


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
