"""Clauses that a verb takes as its object: what was said, thought, decided."""

from collections.abc import Iterator

from spacy.tokens import Token

from loaders.extraction.open.phrases import Phrase, noun_phrase, trimmed
from loaders.extraction.open.verbs import SUBJECTS, is_predicate
from loaders.extraction.open.words import WORDS


def spoken_clauses(verb: Token, clause: Token) -> Iterator[Phrase]:
    """The clause as words; coordinated clauses one by one, each with its subject. None when it only stands beside `verb`."""
    if clause.i < verb.i and verb.lemma_ not in WORDS.speaking:
        return
    if not is_predicate(clause) or any(mark.lower_ == ";" for mark in clause.children):
        return
    if (subject := subject_of(clause)) is None:
        return
    for member in _coordinated(clause):
        inside = set(member.subtree)
        for inner in member.children:
            if inner.dep_ == "conj" and is_predicate(inner):
                inside -= set(inner.subtree)
            elif inner.dep_ == "cc":
                inside.discard(inner)
        words = trimmed(sorted(inside, key=lambda token: token.i))
        yield words if member is clause or subject_of(member) is not None else (*noun_phrase(subject), *words)


def subject_of(verb: Token) -> Token | None:
    """The verb's own subject."""
    return next((child for child in verb.children if child.dep_ in SUBJECTS), None)


def _coordinated(head: Token) -> list[Token]:
    found = [head]
    for member in found:
        found.extend(child for child in member.children if child.dep_ == "conj" and is_predicate(child))
    return found
