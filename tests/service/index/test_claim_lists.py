"""Claims of a snapshot: put in the order of the relations, and carried from one snapshot to the next."""

import datetime as dt

import numpy as np

from graph_schema.ids import RelationId
from graph_schema.vocabulary import Modality
from service.index.change import ClaimRow
from service.index.claim_lists import ClaimBuilder, ClaimLists
from service.index.layout import STATUSES
from service.index.snapshot import Claims

BEGAN = {"run:1": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}


def row(document: str, *, publisher: str | None = "Reuters", share: float | None = None) -> ClaimRow:
    return ClaimRow(RelationId("relation:new"), publisher, document, "run:1", Modality.PLANNED, share, 0.5)


def lists(*claims: tuple[int, ClaimRow]) -> ClaimLists:
    builder = ClaimBuilder()
    for relation, claim in claims:
        builder.add(relation, claim)
    return builder.lists(BEGAN)


def documents(claims: Claims) -> list[list[str]]:
    """The documents behind each relation."""
    names = [claims.documents[code] for code in claims.document]
    return [names[a:b] for a, b in zip(claims.start[:-1], claims.start[1:], strict=True)]


def test_claims_are_put_in_the_order_of_their_relations() -> None:
    claims = lists((2, row("c")), (0, row("a")), (2, row("d"))).sorted(4)
    assert documents(claims) == [["a"], [], ["c", "d"], []]


def test_a_claim_keeps_what_it_says_and_where_it_comes_from() -> None:
    claims = lists((0, row("a", publisher=None, share=0.9)), (0, row("b"))).sorted(1)
    assert claims.publisher.tolist() == [-1, 0]
    assert claims.publishers == ("Reuters",)
    assert STATUSES[claims.modality[0]] == Modality.PLANNED
    assert claims.share[0] == 0.9
    assert np.isnan(claims.share[1])
    assert claims.confidence.tolist() == [0.5, 0.5]
    assert claims.began == BEGAN


def test_sorting_and_taking_apart_lose_nothing() -> None:
    claims = lists((1, row("b")), (0, row("a")), (1, row("c"))).sorted(2)
    assert documents(ClaimLists.of(claims).sorted(2)) == [["a"], ["b", "c"]]


def test_a_change_renumbers_what_stays_drops_what_goes_and_adds_what_comes() -> None:
    old = lists((0, row("a")), (1, row("b")), (2, row("c")))
    later = {"run:2": dt.datetime(2026, 2, 1, tzinfo=dt.UTC)}
    renumbered = np.array([1, -1, 0], dtype=np.int32)
    new = old.changed(renumbered, [row("d", publisher="AP")], {RelationId("relation:new"): 2}, later)
    claims = new.sorted(3)
    assert documents(claims) == [["c"], ["a"], ["d"]]
    assert [claims.publishers[code] for code in claims.publisher] == ["Reuters", "Reuters", "AP"]
    assert claims.began == BEGAN | later
