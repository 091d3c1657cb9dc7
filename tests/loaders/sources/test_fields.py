"""From the text of a field to its value: each kind of mistake says what was expected."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.vocabulary import EntityType, RelationType
from loaders.sources import fields
from loaders.sources.fields import FieldProblem


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        pytest.param("2024-02-29", dt.date(2024, 2, 29), dt.date(2024, 2, 29), id="day"),
        pytest.param("20240229", dt.date(2024, 2, 29), dt.date(2024, 2, 29), id="compact"),
        pytest.param("2024-02-29T23:59:59Z", dt.date(2024, 2, 29), dt.date(2024, 2, 29), id="with a time"),
        pytest.param("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), id="month"),
        pytest.param("2024", dt.date(2024, 1, 1), dt.date(2024, 12, 31), id="year"),
        pytest.param("2024-02-00", dt.date(2024, 2, 1), dt.date(2024, 2, 29), id="unknown day"),
        pytest.param("2024-00-00", dt.date(2024, 1, 1), dt.date(2024, 12, 31), id="unknown month"),
        pytest.param(" ", None, None, id="blank"),
    ],
)
def test_a_date_is_a_day_and_of_a_month_or_year_its_first_or_last(
    written: str, first: dt.date | None, last: dt.date | None
) -> None:
    assert (fields.date(written), fields.date(written, end=True)) == (first, last)


@given(st.dates())
def test_a_day_is_read_as_it_was_written(day: dt.date) -> None:
    assert fields.date(day.isoformat()) == day


@pytest.mark.parametrize("written", ["2023-02-29", "2023-00-15", "29.02.2024", "yesterday", "2024-13"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(FieldProblem, match=r"expected a date|no day of the calendar"):
        fields.date(written)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        pytest.param(None, "is empty", id="nothing"),
        pytest.param(" \t", "is empty", id="white space"),
        pytest.param("…", "no letter or digit", id="signs only"),
        pytest.param("a\0b", "NUL", id="NUL"),
        pytest.param("a\ud800", "surrogate", id="lone surrogate"),
        pytest.param("x" * 301, "301 characters", id="too long"),
        pytest.param(["a"], "is not text", id="a list"),
        pytest.param(True, "is not text", id="a truth value"),
    ],
)
def test_what_is_no_name_is_refused(value: object, problem: str) -> None:
    with pytest.raises(FieldProblem, match=problem):
        fields.name(value)


def test_a_name_is_tidied_and_a_number_is_a_name() -> None:
    assert (fields.name("  ACM \n Research "), fields.name(14)) == ("ACM Research", "14")


@pytest.mark.parametrize("written", ["SUPPLIES", "supplies", "Supplies"])
def test_a_term_is_found_however_it_is_spelt(written: str) -> None:
    assert fields.term(written, RelationType) is RelationType.SUPPLIES


def test_a_term_of_several_words_is_found_with_blanks_hyphens_and_underscores() -> None:
    spelt = {fields.term(words, EntityType) for words in ("Government body", "government-body", "GOVERNMENT_BODY")}
    assert spelt == {EntityType.GOVERNMENT_BODY}


def test_an_unknown_term_names_the_known_ones() -> None:
    with pytest.raises(FieldProblem, match=r"'Vessel', expected one of .*Company"):
        fields.term("Vessel", EntityType)


@pytest.mark.parametrize("written", ["1.1", "-0.1", "high", "nan", "0,5", "101 %", "-1 %", "1,000.5 %", "%"])
def test_a_probability_lies_between_0_and_1(written: str) -> None:
    with pytest.raises(FieldProblem, match="expected a number from 0 to 1"):
        fields.probability(written)
    assert (fields.probability("0.25"), fields.probability(1), fields.probability("")) == (0.25, 1.0, None)


@pytest.mark.parametrize("written", ["51.5 %", "51,5 %", "51.5%", "51,5\u00a0%"])
def test_a_probability_may_be_a_percentage(written: str) -> None:
    assert fields.probability(written) == pytest.approx(0.515)


@pytest.mark.parametrize("written", ["NaN", "NULL", "None", "N/A", "\\N", "<NA>"])
def test_what_tables_write_for_no_value_names_nobody(written: str) -> None:
    with pytest.raises(FieldProblem, match="stands for no value"):
        fields.name(written)


@pytest.mark.parametrize("written", ["Null", "NA", "Nil Ltd", "None of the Above Party"])
def test_names_that_only_look_like_no_value_are_names(written: str) -> None:
    assert fields.name(written) == written
