"""The whole graph from the database into a snapshot, part by part, with what memory it will need told beforehand."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graph_schema.database.cypher import native_date
from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.index.assemble import Details, digest_of, period_of, snapshot_of, type_code
from service.index.build import RelationLists
from service.index.change import ClaimRow
from service.index.claim_lists import ClaimBuilder, ClaimLists
from service.index.filters import day_number
from service.index.layout import STATUS_CODE, TYPE_CODE
from service.index.reading import read_claims, read_counts, read_entities, read_relations, read_runs, read_state
from service.index.snapshot import Snapshot

BYTES_PER_RELATION = 40
BYTES_PER_ENTITY = 145
BYTES_PER_CLAIM = 30
_MEGABYTE = 1_000_000


class TooLarge(Exception):
    """The graph needs more memory than the index may take."""


Progress = Callable[[int, int], None]
"""Told how many relations of how many are read."""


async def load(graph: Graph, *, most_megabytes: int, progress: Progress) -> Snapshot:
    """The graph as it is, or as it was when reading began with some of what came later.

    Raises TooLarge, TooManyConfidences, GraphUnavailable, GraphError.
    """
    version = (await graph.read(read_state)).version
    entities, relations = await read_counts(graph)
    needed = (entities * BYTES_PER_ENTITY + relations * BYTES_PER_RELATION) // _MEGABYTE
    if needed > most_megabytes:
        raise TooLarge(
            f"{entities} entities and {relations} relations need about {needed} MB, "
            f"and CHOKEPOINT_SERVICE_INDEX_MEGABYTES is {most_megabytes}"
        )
    reading = _Reading()
    async for columns in read_entities(graph):
        await asyncio.to_thread(reading.add_entities, columns)
    done = 0
    for type in RelationType:
        async for columns in read_relations(graph, type):
            await asyncio.to_thread(reading.add_relations, type, columns)
            done += len(columns["id"])
            progress(done, relations)
    claims = await _claims(graph, reading, (most_megabytes - needed) * _MEGABYTE // BYTES_PER_CLAIM)
    return await asyncio.to_thread(reading.snapshot, version, claims)


async def _claims(graph: Graph, reading: "_Reading", most: int) -> ClaimLists | None:
    """All claims; None where there are more than `most`."""
    builder, runs, count = ClaimBuilder(), set[str](), 0
    owners = reading.owners()
    async for rows in read_claims(graph):
        for _, relation, publisher, document, run, modality, share, sure in rows:
            if (owner := owners.get(relation)) is not None:
                builder.add(owner, ClaimRow(relation, publisher, document, run, Modality(modality), share, float(sure)))
                runs.add(run)
        count += len(rows)
        if count > most:
            return None
    began: Mapping[str, dt.datetime] = await graph.read(read_runs, runs - {None})
    return builder.lists(began)


class _Reading:
    """What was read so far, as columns."""

    def __init__(self) -> None:
        self._numbers: dict[EntityId, int] = {}
        self._types: list[int] = []
        self._names: list[tuple[str, ...]] = []
        self._wholes: dict[EntityId, EntityId] = {}
        self._details = Details()
        self._ids: list[str] = []
        self._parts: list[RelationLists] = []

    def add_entities(self, columns: Mapping[str, Sequence[Any]]) -> None:
        rows = (columns[name] for name in ("id", "type", "name", "aliases"))
        for id, type, name, aliases in zip(*rows, strict=True):
            if id not in self._numbers:
                self._numbers[EntityId(id)] = len(self._numbers)
                self._types.append(type_code(EntityType(type), name))
                self._names.append((name, *aliases))
        self._wholes.update(columns["wholes"])

    def add_relations(self, type: RelationType, columns: Mapping[str, Sequence[Any]]) -> None:
        """Relations to entities that came since the entities were read are left out: they come with the changes."""
        ends = [[self._numbers.get(id, -1) for id in columns[name]] for name in ("subject", "object")]
        subject, object = (np.array(column, dtype=np.int32) for column in ends)
        known = (subject >= 0) & (object >= 0)
        rows = (columns[name] for name in ("status", "sources", "claims", "days"))
        details = [self._detail(Modality(status), *counts, *days) for status, *counts, days in zip(*rows, strict=True)]
        part = RelationLists(
            subject=subject[known],
            object=object[known],
            type=np.full(int(known.sum()), TYPE_CODE[type], dtype=np.uint8),
            status=np.array([STATUS_CODE[status] for status in columns["status"]], dtype=np.uint8)[known],
            confidence=np.array(columns["confidence"], dtype=np.float64)[known],
            detail=np.array(details, dtype=np.int32)[known],
            digest=np.array([digest_of(id) for id in columns["id"]], dtype=np.uint32)[known],
        )
        self._ids += [id for id, one in zip(columns["id"], known, strict=True) if one]
        self._parts.append(part)

    def _detail(self, status: Modality, sources: int, claims: int, *days: Any) -> int:
        first, last, first_seen, last_seen = map(native_date, days)
        period = period_of(status, first, last)
        return self._details.code((*period, sources, claims, day_number(first_seen), day_number(last_seen)))

    def owners(self) -> dict[str, int]:
        """The place of each relation."""
        return {id: place for place, id in enumerate(self._ids)}

    def snapshot(self, version: int, claims: ClaimLists | None) -> Snapshot:
        lists = RelationLists(
            **{
                name: np.concatenate([getattr(part, name) for part in (_NO_RELATIONS, *self._parts)])
                for name in RelationLists.__dataclass_fields__
            }
        )
        types = np.array(self._types, dtype=np.uint8)
        named = self._names, self._wholes
        return snapshot_of(version, list(self._numbers), types, *named, lists, self._details.table, claims)


_NO_RELATIONS = RelationLists(
    *(np.zeros(0, dtype=kind) for kind in (np.int32, np.int32, np.uint8, np.uint8, np.float64)),
    *(np.zeros(0, dtype=kind) for kind in (np.int32, np.uint32)),
)
