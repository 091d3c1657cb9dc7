"""What a wheel and an sdist hold, beside what the checkout has: a file that a package lacks is missed where it is installed."""

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("graph_schema", "loaders", "service")
MOVED = {"docs/browser": "service/browser"}
"""Folders of the checkout that have another place in the wheel: pyproject.toml, force-include."""
NEEDED = (
    "graph_schema/ontology.yaml",
    "graph_schema/database/embedded/neo4j.lock.json",
    "graph_schema/database/migrations/0001_graph_state.cypher",
    "graph_schema/py.typed",
    "loaders/extraction/reader/weights/find.onnx",
    "loaders/extraction/reader/weights/read.onnx",
    "loaders/extraction/reader/weights/tokenizer.json",
    "loaders/gazetteer/data/companies.yaml",
    "loaders/py.typed",
    "loaders/sample/bulletins.jsonl",
    "loaders/sample/statements.csv",
    "service/browser/guide.html",
    "service/documents/explore-tie.graphql",
    "service/py.typed",
    "service/static/explorer/index.html",
    "service/static/graphiql/graphiql.min.js",
    "service/schema.graphql",
)
"""One file of each kind of data: they must be there whatever a checkout looks like."""

Hashes = Mapping[str, str]
"""SHA-256 in hexadecimal of each file, by its path."""


def expected(root: Path = ROOT) -> Hashes:
    """What the wheel of a checkout must hold: all files of the packages, compiled ones left out."""
    found = {"chokepoint.py": _sha256((root / "chokepoint.py").read_bytes())}
    places = {name: name for name in PACKAGES} | MOVED
    for place, name in places.items():
        for file in _files(root / place):
            found[f"{name}/{file.relative_to(root / place).as_posix()}"] = _sha256(file.read_bytes())
    return found


def of_wheel(wheel: Path) -> Hashes:
    """What a wheel holds, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith("/")]
        return {name: _sha256(archive.read(name)) for name in names}


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist into `folder`; the folder of the project in it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    return project


def differences(found: Hashes, wanted: Hashes, what: str) -> list[str]:
    """What `found` lacks, has too much or has otherwise, a line each; empty when both are the same and hold what is needed."""
    return [
        *(f"{what} lacks {name}" for name in sorted({*wanted, *NEEDED} - set(found))),
        *(f"{what} has {name}, which the checkout lacks" for name in sorted(set(found) - set(wanted))),
        *(f"{what} has another {name}" for name in sorted(set(found) & set(wanted)) if found[name] != wanted[name]),
    ]


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
