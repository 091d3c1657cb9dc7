"""Browsers show a key by a cookie: they cannot send a header when somebody opens a page, a stream or a WebSocket.

The cookie is sent to this address alone, with nothing that another page makes a browser send save the opening of a page, and no
script can read it.
"""

from dataclasses import replace
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from service.access.gate import COOKIE, Gate
from service.access.trail import Trail
from service.errors import NotAuthorized
from service.http.origin import admits_origin

PATH = "/sign-in"
_MOST_BYTES = 10_000
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chokepoint: sign in</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto; padding: 0 1rem; color-scheme: light dark }}
  input, button {{ font: inherit; padding: .4rem .6rem; width: 100%; box-sizing: border-box; margin-top: .5rem }}
</style>
<main>
<h1>Chokepoint</h1>
<p role="status">{said}</p>
<form method="post" action="{path}">
  <label for="key">API key</label>
  <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
  <button>Sign in</button>
</form>
</main>
</html>
"""


def is_navigation(scope: Scope) -> bool:
    """Whether a browser opens a page."""
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")


def page(status: int = 200, said: str = "This service asks for a key.") -> HTMLResponse:
    """The page on which a key is given."""
    headers = {"content-security-policy": _POLICY, "cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="chokepoint"'
    return HTMLResponse(_PAGE.format(said=said, path=PATH), status, headers=headers)


class SignIn:
    """GET gives the page, POST takes the key, DELETE forgets it."""

    def __init__(self, gate: Gate, trail: Trail, *, seconds: int) -> None:
        self._gate, self._trail, self._seconds = gate, trail, seconds

    async def answer(self, request: Request) -> Response:
        """The answer to one request."""
        if request.method in ("GET", "HEAD"):
            return page()
        if not admits_origin(request.headers, ()):
            return page(403, "Sign in from a page of this address.")
        if request.method == "DELETE":
            gone = Response(status_code=204)
            gone.delete_cookie(COOKIE)
            return gone
        address = None if request.client is None else request.client.host
        token = await _sent(request)
        try:
            caller = await self._gate.known(token)
        except NotAuthorized as problem:
            self._trail.refused(address, problem.code, path=PATH, via="http")
            return page(401, "This key is not known here, or has ended.")
        if caller.scope is None:
            return page(401, "This key opens nothing here.")
        self._trail.signed_in(replace(caller, address=address))
        done = RedirectResponse("/", 303)
        done.set_cookie(
            COOKIE,
            token,
            max_age=self._seconds,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return done


async def _sent(request: Request) -> str:
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                return ""
    except ClientDisconnect:
        return ""
    return parse_qs(body.decode("latin-1")).get("key", [""])[0].strip()
