"""Relations from verbs and from nouns that stand for acts, by the frames of `relations.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, Modality, RelationDefinition, RelationType, vocabulary
from loaders.extraction.clauses import Clause, conjuncts, prepositional
from loaders.extraction.document import Referent
from loaders.extraction.frames import Element, Frame, FrameKind, Frames, Slot
from loaders.extraction.modality import act_modality, strongest, verb_modality
from loaders.extraction.phrases import Phrases, all_entities
from loaders.extraction.words import modality_words, words
from loaders.gazetteer import FormKind

_OF_THINGS = frozenset(
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
_LIGHT_NOUNS = frozenset(
    {
        "plan",
        "proposal",
        "intention",
        "increase",
        "reduction",
        "cut",
        "hike",
        "rise",
        "round",
        "series",
        "set",
        "package",
    }
    | {
        "wave",
        "threat",
        "possibility",
        "use",
        "expansion",
        "decision",
        "announcement",
        "number",
        "range",
        "introduction",
    }
)
"""Nouns between a verb and the act that it carries: "announces plans for a merger", "a second round of tariffs"."""
_LONGEST_PAIR = 14
"""Tokens from the first of "between X and Y" within which the second is looked for."""
_REPLIES = frozenset({"respond", "retaliate", "react", "hit back", "strike back", "counter", "answer", "reply"})
_DELIVERIES = frozenset({RelationType.SUPPLIES, RelationType.EXPORTS_TO})
_SHIPPING = frozenset({"ship", "export", "reexport", "re-export", "shipment"})
"""What is done abroad: toward a state it is an export, toward a firm a supply."""
_STATES = frozenset({EntityType.COUNTRY, EntityType.BLOC})
_CURBS = frozenset(
    {"restrict", "curb", "control", "limit", "ban", "bar", "block", "prohibit", "stop", "tighten", "allow", "permit"}
)
"""Verbs whose subject is not the one who delivers: "Japan restricts exports to"."""
_MEASURES = frozenset(
    {
        RelationType.RESTRICTS_EXPORT_OF,
        RelationType.RESTRICTS_EXPORTS_TO,
        RelationType.IMPOSES_TARIFFS_ON,
        RelationType.SANCTIONS,
        RelationType.RETALIATES_AGAINST,
    }
)
_MARKETS = frozenset(
    {"supply", "sell", "offer", "market", "launch", "introduce", "unveil", "release", "ship", "provide"}
)
"""Verbs that only of a firm say that it makes the thing."""
_HITS = frozenset({"target", "hit", "affect", "cover", "apply", "extend", "block", "restrict", "bar", "limit"})
_OF_STATES = frozenset({RelationType.AGREES_WITH, RelationType.NEGOTIATES_WITH})
"""Relations of states: where a leader announces the deal, the country has it."""
_OF_ACTS = frozenset(
    {
        RelationType.OPPOSES,
        RelationType.SUPPORTS,
        RelationType.RETALIATES_AGAINST,
        RelationType.INVESTIGATES,
        RelationType.THREATENS,
    }
)
"""Relations whose object may be named by what it does or has: "condemns Japan's stance"."""


@dataclass(eq=False, slots=True)
class Candidate:
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
) -> Iterator[Candidate]:
    """Relations of all clauses: for each pair of entities the most specific frame."""
    for clause in clauses:
        best: dict[tuple[Referent, Referent], tuple[int, Candidate]] = {}
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
            nested.extend(prepositional(found))
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


def _bare_objects(clause: Clause, literal: Token | None) -> list[Token]:
    if literal is not None:
        return clause.indirect or [item for item in clause.objects if item != literal]
    return clause.objects if clause.lemma != "be" else clause.complements


def _complements(
    prepositions: frozenset[str], nested: list[tuple[str, Token]], literal: Token | None, clause: Clause
) -> list[Token]:
    """What stands after a preposition of a frame: under the verb or the frame's noun, else under the object."""
    if literal is None:
        below = [place for item in clause.objects for place in prepositional(item)]
        return _after(prepositions, nested) or _after(prepositions, below)
    owners = _whose_act(literal) if "of" in prepositions else []
    return owners or _after(prepositions, nested)


def _whose_act(act: Token) -> list[Token]:
    """Who does or has what a verb is done to: B in "blocks B's acquisition of C", "limits B's access"; else who is "by"."""
    owners = [child for child in act.lefts if child.dep_ == "poss"]
    if owners or act.lemma_.lower() not in _DONE_ACTS:
        return owners
    return [token for name, token in prepositional(act) if name == "by"]


def _after(prepositions: frozenset[str], places: list[tuple[str, Token]]) -> list[Token]:
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
) -> Iterator[Candidate]:
    definition = vocabulary().relations[frame.relation]
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
        pairs = resolve_pairs(binding.subjects, binding.objects, frame.relation, phrases, rejected)
    for subject, object in pairs:
        if frame.relation is RelationType.PRODUCES and clause.lemma in _MARKETS and subject.type is EntityType.COUNTRY:
            continue
        if _other_delivery(frame.relation, clause.lemma, object):
            continue
        yield Candidate(
            frame.relation, subject, object, clause.verb, predicate, f"verb:{frame.text}", confidence, modality
        )


def _other_delivery(relation: RelationType, lemma: str, to: Referent) -> bool:
    """Whether goods that are shipped to `to` are better told by the other of EXPORTS_TO and SUPPLIES."""
    if relation not in _DELIVERIES or lemma not in _SHIPPING:
        return False
    return (relation is RelationType.EXPORTS_TO) is not (to.type in _STATES)


def resolve_pairs(
    subjects: list[Token], objects: list[Token], relation: RelationType, phrases: Phrases, rejected: dict[str, int]
) -> list[tuple[Referent, Referent]]:
    """Pairs of entities that the signature of `relation` admits; turned round where it admits only that."""
    definition = vocabulary().relations[relation]
    first, second = definition.subject_types, definition.object_types
    if definition.symmetric:
        first = second = first | second
    made = relation in _OF_THINGS
    left = all_entities(phrases, subjects, first, things=made)
    if not left and relation is RelationType.PRODUCES:
        left = _home_of_firms(subjects, phrases)
    right = all_entities(phrases, objects, second, things=made, owner=relation in _OF_ACTS)
    if not left or not right:
        _count(rejected, "no_subject" if not left else "no_object")
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


def _count(rejected: dict[str, int], reason: str) -> None:
    rejected[reason] = rejected.get(reason, 0) + 1


def _words(clause: Clause, binding: Binding) -> str:
    parts = [clause.verb.text]
    if " " in clause.lemma:
        parts.append(clause.lemma.split(" ", 1)[1])
    if binding.literal is not None:
        parts.append(binding.literal.text)
    return " ".join(parts)


def event_candidates(
    phrases: Phrases, frames: Frames, found: list[Clause], rejected: dict[str, int]
) -> Iterator[Candidate]:
    """Relations of nouns that stand for acts: "Canada's tariffs on steel", "talks between A and B"."""
    heads = frames.heads(FrameKind.EVENT)
    by_verb = {clause.verb.i: clause for clause in found}
    for token in phrases.text.doc:
        if token.pos_ not in ("NOUN", "PROPN") or token.dep_ == "compound":
            continue
        forms = noun_forms(token) & heads
        for form in sorted(forms, key=len, reverse=True):
            made = [
                candidate
                for frame in frames.of(FrameKind.EVENT, form)
                for candidate in _event_pairs(frame, token, phrases, by_verb, rejected)
            ]
            yield from made
            if made:
                break


def _event_pairs(
    frame: Frame, noun: Token, phrases: Phrases, by_verb: dict[int, Clause], rejected: dict[str, int]
) -> Iterator[Candidate]:
    definition = vocabulary().relations[frame.relation]
    carrier = carrying_clause(noun, by_verb)
    if carrier is not None and frame.relation in _DELIVERIES and carrier.lemma in _CURBS:
        return
    doers, aims = definition.subject_types, definition.object_types
    if frame.first is Slot.OBJECT:
        doers, aims = aims, doers
    wanted = frame.elements[-1].prepositions if frame.elements else frozenset()
    places = _event_places(noun, carrier)
    objects = (
        _after(wanted, places)
        or _adjacent(noun, wanted, phrases)
        or (_targets_of_act(noun, by_verb) if carrier is None else [])
    )
    modality = strongest(act_modality(noun, carrier.verb if carrier else None), frame.modality)
    actors = _actors(
        noun,
        carrier,
        phrases,
        doers,
        by=[token for name, token in places if name == "by" or (name == "from" and frame.relation not in _MEASURES)],
    )
    confidence = 0.66
    if not actors and carrier is None and frame.relation in _MEASURES:
        actors = _bystanders(noun, by_verb, phrases, doers)
        confidence = 0.48
    if frame.relation in _OF_STATES:
        actors = [phrases.leads(actor) or actor if actor.type is EntityType.PERSON else actor for actor in actors]
    between = _between(noun, phrases)
    retaliates = _retaliatory(noun, carrier)
    if definition.symmetric:
        pairs = _mutual_pairs(noun, between, actors, objects, definition, phrases)
    elif between and "between" in wanted:
        pairs = list(combinations(all_entities(phrases, between, definition.subject_types, things=False), 2))
        retaliates = False
    else:
        targets = all_entities(
            phrases,
            objects,
            aims,
            things=frame.relation in _OF_THINGS,
            owner=frame.relation in _OF_ACTS,
        )
        pairs = [(a, b) for a in actors for b in targets if a is not b]
        if not pairs:
            _count(rejected, "event_without_actor" if targets else "event_without_target")
    if frame.first is Slot.OBJECT:
        pairs = [(b, a) for a, b in pairs]
    for subject, object in pairs:
        if _other_delivery(frame.relation, noun.lemma_.lower(), object):
            continue
        yield Candidate(frame.relation, subject, object, noun, noun.text, f"event:{frame.text}", confidence, modality)
        if retaliates and frame.relation is not RelationType.RETALIATES_AGAINST:
            yield Candidate(
                RelationType.RETALIATES_AGAINST, subject, object, noun, noun.text, "retaliatory act", 0.62, modality
            )


def _event_places(noun: Token, carrier: Clause | None) -> list[tuple[str, Token]]:
    """Prepositional phrases of an act, and those of its verb that may be meant for it."""
    places = list(prepositional(noun))
    if carrier is not None and carrier.verb.lemma_ not in ("say", "tell", "report"):
        places += [place for place in carrier.prepositions if place[0] not in ("in", "of", "by", "for", "with")]
    return places


def _between(noun: Token, phrases: Phrases) -> list[Token]:
    """Who an act is between or among; the name after "and" too, where the parser made it the subject of the sentence."""
    places = [token for name, token in prepositional(noun) if name in ("between", "among")]
    if len(places) != 1:
        return places
    doc, joined = noun.doc, False
    for token in doc[places[0].i + 1 : min(places[0].i + _LONGEST_PAIR, places[0].sent.end)]:
        mention = phrases.text.at(token)
        if token.pos_ in ("VERB", "AUX"):
            break
        if joined and mention is not None and mention.kind is not FormKind.ADJECTIVE and not mention.common:
            return [places[0], doc[mention.root]]
        joined = joined or token.lower_ == "and"
    return places


def _mutual_pairs(
    noun: Token,
    between: list[Token],
    actors: list[Referent],
    objects: list[Token],
    definition: RelationDefinition,
    phrases: Phrases,
) -> list[tuple[Referent, Referent]]:
    """Who share an act: "talks between A and B", "A's talks with B", "talks of A and B"."""
    types = definition.subject_types | definition.object_types
    if len(between) == 1:
        between = between + [token for token in conjuncts(noun) if token != noun]
    members = all_entities(phrases, between, types, things=False)
    if len(members) > 1:
        return list(combinations(members, 2))
    if others := all_entities(phrases, objects, types):
        return [(a, b) for a in actors for b in others if a is not b]
    return list(combinations(actors, 2))


def _retaliatory(noun: Token, carrier: Clause | None) -> bool:
    """Whether an act answers another: "retaliatory tariffs", "imposes tariffs in response"."""
    if any(child.lower_ in ("retaliatory", "reciprocal", "counter") for child in noun.lefts):
        return True
    if carrier is not None and carrier.lemma in _REPLIES:
        return True
    return carrier is not None and any(
        name == "in" and token.lower_ in ("response", "retaliation") for name, token in carrier.prepositions
    )


def _adjacent(noun: Token, wanted: frozenset[str], phrases: Phrases) -> list[Token]:
    """The name right after "tariffs on", where the parser hung the preposition elsewhere."""
    doc = noun.doc
    if noun.i + 2 >= len(doc) or doc[noun.i + 1].lower_ not in wanted:
        return []
    for index in range(noun.i + 2, min(noun.i + 5, len(doc))):
        mention = phrases.text.at(index)
        if mention is not None:
            return [doc[mention.root]] if mention.start == index else []
        if doc[index].pos_ not in ("DET", "ADJ", "NUM"):
            return []
    return []


def _targets_of_act(noun: Token, by_verb: dict[int, Clause]) -> list[Token]:
    """What an act hits when it is itself the subject: "units that were targeted by US sanctions"."""
    head = noun.head
    if noun.dep_ == "pobj" and head.dep_ == "agent":
        head = head.head
    elif noun.dep_ != "nsubj":
        return []
    clause = by_verb.get(head.i)
    if clause is None or clause.lemma not in _HITS:
        return []
    return clause.objects + [token for name, token in clause.prepositions if name in ("to", "on", "against")]


def _bystanders(
    noun: Token, by_verb: dict[int, Clause], phrases: Phrases, types: frozenset[EntityType]
) -> list[Referent]:
    """Subjects of the clause that an act stands in, however the parser attached it."""
    clause = next((by_verb[item.i] for item in noun.ancestors if item.i in by_verb), None)
    if clause is None or clause.lemma in modality_words().reporting or noun.dep_ in ("nsubj", "nsubjpass"):
        return []
    return all_entities(phrases, clause.subjects, types, things=False)


def carrying_clause(noun: Token, by_verb: dict[int, Clause]) -> Clause | None:
    """The clause whose verb carries the act: "impose tariffs", "tariffs were imposed", "agree to a deal"."""
    for child in noun.rights:
        if child.dep_ == "acl" and child.tag_ == "VBN" and child.i in by_verb:
            return by_verb[child.i]
    head = _carried(noun)
    if head.dep_ in ("dobj", "nsubjpass", "attr", "oprd") and head.head.i in by_verb:
        return by_verb[head.head.i]
    if head.dep_ == "pobj" and head.head.dep_ == "prep":
        above = head.head.head
        if above.i in by_verb and head.head.lower_ in ("to", "on", "in", "into", "for", "with"):
            return by_verb[above.i]
    return None


def _announcers(carrier: Clause) -> list[Token]:
    """Who says that an act will be done which nobody else is said to do: "China announces that duties will be imposed"."""
    verb = carrier.verb
    if (
        not carrier.passive
        or verb.dep_ != "ccomp"
        or verb.head.lemma_ not in ("announce", "decide", "declare", "order")
    ):
        return []
    return [child for child in verb.head.children if child.dep_ == "nsubj"]


def _carried(act: Token) -> Token:
    """The noun that stands for an act under its verb: the first of those joined, or the "plans" that are for it."""
    for _ in range(4):
        if act.dep_ == "conj" and act.head.pos_ in ("NOUN", "PROPN"):
            act = act.head
        elif act.dep_ == "pobj" and act.head.head.lemma_.lower() in _LIGHT_NOUNS and act.head.head.pos_ == "NOUN":
            act = act.head.head
        else:
            break
    return act


def _actors(
    noun: Token, carrier: Clause | None, phrases: Phrases, types: frozenset[EntityType], *, by: list[Token]
) -> list[Referent]:
    """Whose act it is: possessor, adjective, "by", else the subject of the verb that carries it."""
    if found := phrases.modifiers(noun, types):
        return found
    if found := all_entities(phrases, by, types):
        return found
    if carrier is not None:
        if found := all_entities(phrases, carrier.subjects or _announcers(carrier), types):
            return found
        people = all_entities(phrases, carrier.subjects, frozenset({EntityType.PERSON}))
        countries = [country for person in people if (country := phrases.leads(person)) is not None]
        if EntityType.COUNTRY in types and countries:
            return countries
    return []
