"""Names made comparable: two ways to write one name give one key."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

from graph_schema.spelling import is_written, without_accents, without_invisible

_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
_NOT_WORD = re.compile(r"[^\w+#]+")
_ARTICLE = re.compile(r"^(?:the|a(?!\s+\w\b)|an)\s+(?=\S)", re.IGNORECASE)
"""An article before a name; the A of "A O Smith" is an initial."""
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def has_han(text: str) -> bool:
    """Whether `text` holds a Chinese character."""
    return not text.isascii() and _HAN.search(text) is not None


@lru_cache(maxsize=65536)
def normalise(name: str) -> str:
    """Key of a name: compatibility form, case, punctuation, accents, article, possessive and Chinese script set aside.

    An empty or punctuation-only name gives "".
    """
    name = (name if name.isascii() else unicodedata.normalize("NFKC", name)).strip()
    if has_han(name):
        name = _to_simplified().convert(name)
    name = _POSSESSIVE.sub("", name)
    name = _DOTTED.sub(lambda match: match.group().replace(".", ""), name)
    name = name.casefold().replace("&", " and ")
    if name.isascii():
        name = _NOT_WORD.sub(" ", name)
    else:
        plain = without_accents(without_invisible(name))
        name = "".join(char if is_written(char) or char in "+#_" else " " for char in plain)
    name = " ".join(name.split())
    return without_article(name)


def without_article(name: str) -> str:
    """`the Pentagon` as `Pentagon`."""
    return _ARTICLE.sub("", name)
