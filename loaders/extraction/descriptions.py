"""Relations that no verb carries: what a noun phrase says of a name that stands in it, next to it, or possesses it.

"Chinese chipmaker SMIC" is in China and makes semiconductors; "Fremont, California"; "Nvidia's H200"; "Boeing jets".
"""

from collections.abc import Iterator
from functools import cache

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.extraction.clauses import Clause, conjuncts, prepositional
from loaders.extraction.document import Mention, Referent, Text
from loaders.extraction.frames import Frame, FrameKind, Frames, Slot, read_yaml
from loaders.extraction.makers import made_by
from loaders.extraction.matching import RelationCandidate
from loaders.extraction.modality import verb_modality
from loaders.extraction.phrases import Phrases, all_entities, plural
from loaders.extraction.signatures import text_signature
from loaders.extraction.words import words
from loaders.gazetteer import FormKind, gazetteer

_TRADES = frozenset(
    {
        "semiconductors",
        "electric vehicles",
        "automobiles",
        "lithium",
        "smartphones",
        "steel",
        "batteries",
        "artificial intelligence chips",
        "memory chips",
        "chipmaking equipment",
        "drones",
        "coal",
        "uranium",
        "rare earths",
        "copper",
    }
)
"""What a firm makes when it is only called "a … company": for other things that may be its trade or its tool."""
_THINGS = frozenset({EntityType.PRODUCT, EntityType.MATERIAL, EntityType.TECHNOLOGY})
_STATE = frozenset({"state", "state-owned", "state-run", "government-owned"})
_OUTLETS = frozenset({"agency", "outlet", "media", "newspaper", "daily", "broadcaster", "channel", "station"})
_COMPANY = frozenset({EntityType.COMPANY})
_PLACES = frozenset({EntityType.PLACE, EntityType.COUNTRY})


def description_candidates(found: list[Clause], phrases: Phrases, frames: Frames) -> Iterator[RelationCandidate]:
    """All relations that noun phrases state."""
    seen: set[tuple[int, int]] = set()
    for mention in phrases.text.mentions:
        yield from _place_chain(mention, phrases)
        if mention.referent.type in (EntityType.COMPANY, EntityType.ORGANIZATION) and not mention.pronoun:
            for noun in describing_nouns(mention, phrases, found):
                if (mention.start, noun.i) not in seen:
                    seen.add((mention.start, noun.i))
                    yield from _described(mention.referent, noun, phrases)
            yield from _home(mention, phrases)
        if mention.referent.type in _THINGS:
            yield from made_by(mention, phrases)
        if mention.referent.type in (EntityType.FACILITY, EntityType.EVENT, EntityType.PLACE):
            yield from _stands_in(mention, phrases)
    yield from _relational_nouns(found, phrases, frames)
    yield from _groups(phrases)


def _groups(phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "the group of A, B and C" lists the members of the bloc that the text last named."""
    text = phrases.text
    for token in text.doc:
        if token.lemma_.lower() not in ("group", "grouping", "bloc", "alliance") or token.pos_ != "NOUN":
            continue
        of = [item for name, item in prepositional(token) if name == "of"]
        members = all_entities(phrases, of, frozenset({EntityType.COUNTRY}))
        if len(members) < 3:
            continue
        blocs = [m.referent for m in text.mentions if m.start < token.i and m.referent.type is EntityType.BLOC]
        for member in members if blocs else ():
            yield RelationCandidate(RelationType.MEMBER_OF, member, blocs[-1], token, "group of", "group of", 0.75)


def describing_nouns(mention: Mention, phrases: Phrases, found: list[Clause]) -> list[Token]:
    """Common nouns that say what a named firm is: "chipmaker Intel", "Intel, a chipmaker", "Intel is a chipmaker"."""
    text = phrases.text
    root = text.doc[mention.root]
    nouns = [token for token in (*_adjoining_nouns(mention, text), *_list_nouns(root, text)) if _is_class(token)]
    for clause in found:
        if clause.lemma == "be" and any(token.i == mention.root for token in clause.subjects):
            nouns.extend(token for token in clause.complements if _is_class(token) and text.at(token) is None)
    return list(dict.fromkeys(nouns))


def _adjoining_nouns(mention: Mention, text: Text) -> Iterator[Token]:
    """ "chipmaker Intel", "the Intel group", "Intel, a chipmaker", "a chipmaker, Intel"."""
    root = text.doc[mention.root]
    previous = text.doc[mention.start - 1] if mention.start else None
    if previous is not None and previous.pos_ in ("NOUN", "PROPN") and text.at(previous) is None:
        yield previous
    if root.dep_ == "appos" and text.head_mention(root.head) is None:
        yield root.head
    if root.head.pos_ == "NOUN" and root.dep_ in ("compound", "nmod") and text.at(root.head) is None:
        yield root.head
    for child in root.children:
        if child.dep_ == "appos" and text.head_mention(child) is None:
            yield child


def _list_nouns(root: Token, text: Text) -> Iterator[Token]:
    """What a list says of all its names: "chipmakers A and B", "the chipmakers, A and B", "chipmakers including A and B"."""
    chain = root
    while chain.dep_ == "conj":
        chain = chain.head
        first = text.at(chain)
        if first is None:
            break
        if chain.dep_ == "appos" and text.head_mention(chain.head) is None:
            yield chain.head
        before = text.doc[first.start - 1] if first.start else None
        if before is not None and text.at(before) is None and before.tag_ == "NNS":
            yield before
    example = chain if chain.dep_ == "pobj" else root
    if example.dep_ == "appos" and text.head_mention(example.head) is None:
        example = example.head
        while example.dep_ == "conj":
            example = example.head
    if example.dep_ == "pobj" and example.head.lower_ in ("including", "like", "as"):
        behind = [example.head.head, *example.head.head.ancestors]
        yield from [token for token in behind if token.tag_ == "NNS" and _is_class(token)][:1]


def _is_class(noun: Token) -> bool:
    lemma = noun.lemma_.lower()
    return (
        lemma in words().company_nouns or lemma in _OUTLETS or lemma in words().maker_words or lemma.endswith("maker")
    )


def _described(firm: Referent, noun: Token, phrases: Phrases) -> Iterator[RelationCandidate]:
    """Home country and products that a noun with its modifiers tells of a firm."""
    known = words()
    for place in phrases.modifiers(noun, frozenset({EntityType.COUNTRY})):
        yield RelationCandidate(
            RelationType.LOCATED_IN, firm, place, noun, f"{place.name} {noun.text}", "home adjective", 0.85
        )
        if any(
            child.lower_ in _STATE or child.lower_.startswith("state-") for child in noun.subtree if child.i < noun.i
        ):
            relation = RelationType.OWNS if firm.type is EntityType.COMPANY else RelationType.SUBSIDIARY_OF
            ends = (place, firm) if firm.type is EntityType.COMPANY else (firm, place)
            yield RelationCandidate(relation, *ends, noun, f"state {noun.text}", "state-owned", 0.75)
    lemma = noun.lemma_.lower()
    if (product := known.maker_words.get(lemma)) is not None:
        thing = _known_thing(product, phrases)
        yield RelationCandidate(RelationType.PRODUCES, firm, thing, noun, noun.text, "maker word", 0.85)
    if lemma in known.maker_nouns or lemma in known.company_nouns:
        things = _made_things(noun, phrases)
        strong = lemma in known.strong_maker_nouns or lemma.endswith("maker")
        for thing in things:
            if strong or thing.name in _TRADES:
                yield RelationCandidate(
                    RelationType.PRODUCES, firm, thing, noun, noun.text, "maker noun", 0.8 if strong else 0.7
                )


def _known_thing(name: str, phrases: Phrases) -> Referent:
    entry = gazetteer().lookup(name)
    if entry is None:
        return phrases.text.referent(name, EntityType.PRODUCT)
    return phrases.text.referent(entry.name, entry.type, known=True)


def _made_things(noun: Token, phrases: Phrases) -> list[Referent]:
    """What "chip maker", "maker of chips", "semiconductor company" make."""
    found: list[Referent] = []
    compounds = [
        child
        for child in noun.lefts
        if child.dep_ in ("compound", "amod", "nmod") and phrases.text.doc[child.i].i < noun.i
    ]
    for child in compounds:
        mention = phrases.text.at(child)
        if mention is not None and mention.referent.type in _THINGS and mention.common:
            found.append(mention.referent)
    if not found and compounds and noun.lemma_.lower() in words().strong_maker_nouns:
        nearest = compounds[-1]
        if (
            nearest.pos_ in ("NOUN", "PROPN")
            and phrases.text.at(nearest) is None
            and (thing := _compound_thing(compounds, noun, phrases))
        ):
            found.append(thing)
    if noun.lemma_.lower() in words().maker_nouns:
        for preposition, item in prepositional(noun):
            if preposition == "of":
                found.extend(phrases.entities(item, _THINGS))
    return list(dict.fromkeys(found))


def _compound_thing(compounds: list[Token], noun: Token, phrases: Phrases) -> Referent | None:
    """A thing named by the words before "producer": "specialty plastic compounds producer"."""
    parts = [
        token.text if token.text.isupper() else token.lower_
        for token in phrases.text.doc[min(item.i for token in compounds for item in token.subtree) : noun.i]
        if phrases.text.at(token) is None
        and token.pos_ in ("NOUN", "PROPN", "ADJ")
        and token.lower_ not in words().empty_adjectives
        and token.tag_ not in ("JJS", "JJR")
    ]
    head = compounds[-1].lemma_.lower()
    known = words()
    if head in known.material_heads:
        type = EntityType.MATERIAL
    elif head in known.technology_heads:
        type = EntityType.TECHNOLOGY
    elif head in known.product_heads:
        type = EntityType.PRODUCT
    else:
        return None
    if len(parts) < 2:
        return None
    if type is EntityType.PRODUCT and head not in ("equipment", "software"):
        parts[-1] = plural(parts[-1])
    return phrases.text.referent(" ".join(parts), type, first=compounds[0].i)


def _home(mention: Mention, phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "China's AMEC", "US-based Tesla", "Fremont, California-based producer", "Foxconn (Taiwan)"."""
    doc, text = phrases.text.doc, phrases.text
    for place in _based(mention, phrases):
        yield RelationCandidate(
            RelationType.LOCATED_IN, mention.referent, place, doc[mention.root], "based", "based", 0.88
        )
    for preposition, item in prepositional(doc[mention.root]):  # "STATS ChipPAC of Singapore"
        country = text.head_mention(item) if preposition == "of" else None
        if country is not None and country.referent.type is EntityType.COUNTRY and country.kind is FormKind.NAME:
            yield RelationCandidate(
                RelationType.LOCATED_IN, mention.referent, country.referent, doc[mention.root], "of", "firm of", 0.72
            )
    root = doc[mention.start]
    for token in {root.i: root, mention.root: doc[mention.root]}.values():
        for child in token.lefts:
            other = text.at(child)
            if other is None or other is mention or other.pronoun or other.referent.type is not EntityType.COUNTRY:
                continue
            if child.dep_ == "poss" or (other.kind is FormKind.ADJECTIVE and other.end == mention.start):
                yield RelationCandidate(
                    RelationType.LOCATED_IN,
                    mention.referent,
                    other.referent,
                    doc[mention.root],
                    "of",
                    "possessor country",
                    0.72,
                )


def _based(mention: Mention, phrases: Phrases) -> list[Referent]:
    """Places of "X-based" before a firm's name or before a noun that describes it in apposition."""
    doc, text = phrases.text.doc, phrases.text
    anchors = [mention.start]
    anchors += [child.i for child in doc[mention.root].children if child.dep_ == "appos"]
    if doc[mention.root].dep_ == "appos" and text.head_mention(doc[mention.root].head) is None:
        anchors.append(doc[mention.root].head.i)
    for anchor in anchors:
        for index in range(anchor - 1, max(anchor - 9, 1), -1):
            token = doc[index]
            is_based = token.lower_ in ("based", "headquartered")
            if token.text in (".", ";", ":") or (token.pos_ in ("AUX", "CCONJ", "VERB", "ADP") and not is_based):
                break
            if not is_based or doc[index - 1].text not in ("-", "–"):
                continue
            place = text.at(index - 2)
            if place is None or place.referent.type not in _PLACES:
                break
            inner = text.at(place.start - 2) if place.start > 1 and doc[place.start - 1].text == "," else None
            if inner is not None and inner.referent.type is EntityType.PLACE:
                return [inner.referent]
            return [place.referent]
    return []


def outer_places(phrases: Phrases) -> set[int]:
    """Where mentions begin that only say where the place before them is."""
    return {outer.start for mention in phrases.text.mentions if (outer := _outer(mention, phrases)) is not None}


def _place_chain(mention: Mention, phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "Loznica, Serbia": the place is in what follows the comma."""
    if (outer := _outer(mention, phrases)) is not None:
        root = phrases.text.doc[mention.root]
        yield RelationCandidate(
            RelationType.LOCATED_IN, mention.referent, outer.referent, root, "in", "place chain", 0.9
        )


def _outer(mention: Mention, phrases: Phrases) -> Mention | None:
    doc, text = phrases.text.doc, phrases.text
    if mention.referent.type is not EntityType.PLACE or mention.pronoun or mention.end + 1 >= len(doc):
        return None
    if doc[mention.end].text != ",":
        return None
    outer = text.at(mention.end + 1)
    if (
        outer is None
        or outer.referent.type not in _PLACES
        or outer.kind is FormKind.ADJECTIVE
        or outer.start != mention.end + 1
    ):
        return None
    if outer.referent.type is EntityType.PLACE and outer.referent.name not in regions():
        return None
    after = doc[outer.end].lower_ if outer.end < len(doc) else "."
    before = doc[mention.start - 1].lower_ if mention.start else ""
    if after in ("and", "or") or (before in (",", "and") and text.at(mention.start - 2) is not None and after != "."):
        return None
    third = text.at(outer.end + 1) if after == "," and outer.end + 1 < len(doc) else None
    if third is not None and third.referent.type in _PLACES and outer.referent.type is EntityType.COUNTRY:
        return None
    return outer


@cache
def regions() -> frozenset[str]:
    """First-level regions: what may stand after a city and a comma."""
    return frozenset(read_yaml("regions.yaml")["regions"])


def _stands_in(mention: Mention, phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "the library in Simi Valley", "the APEC summit in South Korea"."""
    root = phrases.text.doc[mention.root]
    if mention.pronoun or mention.start in phrases.outer:
        return
    for preposition, item in prepositional(root):
        place = phrases.text.head_mention(item) if preposition in ("in", "at", "near") else None
        if mention.referent.type is EntityType.PLACE and preposition != "in":
            continue
        if place is not None and place.referent.type in _PLACES and not place.pronoun:
            yield RelationCandidate(
                RelationType.LOCATED_IN, mention.referent, place.referent, root, preposition, "stands in", 0.8
            )
            break


def _relational_nouns(found: list[Clause], phrases: Phrases, frames: Frames) -> Iterator[RelationCandidate]:
    """What an end is called: "X, a subsidiary of Y", "Y's parent company X", "X is a member of Y"."""
    heads = frames.heads(FrameKind.NOUN)
    by_complement: dict[int, Clause] = {}
    by_subject: dict[int, Clause] = {}
    for clause in found:
        if clause.lemma in ("be", "become", "remain"):
            by_complement.update({token.i: clause for token in clause.complements})
            by_subject.update({token.i: clause for token in clause.subjects if clause.complements})
    for token in phrases.text.doc:
        if token.pos_ not in ("NOUN", "PROPN"):
            continue
        forms = {token.lemma_.lower()}
        forms |= {
            f"{child.lemma_.lower()} {token.lemma_.lower()}"
            for child in token.lefts
            if child.dep_ in ("compound", "amod")
        }
        for form in forms & heads:
            for frame in frames.of(FrameKind.NOUN, form):
                if frame.relation is not RelationType.HOLDS_ROLE_AT:
                    yield from _relational(frame, token, by_complement.get(token.i), by_subject.get(token.i), phrases)


def _relational(
    frame: Frame, noun: Token, clause: Clause | None, naming: Clause | None, phrases: Phrases
) -> Iterator[RelationCandidate]:
    definition = text_signature(frame.relation)
    called, other = definition.subject_types, definition.object_types
    if frame.first is Slot.OBJECT:
        called, other = other, called
    element = frame.elements[-1]
    complements = [item for name, item in prepositional(noun) if name in element.prepositions]
    ends = all_entities(phrases, complements, other)
    modality = Modality.ASSERTED
    if clause is not None:
        named = all_entities(phrases, clause.subjects, called)
        modality = verb_modality(clause.verb)
    elif naming is not None:
        named = all_entities(phrases, naming.complements, called, things=False)
        modality = verb_modality(naming.verb)
    else:
        named = _apposed(noun, phrases, called)
    if not ends:
        possessors = [child for child in noun.lefts if child.dep_ == "poss"]
        ends = all_entities(phrases, possessors, other)
    if not ends:  # "Nvidia supplier Foxconn", "the Nexperia unit"
        ends = [referent for referent in phrases.modifiers(noun, other) if referent.type is not EntityType.COUNTRY]
    for name in named:
        for end in ends:
            if name is not end:
                subject, object = (name, end) if frame.first is Slot.SUBJECT else (end, name)
                yield RelationCandidate(
                    frame.relation, subject, object, noun, noun.text, f"noun:{frame.text}", 0.75, modality
                )


def _apposed(noun: Token, phrases: Phrases, types: frozenset[EntityType]) -> list[Referent]:
    """Names in apposition to a noun, on either side, or right after it."""
    text, doc = phrases.text, phrases.text.doc
    found: list[Referent] = []
    if (
        noun.dep_ == "appos"
        and (mention := text.head_mention(noun.head)) is not None
        and mention.referent.type in types
    ):
        found.append(mention.referent)
    for child in noun.children:
        if child.dep_ == "appos":
            for item in conjuncts(child):
                found.extend(phrases.entities(item, types, deep=False))
    after = text.at(noun.i + 1) if noun.i + 1 < len(doc) else None
    if after is not None and after.referent.type in types and not after.pronoun:
        name = doc[after.root]
        if noun.dep_ in ("compound", "nmod", "appos", "amod") or name.dep_ == "appos" or name.head == noun:
            found.append(after.referent)
    return list(dict.fromkeys(found))
