"""The explorer: the page at / that asks questions and draws their answers, from files of this package."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.http.one_script import one_script

FOLDER = Path(str(files("service").joinpath("static/explorer")))
SCRIPT = "/explorer/explorer.js"
"""All modules of the page in one."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob:",  # a drawing is an image on its way to a PNG
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load: from this address alone, no inline script or style."""
_HEADERS = {"content-security-policy": POLICY, "cache-control": "no-cache"}


class _Files(StaticFiles):
    """Files that a browser asks for anew each time, by their ETag: a new version of the service shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def static_files() -> StaticFiles:
    """Scripts and styles of the page."""
    return _Files(directory=FOLDER)


def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(FOLDER.joinpath("index.html").read_text("utf-8"), headers=_HEADERS)


@cache
def script() -> str:
    """What the page runs."""
    return one_script({file.stem: file.read_text("utf-8") for file in FOLDER.glob("*.js")}, "main")


async def script_answer(request: Request) -> Response:
    """The script of the page, by its ETag."""
    text = script().encode()
    headers = {"cache-control": "no-cache", "etag": f'"{hashlib.sha256(text).hexdigest()[:32]}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/javascript", headers=headers)
