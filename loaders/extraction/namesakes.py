"""Names that hold another's name: firms with a place in theirs, and towns and states called like others."""

from collections.abc import Mapping
from functools import cache

from spacy.tokens import Doc, Span

from graph_schema.vocabulary import EntityType
from loaders.extraction.document import Mention, Text
from loaders.extraction.frames import FrameKind, frames, read_yaml
from loaders.extraction.naming import type_by_words
from loaders.extraction.words import words
from loaders.gazetteer import Form, FormKind, Gazetteer, GazetteerEntry, strip_legal_form
from loaders.resolution.names import is_region_beside

_PLACES = frozenset({EntityType.COUNTRY, EntityType.PLACE})


def find_units_abroad(text: Text, known: Mapping[tuple[int, int], Form]) -> None:
    """ "Nissan Mexico", "Infineon Technologies Austria", "Ericsson Nikola Tesla": a firm, and not the place or firm in it."""
    doc = text.doc
    ends = {end: (start, form) for (start, end), form in sorted(known.items(), reverse=True)}  # the longest of each end
    for (start, end), form in sorted(known.items()):
        if form.kind is FormKind.ADJECTIVE or form.entry.name.islower() or ends[end][0] < start:
            continue
        if doc[start].is_sent_start:  # "… sold Kelm Corp. France did not": what ends a sentence is no firm abroad
            continue
        first = None
        if form.entry.type in _PLACES and not _is_compound(doc, end):
            first = _firm_before(doc, start, ends)
        elif form.entry.type is EntityType.COMPANY:
            first = _firm_of_person(doc, start, ends)
        if first is not None and text.free(first, end):
            name = doc[first:end].text
            text.add(Mention(first, end, doc[first:end].root.i, text.referent(name, EntityType.COMPANY, first=first)))


def namesake(forms: list[Form], span: Span, gazetteer: Gazetteer) -> Form | None:
    """Who or what else is meant than the best known of a name, where what stands around tells.

    A capital before its own country is the city; before another country or region it is another town ("Moscow, Idaho").
    A country after a city that lies in a region of its name is that region ("Savannah, Georgia").
    """
    doc, governed = span.doc, forms[0].entry
    if forms[0].kind is FormKind.CAPITAL and span.end + 1 < len(doc) and doc[span.end].text == ",":
        after = doc[span.end + 1 : span.end + 4].text
        itself = (
            gazetteer.country(after.split()[0]) is not None
            if governed.type is EntityType.BLOC
            else after.startswith((governed.name, *governed.aliases))
        )
        if itself:
            return next((form for form in forms if form.kind is FormKind.NAME), None)
        if (outer := next((region for region in _regions() if after.startswith(region)), None)) is not None:
            return Form(span.text, FormKind.NAME, GazetteerEntry(f"{span.text}, {outer}", EntityType.PLACE))
    region = next((form for form in forms[1:] if form.entry.type is EntityType.PLACE), None)
    if region is not None and governed.type is EntityType.COUNTRY and forms[0].kind is FormKind.NAME:
        before = doc[max(0, span.start - 3) : span.start]
        if len(before) > 1 and before[-1].text == "," and _is_city_of(before[:-1], span.text, gazetteer):
            return region
        if before.text.lower().endswith("state of"):
            return region
    return None


def _is_city_of(before: Span, region: str, gazetteer: Gazetteer) -> bool:
    last = before[-1]
    if any(is_region_beside(region, before[index:].text) for index in range(len(before))):
        return True
    return last.ent_type_ == "GPE" and gazetteer.country(last.text) is None and gazetteer.lookup(last.text) is None


@cache
def _regions() -> tuple[str, ...]:
    """Regions that may stand after a town and a comma."""
    return tuple(read_yaml("regions.yaml")["regions"])


def _is_compound(doc: Doc, end: int) -> bool:
    """Whether the place rather belongs to the noun after it: "Intel Ireland fab", "Nvidia China sales"."""
    return end < len(doc) and doc[end].pos_ == "NOUN" and doc[end].text.islower()


def _firm_before(doc: Doc, place: int, ends: Mapping[int, tuple[int, Form]]) -> int | None:
    """Where the firm begins whose name runs on into the place; None where none stands right before it."""
    if place in ends and ends[place][1].entry.type is EntityType.COMPANY and ends[place][1].kind is FormKind.NAME:
        return ends[place][0]
    first = place
    while first and doc[first - 1].text[:1].isupper() and doc[first - 1].pos_ in ("PROPN", "NOUN", "ADJ"):
        first -= 1
    run = doc[first:place]
    if not len(run) or any(token.lower_ in words().title_heads for token in run):
        return None
    known = next(
        (start for end, (start, form) in ends.items() if first <= start and end <= place and _is_firm(form)), None
    )
    if known is not None and type_by_words(run.text) in (None, EntityType.COMPANY):
        return known
    return first if len(run) > 1 and type_by_words(run.text) is EntityType.COMPANY else None


def _is_firm(form: Form) -> bool:
    return form.entry.type is EntityType.COMPANY and form.kind is FormKind.NAME


def _firm_of_person(doc: Doc, start: int, ends: Mapping[int, tuple[int, Form]]) -> int | None:
    """Where a firm begins that is called by another and a person whose surname is a third one's name."""
    for middle in (start - 1, start - 2):
        before = ends.get(middle)
        between = doc[max(middle, 0) : start]
        if before is None or not _is_firm(before[1]) or _is_legal_form(doc, before[0], middle, start):
            continue
        capitalised = all(token.pos_ == "PROPN" and token.text[:1].isupper() for token in between)
        ordinary = words().title_heads | words().company_nouns
        verbs = frames().heads(FrameKind.VERB)
        if capitalised and not any(token.lower_ in ordinary or token.lemma_.lower() in verbs for token in between):
            return before[0]
    return None


def _is_legal_form(doc: Doc, first: int, middle: int, start: int) -> bool:
    """Whether what stands between two firms only ends the name of the one before: "of Aptiv Plc. Nvidia said"."""
    return strip_legal_form(doc[first:start].text) == strip_legal_form(doc[first:middle].text)
