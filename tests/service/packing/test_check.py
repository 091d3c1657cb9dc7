"""The script in a pack, run as one who has no Chokepoint runs it."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graph_schema.database.graph import Graph
from service.packing.archive import archive, public_key
from tests.service.build import story
from tests.service.packing.packed import KEY, files, packed

pytestmark = pytest.mark.anyio


def check(pack: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the script that lies in the pack, with the interpreter alone: nothing of ours can be imported."""
    script = pack.with_suffix(".check.py")
    script.write_bytes(files(pack.read_bytes())["check.py"])
    command = [sys.executable, "-I", str(script), str(pack), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=pack.parent)


def spoilt(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The pack with one file changed, nothing else."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archived:
        for one, data in files(content).items():
            archived.writestr(one, change(data) if one == name else data)
    return stream.getvalue()


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
