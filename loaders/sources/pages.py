"""Web pages as articles: the main text by trafilatura, with what the page says of its title, publisher and date."""

import datetime as dt

import trafilatura

from loaders.sources import fields
from loaders.sources.fields import FieldProblem
from loaders.triple import Article


def article_of_page(content: bytes | str, *, url: str | None = None, key: str | None = None) -> Article | None:
    """The article in an HTML page; None when the page has no running text. `url`: where it was found."""
    found = trafilatura.bare_extraction(content, url=url, with_metadata=True, include_comments=False)
    text = None if found is None else getattr(found, "text", None)
    if found is None or not text or not text.strip():
        return None
    return Article(
        key=key or url or "page",
        text=text.replace("\0", ""),
        title=_text(getattr(found, "title", None)),
        url=url or _text(getattr(found, "url", None)),
        publisher=_text(getattr(found, "sitename", None)),
        published=_date(getattr(found, "date", None)),
        language=_text(getattr(found, "language", None)),
    )


def _text(value: object) -> str | None:
    try:
        return fields.text(value, fields.LONGEST_NAME)
    except FieldProblem:
        return None


def _date(value: object) -> dt.date | None:
    try:
        return fields.date(value)
    except FieldProblem:
        return None
