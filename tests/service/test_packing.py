"""Evidence packs: the same bytes each time, all that an answer rests on, and a check that needs no Chokepoint."""

import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError, SettingsError
from graph_schema.ids import DocumentId
from service.engines.cypher import CypherEngine
from service.packing.archive import archive, public_key
from service.packing.pack import Found, Pack, make_pack, path_by_id
from service.packing.settings import PackSettings
from service.paths.budget import Budget
from service.queries.document_hashes import document_hashes
from service.searches.desk import Searches
from service.searches.paths import PathRequest
from service.settings import ServiceSettings
from tests.service.build import story

pytestmark = pytest.mark.anyio

QUESTION = {"operation": "shortestPath", "text": "how is Intel tied to the United States?"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


async def packed(graph: Graph, key: Ed25519PrivateKey | None = None) -> Pack:
    """The path between two entities of the story, packed."""
    settings = ServiceSettings(max_timeout_ms=60_000)

    async def asks() -> Found:
        request = PathRequest(("Intel",), ("United States",), k=2, budget=Budget(timeout_s=30))
        answer = await Searches(CypherEngine(graph, hub_degree=1_000), settings).run(request)
        return Found(answer.paths, answer.report.status, answer.report.hint)

    return await make_pack(graph, QUESTION, asks, key=key)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        return {name: archived.read(name) for name in archived.namelist()}


def check(pack: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the script that lies in the pack, with the interpreter alone: nothing of ours can be imported."""
    script = pack.with_suffix(".check.py")
    script.write_bytes(files(pack.read_bytes())["check.py"])
    command = [sys.executable, "-I", str(script), str(pack), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=pack.parent)


def spoilt(content: bytes, name: str, change: Any) -> bytes:
    """The pack with one file changed, nothing else."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archived:
        for one, data in files(content).items():
            archived.writestr(one, change(data) if one == name else data)
    return stream.getvalue()


async def test_the_same_question_of_the_same_version_gives_the_same_bytes(graph: Graph) -> None:
    await story().write(graph)
    first, second = await packed(graph, KEY), await packed(graph, KEY)
    assert first.content == second.content
    assert (first.signed, first.paths >= 1, first.claims >= first.paths) == (True, True, True)


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
    ET.fromstring(made["drawing.svg"])
    question = json.loads(made["question.json"])
    assert question["graphVersion"] == json.loads(made["answer.json"])["report"]["graphVersion"]


async def test_the_script_in_the_pack_finds_whatever_was_changed(graph: Graph, tmp_path: Path) -> None:
    await story().write(graph)
    content, file = (await packed(graph, KEY)).content, tmp_path / "pack.zip"
    script = files(content)["check.py"].decode()
    assert len(script.splitlines()) < 120
    assert "chokepoint" not in script.lower().split('"""', 2)[2]
    file.write_bytes(content)
    trusted, other = tmp_path / "trusted.pem", tmp_path / "other.pem"
    trusted.write_bytes(public_key(KEY))
    other.write_bytes(public_key(Ed25519PrivateKey.generate()))
    whole = check(file, "--key", str(trusted))
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert "signed by the key given" in whole.stdout
    assert "IN THE PACK" in check(file).stdout
    assert "not that of the key" in check(file, "--key", str(other)).stdout
    for name, problem in (("claims.jsonl", "is not what the manifest says"), ("manifest-sha256.txt", "WRONG")):
        file.write_bytes(spoilt(content, name, lambda data: data.replace(b"1", b"2", 1)))
        done = check(file)
        assert done.returncode == 1
        assert problem in done.stdout
    kept = {name: data for name, data in files(content).items() if "manifest" not in name}
    kept["claims.jsonl"] = b"".join(kept["claims.jsonl"].splitlines(keepends=True)[:-1])
    file.write_bytes(archive(kept, KEY))
    assert "its claims are not all there" in check(file).stdout


async def test_a_path_is_packed_by_its_id_and_nothing_is_refused(graph: Graph) -> None:
    await story().write(graph)
    answer = json.loads(files((await packed(graph)).content)["answer.json"])
    found = await path_by_id(graph, answer["paths"][0]["id"])
    assert found.paths[0].id == answer["paths"][0]["id"]
    with pytest.raises(QuestionError, match="not the id of a path"):
        await path_by_id(graph, "path:company:intel")

    async def none() -> Found:
        return await path_by_id(graph, "path:company:intel>company:nobody")

    with pytest.raises(QuestionError, match="nothing to pack"):
        await make_pack(graph, QUESTION, none, key=None)
    assert await graph.read(document_hashes, [DocumentId("doc:none")]) == {}


def test_a_signing_key_that_is_none_is_one_line(tmp_path: Path) -> None:
    assert PackSettings().key() is None
    file = tmp_path / "key.pem"
    with pytest.raises(SettingsError, match="cannot read the signing key"):
        PackSettings(signing_key=file).key()
    file.write_text("no key")
    with pytest.raises(SettingsError, match="no Ed25519 private key"):
        PackSettings(signing_key=file).key()
    for key, works in ((generate_private_key(65537, 2048), False), (KEY, True)):
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if works:
            assert PackSettings(signing_key=file).key() is not None
        else:
            with pytest.raises(SettingsError, match="genpkey"):
                PackSettings(signing_key=file).key()
