"""Phrases: a head word and the tokens that belong to it, without what makes facts of its own."""

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.tokens import Token

Phrase = tuple[Token, ...]
"""Tokens in the order in which they are read out, which in a predicate is not always that of the text."""

MOST_CONJUNCTS = 12
"""Members read of one enumeration; longer ones are tables that lost their lines."""

_NOMINAL = {"NOUN", "PROPN", "PRON", "NUM", "X", "SYM", "DET", "ADJ"}
_BEFORE = {"det", "predet", "amod", "compound", "nummod", "quantmod", "poss", "nmod", "neg", "case"}
_INSIDE = {
    "prep",
    "pobj",
    "advmod",
    "amod",
    "npadvmod",
    "quantmod",
    "neg",
    "compound",
    "nummod",
    "det",
    "poss",
    "case",
    "punct",
}
_OPENING = {"``", "`", "“", "‘", "«"}
_CLOSING = {"''", "”", "»"}
_QUOTES = {'"', "'", "’", *_OPENING, *_CLOSING}


def conjuncts(head: Token) -> list[Token]:
    """`head` and what is coordinated with it, as far as it is nominal, in text order.

    What "neither" denies stays together: one member alone would say the opposite.
    """
    return [head] if _is_denied(head) else _members(head)


def _members(head: Token) -> list[Token]:
    found = [head]
    for member in found:
        found.extend(
            child
            for child in member.children
            if child.dep_ == "conj"
            and child.pos_ in _NOMINAL
            and not any(c.dep_.startswith("nsubj") for c in child.children)
        )
        if len(found) >= MOST_CONJUNCTS:
            break
    return found[:MOST_CONJUNCTS]


def noun_phrase(head: Token, *, complements: bool = True) -> Phrase:
    """The phrase of `head`: determiners and modifiers before it and, as `complements`, its first `of` phrase.

    Appositions, clauses, other prepositional phrases and further conjuncts are facts of their own and stay out.
    """
    chosen = {head}
    if _is_denied(head):
        chosen.update(_denied(head))
    for child in head.children:
        if (child.dep_ in _BEFORE and child.i < head.i) or child.dep_ == "case" or _is_year(child):
            chosen.update(_modifier(child))
        elif complements and child.dep_ == "prep" and child.lower_ == "of" and child.i > head.i:
            for inner in islice((c for c in child.children if c.dep_ in {"pobj", "pcomp"}), 1):
                chosen.update((child, *(noun_phrase(inner) if inner.dep_ == "pobj" else inner.subtree)))
    return closed(chosen)


def adjective_phrase(head: Token) -> Phrase:
    """An adjective with its adverbs."""
    chosen = {head}
    for child in head.children:
        if child.dep_ in {"advmod", "neg", "npadvmod", "quantmod"} and child.i < head.i:
            chosen.update(_modifier(child))
    return closed(chosen)


def closed(chosen: set[Token]) -> Phrase:
    """The tokens in text order, with the hyphens, commas and quotes that stand between two of them."""
    ordered = sorted(chosen, key=lambda token: token.i)
    phrase: list[Token] = []
    for token in ordered:
        if phrase:
            between = token.doc[phrase[-1].i + 1 : token.i]
            if len(between) <= 3 and all(mark.is_punct or mark.text in _QUOTES for mark in between):
                phrase.extend(between)
        phrase.append(token)
    return trimmed(phrase)


def trimmed(tokens: Iterable[Token]) -> Phrase:
    """Without quotes and marks at either end."""
    phrase = list(tokens)
    while phrase and _is_mark(phrase[0]):
        phrase.pop(0)
    while phrase and _is_mark(phrase[-1]):
        phrase.pop()
    return _balanced(phrase)


def text(phrase: Phrase) -> str:
    """The words as the text spaces them; a gap becomes one space."""
    words = ""
    for index, token in enumerate(phrase):
        if index:
            before = phrase[index - 1]
            words += before.whitespace_ if token.i == before.i + 1 else " "
        words += token.text
    return " ".join(words.split())


def _is_denied(head: Token) -> bool:
    """Whether the phrase begins with "neither" and goes on with "nor"."""
    said = {child.lower_ for child in head.children if child.dep_ in {"det", "preconj", "cc"}}
    return {"neither", "nor"} <= said


def _denied(head: Token) -> Iterator[Token]:
    """All that "neither … nor" holds together, without the phrase's complements."""
    for member in _members(head):
        yield from (child for child in member.children if child.dep_ in {"preconj", "cc"})
        if member is not head:
            yield from noun_phrase(member)


def _modifier(head: Token) -> Iterator[Token]:
    """A modifier before the noun, whole, but without relative clauses."""
    yield head
    for child in head.children:
        if child.dep_ in _INSIDE or child.dep_ in {"conj", "cc"} or child.dep_ in _BEFORE:
            yield from _modifier(child)


def _balanced(phrase: list[Token]) -> Phrase:
    """Without quotes, when only one end of a quotation is inside."""
    opening = [token for token in phrase if token.text in _OPENING]
    closing = [token for token in phrase if token.text in _CLOSING]
    straight = [token for token in phrase if token.text == '"']
    lone = (opening if not closing else []) + (closing if not opening else []) + (straight if len(straight) % 2 else [])
    return tuple(token for token in phrase if token not in lone)


def _is_year(token: Token) -> bool:
    return token.dep_ == "nummod" and token.i == token.head.i + 1


def _is_mark(token: Token) -> bool:
    return (token.is_punct and token.text not in {"$", "#", "%", "(", ")"}) or token.text in _QUOTES or token.is_space
