"""Mentions from the tagger's scores: which pieces stand for something, and for what type of thing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.extraction.reader.windows import Window

LONGEST_MENTION = 24
"""Word pieces."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mention in a window."""

    first: int
    """Its first piece."""
    last: int
    """Its last piece."""
    type: int
    probability: float


def spans(scores: NDArray[np.float32], window: Window, at_least: float) -> list[Found]:
    """Mentions by the tagger's [first piece, last piece, 1 + types] scores, in text order.

    One may lie within another, as `Gumi` in `the Gumi line`; none crosses another: the surer one stays.
    """
    length = len(window)
    first, last = np.triu_indices(length)
    near = (last - first < LONGEST_MENTION) & (first > 0) & (last < length - 1)
    first, last = first[near], last[near]
    raw = scores[first, last]
    raw = np.exp(raw - raw.max(axis=1, keepdims=True))
    raw /= raw.sum(axis=1, keepdims=True)
    types = raw[:, 1:].argmax(axis=1)
    sure = 1.0 - raw[:, 0]
    places = np.flatnonzero(sure >= at_least)
    chosen: list[Found] = []
    for place in places[np.lexsort((last[places], first[places], -sure[places]))]:
        one = Found(int(first[place]), int(last[place]), int(types[place]), float(sure[place]))
        if window.sentences[one.first] == window.sentences[one.last] and not any(
            _cross(one, other) for other in chosen
        ):
            chosen.append(one)
    return sorted(chosen, key=lambda found: (found.first, -found.last))


def _cross(one: Found, other: Found) -> bool:
    """Whether they overlap without one holding the other, or begin and end alike."""
    if one.first > other.last or other.first > one.last:
        return False
    inside = (one.first >= other.first and one.last <= other.last) or (
        other.first >= one.first and other.last <= one.last
    )
    return not inside
