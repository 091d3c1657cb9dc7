"""Judgements among themselves: who is one with whom, and what contradicts."""

import datetime as dt
from itertools import permutations

from graph_schema.domain import Judgement, Verdict
from graph_schema.ids import EntityId
from loaders.judgements.store import canonical, contradiction, groups

A, B, C, D = (EntityId(f"company:{name}") for name in ("aa", "b", "c", "d"))


def judged(one: EntityId, other: EntityId, verdict: Verdict = Verdict.SAME) -> Judgement:
    return Judgement(one, other, verdict, "ann", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None)


def test_who_is_one_with_a_third_is_one_with_each_other_in_any_order() -> None:
    for judgements in permutations([judged(A, B), judged(C, D), judged(B, C)]):
        assert groups(judgements) == [frozenset({A, B, C, D})]


def test_different_joins_nobody() -> None:
    assert groups([judged(A, B, Verdict.DIFFERENT)]) == []


def test_different_contradicts_a_chain_of_sames() -> None:
    assert contradiction([judged(A, B), judged(B, C), judged(C, A, Verdict.DIFFERENT)]) == (A, C)
    assert contradiction([judged(A, B), judged(C, A, Verdict.DIFFERENT)]) is None


def test_the_known_then_the_shortest_then_the_first_stands_for_a_group() -> None:
    assert canonical({A, B, C}, {A: True}) == A
    assert canonical({A, B, C}, {}) == B
