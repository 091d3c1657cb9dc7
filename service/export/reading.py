"""The rows of an export, read in pages while the last page is written; all are of one version of the graph."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from itertools import groupby

import orjson

from graph_schema.database.backup.dumping import Sizes, sizes
from graph_schema.database.backup.marker import unfinished_restore
from graph_schema.database.graph import Graph
from graph_schema.errors import GraphChanged, GraphError
from graph_schema.vocabulary import RelationType, vocabulary
from service.export.tables import CLAIMS, DOCUMENTS, ENTITIES, RELATIONS, TOLD_RELATIONS, Table
from service.queries.exported import (
    Row,
    evidence_of_edges,
    exported_claims,
    exported_documents,
    exported_entities,
    exported_relations,
)

PAGE = 2000
"""Rows read in one transaction."""
CLAIMS_AT_ONCE = 5000
"""Claims that the evidence of one batch of relations has, unless one relation alone has more."""

Batch = tuple[Table, Sequence[Row]]
Page = Callable[[str], Awaitable[list[Row]]]
"""Reads the rows that follow an id."""


async def state_of(graph: Graph) -> Sizes:
    """The graph's version and sizes, to begin with. Raises GraphError for a graph that is a half of a backup."""
    if (unfinished := await unfinished_restore(graph)) is not None:
        raise GraphError(
            f"the database holds a part of {unfinished}, whose restore did not finish: restore it again first"
        )
    return await graph.read(sizes)


async def read_tables(
    graph: Graph,
    tables: Sequence[Table],
    before: Sizes,
    *,
    page: int = PAGE,
    claims_at_once: int = CLAIMS_AT_ONCE,
) -> AsyncIterator[Batch]:
    """All rows of the tables, one table after the other, each in at least one batch, by id; relations by type first.

    `before`: the state that all must be of. Raises GraphChanged at the end when the graph has left it; GraphUnavailable.
    """
    for table in tables:
        yield table, []
        for read in _pages_of(graph, table, page):
            async for rows in _ahead(read):
                if table is TOLD_RELATIONS:
                    async for told in told_relations(graph, rows, claims_at_once):
                        yield table, told
                else:
                    yield table, rows
    if await graph.read(sizes) != before:
        raise GraphChanged("the graph changed while it was read: run the export again when no load is writing")


def _pages_of(graph: Graph, table: Table, page: int) -> Iterator[Page]:
    match table.name:
        case ENTITIES.name:
            yield lambda beyond: graph.read(exported_entities, beyond, page)
        case RELATIONS.name:
            for type in RelationType:
                yield _relations_of(graph, type, page)
        case CLAIMS.name:
            yield lambda beyond: graph.read(exported_claims, beyond, page)
        case DOCUMENTS.name:
            yield lambda beyond: graph.read(exported_documents, beyond, page)


def _relations_of(graph: Graph, type: RelationType, page: int) -> Page:
    meaning = vocabulary().relations[type]
    known = [meaning.category, meaning.symmetric]

    async def read(beyond: str) -> list[Row]:
        return [row + known for row in await graph.read(exported_relations, type, beyond, page)]

    return read


async def _ahead(read: Page) -> AsyncIterator[list[Row]]:
    """Pages until there are no more; the next one is read while the last is used."""
    following = asyncio.ensure_future(read(""))
    try:
        while rows := await following:
            following = asyncio.ensure_future(read(rows[-1][0]))
            yield rows
    finally:
        following.cancel()


_CLAIMS = RELATIONS.names.index("claims")


async def told_relations(
    graph: Graph, rows: Sequence[Row], claims_at_once: int = CLAIMS_AT_ONCE
) -> AsyncIterator[list[Row]]:
    """Rows of relations with their evidence, in parts whose claims can be held at once."""
    for some in with_bounded_evidence(rows, claims_at_once):
        yield await _told(graph, some)


def with_bounded_evidence(rows: Sequence[Row], claims_at_once: int = CLAIMS_AT_ONCE) -> Iterator[list[Row]]:
    """The rows in parts whose claims can be held at once."""
    some: list[Row] = []
    claims = 0
    for row in rows:
        more = int(row[_CLAIMS] or 0)
        if some and claims + more > claims_at_once:
            yield some
            some, claims = [], 0
        some.append(row)
        claims += more
    yield some


async def _told(graph: Graph, rows: Sequence[Row]) -> list[Row]:
    """Relations with their evidence as JSON at the end of the row."""
    claims = await graph.read(evidence_of_edges, [row[0] for row in rows])
    told = {edge: list(group) for edge, group in groupby(claims, key=lambda claim: claim.pop("edge"))}
    return [[*row, orjson.dumps(told.get(row[0], [])).decode()] for row in rows]
