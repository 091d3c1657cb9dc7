"""From candidates to triples: signatures checked, doubles dropped, sentence, attribution and date added."""

from collections.abc import Iterable

from spacy.tokens import Token

from graph_schema.domain import Span
from graph_schema.vocabulary import Modality, vocabulary
from loaders.extraction.attribution import attribution
from loaders.extraction.cleaning import Chunk
from loaders.extraction.context import context_modality
from loaders.extraction.document import Referent, Text
from loaders.extraction.matching import RelationCandidate
from loaders.extraction.modality import strongest
from loaders.extraction.timing import timing
from loaders.triple import Article, NamedEntity, Triple

LEAST_CONFIDENCE = 0.4
_STATING = ("verb:", "event:")
"""Patterns of what a clause itself states, by its verb or by the act that it names."""


def assemble(
    candidates: Iterable[RelationCandidate],
    text: Text,
    chunk: Chunk,
    article: Article,
    extractor: str,
    rejected: dict[str, int],
) -> list[Triple]:
    """One triple per distinct (subject, relation, object, modality), at its first and surest place."""
    kept: dict[tuple[object, ...], RelationCandidate] = {}
    for candidate in candidates:
        if (reason := _refusal(candidate)) is not None:
            rejected[reason] = rejected.get(reason, 0) + 1
            continue
        candidate.modality = _in_context(candidate)
        key = _key(candidate)
        other = kept.get(key)
        if other is not None and other.confidence >= candidate.confidence:
            continue
        kept[key] = candidate
    triples = [_triple(candidate, text, chunk, article, extractor) for candidate in kept.values()]
    return sorted(
        triples, key=lambda triple: (triple.span, triple.subject.name, str(triple.relation), triple.object.name)
    )


def _key(candidate: RelationCandidate) -> tuple[object, ...]:
    ends = [id(candidate.subject), id(candidate.object)]
    if vocabulary().relations[candidate.relation].symmetric:
        ends.sort()
    return (candidate.relation, *ends, candidate.modality)


def _refusal(candidate: RelationCandidate) -> str | None:
    """Why a candidate is no triple; a reversed one is turned round in place."""
    if candidate.subject is candidate.object or candidate.subject.name == candidate.object.name:
        return "same_ends"
    if not vocabulary().admits(candidate.subject.type, candidate.relation, candidate.object.type):
        if not vocabulary().admits(candidate.object.type, candidate.relation, candidate.subject.type):
            return "signature"
        candidate.subject, candidate.object = candidate.object, candidate.subject
        candidate.confidence -= 0.1
    if candidate.confidence < LEAST_CONFIDENCE:
        return "low_confidence"
    return None


def _in_context(candidate: RelationCandidate) -> Modality:
    """How the words around its trigger put the candidate: "ruled out acquiring" denies what the verb alone asserts.

    What a description takes for granted stays: "the Dresden firm ruled out a sale" leaves the firm in Dresden.
    """
    trigger = candidate.trigger
    if any(child.lower_ == "no" for child in trigger.lefts):
        return strongest(candidate.modality, Modality.DENIED)
    if not candidate.pattern.startswith(_STATING):
        return candidate.modality
    start = trigger.idx - trigger.sent.start_char
    said = context_modality(trigger.sent.text, start, start + len(trigger))
    return candidate.modality if said is None else strongest(candidate.modality, said)


def _triple(candidate: RelationCandidate, text: Text, chunk: Chunk, article: Article, extractor: str) -> Triple:
    sentence = candidate.trigger.sent
    seen = sentence.text
    first = sentence.start_char + len(seen) - len(seen.lstrip())
    start = chunk.original(first)
    raw = article.text[start : chunk.original(first + len(seen.strip()) - 1) + 1]
    speaker = attribution(candidate.trigger, text)
    act = candidate.pattern.startswith("event:")
    subject, object = (_place(end, candidate.trigger, text, chunk) for end in (candidate.subject, candidate.object))
    when = timing(candidate.trigger, candidate.modality, article.published, act=act)
    return Triple(
        subject=_mention(candidate.subject),
        predicate=candidate.predicate,
        object=_mention(candidate.object),
        sentence=raw,
        span=Span(start, start + len(raw)),
        relation=candidate.relation,
        modality=candidate.modality,
        attribution=None if speaker is None else _mention(speaker),
        confidence=round(min(max(candidate.confidence, 0.0), 1.0), 2),
        role=candidate.role,
        date=when.date,
        valid_from=when.valid_from,
        valid_to=when.valid_to,
        extractor=extractor,
        subject_mention=subject,
        object_mention=object,
    )


def _place(end: Referent, trigger: Token, text: Text, chunk: Chunk) -> Span | None:
    """Where the mention of `end` nearest to the trigger stands in the article, in the trigger's sentence where it can be."""
    mentions = [mention for mention in text.mentions if end in mention.referents]
    if not mentions:
        return None
    within = [mention for mention in mentions if text.doc[mention.root].sent == trigger.sent]
    nearest = min(within or mentions, key=lambda mention: (abs(mention.root - trigger.i), mention.start))
    words = text.span(nearest)
    return Span(chunk.original(words.start_char), chunk.original(words.end_char - 1) + 1)


def _mention(referent: Referent) -> NamedEntity:
    return NamedEntity(
        referent.name, referent.type, tuple(alias for alias in referent.aliases if alias != referent.name)
    )
