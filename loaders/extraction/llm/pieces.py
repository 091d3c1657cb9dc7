"""A text in pieces that one request can hold, cut between paragraphs, else sentences, else words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
