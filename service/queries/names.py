"""Names as people write them: when two are the same, and how the full-text index is asked for them."""

import re
from functools import cache, lru_cache

from opencc import OpenCC

from graph_schema.spelling import is_written, without_accents, without_invisible

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_NOT_WORD = re.compile(r"[\W_]+")
_UNWRITTEN = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "+#")}
_FUZZY_FROM = 4
"""Shortest word that is also sought with a typing error."""
_MOST_SOUGHT = 240
"""Characters looked up over all scripts of a name: Lucene refuses 1024 terms, and a word's beginning of 1000 bytes."""


@cache
def _converter(config: str) -> OpenCC:
    return OpenCC(config)


@lru_cache(maxsize=10_000)
def scripts(name: str) -> tuple[str, ...]:
    """The name as it stands and, where it holds Chinese characters, in simplified and traditional script."""
    if not _HAN.search(name):
        return (name,)
    variants = (name, *(_converter(config).convert(name) for config in ("t2s", "s2t", "s2tw")))
    return tuple(dict.fromkeys(variants))


@lru_cache(maxsize=50_000)
def normal_form(name: str) -> str:
    """What equal names share: no case, accents, punctuation or width; Chinese in simplified script."""
    if name.isascii():
        return " ".join(name.lower().translate(_UNWRITTEN).split())
    plain = without_accents(without_invisible(name)).casefold()
    if _HAN.search(plain):
        plain = _converter("t2s").convert(plain)
    return " ".join("".join(char if is_written(char) or char in "+#" else " " for char in plain).split())


def words_sought(name: str) -> list[list[str]]:
    """The words that a name is looked up by, for each script it may be written in: letters and digits, in lower case.

    A text that is longer than any name is looked up by its beginning.
    """
    variants = scripts(name.strip())
    beginnings = (variant.casefold()[: _MOST_SOUGHT // len(variants)] for variant in variants)
    return [words for text in beginnings if (words := [word for word in _NOT_WORD.split(text) if word])]


def is_sought_misspelt(word: str) -> bool:
    """Whether a word is also sought with one typing error."""
    return len(word) >= _FUZZY_FROM and begins(word)


def begins(word: str) -> bool:
    """Whether a word, as the last one of a name, may be the beginning of another."""
    return not _HAN.search(word)


def full_text_query(name: str, *, fuzzy: bool) -> str | None:
    """Lucene query for names like this one, the closest scored highest; None when nothing can be looked up.

    No word is syntax, as `words_sought` takes them.
    """
    parts = []
    for words in words_sought(name):
        parts.append(f'"{" ".join(words)}"^8')
        parts.append(f"({' AND '.join(words)})^4")
        if fuzzy:
            parts += words
            parts += [f"{word}~1" for word in words if is_sought_misspelt(word)]
            parts += [f"{word}*" for word in words[-1:] if begins(word)]
    return " OR ".join(parts) or None
