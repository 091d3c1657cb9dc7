"""What entities are called, by number and by name, as two pieces of memory: names in the order of the numbers, and their digests.

What changed since those were laid out stands beside them, in dictionaries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph_schema.ids import EntityId
from service.index.entities import Digests, Names
from service.index.word_lists import WordLists

_BETWEEN = "\0"


@dataclass(frozen=True, slots=True)
class Naming:
    """Names and aliases of the entities of a snapshot; those of removed ones stay."""

    texts: Names
    """By number: name and aliases with NUL between."""
    digests: Digests
    """Of names, without their aliases."""
    words: WordLists
    """Of names and aliases."""
    wholes: Mapping[EntityId, EntityId]
    """Entities that were judged to be another, and that one."""
    later: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """What those are called that came or changed since."""
    later_bearers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Who of `later` has, or had since, a name."""

    @classmethod
    def of(cls, names: Sequence[Sequence[str]], wholes: Mapping[EntityId, EntityId]) -> "Naming":
        """From the name and the aliases of each entity, by number."""
        odd = {i: tuple(one) for i, one in enumerate(names) if any(_BETWEEN in name for name in one)}
        texts = Names.of(_BETWEEN.join(one).encode() if i not in odd else b"" for i, one in enumerate(names))
        return cls(texts, Digests.of([one[0].encode() for one in names]), WordLists.of(names), wholes, odd)

    def names_of(self, number: int) -> tuple[str, ...]:
        """The name of an entity, then its aliases."""
        if (known := self.later.get(number)) is not None:
            return known
        return tuple(self.texts[number].decode().split(_BETWEEN))

    def bearers(self, name: str) -> list[int]:
        """Numbers of the entities of exactly this name, removed ones among them."""
        found = {*self.digests.like(name.encode()), *self.later_bearers.get(name, ())}
        return [number for number in sorted(found) if self.names_of(number)[0] == name]

    def changed(
        self, names: Mapping[int, Sequence[str]], wholes: Iterable[tuple[EntityId, EntityId | None]]
    ) -> "Naming":
        """With what entities, by number, are called now, and whom others were judged to be; None: themselves."""
        later_bearers = dict(self.later_bearers)
        for number, one in names.items():
            later_bearers[one[0]] = later_bearers.get(one[0], frozenset()) | {number}
        now = dict(self.wholes)
        for id, whole in wholes:
            if whole is None:
                now.pop(id, None)
            else:
                now[id] = whole
        later = {**self.later, **{number: tuple(one) for number, one in names.items()}}
        return Naming(self.texts, self.digests, self.words.changed(names), now, later, later_bearers)

    @property
    def nbytes(self) -> int:
        """Bytes that the names take, save those that came later."""
        return self.texts.nbytes + self.digests.nbytes + self.words.nbytes
