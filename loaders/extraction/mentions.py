"""Mentions of entities: known names first, then what the recogniser finds, then ministries, aliases and common nouns."""

import re
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from graph_schema.vocabulary import EntityType
from loaders.extraction.cleaning import Alias
from loaders.extraction.document import Mention, Text
from loaders.extraction.namesakes import find_units_abroad, namesake
from loaders.extraction.naming import GOODS, LABELS, is_named_like_goods, type_by_words, type_of
from loaders.extraction.shaped_names import find_families, find_ministries, find_nodes
from loaders.extraction.words import words
from loaders.gazetteer import Form, FormKind, Gazetteer, has_han, needs_capital, strip_legal_form

_COMMON = frozenset({EntityType.MATERIAL, EntityType.TECHNOLOGY, EntityType.PRODUCT, EntityType.POLICY})
_DETERMINERS = frozenset({"the", "a", "an", "its", "their", "his", "her", "this", "that", "these", "those"})
_LEGAL = frozenset(
    [
        "inc",
        "inc.",
        "corp",
        "corp.",
        "corporation",
        "co",
        "co.",
        "ltd",
        "ltd.",
        "limited",
        "llc",
        "plc",
        "ag",
        "nv",
        "n.v.",
        "sa",
        "s.a.",
        "gmbh",
        "se",
        "kk",
        "k.k.",
        "pjsc",
        "company",
        "group",
        "holdings",
        "incorporated",
    ]
)
_ASKING = frozenset(
    ["will", "would", "could", "can", "should", "may", "might", "did", "does", "do", "has", "have", "is", "was"]
)
_HONORIFICS = frozenset({"mr", "mrs", "ms", "dr", "sir", "lord", "lady", "dame", "mr.", "mrs.", "ms.", "dr."})


class MentionFinder:
    """Finds the mentions of a parsed text. Holds the gazetteer's forms as matchers over one pipeline's vocabulary."""

    def __init__(self, nlp: Language, gazetteer: Gazetteer) -> None:
        self._nlp = nlp
        self._gazetteer = gazetteer
        self._exact = PhraseMatcher(nlp.vocab)
        self._lower = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._forms: dict[str, list[Form]] = {}
        known = words()
        self._descriptions = (
            known.company_descriptions
            | known.country_descriptions
            | known.person_descriptions
            | known.title_heads
            | known.government_nouns
            | known.maker_words.keys()
            | {"digital", "trade", "treasury", "product", "family"}
        )
        self._fill()

    def _fill(self) -> None:
        exact: dict[str, list[Form]] = {}
        lower: dict[str, list[Form]] = {}
        for form in self._gazetteer.forms:
            common = form.entry.type in _COMMON and form.text[:1].islower()
            if not common:
                exact.setdefault(form.text, []).append(form)
                continue
            for text in {form.text, *_number_forms(form.text)}:
                lower.setdefault(text.casefold(), []).append(form)
        for table, matcher, mark in ((exact, self._exact, "="), (lower, self._lower, "~")):
            texts = list(table)
            for text in texts:
                matcher.add(mark + text, [self._nlp.make_doc(text)])
                self._forms[mark + text] = table[text]

    def find(self, doc: Doc, aliases: Iterable[Alias] = ()) -> Text:
        """All mentions that names and common nouns make; coreference is not resolved here.

        `aliases`: names that stood in brackets in the text, with their positions in it.
        """
        text = Text(doc)
        known = self._known(doc)
        find_units_abroad(text, known)
        find_ministries(text, known, self._gazetteer)
        find_nodes(text)
        find_families(text, self._gazetteer)
        for span, form in self._merge(doc, known):
            if not text.free(span.start, span.end):
                continue
            self._add(text, span, form)
        self._unknown_proper(text)
        self._aliases(text, aliases)
        text.sort()
        return text

    def _known(self, doc: Doc) -> dict[tuple[int, int], Form]:
        strings = doc.vocab.strings
        found: dict[tuple[int, int], Form] = {}
        for matcher, common in ((self._exact, False), (self._lower, True)):
            for match_id, start, end in matcher(doc):
                form = self._form(self._forms[strings[match_id]], doc[start:end])
                if (start, end) in found or not _plausible(doc, start, end, form, common=common):
                    continue
                found[start, end] = form
        return found

    def _form(self, forms: list[Form], span: Span) -> Form:
        """The best known of what is written so, or a namesake of it where the words around tell."""
        return namesake(forms, span, self._gazetteer) or forms[0]

    def _merge(self, doc: Doc, known: dict[tuple[int, int], Form]) -> Iterator[tuple[Span, Form | EntityType]]:
        """Known names and recognised ones, overlaps resolved: the longer wins unless it only adds what is no name."""
        candidates: dict[tuple[int, int], Form | EntityType] = dict(known)
        spans = [Span(doc, start, end) for start, end in known]
        covered = {index: key for key in known for index in range(*key)}
        for entity in doc.ents:
            if entity.label_ not in LABELS:
                continue
            trimmed = self._trim(entity)
            if trimmed is None:
                continue
            key = (trimmed.start, trimmed.end)
            overlapping = {covered[index] for index in range(*key) if index in covered}
            if key in candidates or any(self._keeps(doc, key, other, known[other]) for other in overlapping):
                continue
            type = type_of(trimmed, entity.label_)
            if type is None:
                continue
            candidates[key] = type
            spans.append(trimmed)
        for span in filter_spans(spans):
            yield span, candidates[span.start, span.end]

    def _keeps(self, doc: Doc, entity: tuple[int, int], known: tuple[int, int], form: Form) -> bool:
        """Whether a known name stands its ground against a recognised name that overlaps it."""
        if known[0] <= entity[0] and entity[1] <= known[1]:
            return True
        if known[0] < entity[0] or known[1] > entity[1]:
            return True
        before, after = doc[entity[0] : known[0]], doc[known[1] : entity[1]]
        if form.entry.type in _COMMON and form.text[:1].islower():
            return False
        if form.kind is FormKind.ADJECTIVE and len(before) == 0:
            return type_by_words(doc[entity[0] : entity[1]].text) not in (EntityType.ORGANIZATION, EntityType.FACILITY)
        extra = [token for token in (*before, *after) if token.is_alpha]
        if any(
            token.text in ("and", "or", "'s", "’s") or token.pos_ in ("VERB", "CCONJ") for token in (*before, *after)
        ):
            return True
        if form.entry.type in (EntityType.COUNTRY, EntityType.PLACE, EntityType.BLOC):
            whole = type_by_words(doc[entity[0] : entity[1]].text)
            return not extra or whole is None
        if form.entry.type is EntityType.PERSON:
            return True
        if all(token.lower_ in _LEGAL or not token.is_title for token in extra):
            return True
        return form.entry.type is not EntityType.COMPANY or type_by_words(doc[entity[0] : entity[1]].text) in (
            None,
            EntityType.PRODUCT,
        )

    def _trim(self, span: Span) -> Span | None:
        """`span` without determiners, possessive ending, brackets and demonyms at its ends; None when nothing is left."""
        doc, start, end = span.doc, span.start, span.end
        for index in range(start, end):
            if index > start and (doc[index].text in ("(", "[", "/") or doc[index].is_sent_start):
                end = index
                break
        if end - start > 1 and doc[start].is_sent_start and doc[start].lower_ in _ASKING:
            start += doc[start].sent.text.rstrip().endswith("?")
        while start < end and (
            doc[start].lower_ in _DETERMINERS
            or doc[start].is_punct
            or doc[start].is_space
            or (end - start > 1 and doc[start].lower_ in self._descriptions)
        ):
            start += 1
        while end - start > 2 and doc[end - 1].lower_ in ("family", "series", "lineup", "brand", "product", "products"):
            end -= 1
        if end - start == 1 and (
            doc[start].lower_ in self._descriptions or doc[start].lemma_.lower() in self._descriptions
        ):
            return None
        while start < end and (
            doc[end - 1].text in ("'s", "’s", "'", "’") or doc[end - 1].is_punct or doc[end - 1].is_space
        ):
            end -= 1
        if start >= end or not any(token.text[:1].isupper() or has_han(token.text) for token in doc[start:end]):
            return None
        return doc[start:end]

    def _add(self, text: Text, span: Span, found: Form | EntityType) -> None:
        if isinstance(found, Form):
            entry = found.entry
            referent = text.referent(entry.name, entry.type, known=True, first=span.start)
            common = entry.type in _COMMON and found.text[:1].islower()
            end = span.end if common else _with_legal_suffix(span)
            root = text.doc[span.start : end].root.i
            text.add(Mention(span.start, end, root, referent, found.kind, common=common))
            return
        end = _with_legal_suffix(span) if found is EntityType.COMPANY else span.end
        if found is not EntityType.PERSON and end == span.end and _after_title(span):
            found = EntityType.PERSON
        if found in (EntityType.COMPANY, EntityType.ORGANIZATION) and end == span.end:
            if _specifies_goods(span) and self._gazetteer.lookup(span.text) is None:
                return
            if self._is_town(span):
                found = EntityType.PLACE
        name = clean_name(text.doc[span.start : end].text)
        if found in (EntityType.COMPANY, EntityType.ORGANIZATION):
            name = strip_legal_form(name)
        if len(name) < 2 and not has_han(name):
            return
        entry_known = self._gazetteer.lookup(name, found)
        if entry_known is not None:
            name = entry_known.name
        referent = text.referent(name, found, known=entry_known is not None, first=span.start)
        text.add(Mention(span.start, end, text.doc[span.start : end].root.i, referent))

    def _is_town(self, span: Span) -> bool:
        """Whether a name that nobody knows stands where only a town can: "in Ennis, Ireland"."""
        doc, end = span.doc, span.end
        if end + 1 >= len(doc) or doc[end].text != "," or self._gazetteer.country(doc[end + 1].text) is None:
            return False
        before = doc[span.start - 1] if span.start else None
        return before is not None and before.lower_ in ("in", "at", "near", "from", "to", "and") and len(span) <= 3

    def _unknown_proper(self, text: Text) -> None:
        """Runs of proper nouns that nobody has taken, where their words tell a type or a legal suffix a company."""
        doc = text.doc
        index = 0
        while index < len(doc):
            if doc[index].pos_ != "PROPN" or not text.free(index, index + 1) or not doc[index].text[:1].isupper():
                index += 1
                continue
            end = index
            while end < len(doc) and doc[end].pos_ == "PROPN" and text.free(end, end + 1) and not doc[end].is_punct:
                end += 1
            span = doc[index:end]
            name = clean_name(span.text)
            type = type_by_words(name)
            if doc[index].lower_ in _HONORIFICS and end - index > 1:
                type = EntityType.PERSON
            if type is None and _after_title(span):
                type = EntityType.PERSON
            if type in GOODS and is_named_like_goods(name):
                type = EntityType.COMPANY
            if type is not None and len(name) > 3:
                if type is EntityType.COMPANY:
                    name = strip_legal_form(name)
                text.add(Mention(index, end, span.root.i, text.referent(name, type, first=index)))
            index = max(end, index + 1)

    def _aliases(self, text: Text, aliases: Iterable[Alias]) -> None:
        """A name in brackets right after a mention is another name of it: Chinese, an acronym, a short form."""
        ends = {text.span(mention).end_char: mention for mention in text.mentions}
        for alias in aliases:
            mention = ends.get(alias.at) or ends.get(alias.at - 1)
            if mention is None or mention.kind is not FormKind.NAME:
                continue
            referent = mention.referent
            if has_han(alias.name) or alias.name in referent.name or is_acronym(alias.name, text.span(mention).text):
                referent.aliases.setdefault(alias.name)


def _after_title(span: Span) -> bool:
    """Whether a title stands right before two or three words that can be a person's name: "President Jane Roe"."""
    if not 2 <= len(span) <= 4 or span.start == 0 or type_by_words(span.text) is not None:
        return False
    return span.doc[span.start - 1].lower_ in words().title_heads and span.doc[span.start - 1].pos_ in ("NOUN", "PROPN")


def _specifies_goods(span: Span) -> bool:
    """Whether a short name is rather the kind of the goods that it stands before: "ArF scanners", "MCU chips"."""
    root = span.root
    return (
        len(span) == 1
        and len(root.text) <= 5
        and root.dep_ in ("compound", "amod", "nmod")
        and root.head.i == span.end
        and root.head.text.islower()
        and root.head.lemma_.lower() in words().product_heads
    )


def is_acronym(acronym: str, name: str) -> bool:
    """Whether the letters of `acronym` begin words of `name`, in order."""
    letters = iter("".join(word[0] for word in re.split(r"[\s\-–/]+", name) if word).upper())
    return all(letter in letters for letter in acronym.upper().rstrip("S") or acronym)


def clean_name(text: str) -> str:
    """A name as one line, without outer quotes."""
    return " ".join(text.split()).strip(" \"'“”‘’,;:")


def _with_legal_suffix(span: Span) -> int:
    doc, end = span.doc, span.end
    while end < len(doc) and doc[end].lower_ in _LEGAL and doc[end].text[:1].isupper():
        end += 1
    if end + 1 < len(doc) and doc[end].text == "," and doc[end + 1].lower_.rstrip(".") in {"inc", "ltd", "llc", "corp"}:
        end += 2
    return end


def _plausible(doc: Doc, start: int, end: int, form: Form, *, common: bool) -> bool:
    """Whether a match is the thing and no ordinary word: "target" as a verb, "Reading" at the start of a sentence."""
    if end - start > 1:
        return True
    token: Token = doc[start]
    if common:
        return token.pos_ in ("NOUN", "PROPN", "ADJ")
    if form.kind is FormKind.ADJECTIVE:
        return True
    if token.pos_ in ("VERB", "ADV", "ADP", "PRON", "DET", "CCONJ", "AUX") and not token.is_upper:
        return False
    if (
        form.entry.type in (EntityType.COMPANY, EntityType.PRODUCT, EntityType.PLACE)
        and token.is_sent_start
        and token.is_title
    ):
        return token.pos_ == "PROPN" or not needs_capital(token.lower_)
    return token.text != "US" or token.pos_ != "PRON"


def _number_forms(text: str) -> Iterable[str]:
    """Singular of a plural common noun and the other way round, and the hyphenated form, by ending."""
    if text.endswith("ies"):
        yield text[:-3] + "y"
    elif text.endswith(("ses", "ches", "xes", "shes")):
        yield text[:-2]
    elif text.endswith("s") and not text.endswith("ss"):
        yield text[:-1]
    else:
        yield text + "s"
