"""Datelines and bylines: they date a text and act in nothing that it says."""

import datetime as dt

import pytest

from loaders.extraction.datelines import dateline_day, datelines
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article

PUBLISHED = dt.date(2026, 3, 15)
STORY = "Marlin Semiconductor acquired Veld Semiconductor."


def stated(text: str) -> set[tuple[str, str, str, dt.date | None]]:
    (extraction,) = spacy_extractor().extract([Article("x", text, published=PUBLISHED)])
    return {(t.subject.name, str(t.relation), t.object.name, t.date) for t in extraction.triples}


@pytest.mark.parametrize(
    ("line", "day"),
    [
        pytest.param("LEIPZIG (Reuters) - ", None, id="agency"),
        pytest.param("LEIPZIG, April 2 (dpa) -- ", dt.date(2025, 4, 2), id="the latest day up to publication"),
        pytest.param("Leipzig/Halle - ", None, id="two towns"),
        pytest.param("BOISE, Idaho, Jan. 9, 2024 /PRNewswire/ -- ", dt.date(2024, 1, 9), id="release"),
        pytest.param("Osaka, 3 March 2025 – ", dt.date(2025, 3, 3), id="day first"),
        pytest.param("BOISE, Idaho--(BUSINESS WIRE)--", None, id="without blanks"),
        pytest.param("SEOUL, Feb. 29 (Yonhap) -- ", dt.date(2024, 2, 29), id="a leap day"),
        pytest.param("NEW DELHI: ", None, id="colon"),
        pytest.param("(Reuters) - ", None, id="agency alone"),
        pytest.param("By Ada Roe\nLEIPZIG - ", None, id="byline"),
    ],
)
def test_a_dateline_dates_the_text_and_acts_in_nothing(line: str, day: dt.date | None) -> None:
    assert stated(line + STORY) == {("Marlin Semiconductor", "ACQUIRES", "Veld Semiconductor", day)}


@pytest.mark.parametrize(
    "text",
    [
        "TSMC - the foundry - acquired Veld Semiconductor.",
        "Marlin Semiconductor (MRL) - a firm of Leipzig - acquired Veld Semiconductor.",
        "Bolivia: the state miner acquired Veld Semiconductor.",
        "5 June: Marlin Semiconductor acquired Veld Semiconductor.",
    ],
)
def test_a_dash_alone_makes_no_dateline(text: str) -> None:
    assert list(datelines(text)) == []
    assert dateline_day(text, PUBLISHED) is None


def test_spans_still_point_into_the_text_as_it_was_written() -> None:
    text = "LEIPZIG (Reuters) - Mar\u200blin Semi\u00adconductor acquired Veld\u00a0Semiconductor."
    (extraction,) = spacy_extractor().extract([Article("x", text)])
    (triple,) = extraction.triples
    assert (triple.subject.name, triple.object.name) == ("Marlin Semiconductor", "Veld Semiconductor")
    assert text[triple.span.start : triple.span.end] == triple.sentence == text[text.index("Mar") :]
