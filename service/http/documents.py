"""Which document a request means: sent in full, by hash (automatic persisted queries), or from an allow-list."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from graphql import parse, print_ast, separate_operations
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from graph_schema.errors import SettingsError
from service.http.request import BadRequest, GraphQLRequest

_MOST_REMEMBERED = 2_000
_MOST_CHARACTERS = 20_000
"""Longest document that is remembered: memory stays under 40 million characters."""
_ID_PREFIX = "sha256:"


class Documents:
    """Documents by the SHA-256 of their text. Those of the package are always trusted."""

    def __init__(self, trusted: Path | None, *, trusted_only: bool) -> None:
        """Raises SettingsError when the list of trusted documents cannot be read or holds a wrong hash."""
        listed = {} if trusted is None else _read(trusted)
        self._trusted = listed | {sha256(text): text for text in packaged_documents().values()}
        self._trusted_only = trusted_only
        self._seen: OrderedDict[str, str] = OrderedDict()

    def find(self, request: GraphQLRequest) -> str:
        """The text of the document asked for. Raises BadRequest."""
        if request.document_id is not None:
            return self._by_id(request.document_id)
        persisted = request.extensions.get("persistedQuery")
        if persisted is None:
            if request.query is None:
                raise BadRequest(400, "query is missing", "BAD_REQUEST")
            return self._admitted(request.query)
        if not isinstance(persisted, dict) or not isinstance(hash := persisted.get("sha256Hash"), str):
            raise BadRequest(400, "extensions.persistedQuery needs sha256Hash", "BAD_REQUEST")
        if request.query is None:
            return self._recall(hash)
        if sha256(request.query) != hash:
            raise BadRequest(400, "the provided sha256Hash does not match the query", "PERSISTED_QUERY_MISMATCH")
        self._remember(hash, self._admitted(request.query))
        return request.query

    def _admitted(self, query: str) -> str:
        if self._trusted_only and sha256(query) not in self._trusted:
            raise BadRequest(403, "this document is not on the list of trusted documents", "DOCUMENT_NOT_TRUSTED")
        return query

    def _by_id(self, id: str) -> str:
        if (text := self._trusted.get(id.removeprefix(_ID_PREFIX))) is None:
            raise BadRequest(404, f"no trusted document has the id {id[:80]!r}", "DOCUMENT_NOT_FOUND")
        return text

    def _recall(self, hash: str) -> str:
        if (known := self._trusted.get(hash)) is not None:
            return known
        if hash not in self._seen:
            # The message is part of the protocol: clients send the document when they read it.
            raise BadRequest(200, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        self._seen.move_to_end(hash)
        return self._seen[hash]

    def _remember(self, hash: str, query: str) -> None:
        if len(query) <= _MOST_CHARACTERS:
            self._seen[hash] = query
            self._seen.move_to_end(hash)
            if len(self._seen) > _MOST_REMEMBERED:
                self._seen.popitem(last=False)


@cache
def packaged_documents() -> Mapping[str, str]:
    """Text of each document in service/documents with the fragments that it spreads, by the name of its file."""
    folder = files("service").joinpath("documents")
    fragments = _texts(folder.joinpath("fragments")).values()
    return {name: _with_fragments(text, fragments) for name, text in _texts(folder).items()}


def _texts(folder: Traversable) -> dict[str, str]:
    found = (file for file in folder.iterdir() if file.name.endswith(".graphql"))
    return {
        file.name.removesuffix(".graphql"): file.read_text("utf-8")
        for file in sorted(found, key=lambda file: file.name)
    }


def _with_fragments(text: str, fragments: Iterable[str]) -> str:
    (document,) = separate_operations(parse("\n".join((text, *fragments)))).values()
    return print_ast(document)


async def list_documents(_: Request) -> Response:
    """The hash of each document that comes with the service, by its name."""
    hashes = {name: sha256(text) for name, text in packaged_documents().items()}
    return JSONResponse(hashes, headers={"cache-control": "no-cache"})


async def show_document(request: Request) -> Response:
    """The text whose hash `list_documents` tells; 404 for a name that it does not list."""
    text = packaged_documents().get(request.path_params["name"])
    return PlainTextResponse(text or "no such document\n", 200 if text else 404, headers={"cache-control": "no-cache"})


def sha256(text: str) -> str:
    """Hash of a document, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: expected an object of hashes and documents")
    for hash, text in found.items():
        if not isinstance(text, str) or sha256(text) != hash:
            raise SettingsError(f"{path}: {hash} is not the SHA-256 of its document")
    return found
