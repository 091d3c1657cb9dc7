"""Verb groups: a verb with its auxiliaries, negation and particle, and the chains that control and raising make of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from loaders.extraction.open.phrases import Phrase, adjective_phrase, conjuncts, noun_phrase
from loaders.extraction.open.words import WORDS

SUBJECTS = {"nsubj", "nsubjpass", "expl"}
_GROUP = {"aux", "auxpass", "neg", "prt"}
_RELATIVE = {"who", "which", "that", "whom", "whose", "what"}
_DEEPEST = 6
"""Levels of embedding that are unrolled."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a verb: whose fact it is, and the words before its own group."""

    subject: Token
    prefix: Phrase = ()
    controlled: bool = False
    """The subject belongs to another verb, or is the noun that a clause modifies."""
    participle: bool = False
    antecedent: Token | None = None
    """Noun that a relative clause is about, when it is not the subject."""


def is_predicate(token: Token) -> bool:
    """Whether a token heads a clause."""
    return token.pos_ in {"VERB", "AUX"} and token.dep_ not in {"aux", "auxpass", "amod", "compound", "nmod"}


def group(verb: Token, *, bare: bool = False) -> Phrase:
    """The verb with auxiliaries, negation and particle in text order; `bare`: without `to`."""
    tokens = {verb, *_marks(verb)}
    if verb.dep_ == "conj" and not any(child.dep_ in {"aux", "auxpass", *SUBJECTS} for child in verb.children):
        tokens.update(_shared_auxiliaries(verb))
    if bare:
        tokens = {token for token in tokens if token.tag_ != "TO"}
    return tuple(sorted(tokens, key=lambda token: token.i))


def objects(verb: Token) -> list[Token]:
    """Heads of the direct objects, else of the predicate nouns, with their conjuncts; relative pronouns are left out."""
    for labels in ({"dobj"}, {"attr", "oprd"}, {"dative"}):
        heads = [child for child in verb.children if child.dep_ in labels and not is_relative(child)]
        if labels == {"attr", "oprd"}:
            heads = [head for head in heads if head.pos_ not in {"VERB", "AUX"}]
        if found := [member for head in heads[:1] for member in conjuncts(head)]:
            return found
    return _shared_objects(verb)


def _shared_objects(verb: Token) -> list[Token]:
    """The object of the next verb, where the two stand side by side: `make and sell tools`."""
    if verb.lemma_ in WORDS.intransitive or any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children):
        return []
    for child in verb.children:
        if child.dep_ == "conj" and child.i == verb.i + 2 and _form(child) == _form(verb):
            return objects(child)
    return []


def _form(verb: Token) -> str:
    """Its tag; the tagger often takes the second of two verbs in the present tense for an infinitive."""
    return "VB" if verb.tag_ == "VBP" else verb.tag_


def is_infinitive_clause(verb: Token) -> bool:
    """Whether a clause with a subject of its own has no tense: want `Intel to buy`, help `it recover`."""
    if verb.dep_ != "ccomp" or verb.tag_ != "VB":
        return False
    return not any(
        child.dep_ == "mark" or child.tag_ == "MD" or (child.dep_ == "aux" and child.lemma_ == "do")
        for child in verb.children
    )


def is_relative(token: Token) -> bool:
    """Whether a token is a relative pronoun."""
    return token.lower_ in _RELATIVE and token.tag_ in {"WP", "WDT", "WP$", "IN"}


def readings(verb: Token, depth: int = 0) -> Iterator[Reading]:
    """All subjects of a verb, each with the chain that leads to it; none when it has none."""
    if depth > _DEEPEST:
        return
    own = [child for child in verb.children if child.dep_ in SUBJECTS]
    if any(is_relative(child) for child in own) and (noun := _antecedent(verb)) is not None:
        yield Reading(noun)
    elif own:
        antecedent = _object_antecedent(verb)
        for member in conjuncts(own[0]):
            yield Reading(member, antecedent=antecedent)
        if is_infinitive_clause(verb) and is_predicate(verb.head):
            for reading in readings(verb.head, depth + 1):
                prefix = (*reading.prefix, *group(verb.head), *noun_phrase(own[0]))
                yield Reading(reading.subject, prefix, participle=reading.participle)
    else:
        yield from _borrowed(verb, depth)


def _borrowed(verb: Token, depth: int) -> Iterator[Reading]:
    governor = verb.head
    if governor is verb:
        return
    if verb.dep_ == "conj":
        for reading in readings(governor, depth + 1):
            yield Reading(reading.subject, reading.prefix, reading.controlled, reading.participle)
    elif verb.dep_ in {"acl", "relcl"} and not is_predicate(governor):
        if verb.tag_ in {"VBN", "VBG"}:
            yield Reading(governor, participle=True)
        elif verb.tag_ == "VB" and governor.dep_ in {"dobj", "attr"} and is_predicate(governor.head):
            for reading in readings(governor.head, depth + 1):
                prefix = (*reading.prefix, *group(governor.head), *noun_phrase(governor))
                yield Reading(reading.subject, prefix, participle=reading.participle)
    elif verb.dep_ in {"xcomp", "advcl", "ccomp"}:
        yield from _controlled(verb, governor, (), depth)
    elif verb.dep_ == "pcomp":
        link, top = _link(governor)
        yield from _controlled(verb, top, link, depth)


def _controlled(verb: Token, governor: Token, link: Phrase, depth: int) -> Iterator[Reading]:
    """The subject of the governing verb is that of `verb`; with an object between them, so may be the object."""
    adjective: Phrase = ()
    noun: Phrase = ()
    if not is_predicate(governor) and governor.dep_ in {"acomp", "oprd"}:
        adjective, governor = adjective_phrase(governor), governor.head
    elif not is_predicate(governor) and link and governor.dep_ in {"dobj", "attr"}:
        noun, governor = noun_phrase(governor, complements=False), governor.head
    if not is_predicate(governor):
        return
    between = objects(governor)[:1]
    infix = noun or (noun_phrase(between[0]) if between else ())
    aside = verb.dep_ == "advcl" and verb.tag_ == "VBG"
    by_object = between and governor.lemma_ in WORDS.object_control
    for reading in readings(governor, depth + 1):
        prefix = (*reading.prefix, *group(governor), *adjective, *infix, *link)
        if not aside:
            yield Reading(reading.subject, prefix, participle=reading.participle)
        if aside or (link and link[-1].lower_ in WORDS.own_fact and not noun and not by_object):
            yield Reading(reading.subject, controlled=True)
    if by_object and (verb.dep_ == "xcomp" or link):
        yield Reading(between[0], controlled=True)


def _link(preposition: Token) -> tuple[Phrase, Token]:
    """A preposition before a gerund, with those it hangs from (`instead of`), and what they all hang from."""
    link = [preposition]
    while link[0].head.dep_ == "prep" and link[0].head is not link[0]:
        link.insert(0, link[0].head)
    return tuple(link), link[0].head


def _object_antecedent(verb: Token) -> Token | None:
    """The noun that a relative clause is about, when it can be the object or a stranded preposition's noun."""
    if verb.dep_ != "relcl":
        return None
    for child in verb.children:
        if child.dep_ in {"auxpass", "nsubjpass"} or (child.dep_ == "advmod" and child.tag_ == "WRB"):
            return None
        if child.dep_ in SUBJECTS and any(word.tag_ == "WP$" for word in child.children):
            return None
    return _antecedent(verb)


def _marks(verb: Token) -> Iterator[Token]:
    for child in verb.children:
        whether = child.dep_ == "mark" and child.lower_ == "whether" and verb.dep_ == "xcomp"
        if whether or child.dep_ in _GROUP or (child.dep_ == "advmod" and child.lower_ in WORDS.negative):
            yield child
        elif child.dep_ == "advmod" and child.lower_ == "longer":
            yield from child.subtree
        elif child.dep_ == "advmod" and verb.lemma_ == "be" and child.lower_ in WORDS.places and child.i > verb.i:
            yield child


def _shared_auxiliaries(verb: Token) -> Iterator[Token]:
    """Auxiliaries of the first conjunct, where the form of the verb needs one: `was hit and destroyed`."""
    first = verb.head
    while first.dep_ == "conj" and first.head is not first and not any(_marks(first)):
        first = first.head
    passive = (
        first.tag_ == "VBN"
        and verb.tag_ == "VBD"
        and not any(c.dep_ in {"dobj", "xcomp", "ccomp"} for c in verb.children)
    )
    if passive or (verb.tag_ == first.tag_ and verb.tag_ in {"VBN", "VBG", "VB"}):
        yield from (child for child in first.children if child.dep_ in {"aux", "auxpass", "neg"} and child.i < first.i)


def _antecedent(verb: Token) -> Token | None:
    while verb.dep_ == "conj" and verb.head is not verb:
        verb = verb.head
    return verb.head if verb.dep_ == "relcl" else None
