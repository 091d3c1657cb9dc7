"""What expressions of time mean, and what they date."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.extraction.dates import time_expressions
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article

FRIDAY = dt.date(2025, 12, 12)


def found(text: str, *, ahead: bool = False, published: dt.date | None = FRIDAY) -> list[tuple[str, str, str]]:
    """Each expression as how it bounds, first and last day."""
    return [
        (one.bound.name, one.period.first.isoformat(), one.period.last.isoformat())
        for one in time_expressions(text, published, ahead=ahead)
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on Friday", "2025-12-12", "2025-12-12"),
        ("on Thursday", "2025-12-11", "2025-12-11"),
        ("last Friday", "2025-12-05", "2025-12-05"),
        ("next Monday", "2025-12-15", "2025-12-15"),
        ("yesterday", "2025-12-11", "2025-12-11"),
        ("in August", "2025-08-01", "2025-08-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("last December", "2024-12-01", "2024-12-31"),
        ("next March", "2026-03-01", "2026-03-31"),
        ("in May 2018", "2018-05-01", "2018-05-31"),
        ("on January 5", "2026-01-05", "2026-01-05"),
        ("on 5 January 2024", "2024-01-05", "2024-01-05"),
        ("on Dec. 31, 2024", "2024-12-31", "2024-12-31"),
        ("2025-03-01", "2025-03-01", "2025-03-01"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("earlier this year", "2025-01-01", "2025-12-31"),
        ("last week", "2025-12-01", "2025-12-07"),
        ("next month", "2026-01-01", "2026-01-31"),
        ("last quarter", "2025-07-01", "2025-09-30"),
        ("in the first quarter of 2025", "2025-01-01", "2025-03-31"),
        ("in Q3 2024", "2024-07-01", "2024-09-30"),
        ("two years ago", "2023-01-01", "2023-12-31"),
        ("three days ago", "2025-12-09", "2025-12-09"),
        ("in late 2020", "2020-01-01", "2020-12-31"),
        ("in the 1990s", "1990-01-01", "1999-12-31"),
    ],
)
def test_a_time_is_the_period_that_it_names(text: str, first: str, last: str) -> None:
    assert found(text) == [("AT", first, last)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since 2019", [("SINCE", "2019-01-01", "2019-12-31")]),
        ("effective March 20", [("SINCE", "2026-03-20", "2026-03-20")]),
        ("until the end of 2026", [("UNTIL", "2026-01-01", "2026-12-31")]),
        ("from 2010 to 2014", [("SINCE", "2010-01-01", "2010-12-31"), ("UNTIL", "2014-01-01", "2014-12-31")]),
        ("between May and July 2020", [("UNTIL", "2020-07-01", "2020-07-31")]),
        ("(2001–2005)", [("SINCE", "2001-01-01", "2001-12-31"), ("UNTIL", "2005-01-01", "2005-12-31")]),
    ],
)
def test_some_times_bound_from_one_side(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text)[-len(expected) :] == expected


@pytest.mark.parametrize(
    "text", ["before 2019", "It may 5", "March on 2 fabs", "by February 30", "2025 wafers", "today's chips"]
)
def test_what_names_no_period_is_none(text: str) -> None:
    assert found(text) == []


def test_looking_forward_an_unfinished_name_is_the_next_such_time() -> None:
    assert found("on Monday", ahead=True) == [("AT", "2025-12-15", "2025-12-15")]
    assert found("in March", ahead=True) == [("AT", "2026-03-01", "2026-03-31")]


def test_without_a_day_of_publication_only_full_dates_count() -> None:
    text = "on Friday, in August, last year, two years ago, on March 3, in 2019"
    assert found(text, published=None) == [("AT", "2019-01-01", "2019-12-31")]


@given(st.text(max_size=200), st.one_of(st.none(), st.dates()))
def test_any_text_has_ordered_periods_within_itself(text: str, published: dt.date | None) -> None:
    for one in time_expressions(text, published):
        assert one.period.first <= one.period.last
        assert 0 <= one.start < one.end <= len(text)


def dated(text: str) -> dict[tuple[str, str, str], tuple[str | None, ...]]:
    """Date, valid_from and valid_to of each triple."""
    (extraction,) = spacy_extractor().extract([Article("text", text, published=FRIDAY)])
    return {
        (t.subject.name, str(t.relation), t.object.name): tuple(
            None if day is None else day.isoformat() for day in (t.date, t.valid_from, t.valid_to)
        )
        for t in extraction.triples
    }


@pytest.mark.parametrize(
    ("text", "triple", "dates"),
    [
        ("Intel bought SiFive in August.", ("Intel", "ACQUIRES", "SiFive"), ("2025-08-01", None, None)),
        ("Micron has supplied Nvidia since 2019.", ("Micron", "SUPPLIES", "Nvidia"), (None, "2019-01-01", None)),
        (
            "Samsung supplied Apple from 2010 to 2014.",
            ("Samsung", "SUPPLIES", "Apple"),
            (None, "2010-01-01", "2014-12-31"),
        ),
        (
            "Germany ended its investigation of Tesla last month.",
            ("Germany", "INVESTIGATES", "Tesla"),
            ("2025-11-01", None, "2025-11-30"),
        ),
        (
            "Pat Gelsinger, the CEO of Intel, stepped down on Monday.",
            ("Pat Gelsinger", "HOLDS_ROLE_AT", "Intel"),
            ("2025-12-08", None, "2025-12-08"),
        ),
        # each clause its own, and none of what is said about it
        (
            "Huawei, which was sanctioned by the United States in 2019, bought chips from SMIC last year.",
            ("United States", "SANCTIONS", "Huawei"),
            ("2019-01-01", None, None),
        ),
        (
            "Huawei, which was sanctioned by the United States in 2019, bought chips from SMIC last year.",
            ("SMIC", "SUPPLIES", "Huawei"),
            ("2024-01-01", None, None),
        ),
        ("Lisa Su said on Monday that Intel bought SiFive.", ("Intel", "ACQUIRES", "SiFive"), (None, None, None)),
        # what a firm is called is not dated by what it does
        ("Chipmaker Intel bought SiFive in August.", ("Intel", "PRODUCES", "semiconductors"), (None, None, None)),
        # a noun that carries an act has its own time, or its verb's
        ("Germany's ban on Huawei in 2020 angered China.", ("Germany", "BANS", "Huawei"), ("2020-01-01", None, None)),
        # two times are none
        ("In 2019 Intel bought SiFive in 2020.", ("Intel", "ACQUIRES", "SiFive"), (None, None, None)),
    ],
)
def test_a_statement_has_the_dates_of_its_clause(
    text: str, triple: tuple[str, str, str], dates: tuple[str | None, ...]
) -> None:
    assert dated(text)[triple] == dates
