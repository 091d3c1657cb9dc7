"""The notices of a watch list as an Atom feed (RFC 4287), the newest first."""

import datetime as dt
from collections.abc import Sequence
from xml.etree import ElementTree

from service.watchlists.store import Notice

ATOM = "http://www.w3.org/2005/Atom"
_ID = "urn:chokepoint"
ElementTree.register_namespace("", ATOM)


def atom_feed(name: str, notices: Sequence[Notice], address: str) -> bytes:
    """The feed in UTF-8; `address` is where it was asked for."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"{_ID}:watch:{name}")
    _add(feed, "title", f"Chokepoint: {name}")
    newest = max((notice.at for notice in notices), default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    _add(feed, "updated", newest.isoformat())
    ElementTree.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": address})
    author = ElementTree.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", "Chokepoint")
    for notice in notices:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        _add(entry, "id", f"{_ID}:notice:{notice.id}")
        _add(entry, "title", _shown(notice.text))
        _add(entry, "updated", notice.at.isoformat())
        ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": notice.kind.change, "label": notice.kind})
        _add(entry, "summary", _shown(f"{notice.text} (graph version {notice.version})"))
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _shown(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c if c.isprintable() or c == " " else " " for c in text)
