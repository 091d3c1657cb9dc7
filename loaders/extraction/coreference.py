"""Who is meant by a surname, an acronym, "the company", "its unit", he, it, they: mentions of a text resolved to one referent."""

from collections.abc import Iterable

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType
from loaders.extraction.document import Mention, Referent, Text
from loaders.extraction.mentions import is_acronym
from loaders.extraction.words import Words, words
from loaders.gazetteer import FormKind

_ORG = (EntityType.COMPANY, EntityType.ORGANIZATION)
_ACTORS = (
    EntityType.COMPANY,
    EntityType.COUNTRY,
    EntityType.ORGANIZATION,
    EntityType.GOVERNMENT_BODY,
    EntityType.BLOC,
)
_SHORT = frozenset(
    {EntityType.COMPANY, EntityType.ORGANIZATION, EntityType.PERSON, EntityType.FACILITY, EntityType.PRODUCT}
)
_THINGS = frozenset({EntityType.PRODUCT, EntityType.MATERIAL, EntityType.TECHNOLOGY})
_MASCULINE = frozenset({"he", "him", "his", "himself", "she", "her", "hers", "herself"})
_NEUTER = frozenset({"it", "its", "itself"})
_PLURAL = frozenset({"they", "them", "their", "themselves"})
_REMEMBERED = 200
"""Mentions that a description may look back on."""
_PRONOUN_ORDER = ("nsubj", "nsubjpass")
_HISTORY = 24
"""How many mentions back an antecedent is looked for."""
_LEAST_SALIENT = -9


def resolve(text: Text) -> None:
    """Resolve the short names of `text` and add mentions for its pronouns and descriptions."""
    _short_names(text)
    text.sort()
    _anaphora(text)
    text.sort()


def _short_names(text: Text) -> None:
    """A surname, first word or acronym means the full name that the text gives before it, or else after it."""
    full = [
        referent
        for referent in text.referents
        if referent.type in _SHORT and (" " in referent.name or sum(map(str.isupper, referent.name)) > 1)
    ]
    if not full:
        return
    meaning: dict[Referent, Referent] = {}
    for referent in list(text.referents):
        if " " in referent.name or referent.type not in (*_SHORT, EntityType.PLACE):
            continue
        target = _fuller(referent, full)
        if target is not None:
            meaning[referent] = target
    for mention in text.mentions:
        if mention.referent in meaning:
            short = mention.referent
            mention.referent = meaning[short]
            mention.referent.aliases.setdefault(short.name)


def _fuller(short: Referent, full: Iterable[Referent]) -> Referent | None:
    for referent in full:
        parts = referent.name.split()
        if short.name in referent.aliases:
            return referent
        if referent.type is EntityType.PERSON:
            if short.known and short.type is not EntityType.PERSON:
                continue
            if short.name in (parts[-1], parts[0]) and (short.type is EntityType.PERSON or short.name == parts[-1]):
                return referent
        elif short.known or short.type not in (*_ORG, EntityType.PLACE, EntityType.PERSON, referent.type):
            continue
        elif (
            referent is not short and referent.name.startswith(short.name) and 1 < len(short.name) < len(referent.name)
        ):
            if parts[0] == short.name or short.name.isupper():
                return referent
        elif (
            short.name.isupper()
            and len(short.name) > 1
            and is_acronym(short.name, referent.name)
            and short.name[0] == parts[0][0]
        ):
            return referent
    return None


def _anaphora(text: Text) -> None:
    known = words()
    history: list[Mention] = []
    pending = iter([*text.mentions])
    upcoming = next(pending, None)
    for token in text.doc:
        while upcoming is not None and upcoming.start <= token.i:
            history.append(upcoming)
            upcoming = next(pending, None)
        if text.at(token) is not None:
            continue
        found = _pronoun(token, history) if token.pos_ == "PRON" else _description(token, history, known, text)
        if found is None:
            continue
        mention = text.add(found)
        if found.pronoun:
            history.append(mention)


def _pronoun(token: Token, history: list[Mention]) -> Mention | None:
    lower = token.lower_
    if lower in _MASCULINE:
        types: tuple[EntityType, ...] = (EntityType.PERSON,)
    elif lower in _NEUTER:
        if _expletive(token):
            return None
        types = _ACTORS
    elif lower in _PLURAL:
        return _plural(token, history)
    elif lower in ("we", "our", "us", "i", "my"):
        return None
    else:
        return None
    referent = _salient(token, history, types)
    return None if referent is None else Mention(token.i, token.i + 1, token.i, referent, pronoun=True)


def _plural(token: Token, history: list[Mention]) -> Mention | None:
    """They: the coordinated subjects of the nearest clause, else the things or the organisation last spoken of."""
    for mention in reversed(history):
        head = token.doc[mention.root]
        if mention.start < token.i - 60:
            break
        if head.dep_ in _PRONOUN_ORDER and mention.referent.type in (*_ACTORS, EntityType.PERSON):
            near = history[-_REMEMBERED:]
            conjoined = [
                item
                for item in near
                if token.doc[item.root].head.i == mention.root and token.doc[item.root].dep_ == "conj"
            ]
            if conjoined:
                return Mention(
                    token.i,
                    token.i + 1,
                    token.i,
                    mention.referent,
                    pronoun=True,
                    also=tuple(item.referent for item in conjoined),
                )
    referent = _things_before(token, history) or _salient(token, history, _ACTORS)
    return None if referent is None else Mention(token.i, token.i + 1, token.i, referent, pronoun=True)


def _things_before(token: Token, history: list[Mention]) -> Referent | None:
    """The goods that the sentence before is about, where they are its plural subject."""
    if token.dep_ not in _PRONOUN_ORDER or token.sent.start == 0:
        return None
    before = token.doc[token.sent.start - 1].sent
    for mention in reversed(history):
        if mention.start < before.start:
            break
        head = token.doc[mention.root]
        about = head.dep_ in _PRONOUN_ORDER and head.head.dep_ == "ROOT" and head.tag_ in ("NNS", "NNPS")
        if about and mention.start < before.end and mention.referent.type in _THINGS and not mention.pronoun:
            return mention.referent
    return None


def _expletive(token: Token) -> bool:
    if token.dep_ == "expl":
        return True
    verb = token.head
    return (
        token.dep_ == "nsubj"
        and verb.lemma_ == "be"
        and any(child.dep_ == "acomp" for child in verb.children)
        and any(child.dep_ in ("ccomp", "xcomp", "csubj") for child in verb.children)
    )


def _salient(token: Token, history: list[Mention], types: tuple[EntityType, ...]) -> Referent | None:
    """The likeliest antecedent: near, a subject, not an adjective, not an argument of the same verb."""
    best: tuple[float, Referent] | None = None
    own_verb = _verb_of(token)
    speaker = _speaker(own_verb)
    for rank, mention in enumerate(reversed(history)):
        if rank > _HISTORY:
            break
        if mention.referent.type not in types or mention.common:
            continue
        score = _salience_of_role(token.doc[mention.root]) - rank * 0.35
        score += _salience_of_place(token, mention, own_verb, speaker)
        if best is None or score > best[0]:
            best = score, mention.referent
    return None if best is None or best[0] < _LEAST_SALIENT else best[1]


def _salience_of_role(head: Token) -> float:
    if head.dep_ in _PRONOUN_ORDER:
        return 3.0
    if head.dep_ in ("poss", "agent"):
        return 1.0
    return -1.0 if head.dep_ == "compound" else 0.0


def _salience_of_place(pronoun: Token, mention: Mention, own_verb: Token | None, speaker: Token | None) -> float:
    """What form and place of a mention add to the chance that a pronoun means it."""
    head = pronoun.doc[mention.root]
    score = -4.0 if mention.kind is FormKind.ADJECTIVE and mention.referent.type is not EntityType.PERSON else 0.0
    if mention.start < pronoun.sent.start:
        score += -1.0 if head.dep_ in _PRONOUN_ORDER and head.head.dep_ == "ROOT" else -2.0
    elif pronoun.dep_ != "poss" and head.head == own_verb and head.dep_ in (*_PRONOUN_ORDER, "dobj"):
        score -= 6.0
    if _in_brackets(pronoun, mention):
        score -= 8.0
    if speaker is not None and head == speaker:
        score += 3.0
    if pronoun.dep_ == "poss" and pronoun.head.dep_ == "conj" and pronoun.head.head == head:
        score += 6.0  # "X and its Y"
    if mention.referent.type is EntityType.COUNTRY and pronoun.lower_ in _NEUTER and head.dep_ == "pobj":
        score -= 0.5
    return score


def _in_brackets(token: Token, mention: Mention) -> bool:
    doc = token.doc
    return mention.start > 0 and doc[mention.start - 1].text in ("(", "[")


def _speaker(verb: Token | None) -> Token | None:
    """The subject of the verb that reports the clause of `verb`."""
    while verb is not None:
        if verb.dep_ == "ccomp":
            return next((child for child in verb.head.children if child.dep_ in _PRONOUN_ORDER), None)
        verb = verb.head if verb.dep_ in ("xcomp", "conj", "advcl") else None
    return None


def _verb_of(token: Token) -> Token | None:
    return next((ancestor for ancestor in token.ancestors if ancestor.pos_ in ("VERB", "AUX")), None)


def _description(token: Token, history: list[Mention], known: Words, text: Text) -> Mention | None:
    """ "The company", "the Chinese telecom", "both countries", "the bloc": a definite noun that names a class of actors."""
    if token.pos_ not in ("NOUN", "PROPN") or not history:
        return None
    lemma = token.lemma_.lower()
    lefts = list(token.lefts)
    determiner = next(
        (child for child in lefts if child.dep_ in ("det", "poss") or child.lower_ in ("both", "two")), None
    )
    if determiner is None or determiner.lower_ not in ("the", "this", "that", "both", "these", "those", "two"):
        return None
    if any(child.dep_ in ("relcl", "acl", "appos") for child in token.rights) or any(
        child.lower_ == "of" for child in token.rights
    ):
        return None
    if token.dep_ in ("appos", "attr", "compound", "amod") or any(
        item.tag_ in ("JJS", "RBS") for item in token.subtree
    ):
        return None
    plural = token.tag_ in ("NNS", "NNPS")
    if plural and determiner.lower_ in ("these", "those") and lemma in known.product_heads:
        things = _things_before(token, history)
        return None if things is None else Mention(determiner.i, token.i + 1, token.i, things, pronoun=True)
    if plural:
        return _both(token, lemma, history, known)
    types = _described_types(lemma, known)
    if types is None:
        return None
    others = [child for child in lefts if child != determiner and child.dep_ in ("compound", "amod", "nmod", "poss")]
    if any((other := text.at(child)) is not None and other.kind is FormKind.NAME for child in others):
        return None
    national = any((other := text.at(child)) is not None and other.kind is FormKind.ADJECTIVE for child in others)
    referent = _described(token, history, types, is_country=lemma in known.country_descriptions, national=national)
    if referent is None:
        return None
    return Mention(determiner.i, token.i + 1, token.i, referent, pronoun=True)


def _described(
    token: Token, history: list[Mention], types: tuple[EntityType, ...], *, is_country: bool, national: bool
) -> Referent | None:
    best: tuple[float, Referent] | None = None
    seen: set[int] = set()
    for rank, mention in enumerate(reversed(history)):
        referent = mention.referent
        if rank > 40:
            break
        if referent.type not in types or id(referent) in seen or mention.common or _in_brackets(token, mention):
            continue
        seen.add(id(referent))
        head = token.doc[mention.root]
        score = -0.4 * len(seen) - 0.05 * rank
        if head.dep_ in _PRONOUN_ORDER:
            score += 1.2
        if mention.start < token.sent.start:
            score -= 0.4
        elif national and head.dep_ in _PRONOUN_ORDER and head.head.dep_ == "ROOT":
            score -= 2.5  # the subject of the sentence would be "it", not "the Chinese company"
        if is_country and mention.kind is FormKind.CAPITAL:
            score -= 1.0
        if head.dep_ in _PRONOUN_ORDER and head.head == _verb_of(token) and token.dep_ != "poss":
            score -= 3.0
        if best is None or score > best[0]:
            best = score, referent
    return None if best is None else best[1]


def _described_types(lemma: str, known: Words) -> tuple[EntityType, ...] | None:
    for listed, types in (
        (known.company_descriptions, (EntityType.COMPANY,)),
        (known.country_descriptions, (EntityType.COUNTRY,)),
        (known.bloc_descriptions, (EntityType.BLOC,)),
        (known.body_descriptions, (EntityType.GOVERNMENT_BODY,)),
        (known.policy_descriptions, (EntityType.POLICY,)),
        (known.facility_descriptions, (EntityType.FACILITY,)),
        (known.person_descriptions, (EntityType.PERSON,)),
        (known.organization_descriptions, (EntityType.ORGANIZATION,)),
    ):
        if lemma in listed:
            return types
    return None


def _both(token: Token, lemma: str, history: list[Mention], known: Words) -> Mention | None:
    if lemma in known.country_descriptions or lemma in ("side", "government", "neighbor", "neighbour"):
        type = EntityType.COUNTRY
    elif lemma in known.company_descriptions:
        type = EntityType.COMPANY
    else:
        return None
    if not any(child.lower_ in ("both", "two") for child in token.lefts) and lemma not in (
        "side",
        "country",
        "company",
    ):
        return None
    named: dict[Referent, int] = {}
    for mention in history[-_REMEMBERED:]:
        if mention.referent.type is type:
            named[mention.referent] = named.get(mention.referent, 0) + 1
    if len(named) < 2:
        return None
    most = sorted(named, key=lambda referent: -named[referent])[:2]
    first = min(child.i for child in (*token.lefts, token))
    return Mention(first, token.i + 1, token.i, most[0], pronoun=True, also=(most[1],))
