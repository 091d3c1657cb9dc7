"""The Atom feed, as a feed reader reads it."""

import datetime as dt

import feedparser

from service.watchlists.feed import atom_feed
from service.watchlists.news import NewsKind
from service.watchlists.store import Notice

AT = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


def notice(number: int, text: str) -> Notice:
    at = AT + dt.timedelta(minutes=number)
    return Notice(f"n{number}", "intel", number, 7 + number, NewsKind.NEW_EXPOSURE, "company:intel", text, {}, at)


def test_a_reader_finds_every_notice_with_its_id_and_time() -> None:
    feed = feedparser.parse(
        atom_feed("intel", [notice(2, "<b>華為</b> & \x07Co"), notice(1, "first")], "https://x/f.atom")
    )
    assert not feed.bozo
    assert (feed.feed.title, feed.feed.updated) == ("Chokepoint: intel", (AT + dt.timedelta(minutes=2)).isoformat())
    assert [entry.id for entry in feed.entries] == ["urn:chokepoint:notice:n2", "urn:chokepoint:notice:n1"]
    assert feed.entries[1].summary == "first (graph version 8)"
    assert "華為" in feed.entries[0].title
    assert [tag.term for tag in feed.entries[0].tags] == ["added"]


def test_a_feed_without_notices_is_a_feed() -> None:
    feed = feedparser.parse(atom_feed("intel", [], "https://x/f.atom"))
    assert (feed.bozo, feed.entries) == (False, [])
