"""What the shape of a text says of mentions: names in brackets, asides, countries in the names of firms."""

import re

import pytest

from loaders.extraction.reader.clustering import TextMention
from loaders.extraction.reader.extractor import ReaderExtractor, reader_extractor
from loaders.extraction.reader.shape import names_around, same_by_shape
from loaders.triple import Article


@pytest.fixture(scope="module")
def reader() -> ReaderExtractor:
    return reader_extractor()


def mentions(text: str, **types: str) -> list[TextMention]:
    """Each of these words of the text, `_` for a blank, at its last place, with its type."""
    found = []
    for words, type in types.items():
        written = words.replace("_", " ")
        start = [match.start() for match in re.finditer(re.escape(written), text)][-1]
        found.append(TextMention(start, start + len(written), written, type, 0))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Marlin Semiconductor (MRLN) bought Veld.",
        "Marlin Semiconductor (NASDAQ: MRLN) bought Veld.",
        "Marlin Semiconductor (New York: MRLN) bought Veld.",
        "Marlin Semiconductor （MRLN） bought Veld.",
    ],
)
def test_a_name_in_brackets_is_that_of_the_name_before_it(text: str) -> None:
    marlin, short, veld = mentions(text, Marlin_Semiconductor="Company", MRLN="Company", Veld="Company")
    assert list(same_by_shape(text, [marlin, short, veld])) == [(marlin, short)]


def test_an_aside_is_of_the_name_before_it() -> None:
    text = "Marlin Semiconductor, a Dresden firm, supplies Veld."
    marlin, firm, veld = mentions(text, Marlin_Semiconductor="Company", a_Dresden_firm="Company", Veld="Company")
    assert list(same_by_shape(text, [marlin, firm, veld])) == [(marlin, firm)]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Marlin (Dresden) bought it.", ("Marlin", "Company"), ("Dresden", "Place")),
        ("Marlin (with Veld) bought it.", ("Marlin", "Company"), ("Veld", "Company")),
        ("Marlin, Veld, and others bought it.", ("Marlin", "Company"), ("Veld", "Company")),
        ("Marlin, a rival says, bought it.", ("Marlin", "Company"), ("a rival", "Company")),
    ],
)
def test_others_are_two(text: str, first: tuple[str, str], second: tuple[str, str]) -> None:
    assert not list(same_by_shape(text, mentions(text, **dict([first, (second[0].replace(" ", "_"), second[1])]))))


def test_the_country_in_the_name_of_a_firm_is_part_of_it() -> None:
    text = "Marlin Chem Poland of Poland, Chinese firms and Marlin's Ohio plant"
    whole, part = mentions("Marlin Chem Poland", Marlin_Chem_Poland="Company", Poland="Country")
    (again,) = mentions(text, Poland="Country")
    assert names_around([whole, part, again]) == {(part.start, part.end): {(whole.start, whole.end)}}
    firms, chinese = mentions(text, Chinese_firms="Company", Chinese="Country")
    plant, ohio = mentions(text, **{"Marlin's_Ohio_plant": "Company", "Ohio": "Place"})
    assert not names_around([firms, chinese, plant, ohio])


@pytest.mark.parametrize(
    "text",
    [
        "Merck Poland supplies resins to Norvik Semiconductor.",
        "Nokia Technologies Austria bought Norvik Semiconductor.",
        "Siemens Mexico acquired Norvik Semiconductor in May.",
    ],
)
def test_what_a_subsidiary_does_its_country_does_not(reader: ReaderExtractor, text: str) -> None:
    (extraction,) = reader.extract([Article(key="a", text=text)])
    acting = {triple.subject.name for triple in extraction.triples if triple.relation != "LOCATED_IN"}
    assert not acting & {"Poland", "Austria", "Mexico"}
    assert any(name.endswith(("Poland", "Austria", "Mexico")) for name in acting)


def test_a_ticker_is_no_firm_of_its_own(reader: ReaderExtractor) -> None:
    text = "Marlin Semiconductor (NASDAQ: MRLN) acquired Veld Semiconductor."
    (extraction,) = reader.extract([Article(key="a", text=text)])
    assert extraction.triples
    assert "MRLN" not in {end.name for triple in extraction.triples for end in (triple.subject, triple.object)}
