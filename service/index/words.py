"""The words of a name as the database's full-text index takes them: what Lucene's `CJKAnalyzer` makes of a text.

Words end where Unicode says so (UAX #29), but for "o'reilly", "3.5" and the like, which are one; Chinese, Japanese and Korean
script is taken in pairs of characters; all is in lower case and of usual width; words that every sentence has do not count.
"""

import re
import unicodedata
from functools import cache

STOP_WORDS = frozenset((
    "a", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of", "on", "or", "s",
    "such", "t", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with", "www",
))  # fmt: skip
_ASCII_WORD = re.compile(
    r"_*(?:[0-9](?:(?:_*|[.',;])[0-9])*|[A-Za-z](?:(?:_*|[.':])[A-Za-z])*)"
    r"(?:_*(?:[0-9](?:(?:_*|[.',;])[0-9])*|[A-Za-z](?:(?:_*|[.':])[A-Za-z])*))*_*"
)
_LETTERS = r"[LGQ]x*(?:[mb']?x*[LGQ]x*|(?<=Q)\"Q|(?<=Q)')*"
_DIGITS = r"Nx*(?:[db']?x*Nx*)*"
_UNIT = rf"(?:(?:Kx*)+|(?:{_LETTERS}|{_DIGITS})+)"
_WORD = re.compile(rf"(?:_x*)*{_UNIT}(?:[_][_x]*{_UNIT})*(?:_x*)*|(?:Sx*)+|[IH]x*")
_PAIRED = re.compile(r"(?:Gx*)+|(?:Kx*)+|[IH]x*")
_MID_LETTER = frozenset(":··՟״‧︓﹕：")
_MID_BOTH = frozenset(".‘’․﹒＇．")
_MID_NUMBER = frozenset(",;;։،؍٬߸⁄︐︔﹐﹔，；")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH_KANA = re.compile("[\uff65-\uff9f]+")


def words_of(text: str) -> list[str]:
    """The words of a text, as often as they stand there."""
    if text.isascii():
        found = (word.lower() for word in _ASCII_WORD.findall(text))
        return [word for word in found if word not in STOP_WORDS]
    kinds = "".join(map(_kind, text))
    words: list[str] = []
    run, run_end = "", -1
    for match in _WORD.finditer(kinds):
        paired = _PAIRED.fullmatch(match[0]) is not None
        if run and not (paired and match.start() == run_end):
            words += _pairs(run)
            run = ""
        if paired:
            run, run_end = run + text[match.start() : match.end()], match.end()
        elif (word := plain(text[match.start() : match.end()])) not in STOP_WORDS:
            words.append(word)
    return words + _pairs(run) if run else words


def is_certain(word: str) -> bool:
    """Whether the words of this are surely as Lucene takes them: scripts that need a dictionary, and rare ones, are not."""
    return word.isascii() or all(ord(char) <= 0xFFFF and _kind(char) not in "SQ" for char in word)


def plain(text: str) -> str:
    """Lower case, usual width."""
    if text.isascii():
        return text.lower()
    lower = "".join(_lower(char) for char in text.translate(_WIDE))
    return _HALF_WIDTH_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), lower)


def _pairs(run: str) -> list[str]:
    run = plain(run)
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


@cache
def _lower(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else lower[0]


@cache
def _kind(char: str) -> str:
    """How a character binds: a letter, a digit, what may stand between them, what belongs to the one before, …"""
    code, category = ord(char), unicodedata.category(char)
    name = unicodedata.name(char, "")
    for chars, kind in ((_MID_LETTER, "m"), (_MID_BOTH, "b"), (_MID_NUMBER, "d")):
        if char in chars:
            return kind
    if char in ('"', "'"):
        return char
    if category == "Pc" or code == 0x202F:
        return "_"
    if category in ("Mn", "Me", "Mc", "Cf") or code in (0x200C, 0x200D, 0xFF9E, 0xFF9F):
        return "." if code == 0x200B else "x"
    if category == "Nd" or code == 0x066B:
        return "N"
    return _kind_of_letter(name, category)


_SCRIPTS = (
    ("IDEOGRAPHIC CLOSING MARK", "."),
    ("KATAKANA", "K"),
    ("HALFWIDTH KATAKANA", "K"),
    ("HIRAGANA", "H"),
    ("HANGUL", "G"),
    ("HALFWIDTH HANGUL", "G"),
    ("HEBREW", "Q"),
    ("CJK UNIFIED", "I"),
    ("CJK COMPATIBILITY IDEOGRAPH", "I"),
    ("THAI", "S"),
    ("LAO", "S"),
    ("KHMER", "S"),
    ("MYANMAR", "S"),
    ("TAI ", "S"),
    ("NEW TAI", "S"),
)


def _kind_of_letter(name: str, category: str) -> str:
    if name.startswith(("KANGXI RADICAL", "CJK RADICAL", "IDEOGRAPHIC NUMBER", "HANGZHOU NUMERAL")):
        return "I"
    if category[0] != "L" and category != "Nl" and "CIRCLED LATIN" not in name:
        return "."
    for script, kind in _SCRIPTS:
        if name.startswith(script):
            return kind
    return "L"
