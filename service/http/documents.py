"""Which document a request means: sent in full, by hash (automatic persisted queries), or from an allow-list."""

import hashlib
import json
from collections import OrderedDict
from pathlib import Path

from graph_schema.errors import SettingsError
from service.http.request import BadRequest, GraphQLRequest

_MOST_REMEMBERED = 2_000
_MOST_CHARACTERS = 20_000
"""Longest document that is remembered: memory stays under 40 million characters."""


class Documents:
    """Documents by the SHA-256 of their text."""

    def __init__(self, trusted: Path | None, *, trusted_only: bool) -> None:
        """Raises SettingsError when the list of trusted documents cannot be read or holds a wrong hash."""
        if trusted_only and trusted is None:
            raise SettingsError("CHOKEPOINT_SERVICE_TRUSTED_ONLY needs CHOKEPOINT_SERVICE_TRUSTED_DOCUMENTS")
        self._trusted = {} if trusted is None else _read(trusted)
        self._trusted_only = trusted_only
        self._seen: OrderedDict[str, str] = OrderedDict()

    def find(self, request: GraphQLRequest) -> str:
        """The text of the document asked for. Raises BadRequest."""
        persisted = request.extensions.get("persistedQuery")
        if persisted is None:
            if request.query is None:
                raise BadRequest(400, "query is missing", "BAD_REQUEST")
            if self._trusted_only and sha256(request.query) not in self._trusted:
                raise BadRequest(403, "this document is not on the list of trusted documents", "DOCUMENT_NOT_TRUSTED")
            return request.query
        if not isinstance(persisted, dict) or not isinstance(hash := persisted.get("sha256Hash"), str):
            raise BadRequest(400, "extensions.persistedQuery needs sha256Hash", "BAD_REQUEST")
        if request.query is None:
            return self._recall(hash)
        if sha256(request.query) != hash:
            raise BadRequest(400, "the provided sha256Hash does not match the query", "PERSISTED_QUERY_MISMATCH")
        if self._trusted_only and hash not in self._trusted:
            raise BadRequest(403, "this document is not on the list of trusted documents", "DOCUMENT_NOT_TRUSTED")
        self._remember(hash, request.query)
        return request.query

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
