"""Look-ups that resolvers share within a request: keys asked for one by one go to the database in one query."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from strawberry.dataloader import DataLoader

from graph_schema.database.graph import Graph
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.job_states import JobState, job_states
from graph_schema.publishers import Publisher, read_publishers
from service.engines.lookups import Lookups
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.claims import claims_by_edge, claims_by_entity, claims_by_id
from service.queries.documents import documents_by_id
from service.queries.records import (
    ClaimRecord,
    DocumentRecord,
    EntityRecord,
    LoadRunRecord,
    RelationRecord,
)
from service.queries.relations import relations_by_id
from service.queries.state import load_runs_by_id

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class ClaimsOfEdge:
    """A page of the claims of a relation."""

    edge: RelationId
    skip: int
    limit: int
    at_version: int | None = None
    """Those that stood behind it at this version; None: now."""


@dataclass(frozen=True, slots=True)
class ClaimsOfEntity:
    """A page of the claims about an entity."""

    entity: EntityId
    skip: int
    limit: int


@dataclass(frozen=True, slots=True)
class RelationsOfEntity:
    """A page of the relations of an entity under filters."""

    entity: EntityId
    via: RelationFilter
    where: EntityFilter
    skip: int
    limit: int


class DataLoaders:
    """One loader per access path; each answers in the order of its keys, None or an empty list for unknown ones.

    They are made when they are first used: a request needs few of them.
    """

    def __init__(self, graph: Graph, lookups: Lookups) -> None:
        self._graph, self._lookups = graph, lookups

    @cached_property
    def entity_by_id(self) -> DataLoader[EntityId, EntityRecord | None]:
        """Entities."""
        return _one(self._lookups.entities)

    @cached_property
    def degree_by_id(self) -> DataLoader[EntityId, int | None]:
        """Number of relations of entities."""
        return _one(self._lookups.degrees)

    @cached_property
    def relation_by_id(self) -> DataLoader[RelationId, RelationRecord | None]:
        """Relations."""
        return _one(lambda ids: self._graph.read(relations_by_id, ids))

    @cached_property
    def claim_by_id(self) -> DataLoader[ClaimId, ClaimRecord | None]:
        """Claims."""
        return _one(lambda ids: self._graph.read(claims_by_id, ids))

    @cached_property
    def document_by_id(self) -> DataLoader[DocumentId, DocumentRecord | None]:
        """Documents."""
        return _one(lambda ids: self._graph.read(documents_by_id, ids))

    @cached_property
    def run_by_id(self) -> DataLoader[RunId, LoadRunRecord | None]:
        """Load runs."""
        return _one(lambda ids: self._graph.read(load_runs_by_id, ids))

    @cached_property
    def job_by_name(self) -> DataLoader[str, JobState | None]:
        """Jobs."""
        return _one(lambda _: self._graph.read(job_states))

    @cached_property
    def publisher_by_name(self) -> DataLoader[str, Publisher | None]:
        """Weights of publishers."""
        return _one(lambda _: self._graph.read(read_publishers))

    @cached_property
    def claims_by_edge(self) -> DataLoader[ClaimsOfEdge, list[ClaimRecord]]:
        """Claims behind relations."""
        return DataLoader(load_fn=self._claims)

    @cached_property
    def claims_by_entity(self) -> DataLoader[ClaimsOfEntity, list[ClaimRecord]]:
        """Claims about entities."""
        return DataLoader(load_fn=self._claims_about)

    @cached_property
    def relations_by_entity(self) -> DataLoader[RelationsOfEntity, list[RelationRecord]]:
        """Relations of entities."""
        return DataLoader(load_fn=self._relations)

    async def _claims(self, keys: list[ClaimsOfEdge]) -> list[list[ClaimRecord]]:
        pages: dict[tuple[int, int, int | None], set[RelationId]] = defaultdict(set)
        for key in keys:
            pages[key.skip, key.limit, key.at_version].add(key.edge)
        found: dict[tuple[int, int, int | None], Mapping[RelationId, list[ClaimRecord]]] = {}
        for (skip, limit, at), edges in pages.items():
            if at is None:
                found[skip, limit, at] = await self._graph.read(claims_by_edge, edges, skip=skip, limit=limit)
            else:
                claims = await self._lookups.claims_then(at, edges)
                found[skip, limit, at] = {id: behind[skip : skip + limit] for id, behind in claims.items()}
        return [found[key.skip, key.limit, key.at_version].get(key.edge, []) for key in keys]

    async def _claims_about(self, keys: list[ClaimsOfEntity]) -> list[list[ClaimRecord]]:
        pages: dict[tuple[int, int], set[EntityId]] = defaultdict(set)
        for key in keys:
            pages[key.skip, key.limit].add(key.entity)
        found = {
            (skip, limit): await self._graph.read(claims_by_entity, ids, skip=skip, limit=limit)
            for (skip, limit), ids in pages.items()
        }
        return [found[key.skip, key.limit].get(key.entity, []) for key in keys]

    async def _relations(self, keys: list[RelationsOfEntity]) -> list[list[RelationRecord]]:
        pages: dict[tuple[RelationFilter, EntityFilter, int, int], set[EntityId]] = defaultdict(set)
        for key in keys:
            pages[key.via, key.where, key.skip, key.limit].add(key.entity)
        found = {
            page: await self._lookups.relations_of(sorted(ids), page[0], page[1], skip=page[2], limit=page[3])
            for page, ids in pages.items()
        }
        return [found[key.via, key.where, key.skip, key.limit].get(key.entity, []) for key in keys]


def _one(look_up: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> "DataLoader[K, V | None]":
    async def load(keys: list[K]) -> list[V | None]:
        found = await look_up(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)
