"""Counts add up, and tell a change from none."""

import pytest

from loaders.writing.counts import Counts


def test_counts_add_up_field_by_field() -> None:
    counts = Counts(records_read=2, claims_new=1)
    counts.add(Counts(records_read=3, edges_removed=4))
    assert {name: value for name, value in counts.as_dict().items() if value} == {
        "records_read": 5,
        "claims_new": 1,
        "edges_removed": 4,
    }


@pytest.mark.parametrize("name", list(Counts().as_dict()))
def test_the_graph_has_changed_when_something_is_new_updated_removed_or_ended(name: str) -> None:
    assert Counts(**{name: 1}).changed == name.endswith(("_new", "_updated", "_removed", "_ended"))
