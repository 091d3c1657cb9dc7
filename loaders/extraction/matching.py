"""Relations from verbs, by the frames of `relations.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.extraction.clauses import Clause, prepositional
from loaders.extraction.document import Referent
from loaders.extraction.frames import Element, Frame, FrameKind, Frames, Slot
from loaders.extraction.modality import act_modality, strongest, verb_modality
from loaders.extraction.phrases import Phrases, all_entities
from loaders.extraction.signatures import text_signature
from loaders.extraction.words import words

OF_THINGS = frozenset(
    {
        RelationType.PRODUCES,
        RelationType.USES,
        RelationType.TESTED,
        RelationType.RESTRICTS_EXPORT_OF,
        RelationType.BANS,
    }
)
"""Relations whose object may be a thing that no list knows: a common noun with its modifiers."""
_DONE_ACTS = frozenset({"acquisition", "takeover", "merger", "bid", "purchase", "buyout"})
"""Acts of a buyer, whom one opposes who blocks them."""
_MONEY = frozenset({"euro", "dollar", "$", "yen", "yuan", "won", "pound", "million", "billion", "rupee"})
DELIVERIES = frozenset({RelationType.SUPPLIES, RelationType.EXPORTS_TO})
_SHIPPING = frozenset({"ship", "export", "reexport", "re-export", "shipment"})
"""What is done abroad: toward a state it is an export, toward a firm a supply."""
_STATES = frozenset({EntityType.COUNTRY, EntityType.BLOC})
_MARKETS = frozenset(
    {"supply", "sell", "offer", "market", "launch", "introduce", "unveil", "release", "ship", "provide"}
)
"""Verbs that only of a firm say that it makes the thing."""
OF_ACTS = frozenset(
    {
        RelationType.OPPOSES,
        RelationType.SUPPORTS,
        RelationType.RETALIATES_AGAINST,
        RelationType.INVESTIGATES,
        RelationType.THREATENS,
        RelationType.ATTACKS,
    }
)
"""Relations whose object may be named by what it does or has: "condemns Japan's stance"."""


@dataclass(eq=False, slots=True)
class RelationCandidate:
    """A relation that some pattern proposes."""

    relation: RelationType
    subject: Referent
    object: Referent
    trigger: Token
    """The word that carries it."""
    predicate: str
    pattern: str
    """Name of the pattern, for explanations and calibration."""
    confidence: float
    modality: Modality = Modality.ASSERTED
    role: str | None = None


@dataclass(slots=True)
class Binding:
    """What the slots of a frame hold in one place of the text."""

    subjects: list[Token]
    objects: list[Token]
    literal: Token | None = None
    """Noun that the frame names as the verb's object: the act."""
    words: int = 0
    """How many of the frame's own words were found."""


def verb_candidates(
    clauses: list[Clause], phrases: Phrases, frames: Frames, rejected: dict[str, int]
) -> Iterator[RelationCandidate]:
    """Relations of all clauses: for each pair of entities the most specific frame."""
    for clause in clauses:
        best: dict[tuple[Referent, Referent], tuple[int, RelationCandidate]] = {}
        for frame in frames.of(FrameKind.VERB, clause.lemma):
            for binding in bind_verb(frame, clause):
                for candidate in _verb_pairs(frame, binding, clause, phrases, rejected):
                    key = (candidate.subject, candidate.object)
                    rank = 2 * binding.words + (0 if frame.first is Slot.ANY else 1)
                    other = best.get(key) or best.get((key[1], key[0]))
                    if other is None or rank > other[0]:
                        best.pop((key[1], key[0]), None)
                        best[key] = rank, candidate
        yield from (candidate for _, candidate in best.values())


def bind_verb(frame: Frame, clause: Clause) -> Iterator[Binding]:
    """Ways to lay the frame over the clause: none or one."""
    binding = Binding([], [])
    _fill(binding, frame.first, clause.subjects)
    nested: list[tuple[str, Token]] = list(clause.prepositions)
    literal: Token | None = None
    for element in frame.elements:
        if element.words:
            found = _literal(element, clause, nested)
            if found is None:
                return
            if not element.prepositions:
                literal = found
            nested.extend(_places_under(found))
            binding.words += 1
    for element in frame.elements:
        if element.slot is None or element.slot is Slot.ANY:
            continue
        if element.prepositions:
            tokens = _complements(element.prepositions, nested, literal, clause)
            if tokens:
                binding.words += 1
        else:
            tokens = _bare_objects(clause, literal)
        if not tokens:
            return
        _fill(binding, element.slot, tokens)
    binding.literal = literal
    if frame.first is not Slot.ANY or (binding.subjects and binding.objects):
        yield binding


def _places_under(noun: Token) -> list[tuple[str, Token]]:
    """Prepositional phrases of a noun and of what it is of: "exports of gallium to", wherever the parser hung the "to"."""
    places = list(prepositional(noun))
    return places + [place for name, item in places if name == "of" for place in prepositional(item)]


def _bare_objects(clause: Clause, literal: Token | None) -> list[Token]:
    if literal is not None:
        return clause.indirect or [item for item in clause.objects if item != literal]
    if clause.lemma == "be":
        return clause.complements
    fined = [
        child
        for item in clause.objects
        if item.lemma_.lower() in _MONEY
        for child in item.lefts
        if child.dep_ in ("nmod", "compound") and child.pos_ == "PROPN"
    ]
    return [*clause.indirect, *clause.objects, *fined]  # "fined Intel 376 million euros", which the parser reads as one


def _complements(
    prepositions: frozenset[str], nested: list[tuple[str, Token]], literal: Token | None, clause: Clause
) -> list[Token]:
    """What stands after a preposition of a frame: under the verb or the frame's noun, else under the object."""
    if literal is None:
        below = [place for item in clause.objects for place in prepositional(item)]
        return after_prepositions(prepositions, nested) or after_prepositions(prepositions, below)
    owners = _whose_act(literal) if "of" in prepositions else []
    return owners or after_prepositions(prepositions, nested)


def _whose_act(act: Token) -> list[Token]:
    """Who does or has what a verb is done to: B in "blocks B's acquisition of C", "limits B's access"; else who is "by"."""
    owners = [child for child in act.lefts if child.dep_ == "poss"]
    if owners or act.lemma_.lower() not in _DONE_ACTS:
        return owners
    return [token for name, token in prepositional(act) if name == "by"]


def after_prepositions(prepositions: frozenset[str], places: list[tuple[str, Token]]) -> list[Token]:
    """What stands after one of the prepositions."""
    return [token for name, token in places if name in prepositions]


def _fill(binding: Binding, slot: Slot, tokens: list[Token]) -> None:
    if slot is Slot.SUBJECT:
        binding.subjects = list(tokens)
    elif slot is Slot.OBJECT:
        binding.objects = list(tokens)


def _literal(element: Element, clause: Clause, nested: list[tuple[str, Token]]) -> Token | None:
    if element.prepositions:
        places = [token for name, token in nested if name in element.prepositions]
        places += _gerunds(element.prepositions, clause)
    else:
        places = [*clause.objects, *clause.complements]
    for token in places:
        if noun_forms(token) & element.words:
            return token
    return None


def _gerunds(prepositions: frozenset[str], clause: Clause) -> list[Token]:
    """Verbs that stand where a frame has a noun: "bars B from selling", under the verb or what the parser hung it on."""
    return [
        verb
        for governor in (clause.verb, *clause.objects)
        for child in governor.children
        if child.dep_ == "prep" and child.lower_ in prepositions
        for verb in child.children
        if verb.dep_ == "pcomp"
    ]


def noun_forms(token: Token) -> set[str]:
    """Lemma of a noun, alone and with the compound before it."""
    lemma = token.lemma_.lower()
    forms = {lemma}
    for child in token.lefts:
        if child.dep_ in ("compound", "amod", "nmod"):
            forms.add(f"{child.lemma_.lower()} {lemma}")
    return forms


def _verb_pairs(
    frame: Frame, binding: Binding, clause: Clause, phrases: Phrases, rejected: dict[str, int]
) -> Iterator[RelationCandidate]:
    definition = text_signature(frame.relation)
    modality = frame.modality
    if modality is Modality.ASSERTED and binding.literal is not None:
        modality = act_modality(binding.literal, clause.verb, own_literal=True)
    else:
        modality = strongest(verb_modality(clause.verb), modality)
    confidence = 0.62 + 0.08 * min(binding.words, 3) - (0.08 if clause.inherited else 0.0)
    predicate = _words(clause, binding)
    if definition.symmetric and not binding.objects:
        members = all_entities(phrases, binding.subjects, definition.subject_types, things=False)
        pairs = [(a, b) for i, a in enumerate(members) for b in members[i + 1 :]]
    else:
        objects = binding.objects
        if frame.relation is RelationType.ACQUIRES:
            objects = [token for token in objects if not _are_goods(token, phrases)]
        elif frame.relation is RelationType.OPPOSES and any(token.lower_ == "they" for token in binding.subjects):
            objects = [token for token in objects if not any(child.lower_ in ("our", "us") for child in token.children)]
        pairs = resolve_pairs(binding.subjects, objects, frame.relation, phrases, rejected)
    for subject, object in pairs:
        if frame.relation is RelationType.PRODUCES and clause.lemma in _MARKETS and subject.type is EntityType.COUNTRY:
            continue
        if other_delivery(frame.relation, clause.lemma, object) or (
            frame.relation is RelationType.SUPPLIES and _sells_a_business(clause, phrases)
        ):
            continue
        yield RelationCandidate(
            frame.relation, subject, object, clause.verb, predicate, f"verb:{frame.text}", confidence, modality
        )


def _are_goods(token: Token, phrases: Phrases) -> bool:
    """Whether what is bought is a firm's and not the firm: "Nvidia's H200s", where a stake or unit would be of it."""
    if any(child.tag_ == "POS" or child.dep_ == "case" for child in token.children):
        return True  # what the parser took for an object is whose the object is
    if token.lemma_.lower() in words().firm_parts or phrases.text.head_mention(token) is not None:
        return False
    return any(child.dep_ == "poss" for child in token.children)


def _sells_a_business(clause: Clause, phrases: Phrases) -> bool:
    """Whether what is sold is a part of a firm and no goods: "sold its Austin fab to", "sells a stake in"."""
    if clause.lemma not in ("sell", "offload", "divest", "transfer"):
        return False
    mentions = (phrases.text.at(item) for item in clause.objects)
    return any(item.lemma_.lower() in words().firm_parts for item in clause.objects) or any(
        mention is not None and mention.referent.type in (EntityType.FACILITY, EntityType.COMPANY)
        for mention in mentions
    )


def other_delivery(relation: RelationType, lemma: str, to: Referent) -> bool:
    """Whether goods that are shipped to `to` are better told by the other of EXPORTS_TO and SUPPLIES."""
    if relation not in DELIVERIES or lemma not in _SHIPPING:
        return False
    return (relation is RelationType.EXPORTS_TO) is not (to.type in _STATES)


def resolve_pairs(
    subjects: list[Token], objects: list[Token], relation: RelationType, phrases: Phrases, rejected: dict[str, int]
) -> list[tuple[Referent, Referent]]:
    """Pairs of entities that the signature of `relation` admits; turned round where it admits only that."""
    definition = text_signature(relation)
    first, second = definition.subject_types, definition.object_types
    if definition.symmetric:
        first = second = first | second
    made = relation in OF_THINGS
    left = all_entities(phrases, subjects, first, things=made)
    if not left and relation is RelationType.PRODUCES:
        left = _home_of_firms(subjects, phrases)
    right = all_entities(phrases, objects, second, things=made, owner=relation in OF_ACTS)
    if not left or not right:
        count(rejected, "no_subject" if not left else "no_object")
        return []
    return [(a, b) for a in left for b in right if a is not b]


def _home_of_firms(subjects: list[Token], phrases: Phrases) -> list[Referent]:
    """The countries of "leading Japanese and British firms", who make a thing."""
    return [
        country
        for token in subjects
        if token.lemma_.lower() in words().firm_nouns
        for country in phrases.modifiers(token, frozenset({EntityType.COUNTRY}))
    ]


def count(rejected: dict[str, int], reason: str) -> None:
    """Note why a candidate was none."""
    rejected[reason] = rejected.get(reason, 0) + 1


def _words(clause: Clause, binding: Binding) -> str:
    parts = [clause.verb.text]
    if " " in clause.lemma:
        parts.append(clause.lemma.split(" ", 1)[1])
    if binding.literal is not None:
        parts.append(binding.literal.text)
    return " ".join(parts)
