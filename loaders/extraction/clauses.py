"""Clauses of a parsed sentence: each verb with its arguments in their logical places.

Passives are turned, conjunctions unrolled, and arguments that a verb shares with another (control, raising, relative
clauses, participles, coordination) are filled in, so that what stands on clauses never sees the difference between
"Intel tested tools", "tools tested by Intel", "Intel plans to test tools" and "Intel, which tested tools".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from loaders.extraction.words import words

_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
_OBJECTS = frozenset({"dobj", "obj"})
_RELATIVE = frozenset({"which", "that", "who", "whom"})
_OBJECT_CONTROL_EXCEPTIONS = frozenset({"promise", "threaten", "vow", "pledge"})
_CLAUSAL = frozenset(
    {"ROOT", "ccomp", "xcomp", "advcl", "relcl", "acl", "conj", "parataxis", "pcomp", "dep", "csubj", "appos", "prep"}
)


@dataclass(eq=False, slots=True)
class Clause:
    """One verb and what belongs to it. Tokens are heads of phrases, conjuncts listed one by one."""

    verb: Token
    lemma: str
    """Lemma, with the particle: "take over"."""
    subjects: list[Token] = field(default_factory=list)
    """Who does it: the subject of an active verb, the agent of a passive."""
    objects: list[Token] = field(default_factory=list)
    """To whom it is done: the object of an active verb, the subject of a passive."""
    indirect: list[Token] = field(default_factory=list)
    complements: list[Token] = field(default_factory=list)
    """What the subject is said to be, or the object to be made: "is a maker", "named him chairman"."""
    prepositions: list[tuple[str, Token]] = field(default_factory=list)
    """Preposition and the head of its phrase."""
    passive: bool = False
    inherited: bool = False
    """Whether the subject was filled in from another clause."""


def clauses(doc: Doc, verbs: frozenset[str] = frozenset()) -> list[Clause]:
    """All clauses of a text, in order.

    `verbs`: lemmas of interest: a form of one is read as such, also in a sentence in which the parser found no verb.
    """
    found = {token.i: _own_arguments(token, verbs) for token in doc if _is_predicate(token)}
    for clause in found.values():
        _fill_in(clause, found)
    for sentence in doc.sents:
        if sentence.root.pos_ in ("NOUN", "PROPN") and (headline := _misread(sentence, verbs)) is not None:
            found[headline.verb.i] = headline
    return [found[index] for index in sorted(found)]


def _misread(sentence: Span, verbs: frozenset[str]) -> Clause | None:
    """The clause of a headline-like sentence whose verb the parser took for a noun: "Regulator fines Google"."""
    verb = None
    for token in sentence[1:]:
        if token.pos_ in ("VERB", "AUX") and token.tag_ in ("VBZ", "VBP", "VBD", "MD"):
            return None
        if verb is None and token.pos_ in ("NOUN", "PROPN") and token.lower_.endswith("s") and token.text.islower():
            lemma = verb_lemma(token.lower_, verbs)
            if lemma is not None and token.i + 1 < sentence.end and token.nbor().pos_ not in ("ADP", "PUNCT", "CCONJ"):
                verb = token, lemma
    if verb is None:
        return None
    clause = Clause(verb[0], verb[1])
    clause.subjects = _phrase_heads(sentence[: verb[0].i - sentence.start])
    preposition = None
    rest = sentence[verb[0].i + 1 - sentence.start :]
    for token in rest:
        if token.pos_ in ("ADP", "SCONJ"):
            preposition = token.lower_
        elif token.pos_ in ("NOUN", "PROPN") and not _continues(token, sentence.end):
            if preposition is None:
                clause.objects.append(token)
            else:
                clause.prepositions.append((preposition, token))
    return clause


def verb_lemma(form: str, verbs: frozenset[str]) -> str | None:
    """The one of `verbs` whose third person `form` is."""
    for lemma in (form[:-1], form[:-2], form[:-3] + "y"):
        if lemma in verbs:
            return lemma
    return None


def _phrase_heads(span: Span) -> list[Token]:
    """Heads of the noun phrases of a span that no preposition introduces."""
    heads: list[Token] = []
    for token in span:
        if token.pos_ == "ADP":
            break
        if token.pos_ in ("NOUN", "PROPN") and not _continues(token, span.end):
            heads.append(token)
    return heads


def _continues(token: Token, end: int) -> bool:
    return token.i + 1 < end and token.nbor().pos_ in ("NOUN", "PROPN")


def conjuncts(token: Token) -> list[Token]:
    """The phrase and all that is coordinated with it to its right."""
    result = [token]
    for item in result:  # grows while it is read: conjuncts hang on each other
        result.extend(child for child in item.rights if child.dep_ == "conj" and child.pos_ not in ("VERB", "AUX"))
    return result


def prepositional(token: Token) -> Iterator[tuple[str, Token]]:
    """Every prepositional phrase right under a word: preposition and head of the phrase, conjuncts one by one.

    "because of", "as a result of" and the like give their last preposition.
    """
    for child in token.children:
        if child.dep_ in ("prep", "agent", "dative") and child.pos_ in ("ADP", "SCONJ", "VERB", "ADV", "PART", "ADJ"):
            yield from _phrases(child)


def _phrases(preposition: Token) -> Iterator[tuple[str, Token]]:
    name = preposition.lower_
    for child in preposition.children:
        if child.dep_ in ("pobj", "obj", "dobj"):
            for item in conjuncts(child):
                yield name, item
        elif child.dep_ == "prep" or (child.dep_ == "conj" and child.pos_ == "ADP"):
            yield from _phrases(child)


def _is_predicate(token: Token) -> bool:
    if token.pos_ == "VERB":
        return token.dep_ not in ("amod", "compound", "aux", "auxpass", "prep", "case") or any(
            child.dep_ in _OBJECTS for child in token.children
        )
    if token.pos_ == "AUX":
        return token.dep_ not in ("aux", "auxpass") and token.dep_ in _CLAUSAL
    # Only a verb has a subject: "Luxshare plans to", which the tagger takes for a plural.
    return token.pos_ == "NOUN" and token.dep_ == "ROOT" and any(child.dep_ == "nsubj" for child in token.lefts)


def _own_arguments(verb: Token, verbs: frozenset[str]) -> Clause:
    lemma = verb.lemma_.lower()
    if lemma not in verbs and f"{lemma}e" in verbs and verb.lower_ in (f"{lemma}ed", f"{lemma}ing"):
        lemma = f"{lemma}e"  # WordNet knows "to fin"
    particle = next((child for child in verb.children if _is_particle(child)), None)
    if particle is not None:
        lemma = f"{lemma} {particle.lower_}"
    clause = Clause(verb, lemma)
    clause.passive = any(child.dep_ in ("nsubjpass", "auxpass", "csubjpass", "agent") for child in verb.children) or (
        verb.tag_ == "VBN" and verb.dep_ == "acl"
    )
    for child in verb.children:
        if child.dep_ in _SUBJECTS and child.pos_ not in ("VERB", "AUX"):
            place = clause.objects if clause.passive and child.dep_.endswith("pass") else clause.subjects
            place.extend(conjuncts(child))
        elif child.dep_ in _OBJECTS or (child.dep_ in ("ccomp", "dep") and child.pos_ == "PROPN" and child.i > verb.i):
            clause.objects.extend(conjuncts(child))
        elif child.dep_ == "dative":
            if child.pos_ == "ADP":
                clause.prepositions.extend(_phrases(child))
            else:
                clause.indirect.extend(conjuncts(child))
        elif child.dep_ in ("attr", "oprd", "acomp"):
            clause.complements.extend(conjuncts(child))
        elif child.dep_ == "agent":
            clause.subjects.extend(item for _, item in _phrases(child))
            clause.prepositions.extend(_phrases(child))
        elif child.dep_ == "prep" or (child.dep_ == "advmod" and child.pos_ in ("ADP", "SCONJ")):
            clause.prepositions.extend(_phrases(child))
    return clause


def _is_particle(child: Token) -> bool:
    """Whether a word belongs to its verb: "take over"; "hit back" and "step down", which the parser takes for adverbs."""
    follows = child.dep_ in ("advmod", "prep") and child.i == child.head.i + 1
    return child.dep_ == "prt" or (
        follows and (child.lower_ == "back" or (child.lower_ == "down" and child.head.lemma_ == "step"))
    )


def _fill_in(clause: Clause, found: dict[int, Clause]) -> None:
    """Arguments that the verb does not have itself but shares with the words it hangs from."""
    verb = clause.verb
    _resolve_relatives(clause)
    if verb.dep_ == "acl":
        _fill_from_noun(clause, found)
        return
    if clause.subjects or (clause.passive and clause.objects):
        return
    if not clause.passive and (doer := _possessor_of_governor(verb)) is not None:
        clause.subjects = [doer]
        return
    parent = _parent(verb, found)
    if parent is None:
        return
    shared = _blamed(verb, parent) or _shared_subjects(clause, parent)
    if clause.passive and verb.dep_ != "conj":
        if not clause.objects:
            clause.objects = shared
    elif clause.passive:
        if not clause.objects:
            clause.objects = list(parent.objects if parent.passive else parent.subjects)
    else:
        clause.subjects = shared
    clause.inherited = True


def _possessor_of_governor(gerund: Token) -> Token | None:
    """Who does what a gerund says that a noun governs: China in "China's role in supplying"."""
    if gerund.dep_ != "pcomp" or gerund.head.head.pos_ != "NOUN":
        return None
    return next((child for child in gerund.head.head.lefts if child.dep_ == "poss"), None)


def _blamed(gerund: Token, parent: Clause) -> list[Token]:
    """Who did what somebody else answers: X in "fined X for selling", "imposed sanctions on X for selling"."""
    if gerund.dep_ != "pcomp" or gerund.head.lower_ not in ("for", "of", "over") or parent.passive:
        return []
    if parent.lemma in words().blaming_verbs:
        return list(parent.indirect or parent.objects)
    penalties = [item for item in parent.objects if item.lemma_.lower() in words().penalty_nouns]
    nested = [*parent.prepositions, *(place for item in penalties for place in prepositional(item))]
    return [token for name, token in nested if name in ("on", "against", "upon")] if penalties else []


def _shared_subjects(clause: Clause, parent: Clause) -> list[Token]:
    verb = clause.verb
    surface = parent.objects if parent.passive and parent.objects else parent.subjects
    if (
        verb.dep_ == "xcomp"
        and parent.objects
        and not parent.passive
        and parent.lemma not in _OBJECT_CONTROL_EXCEPTIONS
    ):
        return list(parent.objects)
    return list(surface)


def _fill_from_noun(clause: Clause, found: dict[int, Clause]) -> None:
    noun = clause.verb.head
    if clause.verb.tag_ == "VBN" or clause.passive:
        if not clause.objects:
            clause.objects = [noun]
        return
    if clause.subjects:
        return
    if clause.verb.tag_ == "VBG":
        clause.subjects = [noun]
        return
    owner = next((child for child in noun.children if child.dep_ == "poss"), None)
    if owner is not None:
        clause.subjects = [owner]
        return
    governor = _parent(noun, found)
    if governor is not None:
        clause.subjects = list(governor.indirect or governor.subjects)  # "grants X a licence to sell"
        clause.inherited = True
    between = [item for preposition, item in prepositional(noun) if preposition in ("between", "by")]
    if between:
        clause.subjects = between


def _parent(token: Token, found: dict[int, Clause]) -> Clause | None:
    """The clause that a word hangs in, itself filled in."""
    for ancestor in token.ancestors:
        if ancestor.i in found:
            parent = found[ancestor.i]
            if not parent.subjects and not (parent.passive and parent.objects) and ancestor.i != token.i:
                _fill_in(parent, found)
            return parent
    return None


def _resolve_relatives(clause: Clause) -> None:
    """Put the noun in place of "which", "that", "who", or of the gap that a relative clause leaves."""
    relative = clause.verb
    while relative.dep_ == "conj" and relative.head.pos_ in ("VERB", "AUX"):
        relative = relative.head
    if relative.dep_ != "relcl":
        return
    noun = relative.head
    replaced = False
    for place in (clause.subjects, clause.objects, clause.indirect):
        for index, token in enumerate(place):
            if token.lower_ in _RELATIVE:
                place[index] = noun
                replaced = True
    for index, (preposition, token) in enumerate(clause.prepositions):
        if token.lower_ in _RELATIVE:
            clause.prepositions[index] = (preposition, noun)
            replaced = True
    if replaced or clause.verb != relative:
        return
    if not clause.subjects and not clause.passive:
        clause.subjects = [noun]
    elif clause.subjects and not clause.objects and not clause.complements:
        clause.objects = [noun]
