"""Control: the worked examples of OFAC's question 401 in our words, and brute force over random graphs."""

import pytest

from graph_schema.ids import EntityId
from service.ownership.bounds import Holdings, Stake, reaches
from service.ownership.control import cascade, control_of, held_at_least, held_at_most
from tests.service.ownership.random_holdings import case
from tests.service.ownership.test_bounds import A, B, C, X, Y, held


@pytest.mark.parametrize(
    ("stakes", "firm", "blocked"),
    [
        pytest.param([(X, 0.5, A), (A, 0.5, B)], B, True, id="half of half"),
        pytest.param([(X, 0.5, A), (X, 0.5, B), (A, 0.25, C), (B, 0.25, C)], C, True, id="two quarters"),
        pytest.param([(X, 0.5, A), (X, 0.1, B), (A, 0.4, B)], B, True, id="directly and indirectly"),
        pytest.param([(X, 0.5, A), (X, 0.25, B), (A, 0.25, C), (B, 0.25, C)], C, False, id="one owner is not blocked"),
        pytest.param([(X, 0.25, A), (X, 0.25, B), (A, 0.5, C), (B, 0.5, C)], C, False, id="no owner is blocked"),
        pytest.param([(X, 0.25, A), (Y, 0.25, A)], A, True, id="two parties together"),
    ],
)
def test_the_examples_of_ofac_come_out_as_ofac_says(
    stakes: list[tuple[EntityId, float, EntityId]], firm: EntityId, blocked: bool
) -> None:
    control = control_of(Holdings.of(held(*stakes), [X, Y]), more_than=False)
    assert (firm in control.sure) is blocked
    assert (firm in control.possible) is blocked


def test_half_is_no_majority_where_more_is_asked_for() -> None:
    holdings = Holdings.of(held((X, 0.5, A)), [X])
    assert A not in control_of(holdings, more_than=True).possible


def test_firms_that_hold_one_another_are_in_nobodys_hands() -> None:
    holdings = Holdings.of(held((A, 0.6, B), (B, 0.6, A), (X, 0.1, A)), [X])
    assert control_of(holdings, more_than=False).possible.isdisjoint({A, B})


def test_the_cascade_names_the_holdings_from_the_firm_up_to_the_parties() -> None:
    holdings = Holdings.of(held((X, 0.7, A), (A, 0.6, B), (Y, 0.3, B), (C, 0.4, A, 0.3)), [X])
    control = control_of(holdings, more_than=False)
    assert cascade(holdings, B, control.sure) == [(A, B), (X, A)]


def test_a_thousand_random_graphs_have_the_control_that_trying_all_shares_finds() -> None:
    for seed in range(1_000):
        made = case(seed)
        holdings = Holdings.of(made.stakes, made.parties)
        control = control_of(holdings, more_than=False)
        assert control.sure - {""} == made.in_hand(made.least(), 0.5), seed
        assert control.possible - {""} == made.in_hand(made.matrices(), 0.5), seed
        for firm in made.firms:
            if firm not in made.parties:
                least, most = (
                    held_at_least(holdings, firm, control.sure),
                    held_at_most(holdings, firm, control.possible),
                )
                assert reaches(least, 0.5, more_than=False) is (firm in control.sure)
                assert reaches(most, 0.5, more_than=False) is (firm in control.possible)
                assert least <= most + 1e-9


def test_what_others_surely_hold_bounds_what_hands_may_hold() -> None:
    holdings = Holdings.of([*held((X, 0.1, A, 0.9), (B, 0.3, A)), Stake(A, A, 0.2, 0.2)], [X])
    assert held_at_most(holdings, A, {X}) == pytest.approx(0.7)
    assert held_at_least(holdings, A, {X}) == pytest.approx(0.1)
