"""What counts as news between two states of a watch list."""

import pytest

from service.searches.changes import ChangeKind
from service.watchlists.news import NewsKind, Seen, news_between


def relation(type: str = "TESTED", status: str = "asserted", sources: int = 2) -> dict[str, object]:
    return {"about": "company:a", "mark": status, "text": "A", "type": type, "status": status, "sources": sources}


def tie(*way: str) -> dict[str, object]:
    return {"about": "company:a", "mark": [len(way), *way], "text": "A"}


@pytest.mark.parametrize(
    ("before", "after", "kind", "change"),
    [
        ({}, {"e": tie("b")}, NewsKind.NEW_EXPOSURE, ChangeKind.ADDED),
        ({"e": tie("b")}, {"e": tie("c", "b")}, NewsKind.CHANGED_EXPOSURE, ChangeKind.CHANGED),
        ({"e": tie("b")}, {}, NewsKind.ENDED_EXPOSURE, ChangeKind.REMOVED),
        ({}, {"r": relation()}, NewsKind.NEW_RELATION_TYPE, ChangeKind.ADDED),
        ({"r": relation()}, {"r": relation(), "s": relation()}, NewsKind.NEW_RELATION, ChangeKind.ADDED),
        ({"r": relation(status="planned")}, {"r": relation()}, NewsKind.CHANGED_STATUS, ChangeKind.CHANGED),
        ({"r": relation(sources=3)}, {"r": relation()}, NewsKind.LOST_EVIDENCE, ChangeKind.CHANGED),
        ({"r": relation()}, {}, NewsKind.ENDED_RELATION, ChangeKind.REMOVED),
    ],
)
def test_each_kind_of_news(before: Seen, after: Seen, kind: NewsKind, change: ChangeKind) -> None:
    (news,) = news_between("list", 1, before, after)
    assert (news.kind, news.kind.change, news.about) == (kind, change, "company:a")


def test_more_sources_and_the_same_again_are_no_news() -> None:
    assert news_between("list", 1, {"r": relation(), "e": tie("b")}, {"r": relation(sources=5), "e": tie("b")}) == []


def test_whoever_finds_a_difference_gives_it_the_same_id() -> None:
    one, same = (news_between("list", 4, {}, {"e": tie("b")}) for _ in range(2))
    later = news_between("list", 5, {}, {"e": tie("b")})
    assert one[0].id == same[0].id != later[0].id
