"""Facts without a verb: appositions, possessives, titles and `-based` compounds. Their predicate is ours, not the text's."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from loaders.extraction.open.phrases import Phrase, closed, conjuncts, noun_phrase
from loaders.extraction.open.words import WORDS

_TIME_ENTITIES = {"DATE", "TIME"}


@dataclass(frozen=True, slots=True)
class NominalFact:
    """`subject` and `object` are tokens, `predicate` is a word of ours with the tokens that follow it."""

    subject: Phrase
    verb: str
    rest: Phrase
    object: Phrase


def appositions(noun: Token) -> Iterator[NominalFact]:
    """`ACM, a maker of tools`: what the apposition says, and each phrase that hangs from it."""
    for other in (child for child in noun.children if child.dep_ == "appos"):
        if any(mark.text == ":" for mark in noun.doc[noun.i : other.i]):
            continue  # a label and its content, "Photo: EPA"
        if noun.pos_ == "PROPN" and other.pos_ == "NOUN":
            yield from _is(noun, other)
        elif noun.pos_ == "NOUN" and other.pos_ == "PROPN":
            yield from _is(other, noun)


def possessives(noun: Token) -> Iterator[NominalFact]:
    """`Intel's chief executive`: the owner has it."""
    for owner in (child for child in noun.children if child.dep_ == "poss" and child.pos_ in {"PROPN", "NOUN"}):
        if noun.pos_ != "NOUN" or owner.ent_type_ in _TIME_ENTITIES or owner.lemma_.lower() in WORDS.times:
            continue
        owned = closed(set(noun_phrase(noun)) - set(owner.subtree))
        if owned:
            marks = {child for child in owner.children if child.dep_ == "case"}
            yield NominalFact(closed(set(noun_phrase(owner)) - marks), "has", (), owned)


def compounds(noun: Token) -> Iterator[NominalFact]:
    """`Intel chief executive Lip-Bu Tan`, `Shanghai-based ACM Research`."""
    if noun.pos_ != "PROPN":
        return
    phrase = noun_phrase(noun, complements=False)
    if noun.ent_type_ == "PERSON":
        name = tuple(token for token in phrase if token.ent_type_ == "PERSON" and token.i <= noun.i)
        title = closed(
            {token for token in phrase if name and token.i < name[0].i and token.dep_ not in {"det", "case"}}
        )
        if title and title[-1].pos_ == "NOUN" and title[-1].i == name[0].i - 1 and title[-1].text[0].islower():
            yield NominalFact(name, "is", (), title)
    for based in (
        token for token in phrase if token.lower_ == "based" and token.dep_ == "amod" and token.i > phrase[0].i
    ):
        places = [child for child in based.children if child.i < based.i and child.pos_ == "PROPN"]
        if places:
            place = noun_phrase(places[-1])
            rest = closed({token for token in phrase if token.i > based.i})
            if rest:
                yield NominalFact(rest, "is based in", (), place)


def _is(name: Token, noun: Token) -> Iterator[NominalFact]:
    subject = noun_phrase(name)
    yield NominalFact(subject, "is", (), noun_phrase(noun))
    core = noun_phrase(noun, complements=False)
    for preposition in (child for child in noun.children if child.dep_ == "prep" and child.i > noun.i):
        for complement in (child for child in preposition.children if child.dep_ == "pobj"):
            for member in conjuncts(complement):
                yield NominalFact(subject, "is", (*core, preposition), noun_phrase(member))
