"""A graph that an older version wrote is migrated, and answers as one that this version wrote.

`tests/data/backups/schema-1.jsonl.gz` is what `chokepoint db dump` of commit 445b2e5 (schema 1, before removals were kept) wrote
of the sample that it had loaded.
"""

from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import httpx
import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database import backup, schema
from graph_schema.database.graph import Graph
from loaders.checking.graph import check
from loaders.submissions import SubmissionWriter

pytestmark = pytest.mark.anyio
OLD = Path(__file__).parents[1] / "data" / "backups" / "schema-1.jsonl.gz"
PATH = """
{ shortestPath(from: "Intel", to: "United States", via: {excludeTypes: [LOCATED_IN]}) { paths {
    entities { name } hops { relations { type claims { nodes { sentence document { title published } } } } } } } }
"""

REMOVED: LiteralString = "MATCH (r:Removed) RETURN sum(size(r.claims)) AS claims"


async def removed_claims(tx: AsyncManagedTransaction) -> int:
    """How many claims the graph tells to have gone."""
    return int((await (await tx.run(REMOVED)).single(strict=True))["claims"])


@pytest.fixture
async def migrated(graph: Graph) -> Graph:
    """The older graph, restored into an empty database."""
    done = await backup.restore(graph, OLD, replace=True)
    assert done.header.schema == 1
    assert done.migrations == ("migration 2: removals", "migration 3: former states")
    return graph


async def test_an_older_graph_has_this_versions_schema_and_its_edges_follow_from_its_claims(migrated: Graph) -> None:
    assert await schema.differences(migrated) == []
    report = await check(migrated)
    assert (report.findings, report.claims, report.edges) == ([], 89, 72)


async def test_an_older_graph_answers_a_path_with_its_evidence(
    migrated: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    async with client_of(migrated) as http:
        answer = (await http.post("/graphql", json={"query": PATH})).json()
    (path, *_) = answer["data"]["shortestPath"]["paths"]
    assert [entity["name"] for entity in path["entities"]] == [
        "Intel",
        "ACM Research",
        "ACM Research Shanghai",
        "United States",
    ]
    evidence = [
        claim["sentence"] for hop in path["hops"] for each in hop["relations"] for claim in each["claims"]["nodes"]
    ]
    assert "Intel has tested tools from ACM Research this year." in evidence
    assert "The United States put ACM Research Shanghai on the Entity List on 2 December 2024." in evidence


async def test_an_older_graph_is_written_to_and_keeps_what_goes(migrated: Graph) -> None:
    writer = SubmissionWriter(migrated)
    row = {"subject": "Intel", "predicate": "acquired", "object": "Tower Semiconductor"}
    done = await writer.load_triples([row], source="desk", dry_run=False)
    assert done.run is not None
    await writer.retract_run(done.run)
    await writer.close()
    report = await check(migrated)
    assert (report.findings, report.claims, report.edges) == ([], 89, 72)
    assert await migrated.read(removed_claims) == 1
