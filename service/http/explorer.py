"""The explorer: the page at / that asks questions and draws their answers, from files of this package."""

from importlib.resources import files
from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(str(files("service").joinpath("static/explorer")))
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
