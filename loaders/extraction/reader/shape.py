"""What the shape of a text says of its mentions, whatever the network makes of them: which are one, which only part of a name."""

import re
from collections.abc import Iterator, Sequence

from loaders.extraction.reader.clustering import TextMention
from loaders.extraction.reader.naming import LINKING

_FIRMS = frozenset({"Company", "Organization"})
_PLACES = frozenset({"Country", "Place", "Bloc"})
_OPENING = re.compile(r"\s*[(（](?:[A-Z][\w.]*(?:\s[A-Z][\w.]*)?:\s*)?")
"""Also with the exchange that a share is traded at: `(NASDAQ: `."""
_CLOSING = re.compile(r"\s*[)）]")
_COMMA = re.compile(r",\s+")
_INDEFINITE = re.compile(r"an?\s", re.IGNORECASE)
_ENDS_ASIDE = re.compile(r"\s*[,.;]")


def same_by_shape(text: str, mentions: Sequence[TextMention]) -> Iterator[tuple[TextMention, TextMention]]:
    """Mentions that stand for one entity: a name in brackets behind another, a description set off by commas behind a name."""
    by_end: dict[int, list[TextMention]] = {}
    for mention in mentions:
        by_end.setdefault(mention.end, []).append(mention)
    for second in mentions:
        for gap in range(1, 16):
            for first in by_end.get(second.start - gap, ()):
                if first.type == second.type and first.proper and _is_set_off(text, first, second):
                    yield first, second


def _is_set_off(text: str, first: TextMention, second: TextMention) -> bool:
    between = text[first.end : second.start]
    if _OPENING.fullmatch(between):
        return second.proper and _CLOSING.match(text, second.end) is not None
    aside = _COMMA.fullmatch(between) and _INDEFINITE.match(second.text) and not second.text[-1:].isupper()
    return bool(aside) and _ENDS_ASIDE.match(text, second.end) is not None


def names_around(mentions: Sequence[TextMention]) -> dict[tuple[int, int], set[tuple[int, int]]]:
    """By the place of a mention that is only part of a firm's name (the country in a subsidiary's): the places of those names."""
    found: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for whole in mentions:
        if whole.type in _FIRMS and _is_bare_name(whole.text):
            for part in mentions:
                inside = whole.start <= part.start and part.end <= whole.end and part.end - part.start < len(whole.text)
                if inside and (part.type in _PLACES or (part.type == whole.type and part.start == whole.start)):
                    found.setdefault((part.start, part.end), set()).add((whole.start, whole.end))
    return found


def _is_bare_name(text: str) -> bool:
    words = re.findall(r"[\w’']+", text)
    capitals = all(word[0].isupper() or word[0].isdigit() or word in LINKING for word in words)
    return capitals and not any(word.endswith(("'s", "’s")) for word in words)
