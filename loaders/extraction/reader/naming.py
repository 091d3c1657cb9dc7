"""What an entity is called: of all the words that stand for it, the ones that name it, and no more of them than that."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from graph_schema.vocabulary import EntityType
from loaders.extraction.reader.clustering import TextMention
from loaders.gazetteer import gazetteer, normalise

_NAMED = frozenset({"Company", "Person", "Organization", "GovernmentBody", "Country", "Place", "Bloc"})
"""Types whose members have names of their own; things are often called by common nouns."""
LINKING = frozenset(
    {
        "of",
        "and",
        "for",
        "the",
        "de",
        "van",
        "von",
        "al",
        "bin",
        "da",
        "del",
        "la",
        "di",
        "ben",
        "ibn",
        "und",
        "&",
        "in",
        "on",
        "to",
    }
)
"""Words in small letters that names have within."""
_BRACKET = re.compile(r"\s*[(（][^()（）]*[)）]?$")
_POSSESSIVE_END = re.compile(r"(?:'s|’s|['’])$")
_ARTICLE = re.compile(r"^(?:the|a|an|its|their|his|her|our)\s+", re.IGNORECASE)
_POSSESSOR = re.compile(r".{2,30}?(?:'s|’s)\s+(?=[A-Z])")
_MOST_ALIASES = 6


@dataclass(frozen=True, slots=True)
class EntityName:
    """How an entity is called."""

    name: str
    aliases: tuple[str, ...]
    """Other names of it in the text."""
    proper: bool
    """Whether it is a name, not a description."""
    known: bool
    """Whether the gazetteer has it."""


def entity_name(mentions: Sequence[TextMention], type: str) -> EntityName | None:
    """The best name of what the mentions stand for; None where pronouns are all there is."""
    named = [mention for mention in mentions if not mention.pronoun and mention.bare]
    if not named:
        return None
    counts = Counter(mention.bare for mention in named)

    def rank(mention: TextMention) -> tuple[bool, bool, int, int, int]:
        words = re.findall(r"\w+", mention.text)
        described = any(word[:1].islower() and word not in LINKING for word in words)
        return (
            mention.proper,
            type not in _NAMED or not described,
            min(len(mention.words), 4),
            counts[mention.bare],
            -mention.start,
        )

    best = max(named, key=rank)
    name = tidy(best.text, type)
    entry = gazetteer().lookup(name, EntityType(type))
    proper = [tidy(mention.text, type) for mention in named if mention.proper]
    canonical = name if entry is None else entry.name
    aliases = [alias for alias in dict.fromkeys([name, *proper]) if alias != canonical and alias]
    return EntityName(canonical, tuple(aliases[:_MOST_ALIASES]), best.proper, entry is not None)


def tidy(text: str, type: str) -> str:
    """A mention without what stands around the name: `the Serbian refiner Naftna (NIS)` is Naftna."""
    name = _ARTICLE.sub("", _POSSESSIVE_END.sub("", _BRACKET.sub("", text.strip())))
    if type in _NAMED:
        words = name.split()
        small = [place for place, word in enumerate(words) if word.islower() and word not in LINKING]
        if (
            small
            and small[-1] < len(words) - 1
            and words[small[-1] + 1][:1].isupper()
            and not _known_before(words, small)
        ):
            name = " ".join(words[small[-1] + 1 :])
        if type != "Person" and (owner := _POSSESSOR.match(name)) is not None and _is_named(name[owner.end() :]):
            name = name[owner.end() :]
        name = re.split(r",\s", name)[0]
    return " ".join(name.split()) or " ".join(text.split())


def _known_before(words: Sequence[str], small: Sequence[int]) -> bool:
    """Whether the words up to the last one in small letters belong to a known name: `SK hynix Wuxi`."""
    return gazetteer().lookup(" ".join(words[: small[-1] + 1])) is not None


def _is_named(owned: str) -> bool:
    """Whether what somebody has bears a name of its own: `Google's China branch` is told by its owner alone."""
    return owned.split()[-1][:1].isupper()


def same_key(name: str) -> str:
    """What two ways to write one name have in common."""
    return normalise(name)
