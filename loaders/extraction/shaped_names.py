"""Names that have a shape: ministries and departments, process nodes, product families."""

import re
from collections.abc import Iterable

from spacy.tokens import Span

from graph_schema.vocabulary import EntityType
from loaders.extraction.document import Mention, Text
from loaders.gazetteer import Gazetteer

_DETERMINERS = frozenset({"the", "a", "an", "its", "their", "his", "her", "this", "that", "these", "those"})
_TITLES = (
    "Director|Secretary|Minister|Spokes|Chief|President|Deputy|Under|Vice|Commissioner|Head|Official|Assistant|General|"
    "Department|Ministry|Bureau|Federal|Agency|Office"
)
_MINISTRY = re.compile(
    r"\b(?:(?:Ministry|Department|Bureau|Directorate-General|Directorate) (?:of|for) (?:the )?"
    rf"[A-Z][\w-]+(?:(?:, | and |, and | & | )(?:the )?(?!{_TITLES})[A-Z][\w-]+)*"
    r"|(?:(?:[A-Z][\w-]+|&|and) ){0,3}?[A-Z][\w-]+ (?:Ministry|Department)(?! (?:of|for)\b)"
    r"|(?:foreign|finance|commerce|defen[cs]e|economy|economic affairs|economics|trade|industry|interior|justice|energy|"
    r"trade and industry|industry and information technology|health|transport|agriculture|digital|science|education|"
    r"national defen[cs]e) "
    r"(?:affairs )?ministry)\b"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NODE = re.compile(
    r"\b\d+(?:\.\d+)?(?:(?:, | and |, and | or |/|-nm, |-nm and )\d+(?:\.\d+)?)*[ -]?(?:nm|nanometers?|nanometres?)\b"
    r"(?:[ -](?:process(?:es)?(?: node| technology)?|nodes?|technology|technologies)\b)?"
)
_FAMILY = re.compile(
    r"\b(?P<name>[A-Z][A-Za-z0-9-]*(?: [A-Z0-9][A-Za-z0-9-]*){0,2}?) "
    r"(?:[Pp]roduct )?(?:[Ff]amily|[Ss]eries|[Ll]ineup|[Pp]roduct [Ll]ine)\b"
)


def find_ministries(text: Text, known: Iterable[tuple[int, int]], gazetteer: Gazetteer) -> None:
    """Ministries and departments, whichever way they are written; the country comes from before, after or the context."""
    doc = text.doc
    for match in _MINISTRY.finditer(doc.text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="contract")
        if span is None or not len(span):
            continue
        if any(first < span.start < span.end <= end for first, end in known):
            continue  # part of a longer known name: "Federal Bureau of Investigation"
        start, country = _country_before(span, gazetteer)
        written = doc[span.start : span.end].text
        while written.split(" ")[0] in ("The", "And", "and", "the") and span.end - span.start > 2:
            span = doc[span.start + 1 : span.end]
            written = span.text
        full = f"{country} {written}" if country else written
        department = gazetteer.department(full)
        if department is not None and country in (None, "United States"):
            text.add(
                Mention(start, span.end, span.root.i, text.referent(department, EntityType.GOVERNMENT_BODY, known=True))
            )
            continue
        ministry = gazetteer.ministry(written) or gazetteer.ministry(full)
        if ministry is not None:
            name = f"Ministry of {ministry.portfolio}"
        elif (
            written.split()[0] in ("Department", "Bureau", "Directorate", "Directorate-General")
            or "Department" in written
        ):
            name = written
        else:
            continue
        country = country or (ministry.country if ministry else None) or _nearest_country(span, gazetteer)
        if country is not None and country not in name:
            name = f"{name} ({country})"
        text.add(Mention(start, span.end, span.root.i, text.referent(name, EntityType.GOVERNMENT_BODY, first=start)))


def find_nodes(text: Text) -> None:
    """Process nodes: "7 nm", "28nm node", "7 and 5 nm nodes" are the technologies "7 nm process" and so on."""
    for match in _NODE.finditer(text.doc.text):
        span = text.doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is None or not text.free(span.start, span.end):
            continue
        sizes = _NUMBER.findall(match.group())
        nodes = [text.referent(f"{size} nm process", EntityType.TECHNOLOGY, first=span.start) for size in sizes]
        text.add(Mention(span.start, span.end, span.root.i, nodes[0], common=True, also=tuple(nodes[1:])))


def find_families(text: Text, gazetteer: Gazetteer) -> None:
    """ "the SABRE product family", "the Xeon series": a name before such a word is a product."""
    for match in _FAMILY.finditer(text.doc.text):
        span = text.doc.char_span(match.start("name"), match.end(), alignment_mode="contract")
        if span is None or not len(span) or not text.free(span.start, span.end):
            continue
        name = match["name"]
        if gazetteer.lookup(name) is not None and gazetteer.lookup(name, EntityType.PRODUCT) is None:
            continue
        text.add(Mention(span.start, span.end, span.end - 1, text.referent(name, EntityType.PRODUCT, first=span.start)))


def _nearest_country(span: Span, gazetteer: Gazetteer) -> str | None:
    """The country that the text around is about: the last named before in its sentence, else the most named so far."""
    counts: dict[str, int] = {}
    sentence = span.sent
    for token in span.doc[: sentence.end]:
        if token.ent_type_ in ("GPE", "NORP") and (country := gazetteer.country(token.text)) is not None:
            counts[country.name] = counts.get(country.name, 0) + (8 if token.i >= sentence.start else 1)
    return max(counts, key=lambda name: counts[name]) if counts else None


def _country_before(span: Span, gazetteer: Gazetteer) -> tuple[int, str | None]:
    """The country written right before, or as first words of, a ministry's name, and where the whole begins."""
    doc = span.doc
    for length in (3, 2, 1):
        first = span.start - length
        if first < 0:
            continue
        before = doc[first : span.start]
        text = re.sub(r"\s*['’]s?$", "", before.text.strip())
        if text.casefold() in _DETERMINERS or not text[:1].isupper():
            continue
        country = gazetteer.country(text)
        if country is not None:
            while doc[first].is_space or doc[first].lower_ == "the":
                first += 1
            return first, country.name
    for length in (2, 1):
        if (
            len(span) > length
            and (country := gazetteer.country(doc[span.start : span.start + length].text)) is not None
        ):
            return span.start, country.name
    tail = doc[span.end : span.end + 4]
    if len(tail) > 1 and tail[0].lower_ == "of":
        rest = tail[1:].text.removeprefix("the ")
        for length in (3, 2, 1):
            country = gazetteer.country(" ".join(rest.split()[:length]).rstrip(",."))
            if country is not None:
                return span.start, country.name
    return span.start, None
