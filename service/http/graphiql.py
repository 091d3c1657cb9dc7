"""GraphiQL from files of this package, so that it works without a network."""

from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

FOLDER = Path(str(files("service").joinpath("static/graphiql")))


def static_files() -> StaticFiles:
    """The scripts and styles of the page."""
    return StaticFiles(directory=FOLDER)


def wants_page(request: Request) -> bool:
    """Whether a browser navigates here, rather than a client that asks a question."""
    accept = request.headers.get("accept", "")
    return request.method in ("GET", "HEAD") and "query" not in request.query_params and "text/html" in accept


def page() -> HTMLResponse:
    """The page, which holds example questions."""
    return HTMLResponse(FOLDER.joinpath("index.html").read_text("utf-8"))
