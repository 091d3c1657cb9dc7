"""Clients that people use, as their registries give them, against the real service. `make test-clients` runs these."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from loaders.submissions import SubmissionWriter
from tests.service.serving import Served, serving

pytestmark = [pytest.mark.anyio]
HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "python"
CODEGEN = "ariadne-codegen==0.19.0"
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")

STATEMENTS: list[dict[str, object]] = [
    {
        "subject": "Intel",
        "predicate": "tested tools from",
        "object": "ACM Research",
        "sentence": "Intel tested tools from ACM Research.",
        "publisher": "Desk",
    },
    {
        "subject": "United States",
        "predicate": "sanctions",
        "object": "ACM Research",
        "sentence": "The United States sanctions ACM Research.",
        "publisher": "Desk",
    },
]


@pytest.fixture
async def served(graph: Graph) -> AsyncIterator[Served]:
    await schema.apply(graph)
    await SubmissionWriter(graph).load_triples(STATEMENTS, source="desk", dry_run=False)
    async with serving(graph) as service:
        yield service


@pytest.fixture(scope="session")
async def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts and the packages of npm that they import."""
    folder = tmp_path_factory.mktemp("npm")
    for file in (*HERE.glob("*.mjs"), HERE / "package.json"):
        shutil.copy(file, folder)
    await run(folder, "npm", "install", "--no-audit", "--no-fund", "--silent", "--prefer-offline")
    return folder


async def run(folder: Path, *command: str, seconds: float = 180) -> str:
    """What a command that must succeed prints."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        told, problem = await asyncio.wait_for(process.communicate(), seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, problem.decode() + told.decode()
    return told.decode()


def check(told: dict[str, Any], *, events: int) -> None:
    found = told["answer"]["shortestPath"]
    assert found["report"]["status"] == "FOUND"
    first, second = (hop["relations"][0] for hop in found["paths"][0]["hops"])
    assert (first["type"], second["type"]) == ("TESTED", "SANCTIONS")
    assert first["claims"]["nodes"][0]["sentence"] == "Intel tested tools from ACM Research."
    assert told["error"]["code"] == "ENTITY_NOT_FOUND"
    assert "Intel" in told["error"]["close"]
    assert [one["exposureChanges"] for one in told["events"]] == [
        {"kind": "ADDED", "exposure": {"kind": "TESTED", "entity": {"name": "ACM Research"}}}
    ] * events or without_typenames(told["events"], events)


def without_typenames(events: list[Any], number: int) -> bool:
    """Whether the events are those expected once what Apollo Client adds to every object is left out."""
    ties = [(one["exposureChanges"]["kind"], one["exposureChanges"]["exposure"]["entity"]["name"]) for one in events]
    return ties == [("ADDED", "ACM Research")] * number


@needs_npm
@pytest.mark.clients
async def test_apollo_client(served: Served, packages: Path) -> None:
    told = json.loads(await run(packages, "node", "apollo.mjs", served.http, served.ws))
    check(told, events=1)
    assert told["persisted"] == ["FOUND", "FOUND"]
    # By hash, unknown: with the document; the second client finds it known.
    assert told["sent"][0] == told["sent"][-1] == "GET"
    assert len(told["sent"]) == 3
    await served.idle()


@needs_npm
@pytest.mark.clients
async def test_urql_and_graphql_sse(served: Served, packages: Path) -> None:
    check(json.loads(await run(packages, "node", "urql.mjs", served.http, served.ws)), events=3)
    await served.idle()


AUDITS = 61
"""What graphql-http 1.23.1 checks of GraphQL over HTTP: every MUST, SHOULD and MAY."""


@needs_npm
@pytest.mark.clients
async def test_every_audit_of_graphql_over_http_passes(served: Served, packages: Path) -> None:
    assert json.loads(await run(packages, "node", "audit.mjs", served.http)) == {"passed": AUDITS, "failed": []}


@pytest.mark.clients
async def test_the_generated_python_client(served: Served, tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "python"
    shutil.copytree(EXAMPLE, folder)
    (tmp_path / "service").mkdir()
    shutil.copy(HERE.parents[1] / "service" / "schema.graphql", tmp_path / "service")
    await run(tmp_path, sys.executable, "-m", "venv", "codegen")
    await run(tmp_path, "codegen/bin/pip", "install", "--quiet", "--disable-pip-version-check", CODEGEN)
    await run(folder, str(tmp_path / "codegen/bin/ariadne-codegen"), "--config", "codegen.toml")
    told = await run(folder, sys.executable, "example.py", served.http)
    assert told.splitlines() == [
        "Intel TESTED ACM Research: Intel tested tools from ACM Research.",
        "United States SANCTIONS ACM Research: The United States sanctions ACM Research.",
        "then TESTED of Intel: CHANGED",
    ]
    await run(folder, sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "example.py")


@pytest.mark.clients
async def test_gql_over_http(served: Served) -> None:
    request = gql("query ($name: String!) { entity(name: $name) { name type } }")
    request.variable_values = {"name": "Intel"}
    async with Client(transport=HTTPXAsyncTransport(served.http), fetch_schema_from_transport=True) as session:
        assert await session.execute(request) == {"entity": {"name": "Intel", "type": "COMPANY"}}
