"""Hashes of the texts of documents."""

import pytest

from graph_schema.database.graph import Graph
from graph_schema.ids import DocumentId
from service.queries.document_hashes import document_hashes
from tests.service.build import story

pytestmark = pytest.mark.anyio


async def test_a_document_without_a_hash_is_missing(graph: Graph) -> None:
    await story().write(graph)
    assert await graph.read(document_hashes, [DocumentId("doc:none")]) == {}
