"""Units and facilities that have no name of their own.

"ACM's Shanghai unit" is ACM Research Shanghai, "Intel's plant in Magdeburg" is Intel Magdeburg plant.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.extraction.clauses import Clause, prepositional
from loaders.extraction.document import Mention, Referent, Text
from loaders.extraction.matching import RelationCandidate
from loaders.extraction.modality import verb_modality
from loaders.extraction.phrases import Phrases
from loaders.extraction.words import words
from loaders.gazetteer import FormKind

_PLACES = frozenset({EntityType.PLACE, EntityType.COUNTRY})
_FIRM = frozenset({EntityType.COMPANY})
_THINGS = frozenset({EntityType.PRODUCT, EntityType.MATERIAL, EntityType.TECHNOLOGY})
_PAYERS = frozenset({EntityType.COMPANY, EntityType.COUNTRY, EntityType.GOVERNMENT_BODY, EntityType.BLOC})
_BUILDS = frozenset(
    [
        "build",
        "open",
        "construct",
        "establish",
        "set",
        "expand",
        "run",
        "operate",
        "plan",
        "develop",
        "upgrade",
        "launch",
        "complete",
        "start",
        "buy",
        "own",
        "host",
        "begin",
        "create",
        "announce",
        "finish",
        "inaugurate",
        "unveil",
        "break",
        "modernize",
        "modernise",
        "enlarge",
        "house",
        "invest",
        "equip",
    ]
)
_OWNING = frozenset(
    {
        "build",
        "open",
        "construct",
        "operate",
        "own",
        "run",
        "set up",
        "establish",
        "inaugurate",
        "complete",
        "house",
        "host",
        "buy",
        "upgrade",
        "expand",
        "unveil",
        "launch",
    }
)


@dataclass(slots=True)
class _Site:
    """A facility as the text describes it."""

    referent: Referent
    owner: Referent
    noun: Token
    places: list[Referent]
    clause: Clause | None


def unit_candidates(phrases: Phrases) -> Iterator[RelationCandidate]:
    """Units "<Parent> <Place>", with their parent and place; gives the text mentions of them."""
    text = phrases.text
    made: list[Referent] = []
    vague: list[Token] = []
    for token in text.doc:
        if not _is_unit(token, text):
            continue
        parents = phrases.modifiers(token, _FIRM)
        places = _unit_places(token, phrases)
        holder = text.head_mention(token.head) if token.dep_ == "appos" else None
        if holder is not None and holder.referent.type is EntityType.COMPANY:
            for place in places:
                yield RelationCandidate(
                    RelationType.LOCATED_IN, holder.referent, place, token, "unit", "unit place", 0.75
                )
        elif any(child.dep_ == "appos" and text.head_mention(child) for child in token.children):
            continue  # a unit with a name of its own
        elif parents and places:
            names = [f"{parents[0].name} {_surface(place, token, phrases)}" for place in places]
            units = [text.referent(name, EntityType.COMPANY, first=token.i) for name in names]
            for unit, place in zip(units, places, strict=True):
                yield RelationCandidate(RelationType.SUBSIDIARY_OF, unit, parents[0], token, token.text, "unit", 0.82)
                yield RelationCandidate(RelationType.LOCATED_IN, unit, place, token, token.text, "unit place", 0.8)
            made.extend(units)
            of_some = token.dep_ == "pobj" and token.head.lower_ == "of"  # "two of its Shanghai units"
            for item in (token.head.head, token) if of_some else (token,):
                _stand_for(item, units, text)
        elif token.tag_ == "NNS":
            vague.append(token)
    for token in vague if made else ():
        if not phrases.modifiers(token, _FIRM):
            _stand_for(token, made, text)


def _is_unit(token: Token, text: Text) -> bool:
    if token.pos_ != "NOUN" or token.lemma_.lower() not in words().unit_nouns:
        return False
    mention = text.at(token)
    return mention is None or not mention.pronoun


def _stand_for(token: Token, units: list[Referent], text: Text) -> None:
    if text.at(token) is None:
        text.add(Mention(token.i, token.i + 1, token.i, units[0], pronoun=True, also=tuple(units[1:])))


def _surface(place: Referent, near: Token, phrases: Phrases) -> str:
    """A place as the text writes it, unless it writes an adjective: "UK", but "Germany" for "German"."""
    for mention in phrases.text.mentions:
        if (
            mention.referent is place
            and abs(mention.start - near.i) < 12
            and mention.kind is FormKind.NAME
            and not mention.pronoun
        ):
            return phrases.text.span(mention).text
    return place.name


def _unit_places(token: Token, phrases: Phrases) -> list[Referent]:
    found = phrases.modifiers(token, _PLACES)
    if found:
        return found
    anchors = [token]
    if token.dep_ == "pobj" and token.head.lower_ == "of":
        anchors.append(token.head.head)
    for anchor in anchors:
        for preposition, item in prepositional(anchor):
            if preposition == "in":
                found.extend(phrases.entities(item, _PLACES, deep=False))
        for child in anchor.children:
            if child.dep_ in ("acl", "advcl", "relcl") and child.lower_ in ("based", "located", "headquartered"):
                for _, item in prepositional(child):
                    found.extend(phrases.entities(item, _PLACES, deep=False))
    return list(dict.fromkeys(found))


def facility_candidates(found: list[Clause], phrases: Phrases) -> Iterator[RelationCandidate]:
    """Facilities "<Owner> <Place> <kind>": who owns them, where they stand, what they make."""
    by_verb = {clause.verb.i: clause for clause in found}
    for token in phrases.text.doc:
        if token.pos_ not in ("NOUN", "PROPN") or token.lemma_.lower() not in words().facility_nouns:
            continue
        if phrases.text.at(token) is not None:
            continue
        site = _site(token, by_verb, phrases)
        if site is None:
            continue
        phrases.text.add(Mention(token.i, token.i + 1, token.i, site.referent))
        yield from _site_candidates(site, phrases)


def _site(token: Token, by_verb: dict[int, Clause], phrases: Phrases) -> _Site | None:
    places = phrases.modifiers(token, _PLACES)
    for preposition, item in prepositional(token):
        if preposition in ("in", "at", "near") and not places:
            places = phrases.entities(item, _PLACES, deep=False)
    clause = _building_clause(token, by_verb)
    if not places and clause is not None and clause.lemma.split()[0] in _BUILDS:
        for preposition, item in clause.prepositions:
            if preposition in ("in", "at", "near") and not places:
                places = phrases.entities(item, _PLACES, deep=False)
    owners = phrases.modifiers(token, _FIRM)
    if not owners:
        for child in token.rights:
            if child.dep_ in ("acl", "relcl") and child.i in by_verb:
                inner = by_verb[child.i]
                if inner.lemma.split()[0] in _BUILDS:
                    owners = [r for item in inner.subjects for r in phrases.entities(item, _FIRM, deep=False)]
                    clause = inner if owners else clause
                    break
    if not owners and clause is not None and clause.lemma.split()[0] in _BUILDS | {"manufacture", "produce", "make"}:
        owners = [r for item in clause.subjects for r in phrases.entities(item, _FIRM, deep=False)]
    if not owners or not places:
        return None
    lemma = token.lemma_.lower()
    kind = words().facility_names.get(lemma, lemma)
    name = f"{owners[0].name} {places[0].name} {kind}"
    return _Site(phrases.text.referent(name, EntityType.FACILITY, first=token.i), owners[0], token, places, clause)


def _building_clause(token: Token, by_verb: dict[int, Clause]) -> Clause | None:
    for ancestor in token.ancestors:
        if ancestor.i in by_verb:
            return by_verb[ancestor.i]
    return None


def _site_candidates(site: _Site, phrases: Phrases) -> Iterator[RelationCandidate]:
    token, clause = site.noun, site.clause
    modality = Modality.ASSERTED if clause is None else verb_modality(clause.verb)
    builds = (
        clause is not None
        and clause.lemma.split()[0] in _BUILDS
        and any(
            item == token or token in item.subtree
            for item in (*clause.objects, *(item for _, item in clause.prepositions))
        )
    )
    standing = modality if builds else Modality.ASSERTED
    for place in site.places[:1]:
        yield RelationCandidate(
            RelationType.LOCATED_IN, site.referent, place, token, token.text, "facility place", 0.75, standing
        )
        yield RelationCandidate(
            RelationType.OPERATES_IN, site.owner, place, token, token.text, "facility operator", 0.62, standing
        )
    if clause is None or not builds or clause.lemma in _OWNING:
        yield RelationCandidate(
            RelationType.OWNS, site.owner, site.referent, token, token.text, "facility owner", 0.68, standing
        )
    if clause is not None and _money(clause) and _spends(site.owner, clause, phrases):
        yield RelationCandidate(
            RelationType.INVESTS_IN,
            site.owner,
            site.referent,
            clause.verb,
            clause.lemma,
            "facility money",
            0.6,
            modality,
        )
    if token.lemma_.lower() in words().idle_facilities:
        return
    for child in token.lefts:
        if child.dep_ not in ("compound", "amod", "nmod"):
            continue
        for piece in (child, *child.lefts):
            mention = phrases.text.at(piece)
            if mention is not None and mention.referent.type in _THINGS:
                maker = site.referent
                yield RelationCandidate(
                    RelationType.PRODUCES, maker, mention.referent, token, token.text, "facility product", 0.6, standing
                )
                break


def _spends(owner: Referent, clause: Clause, phrases: Phrases) -> bool:
    """Whether the money that a clause tells of is the owner's: nobody else is its subject."""
    payers = [referent for token in clause.subjects for referent in phrases.entities(token, _PAYERS, deep=False)]
    return not payers or owner in payers


def _money(clause: Clause) -> bool:
    verb = clause.verb
    if verb.dep_ in ("advcl", "xcomp", "conj") and verb.head.lemma_ == "invest":
        return True
    return any(
        token.text in ("$", "€", "£", "¥") or token.lower_ in ("billion", "million") for token in clause.verb.subtree
    )
