"""Which entities have a word in their names: an inverted index over what `words_of` makes of names and aliases.

What changed since it was laid out stands beside it, in dictionaries.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.index.entities import Names
from service.index.kernels.spelling import begun_otherwise, within_one_edit
from service.index.layout import Array, Bytes, Numbers
from service.index.words import words_of

_BEYOND = b"\xff"
"""Comes after every word."""
MOST_WORDS = 255


@dataclass(frozen=True, slots=True)
class WordLists:
    """Entities by word, those removed among them."""

    words: Names
    """All different ones, in order."""
    start: Numbers
    """Where the bearers of each word start."""
    bearers: Numbers
    """Of each word in turn, by number."""
    counts: Bytes
    """By number: how many different words the names of an entity have, at most MOST_WORDS."""
    later: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Words of the entities that came or changed since; what else is said of those is out of date."""
    later_bearers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The same by word."""

    @classmethod
    def of(cls, names: Sequence[Sequence[str]]) -> "WordLists":
        """From the names of each entity, by number."""
        codes: dict[str, int] = {}
        of_entity, counts = list[int](), np.zeros(len(names), dtype=np.int32)
        for number, called in enumerate(names):
            own = {codes.setdefault(word, len(codes)) for name in called for word in words_of(name)}
            of_entity.extend(own)
            counts[number] = len(own)
        encoded = [word.encode() for word in codes]
        order = np.array(sorted(range(len(encoded)), key=encoded.__getitem__), dtype=np.int32)
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        word = place[np.array(of_entity, dtype=np.int32)]
        start = np.zeros(len(order) + 1, dtype=np.int32)
        np.cumsum(np.bincount(word, minlength=len(order)), out=start[1:])
        bearers = np.repeat(np.arange(len(names), dtype=np.int32), counts)[np.argsort(word, kind="stable")]
        return cls(
            Names.of(encoded[int(i)] for i in order), start, bearers, np.minimum(counts, MOST_WORDS).astype(np.uint8)
        )

    def changed(self, names: Mapping[int, Sequence[str]]) -> "WordLists":
        """With what entities, by number, are called now."""
        later, later_bearers = dict(self.later), dict(self.later_bearers)
        for number, called in names.items():
            for word in later.get(number, ()):
                later_bearers[word] = later_bearers[word] - {number}
            later[number] = frozenset(word for name in called for word in words_of(name))
            for word in later[number]:
                later_bearers[word] = later_bearers.get(word, frozenset()) | {number}
        return WordLists(self.words, self.start, self.bearers, self.counts, later, later_bearers)

    def having(self, words: Iterable[str]) -> list[Numbers]:
        """Lists of the entities that have each of these words, one for each word that anybody has."""
        found = []
        for word in words:
            place = bisect_left(self.words, encoded := word.encode())
            if place < len(self.words) and self.words[place] == encoded:
                found.append(self._at(place))
            if word in self.later_bearers:
                found.append(self._later([word]))
        return [one for one in found if len(one)]

    def beginning_with(self, beginning: str) -> Numbers:
        """Entities with a word that begins so."""
        encoded = beginning.encode()
        first, last = bisect_left(self.words, encoded), bisect_left(self.words, encoded + _BEYOND)
        bearers = self.bearers[self.start[first] : self.start[last]]
        if last > first + 1:
            bearers = np.unique(bearers)
        later = self._later(word for word in self.later_bearers if word.startswith(beginning))
        return _union([self._without_later(bearers), later])

    def misspelt(self, word: str) -> Numbers:
        """Entities with another word, which is this one but for one typing error."""
        lists = [self._at(place) for place in _one_edit_from(self.words, word)]
        if self.later_bearers:
            later = sorted(self.later_bearers)
            near = _one_edit_from(Names.of(one.encode() for one in later), word)
            lists.append(self._later(later[place] for place in near))
        return _union(lists)

    def number_of_words(self, numbers: Numbers) -> Array:
        """How many different words these entities have, at most MOST_WORDS."""
        if not self.later:
            return self.counts[numbers]
        count = len(self.counts)
        known = ((int(i), self.later.get(int(i))) for i in numbers)
        counted = (
            min(len(own), MOST_WORDS) if own is not None else int(self.counts[i]) if i < count else 0
            for i, own in known
        )
        return np.fromiter(counted, dtype=np.uint8, count=len(numbers))

    def _at(self, place: int) -> Numbers:
        return self._without_later(self.bearers[self.start[place] : self.start[place + 1]])

    def _without_later(self, numbers: Numbers) -> Numbers:
        if not self.later:
            return numbers
        return numbers[~np.isin(numbers, np.fromiter(self.later, dtype=np.int32, count=len(self.later)))]

    def _later(self, words: Iterable[str]) -> Numbers:
        found = sorted(set().union(*(self.later_bearers[word] for word in words)))
        return np.array(found, dtype=np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes that the lists take, save what came later."""
        return self.words.nbytes + int(self.start.nbytes + self.bearers.nbytes + self.counts.nbytes)


def _one_edit_from(words: Names, word: str) -> list[int]:
    """Places of the words that differ from this one by one typing error. Most of them begin as it does: few are looked at."""
    found, encoded = np.empty(len(words), dtype=np.int32), word.encode()
    head, sought = len(word[0].encode()), np.frombuffer(encoded, dtype=np.uint8)
    begin, until = bisect_left(words, encoded[:head]), bisect_left(words, encoded[:head] + _BEYOND)
    places = set(found[: within_one_edit(words.text, words.ends, sought, begin, until, found)].tolist())
    places.update(found[: begun_otherwise(words.text, words.ends, sought, head, found)].tolist())
    for other in (word[1:], word[1:2] + word[:1] + word[2:]):
        place = bisect_left(words, other.encode())
        if other != word and place < len(words) and words[place] == other.encode():
            places.add(place)
    return sorted(places)


def _union(lists: Sequence[Numbers]) -> Numbers:
    """Numbers that are in any of the lists, each once."""
    filled = [one for one in lists if len(one)]
    if not filled:
        return np.zeros(0, dtype=np.int32)
    return filled[0] if len(filled) == 1 else np.unique(np.concatenate(filled))
