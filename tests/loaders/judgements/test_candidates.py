"""How alike two entities are said to be, and why."""

import pytest

from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from loaders.judgements.candidates import Named, compare


def named(name: str, type: EntityType = EntityType.COMPANY, *aliases: str, neighbours: str = "") -> Named:
    return Named(EntityId(f"{type}:{name}"), type, (name, *aliases), frozenset(map(EntityId, neighbours.split())))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        pytest.param("QQ Semiconductor", "QQ Semiconductors", "alike", id="spelling"),
        pytest.param("Quark Quartz Corporation", "QQC", "abbreviates", id="acronym"),
        pytest.param("Quartz", "Quartz Materials", "all words of", id="part"),
    ],
)
def test_what_may_be_one_is_scored_high_with_its_reason(first: str, second: str, reason: str) -> None:
    found = compare(named(first), named(second))
    assert found is not None
    assert found.score >= 0.7
    assert any(reason in why for why in found.why)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        pytest.param("QQ 3 nm Line", "QQ 5 nm Line", "numbers", id="other numbers"),
        pytest.param("QMIC", "QSMC", "acronyms", id="other acronyms"),
        pytest.param("Quartz Materials", "Harbour Logistics", "alike", id="other words"),
    ],
)
def test_what_is_hardly_one_is_scored_low(first: str, second: str, reason: str) -> None:
    found = compare(named(first), named(second))
    assert found is not None
    assert found.score < 0.6
    assert any(reason in why for why in found.why)


def test_types_that_exclude_each_other_are_no_candidates() -> None:
    assert compare(named("Quartz", EntityType.PERSON), named("Quartz", EntityType.MATERIAL)) is None


def test_common_neighbours_and_one_type_count() -> None:
    plain = compare(named("QQ Fab"), named("QQ Fabs"))
    near = compare(named("QQ Fab", neighbours="a b"), named("QQ Fabs", neighbours="a b"))
    apart = compare(named("QQ Fab"), named("QQ Fabs", EntityType.ORGANIZATION))
    assert plain is not None
    assert near is not None
    assert apart is not None
    assert apart.score < plain.score < near.score <= 1.0


def test_the_order_of_the_two_does_not_show() -> None:
    there, back = compare(named("QQ Fab"), named("Quark Fab")), compare(named("Quark Fab"), named("QQ Fab"))
    assert there is not None
    assert back is not None
    assert (there.first, there.second, there.score) == (back.first, back.second, back.score)
