"""Web pages as articles: the main text by trafilatura, with what the page says of its title, publisher and date."""

import codecs
import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from loaders.sources import fields
from loaders.sources.fields import FieldProblem
from loaders.triple import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?\s*(?P<name>[\w.:-]+)", re.IGNORECASE)
_AS_BROWSERS = {
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis"), "cp932"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr"), "cp949"),
}
"""Names of encodings that browsers take for a larger one: WHATWG Encoding Standard, section 4.2."""

_CONSENT = (
    "//*[self::div or self::section or self::dialog or self::form]["
    + " or ".join(
        f"contains(translate(@{where}, 'COKIENSTGDPR', 'cokienstgdpr'), '{word}')"
        for where in ("class", "id")
        for word in ("cookie", "consent", "gdpr")
    )
    + "]"
)
_WAYS: tuple[dict[str, Any], ...] = ({"prune_xpath": _CONSENT}, {"prune_xpath": _CONSENT, "favor_recall": True}, {})
"""How a page is read: without what asks for consent, else its margins too, else as it is."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FEWEST_TEASERS = 4
_LONGEST_TEASER = 600
_MOST_ELEMENTS = 50_000
"""A page of more is not looked at for teasers."""
_TEASED = 0.8
"""Share of a page's text in teasers from which on the page is an index."""


def article_of_page(
    content: bytes, *, url: str | None = None, key: str | None = None, content_type: str = ""
) -> Article | None:
    """The article in an HTML page; None when the page has no running text, or only teasers of other pages.

    `url`: where it was found, as `content_type`.
    """
    import trafilatura  # takes long to import, which commands that read no page should not wait

    page = decoded(content, content_type)
    found, text = None, ""
    for way in _WAYS:
        found = trafilatura.bare_extraction(page, url=url, with_metadata=True, include_comments=False, **way)
        text = "" if found is None else str(getattr(found, "text", None) or "").strip()
        if text:
            break
    else:
        return None
    if is_index(page, text, url or ""):
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


def is_index(page: str, text: str, url: str = "") -> bool:
    """Whether `text`, as it was found on the page, is nearly all teasers: blocks side by side, each leading to its own page."""
    from lxml import etree, html

    try:
        tree = html.fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return False
    elements = list(islice(tree.iter(etree.Element), _MOST_ELEMENTS + 1))
    if len(elements) > _MOST_ELEMENTS:
        return False
    short, told = _leading_to_one_page(elements), _letters(text)
    teasers: dict[HtmlElement, dict[str | None, set[str]]] = {}
    for block, leads_to in short.items():
        around = block.getparent()
        own = _page(url, leads_to)
        if around is None or around in short or own in (None, url) or not _is_teaser(block):
            continue
        if parts := {part for part in map(_letters, block.itertext()) if part and part in told}:
            teasers.setdefault(around, {}).setdefault(own, set()).update(parts)
    return any(
        len(each) >= _FEWEST_TEASERS and sum(map(len, set().union(*each.values()))) >= _TEASED * len(told)
        for each in teasers.values()
    )


def _leading_to_one_page(elements: "Sequence[HtmlElement]") -> "dict[HtmlElement, str]":
    """The short ones among a page's elements, given in its order, in which one page is linked and no other; and which."""
    lengths: Counter[HtmlElement] = Counter()
    linked: dict[HtmlElement, set[str]] = {}
    for element in reversed(elements):
        around = element.getparent()
        links = linked.setdefault(element, set())
        if element.tag == "a" and (address := element.get("href")):
            links.add(address)
        lengths[element] += len(element.text or "")
        if around is not None:
            lengths[around] += lengths[element] + len(element.tail or "")
            linked.setdefault(around, set()).update(tuple(links)[:2])
    return {
        element: next(iter(links))
        for element, links in linked.items()
        if len(links) == 1 and lengths[element] <= _LONGEST_TEASER
    }


def _is_teaser(block: "HtmlElement") -> bool:
    """Whether its link is what it is about, not a word of a sentence."""
    headed = block.tag in _HEADINGS or next(block.iter(*_HEADINGS), None) is not None
    links = [link for link in block.iter("a") if link.get("href")] or [block]
    longest = max(len(str(link.text_content())) for link in links)
    return headed or 2 * longest >= len(str(block.text_content()))


def _page(url: str, address: str) -> str | None:
    try:
        page = urldefrag(urljoin(url, address)).url
    except ValueError:
        return None
    return page if page.startswith(("http://", "https://")) else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def decoded(content: bytes, content_type: str = "") -> str:
    """The characters of a page, as browsers find them: by its mark, the server's word, its own word, else UTF-8 or Western."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    said = _CHARSET.search(content_type) or _CHARSET.search(content[:4_096].decode("latin-1"))
    if said is not None:
        name = said["name"].lower()
        try:
            return content.decode(_AS_BROWSERS.get(name, name), "replace")
        except LookupError:
            pass
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


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
