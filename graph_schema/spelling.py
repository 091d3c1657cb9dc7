"""What of a name's spelling tells it from others: all but what is not seen, and accents that only help to read."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ACCENTED = re.compile("[a-zA-Z\u00c0-\u024f\u0370-\u03ff\u0590-\u06ff\u0750-\u077f\u1e00-\u1fff]")
"""Letters of Latin, Greek, Hebrew and Arabic."""


def without_invisible(text: str) -> str:
    """`text` without what is not seen: zero-width characters, marks of direction, soft hyphens, the Arabic tatweel."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def without_accents(text: str) -> str:
    """`text` with the accents of Latin, Greek, Hebrew and Arabic letters set aside, in compatibility form.

    In every other script a mark makes another letter: が is not か, й not и, and the vowels of Burmese or Hindi are marks.
    """
    if text.isascii():
        return text
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFKD", text):
        if not unicodedata.combining(char):
            base = char
        elif _ACCENTED.match(base):
            continue
        kept.append(char)
    return unicodedata.normalize("NFKC", "".join(kept))


def is_written(char: str) -> bool:
    """Whether a character is a letter, a digit, or a sign that belongs to one, as the vowels of Burmese do."""
    return char.isalnum() or unicodedata.category(char).startswith("M")


def one_line(text: str) -> str:
    """`text` as one line that a terminal shows and does not obey: control characters as `\\x1b`, newlines as `\\n`."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
