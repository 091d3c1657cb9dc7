"""The ids of entities, as one piece of memory: ids sorted and laid end to end, without an object for each."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from graph_schema.ids import EntityId
from service.index.layout import Bytes, Longs, Numbers


@dataclass(frozen=True, slots=True)
class Names:
    """Sorted byte strings laid end to end."""

    text: Bytes
    ends: Longs

    @classmethod
    def of(cls, names: Iterable[bytes]) -> "Names":
        """From sorted names."""
        names = list(names)
        lengths = np.fromiter(map(len, names), dtype=np.int64, count=len(names))
        ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        return cls(np.frombuffer(b"".join(names), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, place: int) -> bytes:
        return self.text[self.ends[place] : self.ends[place + 1]].tobytes()


@dataclass(frozen=True, slots=True)
class EntityIds:
    """Numbers of entities by id, and back. Bytes in UTF-8 sort as the code points of text do."""

    names: Names
    number: Numbers
    """Of each of `names`."""
    place: Numbers
    """The other way about; -1 for one that came later."""
    later: dict[EntityId, int] = field(default_factory=dict)
    """Ids that came since `names` were laid out."""
    later_ids: dict[int, EntityId] = field(default_factory=dict)

    def number_of(self, id: EntityId) -> int | None:
        """The number of an entity; None when there is none of this id."""
        wanted = id.encode()
        place = bisect_left(self.names, wanted)
        if place < len(self.names) and self.names[place] == wanted:
            return int(self.number[place])
        return self.later.get(id)

    def id_of(self, number: int) -> EntityId:
        """The id of the entity of this number."""
        place = self.place[number] if number < len(self.place) else -1
        return self.later_ids[number] if place < 0 else EntityId(self.names[place].decode())

    def ids_of(self, numbers: Iterable[int]) -> list[EntityId]:
        """The ids of the entities of these numbers."""
        return [self.id_of(number) for number in numbers]

    def with_later(self, ids: Sequence[EntityId]) -> "EntityIds":
        """With ids that the next numbers belong to."""
        first = len(self.place) + len(self.later)
        new = {id: first + i for i, id in enumerate(ids)}
        return EntityIds(
            self.names, self.number, self.place, self.later | new, self.later_ids | {i: id for id, i in new.items()}
        )

    @property
    def nbytes(self) -> int:
        """Bytes that the ids take, save those that came later."""
        return int(self.names.text.nbytes + self.names.ends.nbytes + self.number.nbytes + self.place.nbytes)
