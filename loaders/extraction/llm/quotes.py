"""Where a quotation stands in a text: word for word, or but for white space and the shape of quotes and dashes."""

import re

from graph_schema.domain import Span

SHORTEST = 12
"""Characters of the shortest quotation that counts as evidence."""
LONGEST = 2_000

_SAME = str.maketrans("“”„«»‘’–—‑", '"""""\'\'---')


class Quotable:
    """A text in which quotations are looked up."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded: str | None = None
        self._places: list[int] = []

    def find(self, quotation: str) -> Span | None:
        """The first place where the text says `quotation`; None when it does not, or when it is too short or long to tell."""
        quotation = quotation.strip()
        if not SHORTEST <= len(quotation) <= LONGEST:
            return None
        if (start := self._text.find(quotation)) >= 0:
            return Span(start, start + len(quotation))
        if self._folded is None:
            self._folded, self._places = _fold(self._text)
        wanted = _fold(quotation)[0].strip()
        if not wanted or (start := self._folded.find(wanted)) < 0:
            return None
        return Span(self._places[start], self._places[start + len(wanted) - 1] + 1)

    def mentions(self, words: str) -> bool:
        """Whether the text uses these words, in any case."""
        words = _fold(words)[0].strip().casefold()
        if self._folded is None:
            self._folded, self._places = _fold(self._text)
        return bool(words) and words in self._folded.casefold()

    def mention(self, words: str, within: Span) -> Span | None:
        """Where the words, in any case, first stand whole in a part of the text; None: not there."""
        pattern = r"\s+".join(map(re.escape, words.split()))
        found = re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE).search(self._text, within.start, within.end)
        return None if found is None or not pattern else Span(found.start(), found.end())


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with runs of white space as one blank and one shape of each mark, and where each character came from."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_SAME)):
        blank = character.isspace()
        if blank and characters and characters[-1] == " ":
            continue
        characters.append(" " if blank else character)
        places.append(place)
    return "".join(characters), places
