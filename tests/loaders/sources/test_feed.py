"""Feeds and pages from a real server on this machine: what is read, what is not read again, and what is refused."""

import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from graph_schema.errors import AddressRefused, MalformedRecord, SourceUnavailable
from loaders.sources.feed import FeedReader, FeedState
from loaders.sources.fetching import Fetcher, FetchLimits, is_public
from loaders.sources.pages import article_of_page, decoded
from loaders.triple import Article

DATA = Path(__file__).parents[2] / "data" / "feed"
NEAR = FetchLimits(allow_private=True, timeout_s=2, most_bytes=200_000, pause_s=0)


@dataclass
class Site:
    """A web site: pages by path, and what was asked of it."""

    port: int = 0
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, self.headers.get("If-None-Match")))
            status, headers, body = site.pages.get(self.path, (404, {}, b""))
            if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    feed = {"Content-Type": "application/rss+xml", "ETag": '"1"'}
    site.pages["/feed.xml"] = (200, feed, (DATA / "feed.xml").read_bytes())
    site.pages["/a.html"] = (200, {"Content-Type": "text/html", "ETag": '"a"'}, (DATA / "a.html").read_bytes())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


def read(site: Site, state: FeedState, *paths: str, follow: bool = True) -> list[Article | MalformedRecord]:
    return list(FeedReader([site.url(path) for path in paths or ("/feed.xml",)], state, NEAR, follow).articles())


def test_entries_of_a_feed_are_read_as_pages(site: Site, tmp_path: Path) -> None:
    article, gone, unlinked = read(site, FeedState(tmp_path / "state.json"))
    assert isinstance(article, Article)
    assert "second plant in Example City" in article.text
    assert "Home" not in article.text
    assert (article.publisher, str(article.published), article.url) == (
        "Chip Daily",
        "2026-11-24",
        site.url("/a.html"),
    )
    assert isinstance(gone, MalformedRecord)
    assert (gone.line, gone.field) == (2, "link")
    assert "404" in gone.problem
    assert isinstance(unlinked, MalformedRecord)
    assert (unlinked.line, unlinked.field) == (3, "link")


def test_what_has_not_changed_is_not_read_again(site: Site, tmp_path: Path) -> None:
    site.pages["/feed.xml"] = (200, site.pages["/feed.xml"][1], _only_first_entry())
    state = FeedState(tmp_path / "state.json")
    assert len(read(site, state)) == 1
    state.save()
    site.asked.clear()
    assert read(site, FeedState.read(tmp_path / "state.json")) == []
    assert site.asked == [("/robots.txt", None), ("/feed.xml", '"1"')]


def test_a_feed_of_which_something_failed_is_looked_at_again_but_only_for_that(site: Site, tmp_path: Path) -> None:
    state = FeedState(tmp_path / "state.json")
    read(site, state)
    site.asked.clear()
    assert [isinstance(item, MalformedRecord) for item in read(site, state)] == [True, True]
    assert [path for path, _ in site.asked] == ["/robots.txt", "/feed.xml", "/gone.html"]


def test_without_following_the_feeds_own_words_are_the_article(site: Site, tmp_path: Path) -> None:
    article, *_ = read(site, FeedState(tmp_path / "s.json"), follow=False)
    assert isinstance(article, Article)
    assert article.text == "Example Foundry opened a plant in Example City on Tuesday, it said."
    assert article.publisher == "Chip Daily"


def test_a_page_may_be_given_instead_of_a_feed(site: Site, tmp_path: Path) -> None:
    (article,) = read(site, FeedState(tmp_path / "s.json"), "/a.html")
    assert isinstance(article, Article)
    assert article.title is not None
    assert article.title.startswith("Foundry opens")


def test_robots_are_respected(site: Site) -> None:
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /private\n")
    site.pages["/private"] = (200, {}, b"secret")
    with Fetcher(NEAR) as fetcher, pytest.raises(SourceUnavailable, match=r"robots\.txt"):
        fetcher.get(site.url("/private"))
    assert "/private" not in [path for path, _ in site.asked]


def test_private_addresses_are_refused_unless_allowed(site: Site) -> None:
    with Fetcher(FetchLimits(pause_s=0)) as fetcher, pytest.raises(AddressRefused, match="private network"):
        fetcher.get(site.url("/a.html"))
    assert site.asked == []


def test_a_redirect_into_a_private_network_is_refused(site: Site) -> None:
    """`localhost` stands for a public name here; the redirect names the address itself."""
    site.pages["/away"] = (302, {"Location": f"http://127.0.0.1:{site.port}/a.html"}, b"")
    fetching = Fetcher(FetchLimits(pause_s=0), admits=lambda _: len(site.asked) < 2)
    with fetching as fetcher, pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        fetcher.get(site.url("/away"))
    assert [path for path, _ in site.asked] == ["/robots.txt", "/away"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.0.0.1", False),
        ("172.16.9.9", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::", False),
        ("64:ff9b::10.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_endless_pages_and_endless_redirects_are_cut(site: Site) -> None:
    site.pages["/long"] = (200, {}, b"x" * 300_000)
    site.pages["/bomb"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 5_000_000))
    site.pages["/round"] = (302, {"Location": "/round"}, b"")
    with Fetcher(NEAR) as fetcher:
        for path in ("/long", "/bomb"):
            with pytest.raises(SourceUnavailable, match="longer than 195 KiB"):
                fetcher.get(site.url(path))
        with pytest.raises(SourceUnavailable, match="redirects"):
            fetcher.get(site.url("/round"))
        for url in ("file:///etc/passwd", "ftp://example.org/x", "http://"):
            with pytest.raises(SourceUnavailable, match="no http"):
                fetcher.get(url)


def test_one_address_that_fails_does_not_keep_the_others_away(site: Site, tmp_path: Path) -> None:
    site.pages["/feed.xml"] = (200, site.pages["/feed.xml"][1], _only_first_entry())
    article, refused = read(site, FeedState(tmp_path / "s.json"), "/none.xml", "/feed.xml")
    assert isinstance(article, Article)
    assert isinstance(refused, MalformedRecord)
    with pytest.raises(SourceUnavailable, match="404"):
        read(site, FeedState(tmp_path / "s.json"), "/none.xml")


def _only_first_entry() -> bytes:
    text = (DATA / "feed.xml").read_text()
    return (text[: text.index("<item><title>Gone")] + "</channel></rss>").encode()


def _feed(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>Chip Daily</title>{"".join(items)}</channel></rss>'


def _item(link: str, date: str, summary: str) -> str:
    return (
        f"<item><title>T</title><link>{link}</link><pubDate>{date}</pubDate><description>{summary}</description></item>"
    )


LONG = "Marlin Semiconductor acquired Veld Semiconductor in a deal of last week."


def test_a_summary_in_html_is_read_without_its_scripts(site: Site, tmp_path: Path) -> None:
    summary = f"&lt;p&gt;{LONG}&lt;/p&gt;&lt;script&gt;Intel acquired Nvidia&lt;/script&gt;"
    site.pages["/feed.xml"] = (200, {}, _feed(_item("/x", "Mon, 04 Mar 2024 10:00:00 GMT", summary)).encode())
    (article,) = read(site, FeedState(tmp_path / "s.json"), follow=False)
    assert isinstance(article, Article)
    assert (article.text, str(article.published)) == (LONG, "2024-03-04")


@pytest.mark.parametrize(
    "written",
    [
        "2016/6/29",
        "1709550000",
        "2024年3月9日",
        "0001-01-01T00:00:00Z",
        "2024-02-30",
        "2021-13-45T99:99:99Z",
        "2999-01-01T00:00:00Z",
        "26 s",
    ],
)
def test_a_date_that_is_not_understood_is_absent(site: Site, tmp_path: Path, written: str) -> None:
    site.pages["/feed.xml"] = (200, {}, _feed(_item("/x", written, LONG)).encode())
    (article,) = read(site, FeedState(tmp_path / "s.json"), follow=False)
    assert isinstance(article, Article)
    assert article.published is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Thu, 03 Sep 15 00:01:01 +0200", "2015-09-03"),
        ("Wed, 31 Dec 2025 23:30:00 -0800", "2025-12-31"),
        ("Mo, 25 Jun 2018 11:41:36", "2018-06-25"),
        ("Mon, May 25 2020 04:45:26 +0000", "2020-05-25"),
        ("Mon Mar  4 10:00:00 2024", "2024-03-04"),
        ("2024-03-04T23:30:00-08:00", "2024-03-04"),
    ],
)
def test_the_day_is_the_one_that_the_publisher_writes(site: Site, tmp_path: Path, written: str, day: str) -> None:
    site.pages["/feed.xml"] = (200, {}, _feed(_item("/x", written, LONG)).encode())
    (article,) = read(site, FeedState(tmp_path / "s.json"), follow=False)
    assert isinstance(article, Article)
    assert str(article.published) == day


def test_a_feed_in_json_is_read_like_the_others(site: Site, tmp_path: Path) -> None:
    told = "Marlin & Sons acquired Veld Semiconductor <Dresden> in a deal of last week."
    items = [
        {"id": "1", "url": "/x", "title": "Deal", "date_published": "2024-03-04T23:30:00-08:00", "content_text": told},
        {"id": "2", "external_url": "/y", "content_html": f"<p>{LONG}</p><script>Intel acquired Nvidia</script>"},
        {"id": "3", "title": "no link", "content_text": LONG},
        "not an item",
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Chip Daily", "language": "en", "items": items}
    site.pages["/feed.json"] = (200, {"Content-Type": "application/feed+json"}, b"\xef\xbb\xbf" + orjson.dumps(feed))
    plain, marked_up, unlinked = read(site, FeedState(tmp_path / "s.json"), "/feed.json", follow=False)
    assert isinstance(plain, Article)
    assert (plain.text, plain.title, plain.publisher, plain.language) == (told, "Deal", "Chip Daily", "en")
    assert (str(plain.published), plain.url) == ("2024-03-04", site.url("/x"))
    assert isinstance(marked_up, Article)
    assert (marked_up.text, marked_up.published, marked_up.url) == (LONG, None, site.url("/y"))
    assert isinstance(unlinked, MalformedRecord)
    assert unlinked.field == "link"


@pytest.mark.parametrize("items", [None, 1, "x", {"a": 1}, []])
def test_a_feed_in_json_without_items_says_nothing(site: Site, tmp_path: Path, items: object) -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": items}
    site.pages["/feed.json"] = (200, {}, orjson.dumps(feed))
    assert read(site, FeedState(tmp_path / "s.json"), "/feed.json") == []


def test_an_empty_answer_is_told_and_the_other_feeds_go_on(site: Site, tmp_path: Path) -> None:
    site.pages["/empty.xml"] = (200, {}, b"")
    site.pages["/feed.xml"] = (200, {}, _feed(_item("/x", "", f"{LONG} &#55296;&#1114112;")).encode())
    empty, article = read(site, FeedState(tmp_path / "s.json"), "/empty.xml", "/feed.xml", follow=False)
    assert isinstance(empty, MalformedRecord)
    assert "empty" in empty.problem
    assert isinstance(article, Article)
    assert article.text == LONG


def test_one_article_under_several_addresses_is_one_document(site: Site, tmp_path: Path) -> None:
    links = ("/x", "/x/", "/x#top", "/x?utm_source=rss&amp;utm_medium=feed")
    site.pages["/feed.xml"] = (200, {}, _feed(*(_item(link, "", LONG) for link in links)).encode())
    found = [item for item in read(site, FeedState(tmp_path / "s.json"), follow=False) if isinstance(item, Article)]
    assert {article.url for article in found} == {site.url("/x")}


def test_a_broken_link_is_one_refused_record(site: Site, tmp_path: Path) -> None:
    site.pages["/feed.xml"] = (200, {}, _feed(_item("http://[bad/x", "", LONG), _item("/x", "", LONG)).encode())
    broken, article = read(site, FeedState(tmp_path / "s.json"), follow=False)
    assert isinstance(broken, MalformedRecord)
    assert isinstance(article, Article)


def test_a_page_without_charset_is_decoded_as_browsers_do() -> None:
    assert decoded("Škoda façade".encode()) == "Škoda façade"
    assert decoded("façade".encode("cp1252")) == "façade"
    assert decoded("芯片".encode("gb18030"), "text/html; charset=gb2312") == "芯片"
    assert decoded(b'<meta charset="iso-8859-1">\x93x\x94').endswith("“x”")


def test_a_page_that_asks_for_consent_is_read_for_its_article() -> None:
    asking = (
        "<div class='Cookie-Banner'><p>"
        + "We use cookies and share data with partners who supply our ads. " * 9
        + "</p></div>"
    )
    told = "Marlin Semiconductor acquired Veld Semiconductor, the firm said on Monday. " * 5
    page = f"<html><body>{asking}<aside><article><p>{told}</p></article></aside></body></html>"
    article = article_of_page(page.encode(), url="https://example.org/deal")
    assert article is not None
    assert article.text.startswith("Marlin Semiconductor")
    assert "cookies" not in article.text
