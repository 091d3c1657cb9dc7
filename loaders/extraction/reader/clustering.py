"""Who is who: what two mentions have in common, and how linked mentions become entities."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_schema.vocabulary import EntityType
from loaders.gazetteer import gazetteer

FEATURES = 18
PRONOUN = re.compile(
    r"(?:it|its|itself|they|them|their|theirs|themselves|he|him|his|himself|she|her|hers|herself"
    r"|we|us|our|ours|I|me|my|you|your|who|whom|whose|which|that|this|these|those|both|each|one|ones|neither|either"
    r"|the (?:former|latter|two|three|pair|duo)|there|here)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"^(?:the|a|an|its|their|his|her|our|this|that|these|those|both|such|another|one of the)\s+", re.IGNORECASE
)
_LEGAL = re.compile(
    r"[\s,]+(?:inc|corp|corporation|co|company|ltd|limited|llc|plc|ag|nv|n\.v|sa|s\.a|gmbh|holdings?|group|kk|bv|spa|oyj|ab|se|pte|pty)\.?$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?:'s|’s|['’])$")
_TITLE = re.compile(
    r"^(?:mr|mrs|ms|dr|prof|sir|president|minister|chancellor|secretary|general|king|queen|premier)\.?\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TextMention:
    """Words of the text that stand for something."""

    start: int
    end: int
    text: str
    type: str
    sentence: int
    probability: float = 1.0

    @cached_property
    def pronoun(self) -> bool:
        """Whether it names nothing by itself."""
        return PRONOUN.fullmatch(self.text.strip()) is not None

    @cached_property
    def bare(self) -> str:
        """Without article, possessive, title and legal form, in small letters."""
        text = _POSSESSIVE.sub("", self.text.strip())
        text = _ARTICLE.sub("", text)
        text = _TITLE.sub("", text)
        for _ in range(2):
            text = _LEGAL.sub("", text) or text
        return " ".join(re.findall(r"\w+", text.casefold()))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of `bare`."""
        return tuple(self.bare.split())

    @cached_property
    def proper(self) -> bool:
        """Whether it is a name: a word after the article has a capital, a digit, or is not of the Latin alphabet."""
        if self.pronoun:
            return False
        words = re.findall(r"\w+", _ARTICLE.sub("", self.text.strip()))
        return bool(words) and (
            any(word[0].isupper() for word in words[-1:]) or words[0][0].isupper() or ord(words[0][0]) > 0x2E80
        )

    @cached_property
    def description(self) -> bool:
        """`the company`, `its Dresden unit`."""
        return not self.pronoun and _ARTICLE.match(self.text) is not None

    @cached_property
    def capitals(self) -> str:
        """Initials of its capitalised words."""
        return "".join(word[0] for word in re.findall(r"\w+", self.text) if word[0].isupper()).casefold()


def features(one: TextMention, other: TextMention, between: int) -> tuple[float, ...]:
    """What the words tell of two mentions, `one` earlier in the text; `between`: mentions from the one to the other."""
    same = one.bare == other.bare and one.bare != ""
    last = bool(one.words and other.words) and one.words[-1] == other.words[-1]
    first = bool(one.words and other.words) and one.words[0] == other.words[0]
    within = (
        not same
        and bool(one.words and other.words)
        and (_within(one.words, other.words) or _within(other.words, one.words))
    )
    short = _acronym(one, other) or _acronym(other, one)
    shared = len(set(one.words) & set(other.words))
    apart = other.sentence - one.sentence
    nested = other.start < one.end
    return (
        float(same),
        float(same and one.proper and other.proper),
        float(last),
        float(first),
        float(within),
        float(within and one.proper and other.proper),
        float(short),
        float(shared > 0),
        float(one.pronoun),
        float(other.pronoun),
        float(one.proper),
        float(other.proper),
        float(one.description),
        float(other.description),
        float(one.type == other.type),
        min(apart, 5) / 5.0,
        min(between, 20) / 20.0,
        float(nested),
    )


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    size = len(part)
    return any(whole[at : at + size] == part for at in range(len(whole) - size + 1))


def _acronym(short: TextMention, long: TextMention) -> bool:
    letters = re.sub(r"\W", "", _POSSESSIVE.sub("", short.text.strip()))
    return 1 < len(letters) <= 8 and sum(map(str.isupper, letters)) > 1 and letters.casefold() == long.capitals


def pair_features(mentions: Sequence[TextMention], pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """`features` of each (earlier, later) pair of numbers of mentions."""
    table = np.zeros((len(pairs), FEATURES), dtype=np.float32)
    for row, (one, other) in enumerate(pairs.tolist()):
        table[row] = features(mentions[one], mentions[other], other - one)
    return table


@dataclass(eq=False)
class Cluster:
    """Mentions of one entity."""

    number: int = 0
    """Tells it from the others of its text."""
    mentions: list[TextMention] = field(default_factory=list)

    @cached_property
    def type(self) -> str:
        """The type that its mentions bear most, names counting more."""
        votes: Counter[str] = Counter()
        for mention in self.mentions:
            votes[mention.type] += 1 if mention.pronoun else 3 if mention.proper else 2
        return max(sorted(votes), key=votes.__getitem__)


class Linking:
    """Mentions of a whole text, tied by the links of each window and by equal names."""

    def __init__(self) -> None:
        self._mentions: dict[tuple[int, int], TextMention] = {}
        self._parent: dict[tuple[int, int], tuple[int, int]] = {}
        self._known: dict[tuple[int, int], str] = {}
        """By root: the entity that the gazetteer knows its mentions for."""

    def add(self, mention: TextMention) -> None:
        """Keep a mention; where two windows disagree on its type, the surer one wins."""
        key = (mention.start, mention.end)
        known = self._mentions.get(key)
        if known is None or mention.probability > known.probability:
            self._mentions[key] = mention
        if key not in self._parent:
            self._parent[key] = key
            if mention.proper and (entry := gazetteer().lookup(mention.text, EntityType(mention.type))) is not None:
                self._known[key] = entry.name

    def link(self, one: TextMention, other: TextMention) -> None:
        """Say that both stand for the same; two that are known as different entities stay apart."""
        first, second = sorted((self._root((one.start, one.end)), self._root((other.start, other.end))))
        known = {self._known[root] for root in (first, second) if root in self._known}
        if len(known) > 1:
            return
        self._parent[second] = first
        self._known.update((first, name) for name in known)

    def clusters(self) -> dict[tuple[int, int], Cluster]:
        """The cluster of each mention, by the mention's place."""
        names: dict[tuple[str, str], TextMention] = {}
        for key in sorted(self._mentions):
            mention = self._mentions[key]
            if mention.proper and mention.bare:
                known = names.setdefault((mention.bare, mention.type), mention)
                if known is not mention:
                    self.link(known, mention)
        grouped: dict[tuple[int, int], Cluster] = {}
        for key in sorted(self._mentions):
            cluster = grouped.setdefault(self._root(key), Cluster(len(grouped)))
            cluster.mentions.append(self._mentions[key])
        return {key: grouped[self._root(key)] for key in self._mentions}

    def _root(self, key: tuple[int, int]) -> tuple[int, int]:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key


def links(pairs: NDArray[np.int64], scores: NDArray[np.float32], at_least: float) -> list[tuple[int, int]]:
    """The best earlier mention of each, where its score says that it stands for the same."""
    best: dict[int, tuple[float, int]] = {}
    for (one, other), score in zip(pairs.tolist(), scores.tolist(), strict=True):
        if score > at_least and (other not in best or score > best[other][0]):
            best[other] = (score, one)
    return [(one, other) for other, (_, one) in sorted(best.items())]
