"""From the words of a predicate to a relation of the vocabulary.

"tested tools from" is TESTED, "is owned by" OWNS the other way.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graph_schema.vocabulary import Modality, RelationType
from loaders.extraction.frames import PREPOSITIONS, Element, Frame, FrameKind, Slot, frames
from loaders.extraction.lemmas import is_participle, lemmas

_WORD = re.compile(r"[a-z]+(?:[-'’][a-z]+)*")
_BE = frozenset({"be", "is", "are", "was", "were", "been", "being", "am", "'s", "gets", "got"})
_AUXILIARY = _BE | frozenset(
    [
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "will",
        "would",
        "shall",
        "should",
        "can",
        "could",
        "may",
        "might",
        "must",
        "to",
        "not",
        "never",
        "n't",
        "no",
        "longer",
        "also",
        "now",
        "currently",
        "still",
        "already",
        "reportedly",
        "allegedly",
    ]
)
_DETERMINERS = frozenset(
    ["a", "an", "the", "its", "their", "his", "her", "our", "any", "some", "new", "more", "former"]
)
_MODALITY: tuple[tuple[Modality, re.Pattern[str]], ...] = (
    (
        Modality.ENDED,
        re.compile(
            r"no longer|used to|formerly|former|previously|stop(?:s|ped)?|ceas(?:e|es|ed)|ended|quit|resigned|withdrew|lifted"
        ),
    ),
    (
        Modality.DENIED,
        re.compile(
            r"not|never|(?:do|does|did|is|was|has|have|wo|would)n['’]t|den(?:y|ies|ied)|refus(?:e|es|ed)|declin(?:e|es|ed)"
        ),
    ),
    (Modality.THREATENED, re.compile(r"threaten(?:s|ed|ing)?")),
    (Modality.ALLEGED, re.compile(r"allegedly|reportedly|is said to|is accused of|accused of")),
    (
        Modality.POSSIBLE,
        re.compile(
            r"may|might|could|consider(?:s|ed|ing)?|hop(?:e|es|ed|ing)|weigh(?:s|ed|ing)?|mull(?:s|ed|ing)?|explor(?:e|es|ing) "
        ),
    ),
    (Modality.CONDITIONAL, re.compile(r"would")),
    (
        Modality.PLANNED,
        re.compile(
            r"will|shall|to|plan(?:s|ned|ning)?|agree(?:s|d)? to|intend(?:s|ed)?|announc(?:e|es|ed)|expect(?:s|ed)?|"
            r"pledg(?:e|es|ed)|promis(?:e|es|ed)|vow(?:s|ed)?|aim(?:s|ed)?|going|set to|due to|schedul(?:e|es|ed)"
        ),
    ),
)
_LEADS = frozenset(
    [
        "plan",
        "plans",
        "planned",
        "planning",
        "agree",
        "agrees",
        "agreed",
        "intend",
        "intends",
        "intended",
        "expect",
        "expects",
        "expected",
        "pledge",
        "pledges",
        "pledged",
        "promise",
        "promises",
        "promised",
        "vow",
        "vows",
        "vowed",
        "aim",
        "aims",
        "aimed",
        "going",
        "set",
        "due",
        "scheduled",
        "schedule",
        "threaten",
        "threatens",
        "threatened",
        "threatening",
        "consider",
        "considers",
        "considered",
        "considering",
        "hope",
        "hopes",
        "hoped",
        "hoping",
        "weigh",
        "weighs",
        "weighing",
        "mull",
        "mulls",
        "mulling",
        "exploring",
        "explores",
        "stop",
        "stops",
        "stopped",
        "cease",
        "ceases",
        "ceased",
        "deny",
        "denies",
        "denied",
        "refuse",
        "refuses",
        "refused",
        "decline",
        "declines",
        "declined",
        "used",
        "formerly",
        "previously",
        "accused",
        "said",
        "of",
        "want",
        "wants",
        "wanted",
        "seek",
        "seeks",
        "sought",
        "begin",
        "begins",
        "began",
        "start",
        "starts",
        "started",
        "continue",
        "continues",
        "continued",
    ]
)


@dataclass(frozen=True, slots=True)
class PredicateMatch:
    """The relation that a predicate's words stand for."""

    relation: RelationType
    modality: Modality = Modality.ASSERTED
    inverted: bool = False
    """The predicate's object is the relation's subject: "is owned by"."""


def map_predicate(words: str) -> PredicateMatch | None:
    """The relation that `words`, standing between a subject and an object, stand for; None when the vocabulary lacks it.

    A relation's own name is accepted in any case, with blanks or hyphens for underscores.
    """
    return _map(" ".join(words.split()).casefold())


@lru_cache(maxsize=65536)
def _map(words: str) -> PredicateMatch | None:
    name = re.sub(r"[\s-]+", "_", words.strip(" .:")).upper()
    if name in RelationType.__members__:
        return PredicateMatch(RelationType(name))
    tokens = _WORD.findall(words)
    modality, tokens = _modality(tokens)
    had_be = any(token in _BE for token in tokens)
    content = [token for token in tokens if token not in _DETERMINERS]
    while content and content[0] in _AUXILIARY and len(content) > 1 and not _is_copula_frame(content):
        content = content[1:]
    if not content:
        return None
    best: tuple[int, PredicateMatch] | None = None
    for score, frame, inverted in _candidates(content, had_be):
        if best is None or score > best[0]:
            said = modality if modality is not Modality.ASSERTED else frame.modality
            best = score, PredicateMatch(frame.relation, said, inverted)
    return None if best is None else best[1]


def _is_copula_frame(content: Sequence[str]) -> bool:
    return content[0] in _BE and len(content) == 2 and content[1] in PREPOSITIONS


def _modality(tokens: list[str]) -> tuple[Modality, list[str]]:
    """What the auxiliaries and leading verbs say, and the words without the leading verbs."""
    found = Modality.ASSERTED
    lead: list[str] = []
    for index, token in enumerate(tokens):
        if token in _LEADS and any(word not in PREPOSITIONS and word not in _AUXILIARY for word in tokens[index + 1 :]):
            following = tokens[index + 1]
            if (
                following == "to"
                or following.endswith("ing")
                or token in {"formerly", "previously", "going", "considering"}
            ):
                lead.append(token)
                continue
        if token not in _AUXILIARY and token not in _LEADS:
            break
        if token in _AUXILIARY:
            lead.append(token)
            continue
        break
    text = " ".join(lead)
    for modality, pattern in _MODALITY:
        if pattern.search(text) and re.search(rf"\b(?:{pattern.pattern})(?=\W|$)", text):
            found = modality
            break
    if lead and lead[-1] == "to" and found is Modality.ASSERTED and len(lead) == 1 and len(tokens) > 1:
        found = Modality.PLANNED
    rest = [token for token in tokens if token not in lead or token in _BE]
    return found, rest or tokens


def _candidates(content: list[str], had_be: bool) -> Iterable[tuple[int, Frame, bool]]:
    known = frames()
    verbs = [*_heads(content, FrameKind.VERB)]
    for head, at in verbs:
        for frame in known.of(FrameKind.VERB, head):
            yield from _verb_matches(frame, content, at, had_be)
    for index, word in enumerate(content):
        rest = content[index + 1 :]
        for kind in (FrameKind.NOUN, FrameKind.EVENT):
            for lemma in _forms(content, index):
                for frame in known.of(kind, lemma):
                    last = frame.elements[-1] if frame.elements else None
                    if last is None or len(rest) > 1:
                        continue
                    preposition = rest[0] if rest else None
                    fits = preposition in last.prepositions if preposition else kind is FrameKind.NOUN or index > 0
                    if preposition == "of" and kind is FrameKind.NOUN:
                        fits = True
                    if fits and word:
                        base = 15 if kind is FrameKind.NOUN else 12
                        yield base + (5 if preposition else 0), frame, frame.first is Slot.OBJECT


def _heads(content: list[str], kind: FrameKind) -> Iterable[tuple[str, int]]:
    """Possible heads among the first words, with where the words after them begin."""
    heads = frames().heads(kind)
    for index in (0, 1):
        if index >= len(content):
            return
        if index == 1 and not content[0].endswith("ly"):
            return
        for lemma in lemmas(content[index]):
            if index + 1 < len(content) and f"{lemma} {content[index + 1]}" in heads:
                yield f"{lemma} {content[index + 1]}", index + 2
            if lemma in heads:
                yield lemma, index + 1


def _forms(content: list[str], index: int) -> frozenset[str]:
    forms = set(lemmas(content[index]))
    if index > 0:
        forms |= {f"{content[index - 1]} {lemma}" for lemma in lemmas(content[index])}
    return frozenset(forms)


def _verb_matches(frame: Frame, content: list[str], at: int, had_be: bool) -> Iterable[tuple[int, Frame, bool]]:
    rest = content[at:]
    direct = next((element for element in frame.elements if not element.prepositions and element.slot), None)
    participle = is_participle(content[at - 1])
    if participle and rest[-1:] == ["by"] and direct is not None and direct.slot is not Slot.ANY:
        others = [element for element in frame.elements if element is not direct]
        score = _subsequence(others, rest[:-1], ends_in=None)
        if score is not None:
            yield score + 8, frame, direct.slot is Slot.OBJECT
        return
    if had_be and participle and direct is not None and direct.slot in (Slot.SUBJECT, Slot.OBJECT):
        others = [element for element in frame.elements if element is not direct]
        target = next((element for element in others if element.slot in (Slot.SUBJECT, Slot.OBJECT)), None)
        if target is not None or frame.first is not Slot.ANY:
            score = _subsequence(others, rest, ends_in=target)
            if score is not None:
                yield score + 6, frame, direct.slot is Slot.OBJECT
    if frame.first is Slot.ANY:
        if participle and direct is not None:
            others = [element for element in frame.elements if element is not direct]
            target = next((element for element in others if element.slot in (Slot.SUBJECT, Slot.OBJECT)), None)
            score = _subsequence(others, rest, ends_in=target)
            if score is not None:
                yield score + 4, frame, direct.slot is Slot.OBJECT
        return
    if had_be and participle and content[at - 1] not in _BE and direct is not None:
        return
    target = next((element for element in frame.elements if element.slot not in (None, Slot.ANY)), None)
    score = _subsequence(frame.elements, rest, ends_in=target)
    if score is not None and (target is not None or rest[-1:] == ["with"]):
        yield score + 5, frame, frame.first is Slot.OBJECT


def _subsequence(elements: Iterable[Element], words: list[str], *, ends_in: Element | None) -> int | None:
    """How well `words` spell the elements out; None when a word that must stand there is missing.

    `ends_in`: the element that the predicate's object fills, so that only its preposition can be among the words.
    """
    score, at = 0, 0
    leftover = len(words)
    for element in elements:
        if element is ends_in:
            if element.prepositions:
                places = [index for index in range(at, len(words)) if words[index] in element.prepositions]
                if not places:
                    return None
                at = places[-1] + 1
                score += 10
                leftover -= 1
            continue
        if element.slot is Slot.ANY or element.slot is not None:
            leftover -= 1
            continue
        place = next((index for index in range(at, len(words)) if lemmas(words[index]) & element.words), None)
        if place is None:
            return None
        at = place + 1
        score += 10
        leftover -= 1
    if ends_in is not None and not ends_in.prepositions and at == 0 and words and words[-1] in PREPOSITIONS:
        return None
    if ends_in is not None and ends_in.prepositions and at < len(words):
        return None
    return score - max(leftover, 0)
