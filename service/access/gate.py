"""Finds out who asks and what they may do, from what they show: an API key, the write token, an OpenID token, or nothing."""

import datetime as dt
import hmac
from collections.abc import Iterable
from dataclasses import replace

from service.access.addresses import is_loopback
from service.access.allowance import Allowances
from service.access.caller import READER, STRANGER, WRITE_TOKEN_NAME, Caller
from service.access.keys import KeyFile, KeyScope
from service.access.oidc import OpenIdTokens
from service.access.settings import AccessSettings, Anonymous
from service.errors import NotAuthorized
from service.settings import ServiceSettings

COOKIE = "chokepoint_key"
"""What a browser that has signed in shows."""
_FORWARDED = frozenset((b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"))
"""A request with one of these came through a proxy: who sent it is not on this machine just because the proxy is."""


class Gate:
    """Knows callers."""

    def __init__(self, settings: ServiceSettings, access: AccessSettings) -> None:
        """Raises SettingsError when the file of keys cannot be read, or the OpenID provider cannot be trusted."""
        self.keys = KeyFile(access.key_file())
        self.keys.keys()
        self._allowances = Allowances(requests=access.requests_per_minute, points=access.points_per_minute)
        self._openid = OpenIdTokens(access) if access.oidc_issuer else None
        token = settings.write_token
        self._write_token = None if token is None else token.get_secret_value().encode()
        self._anonymous = access.anonymous
        self._published_here = access.published is not None and is_loopback(access.published)

    @property
    def takes_writes(self) -> bool:
        """Whether there is anybody who may write."""
        return self._write_token is not None or self._openid is not None or self.keys.any_covers(KeyScope.WRITE)

    async def known(self, token: str) -> Caller:
        """Who shows this token. Raises NotAuthorized, ProviderUnreachable."""
        if self._write_token is not None and hmac.compare_digest(token.encode(), self._write_token):
            return Caller(WRITE_TOKEN_NAME, KeyScope.WRITE)
        if (key := self.keys.find(token)) is not None:
            return Caller(key.name, key.scope, key.id, key.expires)
        if self._openid is not None and token.count(".") == 2:
            return await self._openid.known(token)
        raise NotAuthorized("the token is not known here, or has ended")

    def unknown(self, client: str | None, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Who shows nothing, from this address."""
        if self._anonymous is Anonymous.ALWAYS:
            return READER
        if self._anonymous is Anonymous.NEVER or any(name in _FORWARDED for name, _ in headers):
            return STRANGER
        return READER if self._published_here or (client is not None and is_loopback(client)) else STRANGER

    def admitted(self, caller: Caller, address: str | None) -> Caller:
        """The caller at this address, with what they may ask of there. Nobody in particular is told apart by the address."""
        key = None if caller.key is None else self.keys.get(caller.key)
        allowance = self._allowances.of(
            f"address {address}" if caller.nobody else f"{caller.name} {caller.key}",
            requests=None if key is None else key.requests_per_minute,
            points=None if key is None else key.points_per_minute,
        )
        return replace(caller, address=address, allowance=allowance)

    def still_knows(self, caller: Caller) -> bool:
        """Whether what somebody showed when they connected still holds."""
        if caller.key is not None:
            return self.keys.get(caller.key) is not None
        return caller.expires is None or dt.datetime.now(dt.UTC) < caller.expires
