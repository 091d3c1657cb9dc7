"""`evidencePack` over GraphQL."""

import base64
import hashlib
import io
import zipfile

import pytest

from tests.service.conftest import Ask

pytestmark = pytest.mark.anyio

PACK = "query ($id: ID!) { evidencePack(pathId: $id) { sha256 graphVersion claims signed content } }"


async def test_a_path_comes_as_an_archive_and_a_wrong_id_is_refused(ask: Ask) -> None:
    found = await ask('{ shortestPath(from: "Intel", to: "United States") { paths { id } report { graphVersion } } }')
    path = found["data"]["shortestPath"]["paths"][0]["id"]
    answer = await ask(PACK, id=path)
    assert "errors" not in answer, answer
    made, again = answer["data"]["evidencePack"], (await ask(PACK, id=path))["data"]["evidencePack"]
    content = base64.b64decode(made["content"])
    assert made == again
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    assert made["graphVersion"] == found["data"]["shortestPath"]["report"]["graphVersion"]
    assert "ro-crate-metadata.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    refused = await ask(PACK, id="company:intel")
    assert refused["errors"][0]["extensions"]["code"] == "BAD_QUESTION"
