"""A text in pieces that one request can hold, cut between paragraphs, else sentences, else words."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph_schema.domain import Span

_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n|(?<=[.!?。！？])\s"), re.compile(r"\s"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text."""

    text: str
    offset: int
    """Where it begins in the whole."""


def pieces(text: str, longest: int) -> Iterator[Piece]:
    """All of `text` that is more than white space, in order, in pieces of at most `longest` characters."""
    start = 0
    while start < len(text):
        end = len(text) if len(text) - start <= longest else _cut(text, start + longest // 2, start + longest)
        if text[start:end].strip():
            yield Piece(text[start:end], start)
        start = end


def windows(text: str, places: Iterable[Span], longest: int) -> Iterator[Piece]:
    """The sentences of `places` with a neighbour on either side, in order and without overlap, in pieces of at most `longest`."""
    begins = [0, *(match.end() for match in _CUTS[1].finditer(text)), len(text)]
    joined: list[tuple[int, int]] = []
    for place in sorted(places):
        start = begins[max(bisect_right(begins, place.start) - 2, 0)]
        end = begins[min(bisect_left(begins, place.end) + 1, len(begins) - 1)]
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined[-1][1])
            joined.pop()
        joined.append((start, end))
    for start, end in joined:
        yield from (Piece(part.text, start + part.offset) for part in pieces(text[start:end], longest))


def halves(piece: Piece) -> Iterator[Piece]:
    """The piece as two."""
    middle = len(piece.text) // 2
    cut = _cut(piece.text, middle // 2, middle + middle // 2)
    for start, end in ((0, cut), (cut, len(piece.text))):
        if piece.text[start:end].strip():
            yield Piece(piece.text[start:end], piece.offset + start)


def _cut(text: str, earliest: int, latest: int) -> int:
    """The last good place to cut in [earliest, latest]."""
    for pattern in _CUTS:
        ends = [match.end() for match in pattern.finditer(text, earliest, latest)]
        if ends:
            return ends[-1]
    return latest
