"""Bearer tokens of an OpenID provider: JSON Web Tokens, checked against the provider's keys, which are kept for a while.

A token must be signed by a key of the provider, with an asymmetric algorithm, and be for us, in force and of somebody. What
it may do stands in a claim: `chokepoint:read`, `chokepoint:write` or `chokepoint:admin`.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import structlog

from graph_schema.errors import ChokepointError, SettingsError
from graph_schema.exit_codes import ExitCode
from service.access.addresses import is_loopback
from service.access.caller import Caller
from service.access.keys import KeyScope
from service.access.settings import AccessSettings
from service.errors import NotAuthorized

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""No shared secrets among them, and not `none`."""
PREFIX = "chokepoint:"
_DISCOVERY = "/.well-known/openid-configuration"
_TIMEOUT_S = 5.0
_RETRY_S = 10.0
"""How long nobody asks the provider again, for a key that it did not know or because it did not answer."""
_STALE_S = 86_400.0
"""How long keys serve while the provider does not answer."""
_MOST_BYTES = 1_000_000
_LONGEST_TOKEN = 16_000


class ProviderUnreachable(ChokepointError):
    """The OpenID provider does not answer, and its keys are not at hand."""

    code = "OIDC_PROVIDER_UNREACHABLE"
    exit_code = ExitCode.DATABASE
    retryable = True


class OpenIdTokens:
    """Knows the holders of tokens of one provider."""

    def __init__(self, access: AccessSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises SettingsError when the settings name no audience, or a provider that is not asked by TLS."""
        if not access.oidc_issuer or not access.oidc_audience:
            raise SettingsError("CHOKEPOINT_ACCESS_OIDC_ISSUER needs CHOKEPOINT_ACCESS_OIDC_AUDIENCE beside it")
        for address in (access.oidc_issuer, access.oidc_jwks):
            if address is not None and not _is_safe(address):
                raise SettingsError(f"an OpenID provider must be asked by https: {address}")
        self._issuer, self._audience, self._access = access.oidc_issuer, access.oidc_audience, access
        self._keys = _ProviderKeys(access, clock)

    async def known(self, token: str) -> Caller:
        """Who holds this token. Raises NotAuthorized, ProviderUnreachable."""
        if len(token) > _LONGEST_TOKEN:
            raise NotAuthorized("the token is too long")
        try:
            key = await self._keys.get(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._access.oidc_leeway_seconds,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise NotAuthorized(
                "the token is not one of the OpenID provider for this service, or not in force"
            ) from error
        scope = self._scope(claims)
        if scope is None:
            raise NotAuthorized(
                f"the token's claim {self._access.oidc_claim!r} holds no scope {PREFIX}read, …write or …admin"
            )
        ends = dt.datetime.fromtimestamp(claims["exp"] + self._access.oidc_leeway_seconds, dt.UTC)
        return Caller(f"oidc:{claims['sub']}", scope, expires=ends)

    def _scope(self, claims: Mapping[str, Any]) -> KeyScope | None:
        held = claims.get(self._access.oidc_claim)
        words = held.split() if isinstance(held, str) else held if isinstance(held, list) else []
        scopes = [scope for scope in KeyScope if f"{PREFIX}{scope.value}" in words]
        return scopes[-1] if scopes else None


class _ProviderKeys:
    """The provider's keys: asked for once in a while, and for a key that is new, but never more often than the provider bears."""

    def __init__(self, access: AccessSettings, clock: Callable[[], float]) -> None:
        self._access, self._clock = access, clock
        self._by_id: Mapping[str | None, jwt.PyJWK] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def get(self, id: str | None) -> jwt.PyJWK:
        """The key of this id. Raises NotAuthorized, ProviderUnreachable."""
        if id not in self._by_id or self._clock() - self._fetched > self._access.oidc_jwks_seconds:
            await self._refresh(id)
        if (key := self._by_id.get(id)) is None:
            raise NotAuthorized("the OpenID provider knows no key of this id")
        return key

    async def _refresh(self, id: str | None) -> None:
        async with self._fetching:
            now = self._clock()
            fresh = now - self._fetched <= self._access.oidc_jwks_seconds
            if (fresh and id in self._by_id) or now - self._tried < _RETRY_S:
                self._check_at_hand(now)
                return
            self._tried = now
            try:
                self._by_id = await self._fetch()
                self._fetched = now
            except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
                log.warning("the OpenID provider gives no keys", problem=str(error) or type(error).__name__)
                self._check_at_hand(now)

    def _check_at_hand(self, now: float) -> None:
        if not self._by_id or now - self._fetched > _STALE_S:
            raise ProviderUnreachable("the OpenID provider does not answer")

    async def _fetch(self) -> dict[str | None, jwt.PyJWK]:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as http:
            address = self._access.oidc_jwks
            if address is None:
                found = await _json(http, f"{str(self._access.oidc_issuer).rstrip('/')}{_DISCOVERY}")
                address = str(found["jwks_uri"])
                if found["issuer"] != self._access.oidc_issuer or not _is_safe(address):
                    raise ValueError("what the provider tells of itself names another issuer, or keys without TLS")
            keys = jwt.PyJWKSet.from_dict(await _json(http, address)).keys
        return {key.key_id: key for key in keys if key.public_key_use in (None, "sig")}


async def _json(http: httpx.AsyncClient, address: str) -> Any:
    body = b""
    async with http.stream("GET", address) as response:
        response.raise_for_status()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > _MOST_BYTES:
                raise ValueError(f"{address} is larger than {_MOST_BYTES} bytes")
    return httpx.Response(200, content=body).json()


def _is_safe(address: str) -> bool:
    """Whether an address is asked by TLS, or on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
