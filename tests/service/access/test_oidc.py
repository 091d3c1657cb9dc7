"""Tokens of an OpenID provider that runs: who is known by them, and how its keys are asked for."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graph_schema.database.graph import Graph
from graph_schema.errors import SettingsError
from service.access.keys import KeyScope
from service.access.oidc import OpenIdTokens, ProviderUnreachable
from service.access.settings import AccessSettings
from service.cli.serve import listen
from service.errors import NotAuthorized
from tests.service.access.guarded import VERSION, Guarded, shown
from tests.service.serving import until

pytestmark = pytest.mark.anyio
AUDIENCE = "chokepoint"
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Provider:
    """An OpenID provider on a port of its own."""

    issuer: str
    keys: dict[str, Any] = field(default_factory=lambda: {"one": RSA})
    asked: int = 0
    down: bool = False

    async def discovery(self, _: Request) -> JSONResponse:
        return JSONResponse({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"})

    async def jwks(self, _: Request) -> JSONResponse:
        self.asked += 1
        if self.down:
            return JSONResponse({}, 500)
        told = []
        for id, key in self.keys.items():
            algorithm = RSAAlgorithm if key is RSA else ECAlgorithm
            told.append({**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": id, "use": "sig"})
        return JSONResponse({"keys": told})

    def token(self, key: Any = RSA, *, kid: str = "one", algorithm: str = "RS256", **claims: Any) -> str:
        now = dt.datetime.now(dt.UTC)
        usual = {"iss": self.issuer, "aud": AUDIENCE, "sub": "ada", "exp": now + dt.timedelta(minutes=5)}
        held = {**usual, "scope": "openid chokepoint:read", **claims}
        held = {name: value for name, value in held.items() if value is not None}
        return jwt.encode(held, key, algorithm=algorithm, headers={"kid": kid})

    def access(self, **more: Any) -> AccessSettings:
        return AccessSettings(oidc_issuer=self.issuer, oidc_audience=AUDIENCE, **more)


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running() as one:
        yield one


@asynccontextmanager
async def running() -> AsyncIterator[Provider]:
    listener = listen("127.0.0.1", 0)
    one = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(routes=[Route("/.well-known/openid-configuration", one.discovery), Route("/keys", one.jwks)])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started)
        yield one
    finally:
        server.should_exit = True
        await task
        listener.close()


@pytest.mark.parametrize(
    ("claims", "scope"),
    [
        pytest.param({}, KeyScope.READ, id="read"),
        pytest.param({"scope": "chokepoint:write chokepoint:read"}, KeyScope.WRITE, id="write"),
        pytest.param({"scope": ["chokepoint:admin"]}, KeyScope.ADMIN, id="list"),
        pytest.param({"aud": ["other", AUDIENCE]}, KeyScope.READ, id="one-of-several-audiences"),
    ],
)
async def test_a_token_says_who_somebody_is_and_what_they_may(
    provider: Provider, claims: dict[str, Any], scope: KeyScope
) -> None:
    caller = await OpenIdTokens(provider.access()).known(provider.token(**claims))
    assert (caller.name, caller.scope) == ("oidc:ada", scope)
    assert caller.expires is not None


async def test_a_token_that_ended_just_now_is_taken_for_clocks_differ(provider: Provider) -> None:
    now = dt.datetime.now(dt.UTC)
    tokens = OpenIdTokens(provider.access(oidc_leeway_seconds=300))
    assert (await tokens.known(provider.token(exp=now - dt.timedelta(seconds=30)))).name == "oidc:ada"
    with pytest.raises(NotAuthorized):
        await tokens.known(provider.token(exp=now - dt.timedelta(seconds=301)))


LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": LONG_AGO}, id="ended"),
        pytest.param({"nbf": dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)}, id="not-yet"),
        pytest.param({"exp": None}, id="without-an-end"),
        pytest.param({"sub": None}, id="of-nobody"),
        pytest.param({"aud": "other"}, id="for-others"),
        pytest.param({"iss": "https://evil.example"}, id="of-another-provider"),
        pytest.param({"scope": "openid profile"}, id="without-a-scope"),
        pytest.param({"scope": "xchokepoint:admin"}, id="like-a-scope"),
        pytest.param({"key": rsa.generate_private_key(public_exponent=65_537, key_size=2048)}, id="forged"),
        pytest.param({"key": "s" * 64, "algorithm": "HS256"}, id="shared-secret"),
        pytest.param({"key": None, "algorithm": "none"}, id="unsigned"),
        pytest.param({"kid": "other"}, id="unknown-key"),
    ],
)
async def test_any_other_token_is_nobodys(provider: Provider, claims: dict[str, Any]) -> None:
    with pytest.raises(NotAuthorized):
        await OpenIdTokens(provider.access()).known(provider.token(**claims))


async def test_what_is_no_token_is_nobodys(provider: Provider) -> None:
    tokens = OpenIdTokens(provider.access())
    for text in ("a.b.c", "..", "ключ.x.y", provider.token()[:-3] + "AAA", "x." * 20_000):
        with pytest.raises(NotAuthorized):
            await tokens.known(text)


async def test_keys_are_asked_for_once_in_a_while_and_for_a_new_one(provider: Provider) -> None:
    clock = Clock()
    tokens = OpenIdTokens(provider.access(oidc_jwks_seconds=600), clock=clock)
    await asyncio.gather(*(tokens.known(provider.token()) for _ in range(5)))
    assert provider.asked == 1
    provider.keys["two"] = EC
    new = provider.token(EC, kid="two", algorithm="ES256")
    with pytest.raises(NotAuthorized):
        await tokens.known(new)
    assert provider.asked == 1, "unknown keys do not make the provider be asked at will"
    clock.now += 11
    assert (await tokens.known(new)).name == "oidc:ada"
    assert provider.asked == 2
    clock.now += 601
    del provider.keys["one"]
    with pytest.raises(NotAuthorized):
        await tokens.known(provider.token())


async def test_while_the_provider_is_away_its_keys_go_on_for_a_day(provider: Provider) -> None:
    clock = Clock()
    tokens = OpenIdTokens(provider.access(), clock=clock)
    provider.down = True
    with pytest.raises(ProviderUnreachable):
        await tokens.known(provider.token())
    provider.down = False
    clock.now += 11
    await tokens.known(provider.token())
    provider.down = True
    clock.now += 3_600
    assert (await tokens.known(provider.token())).name == "oidc:ada"
    clock.now += 86_400
    with pytest.raises(ProviderUnreachable):
        await tokens.known(provider.token())


async def test_a_token_opens_the_service_as_a_key_does(
    story_graph: Graph, guarded: Guarded, provider: Provider
) -> None:
    named = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE}
    async with guarded.client(story_graph, **named) as http:
        good = await http.post("/graphql", json=VERSION, headers=shown(provider.token()))
        ended = await http.post("/graphql", json=VERSION, headers=shown(provider.token(exp=LONG_AGO)))
        key = await http.post("/graphql", json=VERSION, headers=shown(guarded.key()))
    assert [good.status_code, ended.status_code, key.status_code] == [200, 401, 200]
    async with guarded.client(story_graph, **named) as http:
        provider.down = True
        away = await http.post("/graphql", json=VERSION, headers=shown(provider.token()))
    assert away.status_code == 503
    assert isinstance(away, httpx.Response)


def test_settings_that_would_trust_anybody_are_refused() -> None:
    with pytest.raises(SettingsError, match="AUDIENCE"):
        OpenIdTokens(AccessSettings(oidc_issuer="https://id.example"))
    for wrong in ({"oidc_issuer": "http://id.example"}, {"oidc_issuer": "https://a", "oidc_jwks": "http://b.example"}):
        with pytest.raises(SettingsError, match="https"):
            OpenIdTokens(AccessSettings.model_validate({"oidc_audience": AUDIENCE, **wrong}))
