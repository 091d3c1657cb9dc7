"""Shares: numbers, words, silence; newer against older; what is alleged."""

import datetime as dt
from typing import Any

import pytest

from graph_schema.ids import ClaimId
from graph_schema.shares import ShareBasis
from graph_schema.vocabulary import Modality, RelationType
from service.ownership.shares import HeldShare, HoldingClaim, share_of


def claim(predicate: str = "owns", id: str = "claim:1", **more: Any) -> HoldingClaim:
    values: dict[str, Any] = {"relation": RelationType.OWNS, "modality": Modality.ASSERTED, **more}
    return HoldingClaim(id=ClaimId(id), predicate=predicate, **values)


def on(year: int) -> dt.date:
    return dt.date(year, 1, 1)


def bounds(*claims: HoldingClaim, as_of: dt.date | None = None) -> tuple[float, float]:
    share = share_of(claims, as_of=as_of)
    assert share is not None
    return round(share.lower, 4), round(share.upper, 4)


@pytest.mark.parametrize(
    ("predicate", "more", "expected", "basis"),
    [
        ("owns", {"share": 0.49}, (0.49, 0.49), ShareBasis.STATED),
        ("owns", {"share": 0.0}, (0.0, 0.0), ShareBasis.STATED),
        ("holds 51.5% of", {}, (0.515, 0.515), ShareBasis.STATED),
        ("holds more than 30 percent of", {}, (0.3, 1.0), ShareBasis.STATED),
        ("owns up to 20 % of", {}, (0.0, 0.2), ShareBasis.STATED),
        ("wholly owns", {}, (1.0, 1.0), ShareBasis.WORDS),
        ("holds a majority stake in", {}, (0.5, 1.0), ShareBasis.WORDS),
        ("controls", {}, (0.5, 1.0), ShareBasis.WORDS),
        ("owns over half of", {}, (0.5, 1.0), ShareBasis.WORDS),
        ("holds a minority stake in", {}, (0.0, 0.5), ShareBasis.WORDS),
        ("owns half of", {}, (0.5, 0.5), ShareBasis.WORDS),
        ("holds a stake in", {}, (0.0, 1.0), ShareBasis.WORDS),
        ("owns", {}, (0.0, 1.0), ShareBasis.UNKNOWN),
        ("is a subsidiary of", {"relation": RelationType.SUBSIDIARY_OF}, (0.5, 1.0), ShareBasis.RELATION),
        ("bought", {"relation": RelationType.ACQUIRES}, (0.5, 1.0), ShareBasis.RELATION),
        ("took a stake in", {"relation": RelationType.INVESTS_IN}, (0.0, 0.5), ShareBasis.WORDS),
    ],
)
def test_one_claim(predicate: str, more: dict[str, Any], expected: tuple[float, float], basis: ShareBasis) -> None:
    share = share_of([claim(predicate, **more)])
    assert share is not None
    assert (round(share.lower, 4), round(share.upper, 4), share.basis) == (*expected, basis)


def test_a_majority_is_more_than_half() -> None:
    share = share_of([claim("holds a majority of")])
    assert share is not None
    assert share.lower > 0.5


def test_money_put_in_is_no_holding() -> None:
    assert share_of([claim("invested 3 billion dollars in", relation=RelationType.INVESTS_IN)]) is None


def test_the_newest_share_counts_and_is_what_the_proof_shows() -> None:
    share = share_of([claim(id="claim:old", share=0.3, day=on(2019)), claim(id="claim:new", share=0.55, day=on(2024))])
    assert share == HeldShare(0.55, 0.55, ShareBasis.STATED, (ClaimId("claim:new"),), on(2024))


def test_an_older_number_narrows_newer_words_that_it_fits() -> None:
    newer = claim("is a subsidiary of", "claim:2", relation=RelationType.SUBSIDIARY_OF, day=on(2024))
    assert bounds(claim(share=0.8, day=on(2019)), newer) == (0.8, 0.8)
    assert bounds(claim(share=0.3, day=on(2019)), newer) == (0.5, 1.0)


def test_numbers_of_one_day_or_of_none_that_differ_are_an_interval() -> None:
    assert bounds(claim(share=0.48, day=on(2015)), claim(id="claim:2", share=0.51, day=on(2015))) == (0.48, 0.51)
    assert bounds(claim(share=0.3), claim(id="claim:2", share=0.55, day=on(2024))) == (0.3, 0.55)


def test_as_of_a_day_later_shares_do_not_count_unless_there_are_no_others() -> None:
    both = claim(share=0.3, day=on(2019)), claim(id="claim:2", share=0.55, day=on(2024))
    assert bounds(*both, as_of=on(2020)) == (0.3, 0.3)
    assert bounds(both[1], as_of=on(2020)) == (0.55, 0.55)


def test_as_of_a_day_shares_that_had_ended_do_not_count() -> None:
    ended = claim(share=0.5, day=on(2015), valid_to=on(2020))
    assert bounds(ended, claim(id="claim:2", share=0.48, day=on(2015)), as_of=on(2021)) == (0.48, 0.48)


def test_what_is_alleged_may_also_be_nothing_and_gives_way_to_what_is_asserted() -> None:
    alleged = claim(share=0.6, modality=Modality.ALLEGED)
    assert bounds(alleged) == (0.0, 0.6)
    assert bounds(alleged, claim(id="claim:2", share=0.2)) == (0.2, 0.2)
