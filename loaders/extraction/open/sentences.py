"""A parsed text in, its open triples out, sentence by sentence."""

from collections.abc import Callable, Iterator
from itertools import islice

from spacy.tokens import Doc, Token
from spacy.tokens import Span as Tokens

from graph_schema.domain import Span
from loaders.extraction.open.facts import verb_facts
from loaders.extraction.open.nominals import NominalFact, appositions, compounds, possessives
from loaders.extraction.open.phrases import text
from loaders.extraction.open.triple import Construction, OpenTriple
from loaders.extraction.open.verbs import is_predicate

CONFIDENCE: dict[Construction, float] = {
    Construction.OBJECT: 0.67,
    Construction.ADJUNCT: 0.60,
    Construction.NESTED: 0.56,
    Construction.TIME: 0.50,
    Construction.SPEECH: 0.40,
    Construction.PARTICIPLE: 0.55,
    Construction.CONTROLLED: 0.28,
    Construction.APPOSITION: 0.56,
    Construction.POSSESSIVE: 0.58,
    Construction.COMPOUND: 0.60,
}
"""Share of facts of each construction that were exact where they were measured; see docs/extraction-open.md."""
LONGEST = 120
"""Tokens of the longest sentence that is read; beyond it stand tables and lists that lost their lines."""
MOST_FACTS = 400
"""Facts read of one sentence, a bound on what nested enumerations can multiply to."""
_LONG = 30
"""From this length on the parse is less sure."""

_NOMINAL: dict[Construction, Callable[[Token], Iterator[NominalFact]]] = {
    Construction.APPOSITION: appositions,
    Construction.POSSESSIVE: possessives,
    Construction.COMPOUND: compounds,
}

_Words = tuple[str, str, str]


def open_triples(doc: Doc) -> Iterator[OpenTriple]:
    """Facts of a text, in text order, each once per sentence.

    `doc` must be tagged and parsed; titles before names need the entity recogniser too. A text without a sentence of at
    most LONGEST tokens gives none. Raises ValueError when `doc` is not parsed.
    """
    if len(doc) == 0:
        return
    if not doc.has_annotation("DEP"):
        raise ValueError("open triples need a parsed text")
    for sentence in doc.sents:
        if len(sentence) <= LONGEST:
            yield from _sentence_triples(sentence)


def _sentence_triples(sentence: Tokens) -> Iterator[OpenTriple]:
    words = sentence.text.strip()
    start = sentence.start_char + len(sentence.text) - len(sentence.text.lstrip())
    span = Span(start, start + len(words))
    doubt = min(1.0, _LONG / len(sentence)) ** 0.5
    seen: set[_Words] = set()
    for key, construction in islice(_facts(sentence), MOST_FACTS):
        if all(key) and key[0] != key[2] and key not in seen:
            seen.add(key)
            yield OpenTriple(words, span, *key, round(CONFIDENCE[construction] * doubt, 2), construction)


def _facts(sentence: Tokens) -> Iterator[tuple[_Words, Construction]]:
    for token in sentence:
        if is_predicate(token):
            for fact in verb_facts(token):
                yield (text(fact.subject), text(fact.predicate), text(fact.object)), fact.construction
        elif token.pos_ in {"NOUN", "PROPN"}:
            for construction, find in _NOMINAL.items():
                for found in find(token):
                    predicate = " ".join(filter(None, (found.verb, text(found.rest))))
                    yield (text(found.subject), predicate, text(found.object)), construction
