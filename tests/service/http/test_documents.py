"""Documents that come with the service."""

import httpx
import pytest
from graphql import OperationDefinitionNode, parse, validate

from service.graphql.schema import build_schema
from service.http.documents import packaged_documents, sha256
from service.settings import ServiceSettings

VERSION = "query Version { graphVersion }"


def test_each_holds_one_operation_that_the_schema_answers() -> None:
    schema = build_schema(ServiceSettings())._schema
    for name, text in packaged_documents().items():
        document = parse(text)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        assert len(operations) == 1, name
        assert validate(schema, document) == [], name


@pytest.mark.anyio
async def test_one_is_asked_for_by_its_id_alone(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/documents.json")).json()
    assert listed == {name: sha256(text) for name, text in packaged_documents().items()}
    for name, hash in listed.items():
        assert sha256((await client.get(f"/documents/{name}.graphql")).text) == hash, name
    assert (await client.get("/documents/nowhere.graphql")).status_code == 404
    unknown = await client.post("/graphql", json={"documentId": f"sha256:{sha256(VERSION)}"})
    assert (unknown.status_code, unknown.json()["errors"][0]["extensions"]["code"]) == (404, "DOCUMENT_NOT_FOUND")


@pytest.mark.anyio
async def test_it_is_answered_by_get_and_where_others_are_refused(story_graph: object, client_of: object) -> None:
    assert callable(client_of)
    async with client_of(story_graph, trusted_only=True) as client:
        id = f"sha256:{sha256(packaged_documents()['explore-start'])}"
        by_get = await client.get("/graphql", params={"documentId": id})
        by_post = await client.post("/graphql", json={"documentId": id})
        other = await client.post("/graphql", json={"query": "{ graphVersion }"})
    assert by_get.json() == by_post.json()
    assert by_get.json()["data"]["graphVersion"] == 7
    assert "etag" in by_get.headers
    assert other.status_code == 403
