"""The sum of holdings: equal to plain linear algebra on a thousand random graphs, and cases that a reader can check by hand."""

import numpy as np
import pytest

from graph_schema.ids import EntityId
from service.ownership.bounds import UNKNOWN, Holdings, Stake, parts_of, reaches, sums_of
from tests.service.ownership.random_holdings import case

X, Y, A, B, C, D = (EntityId(name) for name in "XYABCD")


def held(*stakes: tuple[EntityId, float, EntityId] | tuple[EntityId, float, EntityId, float]) -> list[Stake]:
    """`(X, 0.5, A)`: X has half of A; `(X, 0.2, A, 0.9)`: between 20 % and 90 %."""
    return [Stake(owner, owned, share, more[0] if more else share) for owner, share, owned, *more in stakes]


def sums(stakes: list[Stake], firm: EntityId, *parties: EntityId) -> tuple[float, float]:
    low, high = sums_of(Holdings.of(stakes, parties or (X,)), [firm])
    return low.part(firm), high.part(firm)


def test_a_thousand_random_graphs_have_the_bounds_of_linear_algebra() -> None:
    circular = unknown = 0
    for seed in range(1_000):
        made = case(seed)
        holdings = Holdings.of(made.stakes, made.parties)
        low, high = sums_of(holdings, made.firms)
        least = made.sums(made.least())[0]
        most = made.sums(made.matrices()).max(axis=0)
        for i, firm in enumerate(made.firms):
            if firm in made.parties:
                continue
            assert low.part(firm) == pytest.approx(least[i], abs=1e-9), (seed, firm)
            assert high.part(firm) == pytest.approx(most[i], abs=1e-9), (seed, firm)
            for bound in (low, high):
                over = parts_of(bound, firm)
                arrived = sum(part for (owner, _), part in over.items() if owner in made.parties)
                assert arrived == pytest.approx(bound.part(firm), abs=1e-7), (seed, firm)
        unknown += any(one.upper > one.lower for one in made.stakes)
        between = np.where(made.least()[0] > 0, 1.0, 0.0)
        circular += bool(np.trace(np.linalg.matrix_power(between + np.eye(len(between)), 12) - np.eye(len(between))))
    assert circular > 500
    assert unknown > 500


def test_a_part_of_a_part_is_their_product_and_chains_add_up() -> None:
    stakes = held((X, 0.5, A), (X, 0.4, B), (A, 0.5, C), (B, 0.5, C))
    assert sums(stakes, C) == (0.45, 0.45)


def test_several_parties_are_taken_together() -> None:
    assert sums(held((X, 0.3, A), (Y, 0.25, A)), A, X, Y) == pytest.approx((0.55, 0.55))


def test_a_party_behind_a_party_does_not_count_twice() -> None:
    assert sums(held((Y, 0.6, X), (X, 0.5, A)), A, X, Y) == (0.5, 0.5)


def test_cross_holdings_are_solved_for() -> None:
    # a = 0.5 + 0.2 b and b = 0.5 a
    stakes = held((X, 0.5, A), (B, 0.2, A), (A, 0.5, B))
    assert sums(stakes, A) == pytest.approx((0.5 / 0.9,) * 2)
    assert sums(stakes, B) == pytest.approx((0.25 / 0.9,) * 2)


def test_firms_that_hold_only_one_another_are_nobodys() -> None:
    assert sums(held((A, 1.0, B), (B, 1.0, A), (X, 0.5, C)), A) == (0.0, 0.0)


def test_an_unknown_share_takes_no_more_than_the_others_leave() -> None:
    assert sums(held((X, 0.0, A, 1.0), (B, 0.6, A)), A) == pytest.approx((0.0, 0.4))


def test_of_several_unknown_shares_what_is_left_goes_where_the_parties_have_most() -> None:
    stakes = held((A, 0.0, C, 1.0), (B, 0.0, C, 1.0), (X, 0.9, A), (X, 0.2, B), (D, 0.3, C))
    assert sums(stakes, C) == pytest.approx((0.0, 0.63))


def test_of_a_firm_that_was_not_explored_the_parties_may_have_what_is_left() -> None:
    low, high = sums_of(Holdings.of(held((A, 0.5, B), (D, 0.3, A)), [X], unexplored=[A]), [B])
    assert (low.part(B), high.part(B)) == pytest.approx((0.0, 0.35))
    assert (UNKNOWN, A) in parts_of(high, B)


def test_where_sources_give_away_more_than_the_whole_only_the_rest_is_sure() -> None:
    holdings = Holdings.of(held((X, 0.55, A), (B, 0.75, A)), [X])
    low, high = sums_of(holdings, [A])
    assert holdings.overstated == {A}
    assert (low.part(A), high.part(A)) == pytest.approx((0.25, 0.55))


def test_rounding_is_no_contradiction() -> None:
    holdings = Holdings.of(held((X, 0.334, A), (B, 0.333, A), (C, 0.334, A)), [X])
    assert holdings.overstated == frozenset()
    assert sums_of(holdings, [A])[0].part(A) == pytest.approx(0.334 / 1.001)


def test_a_circle_of_many_firms_is_solved() -> None:
    ring = [EntityId(f"company:{i}") for i in range(400)]
    stakes = held((X, 0.5, ring[0]), *((ring[i - 1], 0.9, ring[i]) for i in range(1, 400)), (ring[-1], 0.4, ring[0]))
    assert sums(stakes, ring[5])[0] == pytest.approx(0.5 * 0.9**5, rel=1e-12)


def test_the_threshold_itself_is_enough_unless_more_is_asked_for() -> None:
    assert reaches(0.1 + 0.2 + 0.2, 0.5, more_than=False)
    assert not reaches(0.5, 0.5, more_than=True)
    assert not reaches(0.499999, 0.5, more_than=False)
