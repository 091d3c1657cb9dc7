"""Forms of questions."""

import datetime as dt

import pytest

from graph_schema.vocabulary import EntityType, RelationType
from service.asking.forms import MOST_CHARACTERS, forms, readings


def test_each_form_reads_its_own_examples() -> None:
    for form in forms():
        for example in form.says.split("? "):
            assert form.operation in {one.form.operation for one in readings(example)}, example


def test_kinds_and_countries_narrow_what_is_asked_for() -> None:
    (found,) = readings("Which Chinese firms depend on ASML?")
    assert (found.form.operation, dict(found.names)) == ("downstream", {"id": "ASML"})
    assert (found.kinds, found.country) == ((EntityType.COMPANY,), "China")


@pytest.mark.parametrize(
    ("question", "direction"),
    [("Who supplies TSMC?", "IN"), ("Whom does TSMC supply?", "OUT"), ("who are TSMC's customers", "OUT")],
)
def test_a_relation_has_the_direction_of_its_words(question: str, direction: str) -> None:
    directions = {(one.relations, one.direction) for one in readings(question) if one.names.get("id") == "TSMC"}
    assert directions == {((RelationType.SUPPLIES,), direction)}


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2019", dt.date(2019, 1, 1)), ("October 2025", dt.date(2025, 10, 1)), ("2025-04-04", dt.date(2025, 4, 4))],
)
def test_a_day_is_a_year_a_month_or_a_day(day: str, expected: dt.date) -> None:
    assert [one.since for one in readings(f"What changed for Huawei since {day}?")] == [expected]


@pytest.mark.parametrize("day", ["last week", "Brumaire 1799", "2025-13-01"])
def test_another_day_is_not_understood(day: str) -> None:
    assert [one for one in readings(f"What changed for Huawei since {day}?") if one.names["id"] == "Huawei"] == []


def test_names_with_and_in_them_are_split_either_way() -> None:
    split = {(one.names["from"], one.names["to"]) for one in readings("ties between Etch and clean and TSMC")}
    assert split == {("Etch", "clean and TSMC"), ("Etch and clean", "TSMC")}


def test_words_that_no_form_accounts_for_make_no_reading() -> None:
    assert list(readings("Which company will win the AI race?")) == []
    assert list(readings("x" * (MOST_CHARACTERS + 1))) == []


def test_hostile_questions_are_read_to_their_end() -> None:
    # Backtracking without bound would not come back before the test's time is over.
    for hostile in ("and " * 50, "how are " + "and tied to " * 15, "ties of " + "of and " * 25):
        assert all(one.form.operation == "shortestPaths" for one in readings(hostile[:MOST_CHARACTERS]))
