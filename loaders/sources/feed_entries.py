"""What a feed says of its entries: their text without mark-up, their day where it is written in a way that is understood."""

import codecs
import datetime as dt
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_tz
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from loaders.sources import fields
from loaders.sources.fields import FieldProblem
from loaders.triple import Article

SHORTEST = 40
"""Characters below which what a feed says of an entry is no text to extract from."""
_CHARACTER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,12})|([0-9]{1,12}));")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|cmpid|ocid|ref_src", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-?\d\d")
_JSON_FEED = "https://jsonfeed.org/version/1"
_FIRST_YEAR = 1980
_DROPPED = ("script", "style", "template", "noscript", "iframe")
_BLOCKS = ("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote")


def parsed_feed(content: bytes, content_type: str, url: str) -> Any:
    """The feed as feedparser reads it, empty of `version` where it is none; character references to nothing are left out.

    A feed in JSON (jsonfeed.org, versions 1 and 1.1), which feedparser does not read, gets the same form.
    """
    import feedparser  # takes long to import, which other loads should not wait

    if (written := _json_feed(content)) is not None:
        return feedparser.FeedParserDict(written)
    plain = _CHARACTER.sub(_existing, content)
    headers = {"content-type": content_type, "content-location": url}
    return feedparser.parse(io.BytesIO(plain), response_headers=headers)


def _json_feed(content: bytes) -> dict[str, Any] | None:
    try:
        feed = orjson.loads(content.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError:
        return None
    if not isinstance(feed, dict) or not str(feed.get("version")).startswith(_JSON_FEED):
        return None
    items = feed.get("items")
    entries = [_json_entry(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    named = {name: feed.get(name) for name in ("title", "language")}
    return {"version": "json", "feed": named, "entries": entries}


def _json_entry(item: dict[str, Any]) -> dict[str, Any]:
    plain = item.get("content_text")
    text = item.get("content_html") or (None if plain is None else escape(str(plain)))
    return {
        "id": item.get("id"),
        "link": item.get("url") or item.get("external_url"),
        "title": item.get("title"),
        "summary": text or escape(str(item.get("summary") or "")),
        "published": item.get("date_published") or "",
        "updated": item.get("date_modified") or "",
    }


_NO_CHARACTER = b" "
"""In the place of a reference to nothing: what stands around it must not close up to another one."""


def _existing(match: re.Match[bytes]) -> bytes:
    code = int(match[1], 16) if match[1] else int(match[2])
    exists = code < 0x110000 and not 0xD800 <= code < 0xE000 and (code >= 32 or code in (9, 10, 13))
    return match.group() if exists else _NO_CHARACTER


def address(url: str) -> str:
    """`url` without what only says how somebody came to it: tracking parameters, the fragment, a closing slash.

    Raises ValueError where it is no address.
    """
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if not _TRACKING.fullmatch(name)]
    query = parts.query if len(kept) == len(parse_qsl(parts.query, True)) else urlencode(kept)
    path = parts.path.rstrip("/") if parts.path.strip("/") else ""
    host = parts.netloc.lower()
    return parts._replace(scheme=parts.scheme.lower(), netloc=host, path=path, query=query, fragment="").geturl()


def said(entry: Mapping[str, Any], link: str, feed: Any) -> Article:
    """What the feed itself says of an entry; its text may be too short to read (`SHORTEST`)."""
    parts = [part.get("value", "") for part in entry.get("content", ())] or [entry.get("summary", "")]
    return Article(
        key=link,
        text=without_markup("\n\n".join(map(str, parts))),
        title=_text(entry.get("title")),
        url=link,
        publisher=_text(feed.feed.get("title")) or urlsplit(link).hostname,
        published=_day(entry),
        language=_text(feed.feed.get("language")),
    )


def with_entry(article: Article, entry: Article) -> Article:
    """The page's article as one of its feed: the feed's name, its day of publication, and what only the feed knows."""
    return replace(
        article,
        title=article.title or entry.title,
        publisher=entry.publisher or article.publisher,
        published=entry.published or article.published,
        language=article.language or entry.language,
    )


def mark(entry: Mapping[str, Any]) -> str:
    """Changes when the feed says that the entry has."""
    parts = [str(_own(entry, name)) for name in ("id", "updated", "published", "title", "summary")]
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=12).hexdigest()


def without_markup(markup: str) -> str:
    """The text of a piece of HTML, a line to a paragraph, without scripts."""
    from lxml import html

    if "<" not in markup and "&" not in markup:
        return markup.strip()
    tree = html.fragment_fromstring(markup, create_parent=True)
    for element in list(tree.iter(*_DROPPED)):
        element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).splitlines())
    return "\n".join(line for line in lines if line)


def _own(entry: Mapping[str, Any], name: str) -> Any:
    """What the entry itself has under a name: feedparser would give one date for another, and warn of it."""
    return dict.get(entry, name) if isinstance(entry, dict) else entry.get(name)


def _day(entry: Mapping[str, Any]) -> dt.date | None:
    """The day that the entry was published, as its publisher writes it; one before the web or in the future is a mistake."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    days = (_written_day(str(written).strip()) for name in ("published", "updated") if (written := _own(entry, name)))
    return next((day for day in days if day is not None and day.year >= _FIRST_YEAR and day <= tomorrow), None)


def _written_day(written: str) -> dt.date | None:
    """Of a date of ISO 8601, RFC 822 or ctime. Of others feedparser makes days that nobody wrote: 2016/6/29 is not November."""
    try:
        if _ISO.match(written):
            return fields.date(written)
        parts = parsedate_tz(written)
        return None if parts is None else dt.date(*parts[:3])
    except (FieldProblem, ValueError, TypeError, OverflowError):
        return None


def _text(value: object) -> str | None:
    try:
        return fields.text(value, fields.LONGEST_NAME)
    except FieldProblem:
        return None
