"""What counts as news between two states of a watch list."""

import pytest

from service.searches.changes import ChangeKind
from service.watchlists.news import NewsKind, Seen, news_between


def relation(type: str = "TESTED", status: str = "asserted", sources: int = 2) -> dict[str, object]:
    return {"about": "company:a", "mark": status, "text": "A", "type": type, "status": status, "sources": sources}


def part(mark: str = "listed") -> dict[str, object]:
    return {"about": "company:a", "mark": mark, "text": "A"}


def tie(*way: str) -> dict[str, object]:
    return {"about": "company:a", "mark": [len(way), *way], "text": "A"}


@pytest.mark.parametrize(
    ("before", "after", "kind", "change"),
    [
        ({}, {"exposure|e": tie("b")}, NewsKind.NEW_EXPOSURE, ChangeKind.ADDED),
        ({"exposure|e": tie("b")}, {"exposure|e": tie("c", "b")}, NewsKind.CHANGED_EXPOSURE, ChangeKind.CHANGED),
        ({"exposure|e": tie("b")}, {}, NewsKind.ENDED_EXPOSURE, ChangeKind.REMOVED),
        ({}, {"relation|r": relation()}, NewsKind.NEW_RELATION_TYPE, ChangeKind.ADDED),
        (
            {"relation|r": relation()},
            {"relation|r": relation(), "relation|s": relation()},
            NewsKind.NEW_RELATION,
            ChangeKind.ADDED,
        ),
        (
            {"relation|r": relation(status="planned")},
            {"relation|r": relation()},
            NewsKind.CHANGED_STATUS,
            ChangeKind.CHANGED,
        ),
        ({"relation|r": relation(sources=3)}, {"relation|r": relation()}, NewsKind.LOST_EVIDENCE, ChangeKind.CHANGED),
        ({"relation|r": relation()}, {}, NewsKind.ENDED_RELATION, ChangeKind.REMOVED),
        ({}, {"answer|b": part()}, NewsKind.NEW_ANSWER, ChangeKind.ADDED),
        ({"answer|verdict": part("NO")}, {"answer|verdict": part("YES")}, NewsKind.CHANGED_ANSWER, ChangeKind.CHANGED),
        ({"answer|b": part()}, {}, NewsKind.ENDED_ANSWER, ChangeKind.REMOVED),
    ],
)
def test_each_kind_of_news(before: Seen, after: Seen, kind: NewsKind, change: ChangeKind) -> None:
    (news,) = news_between("list", 1, before, after)
    assert (news.kind, news.kind.change, news.about) == (kind, change, "company:a")


def test_more_sources_and_the_same_again_are_no_news() -> None:
    assert (
        news_between(
            "list",
            1,
            {"relation|r": relation(), "exposure|e": tie("b")},
            {"relation|r": relation(sources=5), "exposure|e": tie("b")},
        )
        == []
    )


def test_whoever_finds_a_difference_gives_it_the_same_id() -> None:
    one, same = (news_between("list", 4, {}, {"exposure|e": tie("b")}) for _ in range(2))
    later = news_between("list", 5, {}, {"exposure|e": tie("b")})
    assert one[0].id == same[0].id != later[0].id
