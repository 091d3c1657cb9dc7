"""Facts of one verb: each object, each adjunct and each phrase nested in them as a triple of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from loaders.extraction.open.phrases import Phrase, adjective_phrase, conjuncts, noun_phrase
from loaders.extraction.open.speech import spoken_clauses, subject_of
from loaders.extraction.open.triple import Construction
from loaders.extraction.open.verbs import (
    SUBJECTS,
    Reading,
    group,
    is_infinitive_clause,
    is_predicate,
    is_relative,
    objects,
    readings,
)
from loaders.extraction.open.words import WORDS

_DEEPEST = 4
"""Prepositional phrases inside one another that are followed."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A triple as tokens."""

    subject: Phrase
    predicate: Phrase
    object: Phrase
    construction: Construction


def verb_facts(verb: Token) -> Iterator[Fact]:
    """All facts of one verb, for each of its subjects."""
    for reading in readings(verb):
        yield from _reading_facts(verb, reading)


def _reading_facts(verb: Token, reading: Reading) -> Iterator[Fact]:
    subject = noun_phrase(reading.subject)
    predicate = (*reading.prefix, *group(verb, bare=reading.controlled))
    heads = objects(verb)
    if reading.antecedent is not None and not heads and not _stranded(verb):
        heads = [reading.antecedent]
    dative = next((child for child in verb.children if child.dep_ == "dative" and child.pos_ != "ADP"), None)
    if dative is not None and heads and dative not in heads:
        predicate = (*predicate, *noun_phrase(dative))
    for head in heads:
        yield Fact(subject, predicate, noun_phrase(head), _kind(reading, Construction.OBJECT))
        if head is not reading.antecedent:
            yield from _nested(subject, predicate, head, _kind(reading, Construction.NESTED))
    bases: list[Phrase] = [(*predicate, *noun_phrase(head)) for head in heads] or [predicate]
    adjective = next((child for child in verb.children if child.dep_ in {"acomp", "oprd"} and child not in heads), None)
    if adjective is not None and heads and adjective.pos_ in {"NOUN", "PROPN"}:
        for base in bases:
            yield Fact(subject, base, noun_phrase(adjective), _kind(reading, Construction.OBJECT))
            yield from _nested(subject, base, adjective, _kind(reading, Construction.NESTED))
    elif adjective is not None and not is_predicate(adjective):
        if not any(child.dep_ in {"xcomp", "ccomp"} for child in adjective.children):
            yield Fact(subject, predicate, adjective_phrase(adjective), _kind(reading, Construction.OBJECT))
        bases = [(*predicate, *adjective_phrase(adjective))]
        yield from _adjuncts(subject, bases, adjective, reading)
    yield from _adjuncts(subject, bases, verb, reading)
    if reading.antecedent is not None and (preposition := _stranded(verb)) is not None:
        for base in bases:
            antecedent = noun_phrase(reading.antecedent)
            yield Fact(subject, (*base, preposition), antecedent, _kind(reading, Construction.ADJUNCT))
    if not reading.participle:
        heard = heads[:1] if verb.lemma_ in WORDS.telling else []
        told = noun_phrase(heard[0]) if heard else ()
        yield from _complements(subject, (*predicate, *told), verb)


def _kind(reading: Reading, usual: Construction) -> Construction:
    """A borrowed subject makes all facts of a reading less sure, whatever else they are."""
    if reading.participle:
        return Construction.PARTICIPLE
    return Construction.CONTROLLED if reading.controlled else usual


def _complements(subject: Phrase, predicate: Phrase, verb: Token) -> Iterator[Fact]:
    """Clauses that the verb takes."""
    for child in verb.children:
        if child.dep_ != "ccomp" or child.left_edge.lower_ in WORDS.aside:
            continue
        if not is_infinitive_clause(child):
            for clause in spoken_clauses(verb, child):
                yield Fact(subject, predicate, clause, Construction.SPEECH)
        elif verb.lemma_ in WORDS.helping and (helped := subject_of(child)) is not None:
            yield Fact(subject, predicate, noun_phrase(helped), Construction.OBJECT)


def _adjuncts(subject: Phrase, bases: list[Phrase], governor: Token, reading: Reading) -> Iterator[Fact]:
    """Prepositional and temporal phrases that hang from a verb or its adjective."""
    for child in _hanging(governor):
        for base in bases:
            if child.dep_ in {"prep", "agent", "dative"} and child.pos_ in {"ADP", "SCONJ", "VERB", "ADV", "ADJ"}:
                yield from _prepositional(subject, base, child, _kind(reading, Construction.ADJUNCT), 0)
            elif child.dep_ == "npadvmod" and child.pos_ in {"NOUN", "PROPN", "NUM", "SYM"}:
                yield Fact(subject, base, noun_phrase(child), _kind(reading, Construction.TIME))


def _hanging(governor: Token) -> Iterator[Token]:
    """Its phrases; in a chain (`agreed to sell`) those at either end belong to the last verb."""
    last = _last_of_chain(governor)
    subject = next((child.i for child in governor.children if child.dep_ in SUBJECTS), governor.i)
    for child in governor.children:
        if last is None or subject < child.i < last.i:
            yield child
    if governor.dep_ == "xcomp" and last is None:
        above = governor.head if is_predicate(governor.head) else governor.head.head
        first = next((child.i for child in above.children if child.dep_ in SUBJECTS), above.i)
        yield from (child for child in above.children if not first < child.i < governor.i)


def _last_of_chain(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ == "xcomp" and is_predicate(child):
            return child
        if child.dep_ == "acomp":
            return _last_of_chain(child)
    return None


def _prepositional(subject: Phrase, base: Phrase, preposition: Token, kind: Construction, depth: int) -> Iterator[Fact]:
    link = _preposition(preposition)
    if _is_discourse(preposition):
        return
    for head in (child for child in preposition.children if child.dep_ == "pobj" and not is_relative(child)):
        for member in conjuncts(head):
            yield Fact(subject, (*base, *link), noun_phrase(member), kind)
            inner_kind = Construction.NESTED if kind is Construction.ADJUNCT else kind
            yield from _nested(subject, (*base, *link), member, inner_kind, depth)
    for inner in (child for child in preposition.children if child.dep_ == "prep"):
        yield from _prepositional(subject, (*base, *link), inner, kind, depth + 1)


def _nested(subject: Phrase, predicate: Phrase, head: Token, kind: Construction, depth: int = 0) -> Iterator[Fact]:
    """Phrases that hang from a noun: the noun moves into the predicate."""
    if depth >= _DEEPEST:
        return
    base = (*predicate, *noun_phrase(head, complements=False))
    for child in head.children:
        if child.dep_ == "prep" and child.i > head.i:
            if child.lower_ == "of" and head.lemma_.lower() in WORDS.partitive:
                continue
            yield from _prepositional(subject, base, child, kind, depth + 1)


def _preposition(token: Token) -> Phrase:
    """A preposition with the adverb or other words that belong to it: `because of`, `according to`."""
    words = {token, *(child for child in token.children if child.dep_ in {"fixed", "pcomp"} and child.pos_ == "ADP")}
    return tuple(sorted(words, key=lambda word: word.i))


def _stranded(verb: Token) -> Token | None:
    """A preposition whose noun is the antecedent: `the fab it invested in`."""
    for child in verb.children:
        if child.dep_ == "prep":
            complements = [c for c in child.children if c.dep_ in {"pobj", "pcomp"}]
            if not complements or all(is_relative(c) for c in complements):
                return child
    return None


def _is_discourse(preposition: Token) -> bool:
    """Phrases that organise the text: for example, as a result."""
    return any(f"{preposition.lower_} {child.lower_}" in WORDS.discourse for child in preposition.children)
