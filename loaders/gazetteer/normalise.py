"""Names made comparable: two ways to write one name give one key."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

LEGAL_SUFFIX = re.compile(
    r"[\s,]+(?:co\.?,?\s*ltd|co|corp|corporation|company|inc|incorporated|ltd|limited|llc|llp|lp|plc|ag|nv|n\.v|sa|s\.a|se|asa|ab|oyj|"
    r"spa|s\.p\.a|srl|gmbh|gmbh\s*&\s*co\.?\s*kg|kg|kk|k\.k|bv|b\.v|pte|pty|pjsc|jsc|oao|pao|bhd|sdn|tbk|pt|a/s|as|"
    r"holding|holdings|group)\.?$",
    re.IGNORECASE,
)
_KEEP = frozenset({"holdings", "holding", "group"})
_CHINESE_SUFFIX = re.compile(r"(?:股份有限公司|有限責任公司|有限责任公司|有限公司|股份公司|集團|集团|公司)$")
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^\w+]+")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def has_han(text: str) -> bool:
    """Whether `text` holds a Chinese character."""
    return not text.isascii() and _HAN.search(text) is not None


@lru_cache(maxsize=65536)
def strip_legal_suffix(name: str) -> str:
    """`name` without what only says its legal form: "ACM Research Inc" is "ACM Research", "TSS Holdings Ltd" is "TSS Holdings".

    "Holdings" and "Group" stay: they tell a parent from its unit. A name that is nothing but suffixes stays as it is.
    """
    if has_han(name):
        return _CHINESE_SUFFIX.sub("", name) or name
    while match := LEGAL_SUFFIX.search(name):
        if match.group().strip(" ,.").casefold() in _KEEP:
            break
        shorter = name[: match.start()].rstrip(" ,&")
        if not shorter or shorter.casefold() in {"the", "a", "and"}:
            break
        name = shorter
    return name


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
    name = name.casefold()
    if not name.isascii():
        name = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    name = _NOT_WORD.sub(" ", name.replace("&", " and ")).strip()
    return _ARTICLE.sub("", name)
