"""Names as people write them: when two are the same, and how the full-text index is asked for them."""

import re
from functools import cache, lru_cache

from opencc import OpenCC

from graph_schema.spelling import is_written, without_accents, without_invisible

_HAN = re.compile(r"[㐀-䶿一-鿿]")
_NOT_WORD = re.compile(r"[\W_]+")
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
    plain = without_accents(without_invisible(name)).casefold()
    if _HAN.search(plain):
        plain = _converter("t2s").convert(plain)
    return " ".join("".join(char if is_written(char) or char in "+#" else " " for char in plain).split())


def full_text_query(name: str, *, fuzzy: bool) -> str | None:
    """Lucene query for names like this one, the closest scored highest; None when nothing can be looked up.

    A text that is longer than any name is looked up by its beginning.
    Words hold letters and digits only and stand in lower case, so that none of them is syntax.
    """
    parts = []
    variants = scripts(name.strip())
    for variant in variants:
        words = [word for word in _NOT_WORD.split(variant.casefold()[: _MOST_SOUGHT // len(variants)]) if word]
        if not words:
            continue
        parts.append(f'"{" ".join(words)}"^8')
        parts.append(f"({' AND '.join(words)})^4")
        if fuzzy:
            parts += words
            parts += [f"{word}~1" for word in words if len(word) >= _FUZZY_FROM and not _HAN.search(word)]
            parts += [f"{word}*" for word in words[-1:] if not _HAN.search(word)]
    return " OR ".join(parts) or None
