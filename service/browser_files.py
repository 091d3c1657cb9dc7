"""What Neo4j Browser takes from us: the style, the guide and the saved queries of docs/browser, with the CORS that it needs.

Browser runs under the address of the database, so every request crosses origins. The files hold nothing of the graph, so any
page may read them.
"""

import html
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

QUESTIONS = 5
"""Saved queries that the guide shows on a page each; it lists the others on its last page."""
CORS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}

router = APIRouter(prefix="/browser", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query with what it asks; the file opens with `// title` and may go on with comment lines that explain it."""

    name: str
    """Name of the file, without its ending."""
    title: str
    explanation: str
    cypher: str

    @classmethod
    def parse(cls, name: str, text: str) -> "SavedQuery":
        """From the content of a file. Raises ValueError when it does not open with a title."""
        lines = text.splitlines()
        comments = 0
        while comments < len(lines) and lines[comments].startswith("//"):
            comments += 1
        title, *explanation = [line.removeprefix("//").strip() for line in lines[:comments]] or [""]
        cypher = "\n".join(lines[comments:]).strip()
        if not title or not cypher:
            raise ValueError(f"{name} does not open with a line `// title` above its query")
        return cls(name, title, " ".join(explanation), cypher)


@cache
def saved_queries() -> tuple[SavedQuery, ...]:
    """All saved queries, in the order of their names."""
    found = (file for file in _folder().iterdir() if file.name.endswith(".cypher"))
    return tuple(
        SavedQuery.parse(file.name.removesuffix(".cypher"), file.read_text("utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    )


@cache
def guide() -> str:
    """The guide, as the HTML that `:play` shows."""
    questions = "".join(
        f'    <slide class="row-fluid">\n      <div class="col-sm-12">\n{_section(query)}      </div>\n    </slide>\n'
        for query in saved_queries()[:QUESTIONS]
    )
    further = "".join(_section(query) for query in saved_queries()[QUESTIONS:])
    text = _folder().joinpath("guide.html").read_text("utf-8")
    return text.replace("{{questions}}\n", questions).replace("{{further}}\n", further)


@cache
def style() -> str:
    """The style, as `:style` reads it."""
    return _folder().joinpath("style.grass").read_text("utf-8")


@router.get("/guide.html")
async def get_guide() -> Response:
    """The guide."""
    return Response(guide(), media_type="text/html", headers=CORS)


@router.get("/style.grass")
async def get_style() -> Response:
    """The style."""
    return Response(style(), media_type="text/plain", headers=CORS)


@router.get("/queries/{name}.cypher")
async def get_query(name: str) -> Response:
    """One saved query, as a file that can be dropped on Browser."""
    for query in saved_queries():
        if query.name == name:
            text = _folder().joinpath(f"{name}.cypher").read_text("utf-8")
            return Response(text, media_type="text/plain", headers=CORS)
    raise HTTPException(
        404, f"no saved query {name!r}; there are: {', '.join(query.name for query in saved_queries())}"
    )


def _section(query: SavedQuery) -> str:
    return (
        f"        <h4>{html.escape(query.title)}</h4>\n"
        f"        <p>{html.escape(query.explanation)}</p>\n"
        f'        <pre class="pre-scrollable code runnable">{html.escape(query.cypher)}</pre>\n'
    )


def _folder() -> Traversable:
    """Beside this module where the package is installed, in docs/ of a checkout."""
    packaged = files("service").joinpath("browser")
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "docs" / "browser"
