"""A change-set: all that one transaction does to the facts of the graph, under one new version.

Who writes only says what comes and what goes. Entering takes the graph's state node, so that writers queue up instead of
running into each other's locks; leaving makes the version the graph's, projects anew every edge behind which claims changed,
forgets entities and names that nothing mentions any more, and notes what went (see `tombstones`). A change-set in which
nothing changed leaves no trace, the version included.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.domain import Claim, Document, Entity
from graph_schema.errors import MissingEndpoint
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.projection import Evidence
from graph_schema.publishers import Publisher, read_publishers, reliability
from loaders.writing.counts import Counts
from loaders.writing.edges import EdgeKey, edge_of, read_evidence, reproject, rewrite
from loaders.writing.nodes import Payload, create_claims, update_claims, write_documents, write_entities
from loaders.writing.past import Past
from loaders.writing.removal import StoredClaim, delete_claims, forget, read_stored_claims
from loaders.writing.tombstones import write_tombstones

CLAIMS_PER_CHANGE = 2_500
"""Claims that are taken away or ended in one transaction."""


class ChangeSet:
    """The change at hand. What is written through it is found again when it closes; `counts` says what it did."""

    def __init__(self, tx: AsyncManagedTransaction, version: int, publishers: Mapping[str, Publisher]) -> None:
        self.tx, self._publishers = tx, publishers
        self.version = version
        """The graph's version once the change-set is closed."""
        self.counts = Counts()
        """Claims and documents are counted by who changes them, entities and edges here when the change-set closes."""
        self.past = Past(version)
        """How what changes or goes was before. Methods here note it; who changes it by other means does so himself."""
        self._marked = False
        self._edges: dict[RelationId, EdgeKey] = {}
        self._before: dict[RelationId, list[Evidence]] = {}
        self._added: dict[RelationId, list[Evidence]] = defaultdict(list)
        self._recounted: set[RelationId] = set()
        self._distrusted: dict[RelationId, EdgeKey] = {}
        self._deleted: list[StoredClaim] = []
        self._reworded: list[StoredClaim] = []
        self._released: set[EntityId] = set()

    @property
    def changed(self) -> bool:
        """Whether the graph is another than before."""
        return self._marked or self.counts.changed

    def mark(self) -> None:
        """Say that something has changed that no method here wrote."""
        self._marked = True

    async def touch(self, edges: Iterable[EdgeKey]) -> None:
        """Have these edges projected anew; to be called before what stands behind them is changed by other means."""
        edges = list(edges)
        await self._read_before(edges)
        self._recounted.update(edge.id for edge in edges)

    def rewrite(self, edges: Iterable[EdgeKey]) -> None:
        """Have these edges written as their claims project, whatever the graph holds of them: no claim need have changed."""
        self.mark()
        self._distrusted |= {edge.id: edge for edge in edges}

    async def create(
        self, claims: Mapping[ClaimId, Claim], run: RunId, documents: Mapping[DocumentId, Document] | None = None
    ) -> None:
        """Write claims that the graph does not have; their ends and documents are there. Raises MissingEndpoint.

        With `documents` their evidence need not be read again.
        """
        edges = {id: edge_of(claim.relation, claim.subject, claim.object) for id, claim in claims.items()}
        await self._read_before(edges.values())
        for id, claim in claims.items():
            if documents is None:
                self._recounted.add(edges[id].id)
            else:
                document = documents[claim.document]
                weight = reliability(document.publisher, self._publishers)
                self._added[edges[id].id].append(Evidence.of(claim, document, reliability=weight))
        of_edge = {id: edge.id for id, edge in edges.items()}
        await create_claims(self.tx, claims, of_edge, run, version=self.version)

    async def update(self, payloads: Mapping[ClaimId, Payload]) -> list[StoredClaim]:
        """Change claims that the graph has; returns them as they were. Raises MissingEndpoint."""
        stored = await read_stored_claims(self.tx, payloads)
        await self.touch(claim.edge for claim in stored)
        self.past.claims(claim.former for claim in stored if claim.former.confidence != payloads[claim.id].confidence)
        await update_claims(self.tx, payloads)
        return stored

    async def delete(self, ids: Collection[ClaimId]) -> list[StoredClaim]:
        """Delete those of these claims that the graph has; returns them."""
        stored = await read_stored_claims(self.tx, ids)
        await self.touch(claim.edge for claim in stored)
        self.past.claims(claim.former for claim in stored)
        await delete_claims(self.tx, [claim.id for claim in stored])
        self._deleted += stored
        return stored

    def reword(self, claims: Iterable[StoredClaim]) -> None:
        """Say that claims, which stay, no longer use the names that they used: names that nothing else uses go."""
        self._reworded += claims

    def release(self, entities: Iterable[EntityId]) -> None:
        """Say that these entities may hang on nothing any more: those that do go."""
        self._released.update(entities)

    async def write_documents(
        self, documents: Collection[Document], run: RunId, had: Mapping[DocumentId, Document]
    ) -> None:
        """Create documents or update those that the graph `had`; new ones are marked with `run`. Edges that take another
        date from one are to be touched before."""
        if documents:
            self.mark()
            for document in documents:
                if document.id in had:
                    self.past.document(had[document.id])
            await write_documents(self.tx, documents, run)

    async def write_entities(self, entities: Mapping[EntityId, Entity], had: Mapping[EntityId, Entity | None]) -> None:
        """Create or update entities; `had`: as the graph had each, None: not at all."""
        if entities:
            self.mark()
            for id in entities:
                self.past.entity(id, had[id])
            await write_entities(self.tx, entities, version=self.version)

    async def close(self) -> None:
        """Bring edges, entities and version to what was written. Raises MissingEndpoint."""
        if not self.changed:
            return
        await (await self.tx.run(BUMP, version=self.version)).consume()
        again = await read_evidence(self.tx, self._recounted)
        after = {
            id: again.get(id, []) if id in self._recounted else self._before[id] + self._added[id] for id in self._edges
        }
        edges_removed = await reproject(
            self.tx, self._edges.values(), self._before, after, version=self.version, counts=self.counts
        )
        edges_removed = [*edges_removed, *await rewrite(self.tx, self._distrusted.values(), version=self.version)]
        silenced = [*self._deleted, *self._reworded]
        entities_removed = await forget(
            self.tx, silenced, self._released, version=self.version, counts=self.counts, past=self.past
        )
        await write_tombstones(
            self.tx,
            version=self.version,
            relations=edges_removed,
            entities=entities_removed,
            claims=self._deleted,
            states=self.past.states,
        )

    async def _read_before(self, edges: Iterable[EdgeKey]) -> None:
        unread = {edge.id: edge for edge in edges if edge.id not in self._edges}
        if unread:
            self.mark()
            self._edges |= unread
            before = await read_evidence(self.tx, unread)
            self._before |= {id: before.get(id, []) for id in unread}


# The server takes no lock for a value that stays what it is: only a true change makes the next writer wait.
LOCK: LiteralString = """
MATCH (state:GraphState {id: 'graph'})
SET state.taken = true
REMOVE state.taken
WITH state
RETURN state.version AS version
"""
BUMP: LiteralString = "MATCH (state:GraphState {id: 'graph'}) SET state.version = $version"


@asynccontextmanager
async def change(tx: AsyncManagedTransaction) -> AsyncIterator[ChangeSet]:
    """Keep other writers out until the transaction ends, and close the change-set at the end of the block.

    Raises MissingEndpoint where the schema was never applied.
    """
    record = await (await tx.run(LOCK)).single()
    if record is None:
        raise MissingEndpoint("the graph has no state node: run `chokepoint schema apply`")
    graph = ChangeSet(tx, int(record["version"]) + 1, await read_publishers(tx))
    yield graph
    await graph.close()
