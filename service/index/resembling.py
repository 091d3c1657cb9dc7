"""Entities whose names resemble what is sought: what the full-text index of the database finds, from a snapshot.

All that shares a word counts, as in the database. Where that is more than can be ranked, the database ranks those that Lucene
scores highest, of all entities, and then applies the filter; here the filter comes first, and those are ranked that share the
most telling words, then have the fewest others, then the most relations.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from service.filters.walk import EntityFilter
from service.index.filters import NotIndexed, entity_mask
from service.index.layout import Array, Numbers
from service.index.snapshot import Snapshot
from service.index.word_lists import WordLists
from service.index.words import is_certain, plain, words_of
from service.queries.entities import MOST_CANDIDATES
from service.queries.names import begins, is_sought_misspelt, words_sought

_EXACTLY, _NEARLY = 1.0, 0.5
"""What a word counts that is met, and one that is only begun or misspelt."""


def resembling(graph: Snapshot, name: str, where: EntityFilter, *, fuzzy: bool) -> Numbers:
    """Up to MOST_CANDIDATES entities that the filter admits and that share words with a name, in no order.

    Not `fuzzy`: all its words. Raises NotIndexed for a filter, and for a name in script, that the index does not know.
    """
    sought = words_sought(name)
    if not all(is_certain(word) for words in sought for word in words):
        raise NotIndexed(f"{name!r} is in a script whose words only the database tells")
    mask, telling = entity_mask(graph, where), _Telling(graph)
    for words in sought:
        if fuzzy:
            for place, word in enumerate(words):
                telling.add(_any(graph.naming.words, word, last=place == len(words) - 1), mask)
        elif lists := [graph.naming.words.having(words_of(word)) for word in words if words_of(word)]:
            every = [np.unique(np.concatenate(one)) if one else np.zeros(0, dtype=np.int32) for one in lists]
            together = every[0]
            for one in every[1:]:
                together = together[np.isin(together, one, assume_unique=True)]
            telling.add([(together, _EXACTLY)], mask)
    return telling.most(MOST_CANDIDATES)


def _any(lists: WordLists, word: str, *, last: bool) -> Iterator[tuple[Numbers, float]]:
    for one in lists.having(words_of(word)):
        yield one, _EXACTLY
    if is_sought_misspelt(word):
        yield lists.misspelt(plain(word)), _NEARLY
    if last and begins(word):
        yield lists.beginning_with(plain(word)), _NEARLY


class _Telling:
    """How much of what is sought each entity has: a word counts the more the fewer have it."""

    def __init__(self, graph: Snapshot) -> None:
        self._graph, self._lists = graph, list[tuple[Numbers, float]]()

    def add(self, lists: Iterator[tuple[Numbers, float]] | Sequence[tuple[Numbers, float]], mask: Array) -> None:
        """Entities that have a word, each list with what it counts."""
        for numbers, counts in lists:
            kept = numbers[mask[numbers] != 0]
            if len(kept):
                self._lists.append((kept, counts * float(np.log1p(self._graph.entities / len(numbers)))))

    def most(self, most: int) -> Numbers:
        """Up to `most` that have the most of it."""
        if not self._lists:
            return np.zeros(0, dtype=np.int32)
        if sum(len(numbers) for numbers, _ in self._lists) <= most:
            return np.unique(np.concatenate([numbers for numbers, _ in self._lists]))
        weight = np.zeros(self._graph.entities, dtype=np.float32)
        for numbers, counts in self._lists:
            weight[numbers] += np.float32(counts)
        numbers = np.flatnonzero(weight)
        if len(numbers) <= most:
            return numbers
        worst = -np.partition(-weight[numbers], most - 1)[most - 1]
        more, equal = numbers[weight[numbers] > worst], numbers[weight[numbers] == worst]
        places, left = _places(self._graph)[equal], most - len(more)
        return np.concatenate([more, equal[places <= np.partition(places, left - 1)[left - 1]]])


def _places(graph: Snapshot) -> Numbers:
    """By entity: its place when those with the fewest words come first, then those with the most relations, then by id."""

    def made() -> Numbers:
        counts = graph.naming.words.number_of_words(np.arange(graph.entities, dtype=np.int32))
        places = np.empty(graph.entities, dtype=np.int32)
        places[np.lexsort((graph.rows.rank, -graph.degrees, counts))] = np.arange(graph.entities, dtype=np.int32)
        return places

    return graph.cache.get("places among equally telling names", made, lambda places: int(places.nbytes))
