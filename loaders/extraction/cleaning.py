"""Text made readable for the parser, and cut into chunks that it can hold; every character still knows where it came from."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from loaders.extraction.datelines import datelines
from loaders.gazetteer import has_han

LONGEST_CHUNK = 20_000
"""Code points parsed at once: enough for an article's coreference, little enough for flat memory."""
_MARKUP = (
    r"<(?:script|style)\b.{0,20000}?</(?:script|style)>|<!--.{0,5000}?-->|</?[a-zA-Z][^<>]{0,300}>"
    r"|&(?:nbsp|amp|quot|lt|gt|apos|#\d{1,6});"
)
_CITATION = r"[ \t]*(?:\((?:via )?[A-Z][^()\n]{1,60}\)[ \t]*){1,6}(?=\n|$)"
"""Sources named in brackets at the end of a paragraph, "(Reuters) (BBC News)": who printed it, not what it says."""
_BRACKET = r"[ \t]*[(（](?P<alias>[^()（）\n]{1,40})[)）]"
_INVISIBLE = "[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]+"
"""Within a word too: it is taken out, not made a blank."""
_REMOVED = re.compile(
    f"(?P<markup>{_MARKUP})|(?P<citation>{_CITATION})|(?P<bracket>{_BRACKET})|(?P<invisible>{_INVISIBLE})",
    re.DOTALL | re.IGNORECASE,
)
_BLANKED_MARKUP = re.compile(_MARKUP, re.DOTALL | re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202f\u2065\ud800-\udfff\ufff9-\uffff]")
_UNREADABLE = re.compile(r"\S{500,}|([^\w\s])\1{20,}")
"""Data and rulers: nothing is said in them, and the tokeniser needs the square of their length."""
_BREAK = re.compile(r"\n\s*\n|\n|(?<=[.!?])\s")
_ACRONYM = re.compile(r"[A-Z0-9][A-Za-z0-9&-]{1,9}")


@dataclass(frozen=True, slots=True)
class Alias:
    """A name in brackets that was taken out of the text: "Huawei (華為)"."""

    at: int
    """Position in the cleaned text where the bracket stood."""
    name: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a text as the parser sees it: without mark-up, source citations and bracketed names."""

    text: str
    aliases: tuple[Alias, ...]
    _starts: tuple[int, ...]
    _origins: tuple[int, ...]

    def original(self, position: int) -> int:
        """Where a character of `text` stands in the article's text."""
        index = bisect_right(self._starts, position) - 1
        return self._origins[index] + position - self._starts[index]


def chunks(text: str) -> Iterator[Chunk]:
    """`text` in cleaned pieces of at most LONGEST_CHUNK characters, cut between paragraphs or sentences where it can be."""
    for start, end in segments(text):
        chunk = _cleaned(text, start, end)
        if chunk.text.strip():
            yield chunk


def segments(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of pieces of at most LONGEST_CHUNK characters, cut between paragraphs or sentences where it can be."""
    start = 0
    while start < len(text):
        end = min(start + LONGEST_CHUNK, len(text))
        if end < len(text):
            cut = max((match.end() for match in _BREAK.finditer(text, start + LONGEST_CHUNK // 2, end)), default=end)
            end = cut if cut > start else end
        yield start, end
        start = end


def blanked(text: str) -> str:
    """`text` with blanks where mark-up and data stand: every character keeps its place."""
    for pattern in (_BLANKED_MARKUP, _CONTROL, _UNREADABLE):
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    return text


def _cleaned(text: str, start: int, end: int) -> Chunk:
    pieces: list[str] = []
    starts: list[int] = [0]
    origins: list[int] = [start]
    aliases: list[Alias] = []
    length, at = 0, start
    for cut in sorted(_cuts(text, start, end), key=lambda cut: cut.start):
        if cut.start < at:
            continue
        piece = text[at : cut.start] + cut.replacement
        pieces.append(piece)
        length += len(piece)
        if cut.alias is not None:
            aliases.append(Alias(length, cut.alias))
        at = cut.end
        starts.append(length)
        origins.append(at)
    pieces.append(text[at:end])
    readable = _UNREADABLE.sub(lambda match: " " * len(match.group()), _CONTROL.sub(" ", "".join(pieces)))
    return Chunk(readable, tuple(aliases), tuple(starts), tuple(origins))


@dataclass(frozen=True, slots=True)
class _Cut:
    """Characters [start, end) that the parser does not see, and what it sees instead."""

    start: int
    end: int
    replacement: str = ""
    alias: str | None = None


def _cuts(text: str, start: int, end: int) -> Iterator[_Cut]:
    for line in datelines(text[start:end]):
        yield _Cut(start + line.start, start + line.end)
    for match in _REMOVED.finditer(text, start, end):
        if (replacement := _replacement(match)) is not None:
            alias = match["alias"].strip() if match["bracket"] else None
            yield _Cut(match.start(), match.end(), replacement, alias)


def _replacement(match: re.Match[str]) -> str | None:
    """What stands in place of a match; None to leave it."""
    found = match.group()
    if match["markup"]:
        entity = {"&amp;": "&", "&quot;": '"', "&apos;": "'"}.get(found.casefold())
        return entity or ("\n" if re.match(r"</?(?:p|br|div|li|h\d|tr)\b", found, re.IGNORECASE) else " ")
    if match["citation"]:
        return "" if "(" in found and found.strip()[1:2].isupper() else None
    if match["invisible"]:
        return ""
    alias = match["alias"].strip()
    if not alias[:1].isalnum():
        return None
    if has_han(alias) or (_ACRONYM.fullmatch(alias) and any(char.isupper() for char in alias[1:] + alias[:1])):
        return ""
    before = match.string[max(0, match.start() - 80) : match.start()]
    return "" if alias[:1].isupper() and alias in before else None
