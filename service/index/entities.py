"""The ids of entities: laid end to end, and found by their sorted digests, without an object for each."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from graph_schema.ids import EntityId
from service.index.layout import Array, Bytes, Numbers, Tags


@dataclass(frozen=True, slots=True)
class Names:
    """Byte strings laid end to end."""

    text: Bytes
    ends: Array

    @classmethod
    def of(cls, names: Iterable[bytes]) -> "Names":
        """From byte strings."""
        names = list(names)
        lengths = np.fromiter(map(len, names), dtype=np.int64, count=len(names))
        ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        if ends[-1] <= np.iinfo(np.int32).max:
            ends = ends.astype(np.int32)
        return cls(np.frombuffer(b"".join(names), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, place: int) -> bytes:
        return self.text[self.ends[place] : self.ends[place + 1]].tobytes()

    @property
    def nbytes(self) -> int:
        """Bytes that they take."""
        return int(self.text.nbytes + self.ends.nbytes)


@dataclass(frozen=True, slots=True)
class Digests:
    """Finds texts by 32 bits of them."""

    sorted: Tags
    number: Numbers
    """Of the text of each of the digests."""

    @classmethod
    def of(cls, texts: Sequence[bytes]) -> "Digests":
        """Of texts by number."""
        digests = np.fromiter(map(zlib.crc32, texts), dtype=np.uint32, count=len(texts))
        order = np.argsort(digests, kind="stable").astype(np.int32)
        return cls(digests[order], order)

    def like(self, text: bytes) -> Iterator[int]:
        """Numbers of the texts with the digest of this one: itself, if it is there, and perhaps others."""
        wanted = np.uint32(zlib.crc32(text))
        place, last = int(self.sorted.searchsorted(wanted)), len(self.sorted)
        while place < last and self.sorted[place] == wanted:
            yield int(self.number[place])
            place += 1

    @property
    def nbytes(self) -> int:
        """Bytes that they take."""
        return int(self.sorted.nbytes + self.number.nbytes)


@dataclass(frozen=True, slots=True)
class EntityIds:
    """Numbers of entities by id, and back."""

    names: Names
    """By number."""
    digests: Digests
    later: dict[EntityId, int] = field(default_factory=dict)
    """Ids that came since `names` were laid out."""
    later_ids: dict[int, EntityId] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: Iterable[EntityId]) -> "EntityIds":
        """Of ids by number."""
        encoded = [id.encode() for id in ids]
        return cls(Names.of(encoded), Digests.of(encoded))

    def number_of(self, id: EntityId) -> int | None:
        """The number of an entity; None when there is none of this id."""
        wanted = id.encode()
        for number in self.digests.like(wanted):
            if self.names[number] == wanted:
                return number
        return self.later.get(id)

    def id_of(self, number: int) -> EntityId:
        """The id of the entity of this number."""
        return EntityId(self.names[number].decode()) if number < len(self.names) else self.later_ids[number]

    def ids_of(self, numbers: Iterable[int]) -> list[EntityId]:
        """The ids of the entities of these numbers."""
        return [self.id_of(number) for number in numbers]

    def with_later(self, ids: Sequence[EntityId]) -> "EntityIds":
        """With ids that the next numbers belong to."""
        first = len(self.names) + len(self.later)
        new = {id: first + i for i, id in enumerate(ids)}
        return EntityIds(self.names, self.digests, self.later | new, self.later_ids | {i: id for id, i in new.items()})

    @property
    def nbytes(self) -> int:
        """Bytes that the ids take, save those that came later."""
        return self.names.nbytes + self.digests.nbytes
