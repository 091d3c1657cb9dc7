"""What a source should hold, in plain words."""

from collections import Counter

import pytest

from graph_schema.errors import SettingsError, UnexpectedCounts
from graph_schema.vocabulary import EntityType
from loaders.loading.expectations import TYPES, Expectation, check


@pytest.mark.parametrize(
    ("words", "inside", "outside"),
    [
        pytest.param("200..5000 companies", 200, 199, id="both bounds"),
        pytest.param("1_000.. records", 1_000, 999, id="a least"),
        pytest.param("..10 government bodies", 10, 11, id="a most"),
    ],
)
def test_bounds_are_included(words: str, inside: int, outside: int) -> None:
    expectation = Expectation.parse(words)
    assert (expectation.admits(inside), expectation.admits(outside)) == (True, False)
    assert Expectation.parse(str(expectation)) == expectation


@pytest.mark.parametrize(
    "words", ["companies", ".. companies", "5 companies", "9..1 people", "1..2 ships", "-1..2 people"]
)
def test_what_is_no_expectation_is_refused(words: str) -> None:
    with pytest.raises(SettingsError, match="the expectation"):
        Expectation.parse(words)


def test_every_type_of_entity_can_be_counted() -> None:
    assert set(TYPES.values()) == set(EntityType)


def test_every_failed_expectation_is_named() -> None:
    expectations = [Expectation.parse(words) for words in ("2.. companies", "1.. records", "..0 people")]
    with pytest.raises(UnexpectedCounts) as caught:
        check("lists", expectations, Counter(companies=1, records=5, people=3))
    assert str(caught.value) == "lists: expected 2.. companies, found 1; expected ..0 people, found 3"
