"""What the audit log keeps of an operation: who asked what of which version of the graph, what it cost, how large the answer was,
and what it changed."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from graph_schema.correlation import current_work
from service.access.audit import AuditLog
from service.access.caller import Caller
from service.graphql.context import Context

_MOST_TOLD = 10_000
"""Documents whose text is known to be in the log."""
_LONGEST_VARIABLE = 200
_LONGEST_TEXT = 10_000
_LISTS = ("nodes", "edges", "paths")


class Trail:
    """Tells an audit log of operations; without one, nobody."""

    def __init__(self, audit: AuditLog | None) -> None:
        self.audit = audit
        self._told: OrderedDict[str, None] = OrderedDict()

    def operation(
        self,
        context: Context,
        document: str,
        variables: Mapping[str, Any] | None,
        payload: Mapping[str, Any] | None,
        **more: Any,
    ) -> None:
        """An operation is over, or its client left. The text of a document is told once, before."""
        if self.audit is None:
            return
        data = (payload or {}).get("data") or {}
        entry = {
            **_who(context.caller),
            "operation": context.operation_name,
            "document": self._document(document),
            "variables": {} if context.writes else {name: _short(value) for name, value in (variables or {}).items()},
            "graphVersion": context.lookups.known_version,
            "cost": context.points,
            "results": {field: _size(value) for field, value in data.items()},
            "errors": [error.get("extensions", {}).get("code") for error in (payload or {}).get("errors", ())],
            **more,
        }
        if context.changes:
            entry["changes"] = context.changes
        self.audit.tell({"event": "mutation" if context.writes else "operation", **entry})

    def refused(self, address: str | None, code: str, *, path: str, via: str) -> None:
        """Somebody was not let in."""
        if self.audit is not None:
            self.audit.tell(
                {"event": "refused", "who": None, "from": address, "path": path, "via": via, "errors": [code]}
            )

    def signed_in(self, caller: Caller) -> None:
        """A browser was given a key to keep."""
        if self.audit is not None:
            self.audit.tell({"event": "sign-in", **_who(caller)})

    def _document(self, text: str) -> str:
        hash = hashlib.sha256(text.encode()).hexdigest()
        if hash not in self._told:
            assert self.audit is not None
            self.audit.tell({"event": "document", "document": hash, "text": text[:_LONGEST_TEXT]})
            self._told[hash] = None
            if len(self._told) > _MOST_TOLD:
                self._told.popitem(last=False)
        return hash


def _who(caller: Caller) -> dict[str, Any]:
    work = current_work()
    return {"request": None if work is None else work.id, "who": caller.name, "key": caller.key, "from": caller.address}


def _short(value: Any) -> Any:
    """A variable as it is, unless it is long."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_VARIABLE else value[:_LONGEST_VARIABLE] + "…"
    if isinstance(value, list) and len(value) <= _LONGEST_VARIABLE:
        return [_short(one) for one in value]
    if isinstance(value, list | dict):
        return f"{type(value).__name__} of {len(value)}" if len(str(value)) > _LONGEST_VARIABLE else value
    return value


def _size(value: Any) -> int:
    """How many things a field gave: of a list its length, of an object with a list that list's, else 1, of nothing 0."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, dict):
        for name in _LISTS:
            if isinstance(held := value.get(name), list):
                return len(held)
    return int(value is not None)
