"""How the index lays the graph out: compressed sparse rows, with what filters ask of a relation beside each neighbour.

Every relation lies in two rows, that of its subject and that of its object. A *slot* is one of the two: the neighbour, a
*tag* and the number of the relation. A row's slots are sorted by falling confidence, then by the id of the neighbour, so
that a walk meets the surest step first and a lowest confidence cuts a row short. Entities are numbered by falling number
of relations: those met most lie close together in memory.

A tag holds, from its high bits: the confidence as a place in the table of all confidences, the highest first (20 bits);
whether the row holds the neighbour more than once (1); whether one publisher alone stands behind the relation (1);
status (3), whether the row's entity is the object (1), type (6).
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.paths.specificity import crowd

Array: TypeAlias = NDArray[Any]
"""The next ones say what is in an array; the checker of types is not told, since numpy's operations lose it."""
Bytes: TypeAlias = Array
Numbers: TypeAlias = Array
"""Of entities or relations: 32 bits."""
Longs: TypeAlias = Array
Tags: TypeAlias = Array
Costs: TypeAlias = Array

TYPES = tuple(RelationType)
STATUSES = tuple(Modality)
ENTITY_TYPES = tuple(EntityType)
TYPE_CODE = {type: i for i, type in enumerate(TYPES)}
STATUS_CODE = {status: i for i, status in enumerate(STATUSES)}
ENTITY_TYPE_CODE = {type: i for i, type in enumerate(ENTITY_TYPES)}

INWARD = 1 << 6
STATUS_SHIFT = 7
SINGLE = 1 << 10
SEVERAL = 1 << 11
KINDS = 1 << 11
"""Number of kinds of a slot: what a tag says of type, direction, status and publishers."""
KIND = KINDS - 1
CODE_SHIFT = 12
MOST_CONFIDENCES = 1 << 20
"""Most different confidences that fit into a tag: all that have six decimals."""

COMMON_NOUN = 0x80
"""Bit of an entity's type: it is a product, material or technology whose name is a common noun."""
GONE = 0x7F
"""Stands for the type of an entity that was removed."""
NO_DAY = -(1 << 31)
"""Stands for a date that is not known; others are days since 1970-01-01."""
ENDED_SOME_DAY = NO_DAY + 1
"""Stands for the last day of a relation that has ended on a day not known."""
FIRST, LAST, SOURCES, CLAIMS, FIRST_SEEN, LAST_SEEN = range(6)
"""Columns of the table of details: first and last day on which a relation holds, its publishers, its claims, the earliest and
the latest date among these."""
HUB_ROW = 256
"""Rows longer than this can also be searched by neighbour."""


class Rows(NamedTuple):
    """The graph as compiled functions see it. n entities, m relations, 2 m slots."""

    start: Longs
    """n + 1: where each row starts."""
    neighbour: Numbers
    tag: Tags
    relation: Numbers
    by_neighbour_start: Longs
    """h + 1: where the long rows of the first h entities start in `by_neighbour`."""
    by_neighbour: Numbers
    """Places within a long row, ordered by neighbour."""
    rank: Numbers
    """n: place of the entity's id among all ids."""
    by_rank: Numbers
    """n: the other way about."""


class Relations(NamedTuple):
    """What else is known of the m relations."""

    digest: Tags
    """First 32 bits of the id, to find a relation that was removed."""
    detail: Numbers
    """Row of the table of details: what many relations share, as dates and numbers of sources. As narrow as the table allows."""
    crowd_subject: Bytes
    crowd_object: Bytes
    """How many relations of this type its ends have in the same role, as `crowd` counts."""


CROWD_STEPS: Longs = np.array(
    [next(n for n in range(int(2 ** (step / 8)), 1 << 31) if crowd(n) >= step) for step in range(1, 240)],
    dtype=np.int64,
)
"""Number of relations from which on a crowd counts each eighth of a doubling."""


def nbytes(arrays: tuple[Any, ...]) -> int:
    """Bytes that arrays take."""
    return sum(int(array.nbytes) for array in arrays)
