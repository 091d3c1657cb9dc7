"""A text as the network sees it: word pieces in windows of whole sentences, each piece knowing where it stands in the text."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

LONGEST = 320
"""Word pieces in a window, its two end marks aside: most passages are one window."""
FIRST_MARK, LAST_MARK = "[CLS]", "[SEP]"
_END = re.compile(r"(?<=[.!?。！？])[\"”’')\]]{0,2}\s+(?=[\"“‘'(\[]?[^\Wa-z_])|\n+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Inc|Corp|Ltd|Co|Mr|Mrs|Ms|Dr|St|No|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Prof|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
    r"|\b(?:[A-Za-z]\.)*[A-Z])\.\s+\Z"
)
CASES = 5


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences of a text, as word pieces."""

    ids: NDArray[np.int64]
    """Piece numbers, end marks included."""
    cases: NDArray[np.int64]
    """How each piece's word is written, see `case`."""
    starts: NDArray[np.int64]
    """Where each piece starts in the text; -1 for end marks."""
    ends: NDArray[np.int64]
    sentences: NDArray[np.int64]
    """Number of each piece's sentence in the text; -1 for end marks."""

    def __len__(self) -> int:
        return len(self.ids)

    def pieces(self, start: int, end: int) -> tuple[int, int] | None:
        """First and last piece of the characters [start, end); None where they are not in the window whole."""
        inside = np.flatnonzero((self.starts >= 0) & (self.starts < end) & (self.ends > start))
        if not len(inside) or self.starts[inside[0]] > start or self.ends[inside[-1]] < end:
            return None
        return int(inside[0]), int(inside[-1])


def sentence_ends(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence: a rough cut, for a wrong one costs little where windows hold several."""
    cuts = [0]
    for match in _END.finditer(text):
        if "\n" in match.group() or not _ABBREVIATED.search(text, max(cuts[-1], match.end() - 20), match.end()):
            cuts.append(match.end())
    cuts.append(len(text))
    return [(start, end) for start, end in itertools.pairwise(cuts) if text[start:end].strip()]


def case(word: str) -> int:
    """How a word is written, which the uncased pieces do not tell: 0 small, 1 Capital, 2 CAPITALS, 3 miXed, 4 no letters."""
    if not any(map(str.isalpha, word)):
        return 4
    if word.islower() or word.lower() == word.upper():
        return 0
    if word.isupper():
        return 2 if len(word) > 1 else 1
    return 1 if word[1:].islower() else 3


def windows(text: str, tokenizer: Tokenizer, longest: int = LONGEST) -> Iterator[Window]:
    """Windows over `text`, each beginning with the last sentence of the one before, so that neighbours are seen together."""
    parts: list[tuple[int, list[int], list[int], list[tuple[int, int]]]] = []
    for number, (start, end) in enumerate(sentence_ends(text)):
        sentence = text[start:end]
        encoding = tokenizer.encode(sentence, add_special_tokens=False)
        cases = _cases(sentence, encoding.offsets)
        offsets = [(start + first, start + last) for first, last in encoding.offsets]
        for cut in range(0, len(encoding.ids), longest):
            piece = slice(cut, cut + longest)
            parts.append((number, encoding.ids[piece], cases[piece], offsets[piece]))
    first = 0
    while first < len(parts):
        last, length = first, 0
        while last < len(parts) and length + len(parts[last][1]) <= longest:
            length += len(parts[last][1])
            last += 1
        yield _window(parts[first:last], tokenizer)
        if last >= len(parts):
            return
        first = (
            max(first + 1, last - 1)
            if last - 1 > first and len(parts[last - 1][1]) + len(parts[last][1]) <= longest
            else last
        )


def _window(parts: list[tuple[int, list[int], list[int], list[tuple[int, int]]]], tokenizer: Tokenizer) -> Window:
    marks = tokenizer.token_to_id(FIRST_MARK), tokenizer.token_to_id(LAST_MARK)
    ids = [marks[0], *(id for part in parts for id in part[1]), marks[1]]
    cases = [0, *(each for part in parts for each in part[2]), 0]
    offsets = [(-1, -1), *(each for part in parts for each in part[3]), (-1, -1)]
    sentences = [-1, *(part[0] for part in parts for _ in part[1]), -1]
    where = np.array(offsets, dtype=np.int64)
    return Window(
        np.array(ids, dtype=np.int64),
        np.array(cases, dtype=np.int64),
        where[:, 0],
        where[:, 1],
        np.array(sentences, dtype=np.int64),
    )


def _cases(sentence: str, offsets: list[tuple[int, int]]) -> list[int]:
    found = []
    words = [(match.start(), match.end(), case(match.group())) for match in re.finditer(r"\w+", sentence)]
    at = 0
    for start, end in offsets:
        while at < len(words) and words[at][1] <= start:
            at += 1
        found.append(words[at][2] if at < len(words) and words[at][0] < end else 4)
    return found
