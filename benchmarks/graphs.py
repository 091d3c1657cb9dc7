"""Random graphs for benchmarks, the same for one seed: scale-free, with two hubs, as arrays and as a snapshot."""

from dataclasses import dataclass

import numpy as np

from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.index.assemble import snapshot_of
from service.index.build import RelationLists
from service.index.layout import ENTITY_TYPE_CODE, NO_DAY, STATUS_CODE, TYPE_CODE
from service.index.snapshot import Snapshot

HUB_SHARES = (0.10, 0.08)
"""Part of all ends that the two hubs have."""
_TAIL = 0.6
"""Part of the other ends that are drawn by rank, so that degrees fall as a power of it; the rest are even."""
_TYPES = {
    EntityType.COMPANY: 0.80,
    EntityType.PERSON: 0.08,
    EntityType.ORGANIZATION: 0.05,
    EntityType.PRODUCT: 0.04,
    EntityType.FACILITY: 0.02,
    EntityType.COUNTRY: 0.01,
}
_STATUSES = {Modality.ASSERTED: 0.9, Modality.PLANNED: 0.05, Modality.ENDED: 0.03, Modality.DENIED: 0.02}
_LISTING_SHARE = 0.002
_LISTING = (RelationType.SANCTIONS, RelationType.RESTRICTS_EXPORTS_TO)


@dataclass(frozen=True)
class Arrays:
    """A graph as lists."""

    ids: list[EntityId]
    types: np.ndarray
    lists: RelationLists


def arrays(entities: int, relations: int, seed: int = 7) -> Arrays:
    """A graph of this size; entities 0 and 1 are its hubs."""
    chance = np.random.default_rng(seed)

    def ends() -> np.ndarray:
        draw = chance.random(relations)
        even = chance.integers(2, entities, relations)
        ranked = 2 + ((entities - 2) * chance.random(relations) ** 3).astype(np.int64)
        found = np.where(chance.random(relations) < _TAIL, ranked, even)
        found[draw < sum(HUB_SHARES)] = 1
        found[draw < HUB_SHARES[0]] = 0
        return found.astype(np.int32)

    subject, object = ends(), ends()
    kept = subject != object
    subject, object = subject[kept], object[kept]
    m = len(subject)
    listing = [TYPE_CODE[type] for type in _LISTING]
    others = np.array([code for code in TYPE_CODE.values() if code not in listing][:30], dtype=np.uint8)
    type = others[chance.integers(0, len(others), m)]
    type[chance.random(m) < _LISTING_SHARE] = listing[0]
    lists = RelationLists(
        subject=subject,
        object=object,
        type=type,
        status=_drawn(chance, {STATUS_CODE[one]: share for one, share in _STATUSES.items()}, m),
        confidence=np.round(chance.uniform(0.2, 1.0, m), 3),
        detail=chance.integers(0, 3, m).astype(np.int32),
        digest=chance.integers(0, 1 << 32, m, dtype=np.uint32),
    )
    types = _drawn(chance, {ENTITY_TYPE_CODE[one]: share for one, share in _TYPES.items()}, entities)
    return Arrays([EntityId(f"company:{i}") for i in range(entities)], types, lists)


def _drawn(chance: np.random.Generator, shares: dict[int, float], count: int) -> np.ndarray:
    return chance.choice(list(shares), size=count, p=list(shares.values())).astype(np.uint8)


def snapshot(graph: Arrays) -> Snapshot:
    """The graph in memory, without claims."""
    details = np.array([[NO_DAY, NO_DAY, sources, 3, NO_DAY, NO_DAY] for sources in (1, 2, 3)], dtype=np.int32)
    names = [(f"Company {i}",) for i in range(len(graph.ids))]
    return snapshot_of(1, graph.ids, graph.types, names, {}, graph.lists, details, None)
