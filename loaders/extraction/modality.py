"""How a statement is put: read off the words around its verb or noun and all that governs them."""

from spacy.tokens import Token

from graph_schema.vocabulary import Modality
from loaders.extraction.words import modality_words

_STRENGTH = (
    Modality.DENIED,
    Modality.ENDED,
    Modality.THREATENED,
    Modality.CONDITIONAL,
    Modality.POSSIBLE,
    Modality.ALLEGED,
    Modality.PLANNED,
    Modality.ASSERTED,
)
"""Which holds where several are said: "may plan to" is possible, "did not threaten to" denied."""
_OPPOSITES = frozenset({Modality.DENIED, Modality.ENDED})
_CONTENT_GOVERNORS = frozenset(
    [
        "hope",
        "suggest",
        "threaten",
        "propose",
        "expect",
        "allege",
        "deny",
        "accuse",
        "vow",
        "pledge",
        "promise",
        "agree",
        "warn",
        "claim",
        "suspect",
        "predict",
        "plan",
        "demand",
        "consider",
    ]
)
"""Verbs that colour a whole clause after them, not only an infinitive."""
_NEGATED_WITH = {"xcomp": Modality.DENIED, "pcomp": Modality.DENIED, "ccomp": Modality.POSSIBLE}
"""What a negated governor makes of a clause: "does not plan to acquire" denies, "did not say that it acquired" leaves open."""
_GOVERNED = frozenset({"xcomp", "pcomp", "acl", "advcl", "ccomp", "conj", "relcl"})


def strongest(*said: Modality) -> Modality:
    """The one that holds where several are said; what did not end goes on."""
    kept = [modality for modality in said if modality not in _OPPOSITES] if set(said) >= _OPPOSITES else said
    return min(kept, key=_STRENGTH.index, default=Modality.ASSERTED)


def verb_modality(verb: Token) -> Modality:
    """How what the verb says is put."""
    said = [_own(verb)]
    token = verb
    for _ in range(6):
        step = _governor(token)
        if step is None:
            break
        if token.dep_ in _NEGATED_WITH and any(child.dep_ == "neg" for child in step[0].children):
            governor = step[0].lemma_.lower()
            if governor != "hesitate" and (token.dep_ != "ccomp" or governor in modality_words().reporting):
                said.append(_NEGATED_WITH[token.dep_])
        token, modality = step
        said.append(modality)
    return strongest(*said)


def act_modality(noun: Token, carrier: Token | None, *, own_literal: bool = False) -> Modality:
    """How an act that a noun stands for is put: "announces tariffs", "proposed tariffs", "a threat of tariffs".

    `carrier`: the verb whose argument it is. `own_literal`: the noun is part of the verb's frame.
    """
    table = modality_words()
    said = [Modality.ASSERTED]
    for child in noun.lefts:
        if child.dep_ in ("amod", "compound"):
            said.append(table.adjectives.get(child.lower_, Modality.ASSERTED))
        elif child.dep_ == "neg" or child.lower_ == "no":
            said.append(Modality.DENIED)
    if noun.dep_ == "pobj" and noun.head.head.pos_ in ("NOUN", "PROPN"):
        said.append(table.nouns.get(noun.head.head.lemma_.lower(), Modality.ASSERTED))
    if carrier is not None:
        verbs = table.frame_verbs if own_literal else table.act_verbs
        said.append(verbs.get(carrier_lemma(carrier), Modality.ASSERTED))
        said.append(verb_modality(carrier))
    return strongest(*said)


def carrier_lemma(verb: Token) -> str:
    """Lemma of a verb with its particle."""
    particle = next((child.lower_ for child in verb.children if child.dep_ == "prt"), None)
    lemma = verb.lemma_.lower()
    return f"{lemma} {particle}" if particle else lemma


def _own(verb: Token) -> Modality:
    table = modality_words()
    said = [Modality.ASSERTED]
    infinitive = False
    for child in verb.children:
        if child.dep_ == "neg":
            said.append(Modality.DENIED)
        elif child.dep_ in ("aux", "auxpass"):
            if child.lower_ == "to":
                infinitive = True
            said.append(table.auxiliaries.get(child.lower_, Modality.ASSERTED))
        elif child.dep_ == "advmod" and child.lower_ in ("allegedly", "reportedly"):
            said.append(Modality.ALLEGED)
        elif child.dep_ == "mark" and child.lower_ in table.conditional_marks:
            said.append(Modality.CONDITIONAL)
        elif child.dep_ == "advcl" and any(mark.lower_ in table.conditional_marks for mark in child.children):
            said.append(
                Modality.CONDITIONAL if Modality.PLANNED in said or Modality.POSSIBLE in said else Modality.ASSERTED
            )
    if infinitive and verb.dep_ in ("advcl", "relcl", "ROOT"):
        said.append(Modality.PLANNED)
    return strongest(*said)


def _governor(token: Token) -> tuple[Token, Modality] | None:
    """The verb or noun that governs this clause, and what it says about it; None at the top."""
    if token.dep_ not in _GOVERNED:
        return None
    table = modality_words()
    head = token.head
    if token.dep_ == "conj":
        if head.pos_ not in ("VERB", "AUX"):
            return None
        own_subject = any(child.dep_ in ("nsubj", "nsubjpass") for child in token.children)
        shared = Modality.ASSERTED
        if not own_subject and token.tag_ in ("VB", "VBN", "VBG") and head.tag_ == token.tag_:
            shared = _own(head)
        return (head, shared) if not own_subject or head.dep_ == "ccomp" else None
    if token.dep_ == "pcomp":
        governor = head.head
        return governor, table.verbs.get(
            governor.lemma_.lower(), table.nouns.get(governor.lemma_.lower(), Modality.ASSERTED)
        )
    lemma = head.lemma_.lower()
    if token.dep_ == "xcomp":
        return head, table.verbs.get(carrier_lemma(head), table.verbs.get(lemma, Modality.ASSERTED))
    if token.dep_ == "ccomp":
        if any(child.lower_ == "to" and child.dep_ == "aux" for child in token.children):
            return head, table.verbs.get(lemma, Modality.ASSERTED)
        return head, table.verbs.get(lemma, Modality.ASSERTED) if lemma in _CONTENT_GOVERNORS else Modality.ASSERTED
    if token.dep_ == "acl":
        if token.tag_ in ("VBN", "VBG") and not any(child.lower_ == "to" for child in token.children):
            return None
        said = table.nouns.get(lemma, Modality.PLANNED)
        verb = next((ancestor for ancestor in head.ancestors if ancestor.pos_ in ("VERB", "AUX")), None)
        if verb is not None:
            said = strongest(
                said, table.verbs.get(verb.lemma_.lower(), Modality.ASSERTED) if verb.lemma_ != "announce" else said
            )
            return verb, said
        return head, said
    return None
