"""Restore: a verified backup into an empty database, nodes first, then edges, in batches; nobody else writes meanwhile."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar, cast

from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.backup.archive import (
    ArchiveReader,
    EdgeLine,
    Footer,
    Header,
    NodeKey,
    NodeLine,
    open_backup,
    verify,
)
from graph_schema.database.backup.marker import mark, unfinished_restore, unmark
from graph_schema.database.backup.names import node_labels
from graph_schema.database.backup.progress import Progress, silent
from graph_schema.database.cypher import quoted
from graph_schema.database.graph import Graph
from graph_schema.database.locks import WRITER, HeldLock, writer_lock
from graph_schema.errors import (
    BackupUnusable,
    ChokepointError,
    DatabaseNotEmpty,
    MissingEndpoint,
    RestoreIncomplete,
)

BATCH = 2500
"""Nodes or edges written in one transaction."""
BATCH_BYTES = 16 * 1024 * 1024
"""Bytes of a batch after which it is written, whatever its number of lines."""
STATE_LABELS = ("GraphState", "SchemaVersion")
"""Labels of the nodes that `chokepoint schema apply` creates: a database with nothing else counts as empty."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    header: Header
    footer: Footer
    migrations: tuple[str, ...]
    """What was done to bring a graph of an older version to this one."""


async def restore(
    graph: Graph, file: Path, *, replace: bool = False, progress: Progress = silent, batch: int = BATCH
) -> Restored:
    """Bring the graph of `file` into the database, which must be empty, or is emptied first with `replace`;
    `batch` nodes or edges to a transaction.

    Nothing is written before the file is known to be whole and the right to write is held, for which nobody is waited for.
    Raises BackupUnusable, DatabaseNotEmpty, GraphBusy, SchemaDrift or GraphUnavailable before the first write;
    RestoreIncomplete after it, when the database is left with a part of the graph.
    """
    header, footer = verify(file)
    if header.schema > (known := len(schema.migrations())):
        raise BackupUnusable(
            f"{file.name} is of schema {header.schema}, this version knows {known}: upgrade chokepoint first"
        )
    await _refuse_content(graph, replace=replace)
    async with writer_lock(graph, f"restore {file.name}", wait_s=0) as lock:
        await _refuse_content(graph, replace=replace)  # another may have written before the lock was ours
        done = _Done()
        try:
            await graph.write(_held, lock, mark, file.name)
            if replace:
                await _clear(graph, lock)
            await schema.apply(graph)
            await graph.write(_held, lock, delete_state)
            await _write_all(graph, lock, file, done, progress, batch)
            await graph.write(_held, lock, unmark)
        except ChokepointError as error:
            raise RestoreIncomplete(
                f"{error}; the database now holds {done.nodes} of {footer.nodes} nodes and {done.edges} of {footer.edges} "
                f"edges of {file.name}: repeat the restore with --replace"
            ) from error
        return Restored(header, footer, tuple(await schema.apply(graph)))


P = ParamSpec("P")
R = TypeVar("R")


async def _held(
    tx: AsyncManagedTransaction,
    lock: HeldLock,
    work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[R]],
    *arguments: P.args,
    **named: P.kwargs,
) -> R:
    """Do `work` in a transaction in which the lock is seen to be held still. Raises GraphBusy when another took over."""
    await lock.guard(tx)
    return await work(tx, *arguments, **named)


@dataclass(slots=True)
class _Done:
    nodes: int = 0
    edges: int = 0


async def _refuse_content(graph: Graph, *, replace: bool) -> None:
    """Raise DatabaseNotEmpty, unless what is there may be replaced."""
    if replace:
        return
    if (unfinished := await unfinished_restore(graph)) is not None:
        raise DatabaseNotEmpty(
            f"the database holds a part of {unfinished}, whose restore did not finish: --replace deletes it first"
        )
    if nodes := await graph.read(count_content):
        raise DatabaseNotEmpty(
            f"the database holds {nodes} nodes: restore into an empty one, or let --replace delete them first"
        )


async def _clear(graph: Graph, lock: HeldLock) -> None:
    """Delete everything but mark and lock, in batches: one hub may have more edges than a transaction can hold."""
    while await graph.write(_held, lock, delete_edges):
        pass
    while await graph.write(_held, lock, delete_nodes):
        pass


async def _write_all(graph: Graph, lock: HeldLock, file: Path, done: _Done, progress: Progress, most: int) -> None:
    with open_backup(file) as stream:
        for batch in batches(ArchiveReader(stream, file.name), most):
            if isinstance(batch[0], NodeLine):
                nodes = cast("Sequence[NodeLine]", batch)
                await graph.write(_held, lock, create_nodes, nodes)
                done.nodes += len(nodes)
            else:
                edges = cast("Sequence[EdgeLine]", batch)
                await graph.write(_held, lock, create_edges, edges)
                done.edges += len(edges)
            progress(nodes=done.nodes, edges=done.edges)


def batches(lines: ArchiveReader, most: int) -> Iterator[list[NodeLine | EdgeLine]]:
    """The lines in groups of at most `most` and little more than BATCH_BYTES, each either nodes or edges."""
    batch: list[NodeLine | EdgeLine] = []
    started = 0
    for line in lines:
        full = len(batch) == most or lines.unpacked - started > BATCH_BYTES
        if batch and (full or type(line) is not type(batch[0])):
            yield batch
            batch, started = [], lines.unpacked
        batch.append(line)
    if batch:
        yield batch


CREATE_NODES: LiteralString = """
UNWIND $rows AS row
CREATE (node:$(row.labels)) SET node = row.properties
"""


async def create_nodes(tx: AsyncManagedTransaction, nodes: Sequence[NodeLine]) -> None:
    """Create nodes with labels and properties as they were; but the lock of writers, which the restore itself holds."""
    rows = [
        {"labels": list(node.labels), "properties": node.properties}
        for node in nodes
        if node.key != NodeKey("GraphState", WRITER)
    ]
    await (await tx.run(CREATE_NODES, rows=rows)).consume()


async def create_edges(tx: AsyncManagedTransaction, edges: Sequence[EdgeLine]) -> None:
    """Create edges between nodes that are there. Raises MissingEndpoint when one of them is not."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for edge in edges:
        row = {"start": edge.start.id, "end": edge.end.id, "type": edge.type, "properties": edge.properties}
        groups[edge.start.label, edge.end.label].append(row)
    for (start, end), rows in groups.items():
        if not {start, end} <= set(node_labels()):
            raise BackupUnusable(f"an edge names the label {start} or {end}, whose ids this version does not know")
        query = f"""
UNWIND $rows AS row
MATCH (start:{quoted(start)} {{id: row.start}}) MATCH (end:{quoted(end)} {{id: row.end}})
CREATE (start)-[edge:$(row.type)]->(end) SET edge = row.properties
RETURN count(*) AS created
"""
        record = await (await tx.run(query, rows=rows)).single(strict=True)
        if record["created"] != len(rows):
            raise MissingEndpoint(f"{len(rows) - record['created']} edges name a node that the file does not hold")


COUNT_CONTENT: LiteralString = """
MATCH (node) WHERE NONE(label IN labels(node) WHERE label IN $state) RETURN count(node) AS nodes
"""


async def count_content(tx: AsyncManagedTransaction) -> int:
    """Nodes, without those that an empty database of ours has."""
    return int((await (await tx.run(COUNT_CONTENT, state=list(STATE_LABELS))).single(strict=True))["nodes"])


DELETE_STATE: LiteralString = """
MATCH (node:GraphState|SchemaVersion) WHERE NOT node.id IN $kept DELETE node
"""
KEPT = ("restore", WRITER)
"""Ids of the state nodes of the restore itself: its mark and its lock."""


async def delete_state(tx: AsyncManagedTransaction) -> None:
    """Make room for the state nodes of the backup."""
    await (await tx.run(DELETE_STATE, kept=list(KEPT))).consume()


DELETE_EDGES: LiteralString = """
MATCH ()-[edge]->() WITH edge LIMIT 20000 DELETE edge RETURN count(*) AS deleted
"""


async def delete_edges(tx: AsyncManagedTransaction) -> int:
    """Delete some edges; how many there were, 0 at the end."""
    return int((await (await tx.run(DELETE_EDGES)).single(strict=True))["deleted"])


DELETE_NODES: LiteralString = """
MATCH (node) WHERE NOT (node:GraphState AND node.id IN $kept)
WITH node LIMIT 20000 DELETE node RETURN count(*) AS deleted
"""


async def delete_nodes(tx: AsyncManagedTransaction) -> int:
    """Delete some nodes, which have no edges any more; how many there were, 0 at the end."""
    return int((await (await tx.run(DELETE_NODES, kept=list(KEPT))).single(strict=True))["deleted"])
