"""Look-ups that resolvers share within a request: keys asked for one by one go to the database in one query."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from strawberry.dataloader import DataLoader

from graph_schema.database.graph import Graph
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.job_states import JobState, job_states
from graph_schema.publishers import Publisher, read_publishers
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.claims import claims_by_edge, claims_by_entity, claims_by_id
from service.queries.documents import documents_by_id
from service.queries.entities import degrees, entities_by_id
from service.queries.records import (
    ClaimRecord,
    DocumentRecord,
    EntityRecord,
    LoadRunRecord,
    RelationRecord,
)
from service.queries.relations import relations_by_id, relations_of
from service.queries.state import load_runs_by_id

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class ClaimsOfEdge:
    """A page of the claims of a relation."""

    edge: RelationId
    skip: int
    limit: int


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
    """One loader per access path; each answers in the order of its keys, None or an empty list for unknown ones."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.entity_by_id: DataLoader[EntityId, EntityRecord | None] = _one(lambda ids: graph.read(entities_by_id, ids))
        self.degree_by_id: DataLoader[EntityId, int | None] = _one(lambda ids: graph.read(degrees, ids))
        self.relation_by_id: DataLoader[RelationId, RelationRecord | None] = _one(
            lambda ids: graph.read(relations_by_id, ids)
        )
        self.claim_by_id: DataLoader[ClaimId, ClaimRecord | None] = _one(lambda ids: graph.read(claims_by_id, ids))
        self.document_by_id: DataLoader[DocumentId, DocumentRecord | None] = _one(
            lambda ids: graph.read(documents_by_id, ids)
        )
        self.run_by_id: DataLoader[RunId, LoadRunRecord | None] = _one(lambda ids: graph.read(load_runs_by_id, ids))
        self.job_by_name: DataLoader[str, JobState | None] = _one(lambda _: graph.read(job_states))
        self.publisher_by_name: DataLoader[str, Publisher | None] = _one(lambda _: graph.read(read_publishers))
        self.claims_by_edge: DataLoader[ClaimsOfEdge, list[ClaimRecord]] = DataLoader(load_fn=self._claims)
        self.claims_by_entity: DataLoader[ClaimsOfEntity, list[ClaimRecord]] = DataLoader(load_fn=self._claims_about)
        self.relations_by_entity: DataLoader[RelationsOfEntity, list[RelationRecord]] = DataLoader(
            load_fn=self._relations
        )

    async def _claims(self, keys: list[ClaimsOfEdge]) -> list[list[ClaimRecord]]:
        pages: dict[tuple[int, int], set[RelationId]] = defaultdict(set)
        for key in keys:
            pages[key.skip, key.limit].add(key.edge)
        found = {
            (skip, limit): await self._graph.read(claims_by_edge, edges, skip=skip, limit=limit)
            for (skip, limit), edges in pages.items()
        }
        return [found[key.skip, key.limit].get(key.edge, []) for key in keys]

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
            page: await self._graph.read(relations_of, sorted(ids), page[0], page[1], skip=page[2], limit=page[3])
            for page, ids in pages.items()
        }
        return [found[key.via, key.where, key.skip, key.limit].get(key.entity, []) for key in keys]


def _one(look_up: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> "DataLoader[K, V | None]":
    async def load(keys: list[K]) -> list[V | None]:
        found = await look_up(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)
