"""A pack of the story, for the tests of evidence packs."""

import io
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graph_schema.database.graph import Graph
from service.engines.cypher import CypherEngine
from service.packing.pack import FoundPaths, Pack, make_pack
from service.paths.budget import Budget
from service.searches.desk import Searches
from service.searches.paths import PathRequest
from service.settings import ServiceSettings

QUESTION = {"operation": "shortestPath", "text": "how is Intel tied to the United States?"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


async def packed(graph: Graph, key: Ed25519PrivateKey | None = None) -> Pack:
    """The path between two entities of the story, packed."""

    async def asks() -> FoundPaths:
        request = PathRequest(("Intel",), ("United States",), k=2, budget=Budget(timeout_s=100))
        answer = await Searches(CypherEngine(graph, hub_degree=1_000), ServiceSettings()).run(request)
        return FoundPaths(answer.paths, answer.report.status, answer.report.hint)

    return await make_pack(graph, QUESTION, asks, key=key)


def files(content: bytes) -> dict[str, bytes]:
    """Name and content of what lies in a pack."""
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        return {name: archived.read(name) for name in archived.namelist()}
