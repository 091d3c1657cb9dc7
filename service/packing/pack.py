"""Makes the evidence pack of a path question: asks, reads every claim behind the answer, and puts the files together."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from importlib.resources import files
from itertools import pairwise
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import GraphChanged, QuestionError
from graph_schema.ids import RelationId
from service.filters.walk import Walk
from service.packing.archive import archive, public_key
from service.packing.check import PUBLIC_KEY
from service.packing.crate import METADATA, metadata
from service.packing.drawing import drawing
from service.packing.page import report
from service.packing.shown import claim_line, path_fields
from service.paths.report import PathStatus
from service.queries.claims import claims_by_edge
from service.queries.document_hashes import document_hashes
from service.queries.paths_expand import relations_of_hops
from service.queries.records import ClaimRecord
from service.searches.evidence import entities_of_path
from service.searches.hops import Path, path_of

MOST_CLAIMS = 1_000
"""Claims of one relation that a pack holds, surest first; the answer tells how many there are in all."""


@dataclass(frozen=True, slots=True)
class FoundPaths:
    """What a question found."""

    paths: tuple[Path, ...]
    status: PathStatus
    hint: str | None = None


class Asks(Protocol):
    """Asks the question of the graph as it stands."""

    async def __call__(self) -> FoundPaths: ...


@dataclass(frozen=True, slots=True)
class Pack:
    """The archive, and what it holds."""

    content: bytes
    graph_version: int
    paths: int
    claims: int
    signed: bool

    @property
    def sha256(self) -> str:
        """Hash of the archive."""
        return hashlib.sha256(self.content).hexdigest()


async def make_pack(graph: Graph, question: Mapping[str, Any], asks: Asks, *, key: Ed25519PrivateKey | None) -> Pack:
    """The pack of a question: `question` is what is told of it, with a `text`.

    Raises GraphChanged when the graph was written to meanwhile, QuestionError when there is no path to give evidence for.
    """
    before = await graph.read(graph_version)
    found = await asks()
    if not found.paths:
        raise QuestionError(
            f"there is nothing to pack: {found.status.name}" + (f", {found.hint}" if found.hint else "")
        )
    relations = _relations(found.paths)
    claims = await graph.read(claims_by_edge, relations, limit=MOST_CLAIMS)
    documents = sorted({claim.document.id for some in claims.values() for claim in some})
    hashes = await graph.read(document_hashes, documents)
    if await graph.read(graph_version) != before:
        raise GraphChanged("the graph changed while the evidence was read: ask again")
    told = [claim_line(id, claim, hashes) for id in relations for claim in claims.get(id, ())]
    asked = {**question, "graphVersion": before}
    content = _archive(asked, found, claims, told, key)
    return Pack(content, before, len(found.paths), len(told), key is not None)


def question_of(path_id: str) -> dict[str, Any]:
    """What a pack tells of a path that was asked for by its id."""
    return {"operation": "evidencePack", "text": f"the evidence of {path_id}", "arguments": {"pathId": path_id}}


async def path_by_id(graph: Graph, path_id: str) -> FoundPaths:
    """The path of this id as it stands now, under no filter. Raises QuestionError."""
    entities = entities_of_path(path_id)
    pairs = list(pairwise(entities))
    hops = await graph.read(relations_of_hops, pairs, Walk())
    path = path_of(entities, float(len(pairs)), hops)
    return FoundPaths((), PathStatus.NO_PATH) if path is None else FoundPaths((path,), PathStatus.FOUND)


def _relations(paths: Sequence[Path]) -> list[RelationId]:
    return list(dict.fromkeys(one.id for path in paths for hop in path.hops for one in hop.relations))


def _archive(
    question: Mapping[str, Any],
    found: FoundPaths,
    claims: Mapping[RelationId, Sequence[ClaimRecord]],
    told: Sequence[Mapping[str, Any]],
    key: Ed25519PrivateKey | None,
) -> bytes:
    first, last = found.paths[0].entities[0], found.paths[0].entities[-1]
    title = f"{first.name} to {last.name}"
    answer = {
        "report": {"status": found.status.name, "hint": found.hint, "graphVersion": question["graphVersion"]},
        "paths": [path_fields(path, claims) for path in found.paths],
    }
    contents = {
        "question.json": _json(question),
        "answer.json": _json(answer),
        "claims.jsonl": "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in told).encode(),
        "drawing.svg": drawing(found.paths).encode(),
        "report.html": report(title, question, answer, found.paths, told).encode(),
        "check.py": files("service.packing").joinpath("check.py").read_bytes(),
    }
    if key is not None:
        contents[PUBLIC_KEY] = public_key(key)
    contents[METADATA] = _json(metadata(title, question, told, contents, installed_version("chokepoint")))
    return archive(contents, key)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
