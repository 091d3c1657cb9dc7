"""Edges against the claims behind them, page by page: memory does not grow with the graph."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, term
from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId, RelationId
from graph_schema.projection import project
from graph_schema.vocabulary import RelationType
from loaders.checking.findings import Finding, Kind, Report
from loaders.writing.change import change
from loaders.writing.edges import EdgeKey, edge_of, edge_properties, read_evidence

PAGE = 2_000
CLAIMS: LiteralString = """
MATCH (c:Claim) WHERE c.id > $after
WITH c ORDER BY c.id LIMIT $limit
RETURN c.id AS id, c.relation AS relation, c.edge AS edge, [(c)-[:SUBJECT]->(s:Entity) | s.id] AS subjects,
  [(c)-[:OBJECT]->(o:Entity) | o.id] AS objects, count { (c)-[:STATED_IN]->(:Document) } AS documents
ORDER BY id
"""


def _edges_after(type: RelationType) -> LiteralString:
    return f"""
MATCH (a)-[r:{term(type)}]->(b) WHERE r.id > $after
WITH a, r, b ORDER BY r.id LIMIT $limit
RETURN r.id AS id, a.id AS subject, b.id AS object, properties(r) AS properties ORDER BY id
"""


def _existing(type: RelationType) -> LiteralString:
    return f"UNWIND $ids AS id MATCH ()-[r:{term(type)} {{id: id}}]->() RETURN r.id AS id"


EDGES_AFTER: Mapping[RelationType, LiteralString] = {type: _edges_after(type) for type in RelationType}
EXISTING: Mapping[RelationType, LiteralString] = {type: _existing(type) for type in RelationType}


async def check_edges(graph: Graph, report: Report, *, repair: bool) -> None:
    """Compare every edge with what its claims project to, and every claim with its edge; adds to `report`."""
    async for page in _pages(graph):
        wrong, doubled = await graph.read(_look_at_edges, page)
        report.edges += len(page)
        report.findings += doubled
        await _settle(graph, report, wrong, repair=repair)
    after = ""
    while True:
        after, missing, torn, seen = await graph.read(_look_at_claims, after)
        report.claims += seen
        report.findings += torn
        await _settle(graph, report, missing, repair=repair)
        if seen < PAGE:
            return


async def _pages(graph: Graph) -> AsyncIterator[list[dict[str, Any]]]:
    for type in RelationType:
        after = ""
        while True:
            rows = await graph.read(_page, type, after)
            if rows:
                yield rows
            if len(rows) < PAGE:
                break
            after = rows[-1]["id"]


async def _page(tx: AsyncManagedTransaction, type: RelationType, after: str) -> list[dict[str, Any]]:
    result = await tx.run(EDGES_AFTER[type], after=after, limit=PAGE)
    return [{**record, "type": type} async for record in result]


async def _look_at_edges(
    tx: AsyncManagedTransaction, rows: list[dict[str, Any]]
) -> tuple[list[tuple[Kind, EdgeKey, str]], list[Finding]]:
    evidence = await read_evidence(tx, {RelationId(row["id"]) for row in rows})
    wrong, doubled, last = [], [], None
    for row in rows:
        key = EdgeKey(row["id"], row["type"], EntityId(row["subject"]), EntityId(row["object"]))
        if row["id"] == last:
            doubled.append(Finding(Kind.EDGE_DOUBLED, key.id))
        last = row["id"]
        projection = project(evidence.get(key.id, ()))
        if projection is None:
            wrong.append((Kind.EDGE_UNSUPPORTED, key, ""))
            continue
        expected = edge_properties(projection, 0)
        stored = {name: native(row["properties"].get(name)) for name in expected}
        differing = [name for name in expected if name != "version" and stored[name] != expected[name]]
        if differing:
            told = "; ".join(f"{name} is {stored[name]}, the claims say {expected[name]}" for name in differing)
            wrong.append((Kind.EDGE_WRONG, key, told))
    return wrong, doubled


async def _look_at_claims(
    tx: AsyncManagedTransaction, after: str
) -> tuple[str, list[tuple[Kind, EdgeKey, str]], list[Finding], int]:
    edges: dict[RelationId, EdgeKey] = {}
    torn, seen, last = [], 0, after
    async for record in await tx.run(CLAIMS, after=after, limit=PAGE):
        seen, last = seen + 1, record["id"]
        subjects, objects, documents = record["subjects"], record["objects"], record["documents"]
        if (len(subjects), len(objects), documents) != (1, 1, 1):
            lacks = f"{len(subjects)} subjects, {len(objects)} objects, {documents} documents"
            torn.append(Finding(Kind.CLAIM_TORN, last, lacks))
            continue
        edge = edge_of(RelationType(record["relation"]), subjects[0], objects[0])
        if edge.id != record["edge"]:
            torn.append(Finding(Kind.CLAIM_TORN, last, f"it names the edge {record['edge']}, its ends make {edge.id}"))
        edges[edge.id] = edge
    by_type: dict[RelationType, list[RelationId]] = defaultdict(list)
    for edge in edges.values():
        by_type[edge.type].append(edge.id)
    there = set()
    for type, ids in by_type.items():
        there |= {record["id"] async for record in await tx.run(EXISTING[type], ids=ids)}
    return last, [(Kind.EDGE_MISSING, edge, "") for id, edge in edges.items() if id not in there], torn, seen


async def _settle(graph: Graph, report: Report, wrong: Iterable[tuple[Kind, EdgeKey, str]], *, repair: bool) -> None:
    """Repair what is wrong, if it is to be, and report it."""
    wrong = list(wrong)
    if repair and wrong:
        await graph.write(_project_anew, [edge for _, edge, _ in wrong])
    report.findings += [Finding(kind, edge.id, detail, repaired=repair) for kind, edge, detail in wrong]


async def _project_anew(tx: AsyncManagedTransaction, edges: list[EdgeKey]) -> None:
    async with change(tx) as changes:
        changes.rewrite(edges)
