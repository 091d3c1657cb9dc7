"""Relations from nouns that stand for acts, by the frames of `relations.yaml`: "Canada's tariffs on steel"."""

from collections.abc import Iterator
from itertools import combinations

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, RelationDefinition, RelationType
from loaders.extraction.clauses import Clause, conjuncts, prepositional
from loaders.extraction.document import Referent
from loaders.extraction.frames import Frame, FrameKind, Frames, Slot
from loaders.extraction.matching import (
    DELIVERIES,
    OF_ACTS,
    OF_THINGS,
    RelationCandidate,
    after_prepositions,
    count,
    noun_forms,
    other_delivery,
)
from loaders.extraction.modality import act_modality, strongest
from loaders.extraction.phrases import Phrases, all_entities
from loaders.extraction.signatures import text_signature
from loaders.extraction.words import modality_words, words
from loaders.gazetteer import FormKind

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
_DEALS_IN_STAKES = frozenset({"buy", "take", "acquire", "purchase", "sell", "raise", "increase", "cut", "seek", "get"})
"""Verbs that change who holds a stake, which is then not held but bought or sold."""
_AGAINST = frozenset({"oppose", "criticise", "criticize", "condemn", "denounce", "protest", "reject", "slam", "decry"})
"""Verbs of who is no side of the deal or the talks that they are about."""
_REPLIES = frozenset({"respond", "retaliate", "react", "hit back", "strike back", "counter", "answer", "reply"})
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
_HITS = frozenset({"target", "hit", "affect", "cover", "apply", "extend", "block", "restrict", "bar", "limit"})
_OF_STATES = frozenset({RelationType.AGREES_WITH, RelationType.NEGOTIATES_WITH})
"""Relations of states: where a leader announces the deal, the country has it."""


def event_candidates(
    phrases: Phrases, frames: Frames, found: list[Clause], rejected: dict[str, int]
) -> Iterator[RelationCandidate]:
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


def _is_of_another(noun: Token, phrases: Phrases) -> bool:
    """Whether an act or tie is that of somebody unnamed: "tested tools from a toolmaker with roots in China"."""
    if noun.dep_ != "pobj" or noun.head.lower_ != "with" or not noun.head.i:
        return False
    owner = noun.head.nbor(-1)  # wherever the parser hung the "with"
    return owner.lemma_.lower() in _companies() and phrases.text.at(owner) is None


def _companies() -> frozenset[str]:
    return words().company_nouns | words().maker_words.keys() | words().company_descriptions


def _event_pairs(
    frame: Frame, noun: Token, phrases: Phrases, by_verb: dict[int, Clause], rejected: dict[str, int]
) -> Iterator[RelationCandidate]:
    definition = text_signature(frame.relation)
    carrier = carrying_clause(noun, by_verb)
    if _is_of_another(noun, phrases) or (carrier is not None and _undoes(carrier.lemma, frame.relation)):
        return
    doers, aims = definition.subject_types, definition.object_types
    if frame.first is Slot.OBJECT:
        doers, aims = aims, doers
    wanted = frame.elements[-1].prepositions if frame.elements else frozenset()
    places = _event_places(noun, carrier)
    objects = (
        after_prepositions(wanted, places)
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
            things=frame.relation in OF_THINGS,
            owner=frame.relation in OF_ACTS,
        )
        pairs = [(a, b) for a in actors for b in targets if a is not b]
        if not pairs:
            count(rejected, "event_without_actor" if targets else "event_without_target")
    if frame.first is Slot.OBJECT:
        pairs = [(b, a) for a, b in pairs]
    for subject, object in pairs:
        if other_delivery(frame.relation, noun.lemma_.lower(), object):
            continue
        yield RelationCandidate(
            frame.relation, subject, object, noun, noun.text, f"event:{frame.text}", confidence, modality
        )
        if retaliates and frame.relation is not RelationType.RETALIATES_AGAINST:
            yield RelationCandidate(
                RelationType.RETALIATES_AGAINST, subject, object, noun, noun.text, "retaliatory act", 0.62, modality
            )


def _undoes(verb: str, relation: RelationType) -> bool:
    """Whether the subject of a verb is not who does the act that it carries: "Japan restricts exports", "opposes the deal"."""
    if relation in DELIVERIES:
        return verb in _CURBS
    if relation in _OF_STATES:
        return verb in _AGAINST
    return relation is RelationType.OWNS and verb in _DEALS_IN_STAKES


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
    doc, place = noun.doc, noun.i + 1
    while place < min(noun.i + 6, noun.sent.end) and (
        doc[place].pos_ in ("NUM", "SYM") or doc[place].text in ("of", "%")
    ):
        place += 1  # "tariffs of 25% on"
    if place + 1 >= len(doc) or doc[place].lower_ not in wanted:
        return []
    for index in range(place + 1, min(place + 4, len(doc))):
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
