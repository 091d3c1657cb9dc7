"""API keys in a file: each with a scope and perhaps a day on which it ends. The file holds hashes, never a key.

A key is 256 random bits, so that one round of SHA-256 is as good as many: nobody guesses what is hashed.
"""

import datetime as dt
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from graph_schema.errors import QuestionError, SettingsError

PREFIX = "chk"
_LONGEST_NAME = 100


class KeyScope(StrEnum):
    """What a caller may do; each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def covers(self, wanted: "KeyScope") -> bool:
        """Whether who has this scope may do what needs `wanted`."""
        order = tuple(KeyScope)
        return order.index(self) >= order.index(wanted)


class ApiKeyNotFound(QuestionError):
    """No API key has this id or name."""

    code = "API_KEY_NOT_FOUND"


class ApiKeyNameTaken(QuestionError):
    """An API key in force has this name: names tell callers apart in the audit log."""

    code = "API_KEY_NAME_TAKEN"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key."""

    id: str
    name: str
    scope: KeyScope
    hash: str
    """SHA-256 of the whole key, in hexadecimal digits."""
    created: dt.datetime
    expires: dt.datetime | None = None
    revoked: dt.datetime | None = None
    requests_per_minute: int | None = None
    """None: as many as the settings grant; 0: as many as they like."""
    points_per_minute: int | None = None
    """As for requests: points of cost."""

    def holds(self, now: dt.datetime) -> bool:
        """Whether the key is in force."""
        return self.revoked is None and (self.expires is None or now < self.expires)


_KEYS = TypeAdapter(list[ApiKey])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class KeyFile:
    """The keys of one file. What another process writes there, as a revocation, holds from the next request on."""

    def __init__(self, path: Path, *, clock: Callable[[], dt.datetime] = _now) -> None:
        self.path, self._now = path, clock
        self._lock = FileLock(f"{path}.lock", mode=0o600)
        self._seen: tuple[int, int, int] | None = None
        self._by_id: Mapping[str, ApiKey] = {}

    def keys(self) -> tuple[ApiKey, ...]:
        """All keys, ended ones too, in the order in which they were made. Raises SettingsError."""
        return tuple(self._current().values())

    def get(self, id: str) -> ApiKey | None:
        """The key of this id, if it is in force. Raises SettingsError."""
        key = self._current().get(id)
        return key if key is not None and key.holds(self._now()) else None

    def find(self, text: str) -> ApiKey | None:
        """The key that this text is, if it is in force; None for anything else. Raises SettingsError."""
        prefix, _, rest = text.partition("_")
        if prefix != PREFIX or (key := self._current().get(rest.partition("_")[0])) is None:
            return None
        return key if hmac.compare_digest(_hash(text), key.hash) and key.holds(self._now()) else None

    def any_covers(self, scope: KeyScope) -> bool:
        """Whether a key in force may do what needs this scope. Raises SettingsError."""
        now = self._now()
        return any(key.scope.covers(scope) and key.holds(now) for key in self._current().values())

    def create(
        self,
        name: str,
        scope: KeyScope,
        *,
        expires: dt.datetime | None = None,
        requests_per_minute: int | None = None,
        points_per_minute: int | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key, and its text, which is kept nowhere. Raises QuestionError, ApiKeyNameTaken, SettingsError."""
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise QuestionError(f"a key's name has 1 to {_LONGEST_NAME} printable characters")
        now = self._now()
        if expires is not None and expires <= now:
            raise QuestionError("the key would have ended already")
        id = secrets.token_hex(6)
        text = f"{PREFIX}_{id}_{secrets.token_urlsafe(32)}"
        key = ApiKey(
            id,
            name,
            scope,
            _hash(text),
            now,
            expires,
            requests_per_minute=requests_per_minute,
            points_per_minute=points_per_minute,
        )

        def added(keys: dict[str, ApiKey]) -> ApiKey:
            if any(one.name == name and one.holds(now) for one in keys.values()):
                raise ApiKeyNameTaken(f"a key named {name!r} is in force: revoke it first, or choose another name")
            keys[id] = key
            return key

        return self._change(added), text

    def revoke(self, which: str) -> ApiKey:
        """End the key of this id, or the one in force of this name. Raises ApiKeyNotFound, SettingsError."""
        now = self._now()

        def ended(keys: dict[str, ApiKey]) -> ApiKey:
            named = [one for one in keys.values() if one.name == which and one.holds(now)]
            if (key := keys.get(which) or next(iter(named), None)) is None:
                raise ApiKeyNotFound(f"no key has the id or name {which!r}: chokepoint keys list")
            keys[key.id] = key if key.revoked is not None else replace(key, revoked=now)
            return keys[key.id]

        return self._change(ended)

    def _current(self) -> Mapping[str, ApiKey]:
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        except FileNotFoundError:
            seen = None
        except OSError as error:
            raise SettingsError(f"cannot read the keys {self.path}: {error.strerror}") from error
        if seen != self._seen:
            self._by_id = {} if seen is None else self._read()
            self._seen = seen
        return self._by_id

    def _read(self) -> dict[str, ApiKey]:
        try:
            return {key.id: key for key in _KEYS.validate_json(self.path.read_bytes())}
        except OSError as error:
            raise SettingsError(f"cannot read the keys {self.path}: {error.strerror}") from error
        except ValidationError as error:
            raise SettingsError(f"{self.path} is no file of keys") from error

    def _change(self, change: Callable[[dict[str, ApiKey]], ApiKey]) -> ApiKey:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock:
                keys = dict(self._current())
                changed = change(keys)
                draft = self.path.with_name(f"{self.path.name}.new")
                draft.unlink(missing_ok=True)
                with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                    file.write(_KEYS.dump_json(list(keys.values()), indent=1))
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self.path)
        except OSError as error:
            raise SettingsError(f"cannot write the keys {self.path}: {error.strerror}") from error
        return changed


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
