"""The metadata of a pack name all that lies in it, and what came of what."""

import json

import pytest

from graph_schema.database.graph import Graph
from tests.service.build import story
from tests.service.packing.packed import files, packed

pytestmark = pytest.mark.anyio


async def test_the_crate_names_every_file_and_every_claim_has_its_sentence_and_document(graph: Graph) -> None:
    await story().write(graph)
    made = files((await packed(graph)).content)
    crate = json.loads(made["ro-crate-metadata.json"])
    by_id = {one["@id"]: one for one in crate["@graph"]}
    assert by_id["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    parts = {one["@id"] for one in by_id["./"]["hasPart"]}
    assert parts | {"ro-crate-metadata.json", "manifest-sha256.txt"} == made.keys()
    assert by_id["answer.json"]["prov:wasGeneratedBy"] == {"@id": "#asking"}
    assert {one["@id"] for one in by_id["claims.jsonl"]["prov:wasDerivedFrom"]} <= by_id.keys()
    claims = [json.loads(line) for line in made["claims.jsonl"].decode().splitlines()]
    page = made["report.html"].decode()
    assert all(claim["sentence"][:20] in page and claim["document"]["id"] for claim in claims)
    assert all(claim["end"] - claim["start"] == len(claim["sentence"]) for claim in claims)
    question = json.loads(made["question.json"])
    assert question["graphVersion"] == json.loads(made["answer.json"])["report"]["graphVersion"]
