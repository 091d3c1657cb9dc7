"""Files with a few bytes changed: a reader gives records and refusals with their line, or one error of ours; it never breaks.

CHOKEPOINT_TEST_EXAMPLES: how many of each are tried; `make fuzz` tries 2,000.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.errors import ChokepointError, MalformedRecord, SettingsError
from loaders.jobs.definition import read_jobs
from loaders.sources.eto import SupplyChain
from loaders.sources.feed_entries import address, mark, parsed_feed, said
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.gdelt import Gdelt
from loaders.sources.pages import article_of_page
from loaders.sources.records import SourceRecord
from loaders.sources.triples import Triples
from loaders.triple import Article
from tests.loaders.sources.spoiling import spoilt

DATA = Path(__file__).parents[2] / "data"
SAMPLE = Path(__file__).parents[3] / "loaders" / "sample"
CSV = (SAMPLE / "statements.csv").read_bytes()
JSONL = b"".join(
    b'{"subject": "Intel", "predicate": "tested tools from", "object": "ACM Research", "date": "2026-01-0%d", '
    b'"confidence": 0.%d, "url": "https://e.org/%d", "valid_from": "2025", "aliases": ["a"]}\n' % (n, n, n)
    for n in range(1, 6)
)
GDELT_EVENTS, GDELT_MENTIONS = DATA / "gdelt" / "events.export.CSV", DATA / "gdelt" / "mentions.CSV"
FEED, PAGE = (DATA / "feed" / "feed.xml").read_bytes(), (DATA / "feed" / "a.html").read_bytes()
JOBS = b"""\
jobs:
  - name: lists
    source: ftm
    arguments: {paths: [lists.json]}
    schedule: "15 4 * * *"
    expect: ["200..5000 companies"]
    timeout: PT1H
  - name: chips
    source: eto
    arguments: &a
      folder: tables
    schedule: PT6H
    full: true
"""
Records = Iterable[SourceRecord | MalformedRecord]


def _eto(file: Path) -> Records:
    for other in (DATA / "eto").iterdir():
        if other.name != "provision.csv":
            (file.parent / other.name).write_bytes(other.read_bytes())
    file.rename(file.with_name("provision.csv"))
    return SupplyChain(str(file.parent)).records()


READERS: Mapping[str, tuple[bytes, str, Callable[[Path], Records]]] = {
    "csv": (CSV, "a.csv", lambda file: Triples([str(file)]).records()),
    "tsv": (CSV.replace(b",", b"\t"), "a.tsv", lambda file: Triples([str(file)]).records()),
    "jsonl": (JSONL, "a.jsonl", lambda file: Triples([str(file)]).records()),
    "ftm": (
        (DATA / "followthemoney" / "entities.ftm.json").read_bytes(),
        "a.ftm.json",
        lambda file: FollowTheMoney([str(file)]).records(),
    ),
    "ftm changes": (
        (DATA / "followthemoney" / "changes.delta.json").read_bytes(),
        "a.delta.json",
        lambda file: FollowTheMoney([str(file)]).records(),
    ),
    "gdelt events": (GDELT_EVENTS.read_bytes(), "a.export.CSV", lambda file: Gdelt([str(file)], []).records()),
    "gdelt mentions": (
        GDELT_MENTIONS.read_bytes(),
        "a.mentions.CSV",
        lambda file: Gdelt([str(GDELT_EVENTS)], [str(file)]).records(),
    ),
    "eto": ((DATA / "eto" / "provision.csv").read_bytes(), "a.csv", _eto),
}
UNHURRIED = settings(
    max_examples=int(os.environ.get("CHOKEPOINT_TEST_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("name", READERS)
@UNHURRIED
@given(data=st.data())
def test_a_spoilt_file_costs_the_records_that_it_spoils(name: str, data: st.DataObject, tmp_path: Path) -> None:
    good, file_name, records = READERS[name]
    file = tmp_path / file_name
    file.write_bytes(data.draw(spoilt(good)))
    try:
        for record in records(file):
            if isinstance(record, MalformedRecord):
                assert record.line >= 1
                assert "\n" not in str(record)
            else:
                assert record.line >= 1
                assert all(triple.subject != triple.object for triple in record.triples)
    except ChokepointError:
        pass  # the whole file is refused, in one line


@UNHURRIED
@given(content=spoilt(FEED))
def test_a_spoilt_feed_gives_articles_or_addresses_that_are_none(content: bytes) -> None:
    feed = parsed_feed(content, "application/rss+xml", "https://e.org/feed.xml")
    for article in _articles(feed):
        assert article.url is None or article.url.startswith("http") or "://" not in article.url


def _articles(feed: object) -> Iterator[Article]:
    for entry in getattr(feed, "entries", ()):
        try:
            key = address(str(entry.get("link") or ""))
        except ValueError:
            continue
        assert mark(entry)
        yield said(entry, key, feed)


@UNHURRIED
@given(content=spoilt(PAGE))
def test_a_spoilt_page_is_an_article_with_text_or_none(content: bytes) -> None:
    article = article_of_page(content, url="https://e.org/a", content_type="text/html")
    assert article is None or article.text.strip()


@UNHURRIED
@given(content=spoilt(JOBS))
def test_a_spoilt_jobs_file_is_read_or_its_mistakes_are_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "jobs.yaml"
    file.write_bytes(content)
    try:
        jobs = read_jobs(file)
    except SettingsError as error:
        jobs, told = [], str(error)
    else:
        told = str(file)
    assert str(file) in told
    assert all(job.name for job in jobs)
