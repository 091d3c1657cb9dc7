"""Weights of publishers as data: what a file may say, and what the graph keeps of it."""

from typing import Any

import pytest

from graph_schema.errors import SourceError
from graph_schema.publishers import Publisher, parse_publishers, reliability, stored


def test_a_file_names_publishers_with_what_is_held_of_them() -> None:
    given = {
        "publishers": {"Wire": None, "Rumour": {"reliability": 0.4, "state_media": True, "aggregator_of": ["Wire"]}}
    }
    assert parse_publishers(given) == [Publisher("Rumour", 0.4, True, ("Wire",)), Publisher("Wire")]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param(
            {"publishers": {"Wire": {"reliability": 1.5}}}, r"publishers\.Wire\.reliability: .*less than", id="range"
        ),
        pytest.param({"publishers": {"Wire": {"trust": 1}}}, r"publishers\.Wire\.trust: ", id="unknown key"),
        pytest.param({"publishers": ["Wire"]}, "publishers: .*dictionary", id="list"),
        pytest.param({"sources": {}}, "publishers: ", id="other key"),
        pytest.param(None, "publishers: ", id="empty"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(document: Any, told: str) -> None:
    with pytest.raises(SourceError, match=told) as raised:
        parse_publishers(document)
    assert "\n" not in str(raised.value)


def test_a_publisher_without_a_weight_counts_in_full() -> None:
    known = {"Rumour": Publisher("Rumour", 0.4)}
    assert [reliability(name, known) for name in ("Rumour", "Wire", None)] == [0.4, 1.0, 1.0]


def test_the_graph_keeps_each_reliability_where_a_query_finds_it() -> None:
    assert stored({"Rumour": Publisher("Rumour", 0.4)})["publisher:Rumour"] == 0.4
