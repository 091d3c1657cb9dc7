"""Who holds which office where: titles before names, appositions after them, "was appointed chairman of"."""

from collections.abc import Iterator

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from loaders.extraction.clauses import Clause, conjuncts
from loaders.extraction.document import Mention, Referent
from loaders.extraction.matching import RelationCandidate
from loaders.extraction.modality import verb_modality
from loaders.extraction.phrases import Phrases
from loaders.extraction.words import words

_TYPES = vocabulary().relations[RelationType.HOLDS_ROLE_AT].object_types
_LONGEST = 14
"""Tokens of the longest title that is looked for."""
_LINKS = frozenset({"of", "at", "for", "the", "to", "and", "&", "-", "'s", "’s", "'", "’", "in", ",", "a", "an"})
_DEPARTURES = frozenset({"resign", "step down", "retire"})
_DISMISSALS = frozenset({"oust", "fire", "dismiss", "sack"})
_ENDS = _DEPARTURES | _DISMISSALS | {"quit", "leave", "remove", "replace"}
_STARTS = frozenset(
    {
        "appoint",
        "name",
        "elect",
        "nominate",
        "choose",
        "select",
        "hire",
        "become",
        "serve",
        "act",
        "work",
        "promote",
        "remain",
    }
)


def role_candidates(found: list[Clause], phrases: Phrases) -> Iterator[RelationCandidate]:
    """Every office that the text says a person holds or held."""
    leaving = _leaving(found, phrases)
    for mention in phrases.text.mentions:
        if mention.referent.type is EntityType.PERSON and not mention.pronoun:
            candidate = _before(mention, phrases) or _after(mention, phrases)
            if candidate is not None:
                if mention.root in leaving and candidate.modality is Modality.ASSERTED:
                    candidate.modality, candidate.trigger = Modality.ENDED, leaving[mention.root]
                yield candidate
    for clause in found:
        yield from _predicated(clause, phrases)


def _leaving(found: list[Clause], phrases: Phrases) -> dict[int, Token]:
    """Verbs by the head of the name of who leaves an office: "the CEO, X, resigned", "X was ousted"."""
    verbs: dict[int, Token] = {}
    for clause in found:
        leaver = clause.objects if clause.passive else clause.subjects
        leaves = clause.lemma in (_DISMISSALS if clause.passive else _DEPARTURES)
        if leaves and verb_modality(clause.verb) is Modality.ASSERTED:
            mentions = (phrases.text.at(token) for token in leaver)
            verbs.update((mention.root, clause.verb) for mention in mentions if mention is not None)
    return verbs


def _before(person: Mention, phrases: Phrases) -> RelationCandidate | None:
    """ "US Treasury Secretary Scott Bessent", "the COO of Samsung, Lee Jae-yong"."""
    doc = phrases.text.doc
    index = person.start - 1
    if index >= 0 and doc[index].text == ",":
        index -= 1
        comma = True
    else:
        comma = False
    title = _title_ending_at(index, person, phrases)
    if title is None and comma:
        return None
    if title is None:
        return None
    first, last = title
    tokens = [doc[i] for i in range(first, last + 1)]
    if comma and not _apposed(doc[last], doc[person.root], tokens):
        return None
    return _from_title(tokens, person, phrases, doc[person.root])


def _apposed(before: Token, name: Token, tokens: list[Token]) -> bool:
    """Whether a comma between a title and a name makes an apposition and not a list."""
    indices = {token.i for token in tokens}
    return (
        name.dep_ == "appos"
        or name.head.i in indices
        or any(child.dep_ == "appos" and child.i == name.i for child in before.children)
    )


def _title_ending_at(end: int, person: Mention, phrases: Phrases) -> tuple[int, int] | None:
    """Where the title that ends at token `end` begins; None when none stands there."""
    known, text, doc = words(), phrases.text, phrases.text.doc
    index, head_seen = end, False
    sentence_start = doc[person.start].sent.start
    while index >= max(sentence_start, end - _LONGEST):
        token = doc[index]
        lower = token.lower_
        mention = text.at(index)
        if mention is not None:
            if mention.referent.type is EntityType.PERSON or (
                mention.pronoun and token.pos_ == "PRON" and lower != "its"
            ):
                break
            if (
                mention.referent.type not in _TYPES
                and not mention.common
                and mention.referent.type not in (EntityType.PLACE, EntityType.TECHNOLOGY)
            ):
                break
            index = mention.start - 1
            continue
        if lower in known.title_heads or token.lemma_.lower() in known.title_heads:
            head_seen = True
        elif (
            lower in ("'s", "’s", "'", "’", "of", "the", "-", "–", "for", "at")
            or lower in known.title_modifiers
            or lower in known.former_words
            or (
                lower == "and" and doc[index - 1].pos_ in ("NOUN", "PROPN") and doc[index + 1].pos_ in ("NOUN", "PROPN")
            )
            or (
                token.pos_ in ("PROPN", "NOUN", "ADJ")
                and (token.text[:1].isupper() or token.dep_ in ("compound", "amod", "nmod"))
            )
        ):
            pass
        elif lower == ",":
            break
        else:
            break
        index -= 1
    first = index + 1
    while first <= end and doc[first].lower_ in _LINKS:
        first += 1
    return (first, end) if head_seen and first <= end else None


def _from_title(tokens: list[Token], person: Mention, phrases: Phrases, trigger: Token) -> RelationCandidate | None:
    """The candidate that a title's tokens make for a person."""
    known, text = words(), phrases.text
    heads = [token for token in tokens if text.at(token) is None and token.lower_ in known.title_heads]
    if not heads:
        return None
    head = heads[-1]
    former = any(token.lower_ in known.former_words for token in tokens)
    owners: list[tuple[int, Mention]] = []
    for token in tokens:
        mention = text.at(token)
        if mention is not None and mention.referent.type in _TYPES and (not owners or owners[-1][1] is not mention):
            owners.append((token.i, mention))
    owner: Referent | None
    if owners:
        after = [mention for index, mention in owners if index > head.i]
        before = [mention for index, mention in owners if index < head.i]
        if head.lower_ in known.national_titles and any(item.referent.type is EntityType.COUNTRY for item in before):
            before = [item for item in before if item.referent.type is not EntityType.COMPANY] or before
        chosen = before[-1] if before else after[0]
        if after and any(text.doc[i].lower_ in ("of", "at", "for") for i in range(head.i + 1, after[0].start)):
            chosen = after[0]
        elif len(before) > 1 and before[-1].referent.type is EntityType.COUNTRY:
            chosen = before[0] if before[0].referent.type is EntityType.COMPANY else before[-1]
        owner = chosen.referent
    else:
        owner = _listed_under(person, phrases) or _implied(head, person, phrases)
    if owner is None or owner is person.referent:
        return None
    role = _role_text([token for token in tokens if token.lower_ not in known.former_words], owner, phrases)
    modality = Modality.ENDED if former else Modality.ASSERTED
    return RelationCandidate(
        RelationType.HOLDS_ROLE_AT,
        person.referent,
        owner,
        trigger,
        role,
        "title",
        0.9 if owners else 0.7,
        modality,
        role,
    )


def _listed_under(person: Mention, phrases: Phrases) -> Referent | None:
    """Whose "officials, including minister X" a person is an example of."""
    name = phrases.text.doc[person.root]
    while name.dep_ == "conj":
        name = name.head
    if name.dep_ != "pobj" or name.head.lower_ not in ("including", "like", "as"):
        return None
    found = phrases.modifiers(name.head.head, _TYPES) if name.head.head.tag_ == "NNS" else []
    return found[0] if found else None


def _implied(head: Token, person: Mention, phrases: Phrases) -> Referent | None:
    """The country of a bare "President" or "Foreign Minister": the leader's own, else the one the sentence turns to."""
    if head.lower_ not in words().national_titles:
        return None
    if (own := phrases.leads(person.referent)) is not None:
        return own
    sentence = head.sent
    countries = [
        mention.referent
        for mention in phrases.text.mentions
        if sentence.start <= mention.start < sentence.end and mention.referent.type is EntityType.COUNTRY
    ]
    return countries[0] if countries else None


def _role_text(tokens: list[Token], owner: Referent, phrases: Phrases) -> str:
    kept = [
        token
        for token in tokens
        if ((mention := phrases.text.at(token)) is None or mention.referent is not owner)
        and token.text not in ("'s", "’s", "'", "’")
    ]
    while kept and kept[0].lower_ in _LINKS:
        kept.pop(0)
    while kept and kept[-1].lower_ in _LINKS:
        kept.pop()
    return "".join(token.text_with_ws for token in kept).strip()


def _after(person: Mention, phrases: Phrases) -> RelationCandidate | None:
    """ "Jean-Marc Chery, ST's chief operating officer", "Jane Roe (CEO of X)"."""
    doc, text, known = phrases.text.doc, phrases.text, words()
    index = person.end
    if index >= len(doc) or doc[index].text not in (",", "(", "-", "–", "—"):
        return None
    end = index + 1
    head: Token | None = None
    while end < len(doc) and end < index + _LONGEST:
        token = doc[end]
        stops = token.text in (",", ".", ";", ")", "(", ":", "—")
        stops = stops or (token.pos_ in ("VERB", "AUX", "PRON") and token.dep_ != "amod")
        if stops and (text.at(token) is None or token.pos_ != "PRON"):
            break
        mention = text.at(end)
        if mention is not None:
            if mention.referent.type is EntityType.PERSON:
                return None
            end = mention.end
            continue
        if token.lower_ in known.title_heads:
            head = token if head is None or head.i == end - 1 else head
        end += 1
    if head is None:
        return None
    return _from_title([doc[i] for i in range(index + 1, end)], person, phrases, doc[person.root])


def _predicated(clause: Clause, phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "X is the chairman of Y", "Y named X chief executive", "X resigned as chairman of Y"."""
    people: list[Referent] = []
    titles: list[Token] = []
    known = words()
    if clause.lemma in ("be", "become", "remain"):
        people = _people(clause.subjects, phrases)
        titles = clause.complements
    elif clause.lemma in _STARTS or clause.lemma in _ENDS:
        titles = [token for name, token in clause.prepositions if name in ("as", "from", "to")] + clause.complements
        titles += [token for token in clause.objects if token.lemma_.lower() in known.title_heads]
        people = (
            _people(clause.objects, phrases)
            or _people(clause.complements, phrases)
            or _people(clause.subjects, phrases)
        )
    if not people or not titles:
        return
    modality = verb_modality(clause.verb)
    if clause.lemma in _ENDS and modality is Modality.ASSERTED:
        modality = Modality.ENDED
    for title in titles:
        heads = [title]
        if title.lemma_.lower() in ("position", "role", "post", "job"):
            heads = [token for child in title.children if child.lower_ in ("as", "of") for token in child.children]
        for head in heads:
            if head.lemma_.lower() not in known.title_heads or phrases.text.at(head) is not None:
                continue
            owner = _owner(head, clause, phrases)
            if owner is None:
                continue
            tokens = [
                token for token in head.subtree if token.i <= head.i and token.dep_ not in ("det", "poss", "case")
            ]
            role = _role_text(tokens, owner, phrases)
            for person in people:
                yield RelationCandidate(
                    RelationType.HOLDS_ROLE_AT,
                    person,
                    owner,
                    clause.verb,
                    role,
                    "predicated title",
                    0.75,
                    modality,
                    role,
                )


def _people(tokens: list[Token], phrases: Phrases) -> list[Referent]:
    return [
        referent
        for token in tokens
        for item in conjuncts(token)
        for referent in phrases.entities(item, frozenset({EntityType.PERSON}), deep=False)
    ]


def _owner(head: Token, clause: Clause, phrases: Phrases) -> Referent | None:
    for child in head.children:
        if child.dep_ == "prep" and child.lower_ in ("of", "at", "for", "in"):
            for item in child.children:
                if found := phrases.entities(item, _TYPES):
                    return found[0]
                if item.dep_ == "pobj" and (inner := phrases.modifiers(item, _TYPES)):
                    return inner[0]
    if found := phrases.modifiers(head, _TYPES):
        return found[-1]
    if clause.objects and clause.lemma in ("appoint", "name", "elect", "hire"):
        found = [referent for token in clause.subjects for referent in phrases.entities(token, _TYPES)]
        return found[0] if found else None
    return None
