"""Who asks, as far as it is known, and what they may do."""

import datetime as dt
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from service.access.allowance import FREE, Allowance
from service.access.keys import KeyScope

WRITE_TOKEN_NAME = "api"  # noqa: S105  a name
"""What judgements and the audit log call whoever holds the write token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str
    """Name of the key, subject of the OIDC token, `api` for the write token, else `anonymous`."""
    scope: KeyScope | None
    """What they may do; None: nothing."""
    key: str | None = None
    """Id of the API key."""
    expires: dt.datetime | None = None
    """When what they showed ends."""
    address: str | None = field(default=None, compare=False)
    """Where they are, as far as proxies tell."""

    allowance: Allowance = field(default=FREE, compare=False)
    """How much they may ask."""

    @property
    def nobody(self) -> bool:
        """Whether they showed nothing, so that what they read anybody may read."""
        return self.key is None and self.name == READER.name

    def may(self, wanted: KeyScope) -> bool:
        """Whether they may do what needs this scope."""
        return self.scope is not None and self.scope.covers(wanted)


STRANGER = Caller("anonymous", None)
"""Nobody in particular, who may do nothing."""
READER = Caller("anonymous", KeyScope.READ)
"""Nobody in particular, where everybody may read."""


def caller_of(connection: HTTPConnection) -> Caller:
    """Who asks, as the gate found; without one, somebody who may do nothing."""
    caller = connection.scope.get("state", {}).get("caller", STRANGER)
    assert isinstance(caller, Caller)
    return caller
