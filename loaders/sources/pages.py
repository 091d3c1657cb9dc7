"""Web pages as articles: the main text by trafilatura, with what the page says of its title, publisher and date."""

import codecs
import datetime as dt
import re
from typing import Any

from loaders.sources import fields
from loaders.sources.fields import FieldProblem
from loaders.triple import Article

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


def article_of_page(
    content: bytes, *, url: str | None = None, key: str | None = None, content_type: str = ""
) -> Article | None:
    """The article in an HTML page; None when the page has no running text. `url`: where it was found, as `content_type`."""
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
    return Article(
        key=key or url or "page",
        text=text.replace("\0", ""),
        title=_text(getattr(found, "title", None)),
        url=url or _text(getattr(found, "url", None)),
        publisher=_text(getattr(found, "sitename", None)),
        published=_date(getattr(found, "date", None)),
        language=_text(getattr(found, "language", None)),
    )


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
