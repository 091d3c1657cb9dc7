"""A snapshot: the graph of one version in memory. It never changes; a newer version is another snapshot."""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from graph_schema.vocabulary import LIVE_MODALITIES
from service.index.entities import EntityIds
from service.index.kernels.rows import components
from service.index.kernels.walking import Notes, new_notes
from service.index.layout import (
    KINDS,
    STATUS_CODE,
    STATUS_SHIFT,
    Bytes,
    Costs,
    Longs,
    Numbers,
    Relations,
    Rows,
    nbytes,
)
from service.index.naming import Naming

T = TypeVar("T")
_CACHED_BYTES = 64_000_000
_CACHED_ITEMS = 256


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims behind relations, in the order of the relations."""

    start: Numbers
    """m + 1: where those of each relation start."""
    publisher: Numbers
    """Place in `publishers`; -1: none."""
    document: Numbers
    run: Numbers
    modality: Bytes
    share: Costs
    """NaN: not stated."""
    confidence: Costs
    publishers: tuple[str, ...]
    documents: tuple[str, ...]
    runs: tuple[str, ...]
    began: Mapping[str, dt.datetime]
    """When each run began, where that is known."""

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return nbytes((self.start, self.publisher, self.document, self.run, self.modality, self.share, self.confidence))


class Cache:
    """Masks by filter; the least used go when there are many or they take much room."""

    def __init__(self) -> None:
        self._held: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Any, make: Callable[[], T], size: Callable[[T], int] = lambda _: 0) -> T:
        """What is held under a key, made where it is not."""
        with self._lock:
            if (held := self._held.get(key)) is not None:
                self._held.move_to_end(key)
                found: T = held[0]
                return found
        made = make()
        with self._lock:
            self._held[key] = made, size(made)
            self._bytes += size(made)
            while len(self._held) > 1 and (self._bytes > _CACHED_BYTES or len(self._held) > _CACHED_ITEMS):
                self._bytes -= self._held.popitem(last=False)[1][1]
        return made


class NotesPool:
    """Notes that searches borrow, so that room is made for as many as run at the same time."""

    def __init__(self, entities: int) -> None:
        self._entities, self._free = entities, list[Notes]()

    def take(self) -> Notes:
        """Notes that nobody else uses."""
        try:
            return self._free.pop()
        except IndexError:
            return new_notes(self._entities)

    def give(self, notes: Notes) -> None:
        """Give clean notes back."""
        notes.tally[:] = 0
        notes.stop[0] = 0
        self._free.append(notes)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The graph of one version."""

    version: int
    rows: Rows
    relations: Relations
    confidences: Costs
    """By code: the highest first."""
    details: Numbers
    """d × 6, its columns as FIRST and so on; days are NO_DAY where not known, ENDED_SOME_DAY as last day."""
    ids: EntityIds
    types: Bytes
    """By entity: code of its type and COMMON_NOUN; GONE for one that was removed."""
    naming: Naming
    claims: Claims | None
    """None: they found no room."""
    any_component: Numbers
    """By entity: the same number for all that relations join, however they stand."""
    live_component: Numbers
    """The same over what holds."""
    cache: Cache = field(default_factory=Cache)
    notes: NotesPool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", NotesPool(self.entities))

    @property
    def entities(self) -> int:
        """Number of entities, those removed among them."""
        return len(self.types)

    @property
    def number_of_relations(self) -> int:
        """Number of relations."""
        return len(self.relations.digest)

    @property
    def nbytes(self) -> int:
        """Bytes that the graph takes without its claims."""
        parts = (*self.rows, *self.relations, self.confidences, self.details, self.types)
        return nbytes(parts) + nbytes((self.any_component, self.live_component)) + self.ids.nbytes + self.naming.nbytes

    @property
    def degrees(self) -> Longs:
        """Number of relations of each entity."""
        return np.diff(self.rows.start)


def joined(rows: Rows) -> tuple[Numbers, Numbers]:
    """`Snapshot.any_component` and `live_component` of these rows."""
    every = np.ones(KINDS, dtype=np.uint8)
    live = np.isin((np.arange(KINDS) >> STATUS_SHIFT) & 7, [STATUS_CODE[status] for status in LIVE_MODALITIES])
    around = rows.start, rows.neighbour, rows.tag
    return components(*around, every), components(*around, live.astype(np.uint8))
