"""Feeds and pages of the web: addresses in, articles out. What a server says has not changed is not read again.

An address is an RSS, Atom or JSON feed, whose entries are fetched as pages, or a page itself. A page that cannot be had falls
back on what the feed says of it; one that is refused is a record of its own.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urljoin

import orjson
from pydantic import Field

from graph_schema.errors import AddressRefused, MalformedRecord, SettingsError, SourceUnavailable
from loaders.settings import LoadSettings
from loaders.sources import feed_entries as entries
from loaders.sources.definition import RefusedFile, Shown, SourceArguments, SourceDefinition
from loaders.sources.feed_entries import address, parsed_feed
from loaders.sources.fetching import FetchedPage, Fetcher, FetchLimits
from loaders.sources.pages import article_of_page
from loaders.triple import Article

_MOST_KNOWN = 50_000


@dataclass(slots=True)
class FeedState:
    """What is known of addresses that were loaded before, in a JSON file. It is saved once the load has succeeded."""

    path: Path
    known: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "FeedState":
        """The state of that file; a missing or damaged one is an empty state, for then everything is read again."""
        state = cls(path)
        with contextlib.suppress(OSError, ValueError):
            content = orjson.loads(path.read_bytes())
            if isinstance(content, dict):
                state.known = {url: entry for url, entry in content.items() if isinstance(entry, dict)}
        return state

    def save(self) -> None:
        """Write the state; a stop in between leaves the old one. Raises SettingsError."""
        kept = dict(list(self.known.items())[-_MOST_KNOWN:])
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft = self.path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_bytes(orjson.dumps(kept))
            draft.replace(self.path)
        except OSError as error:
            raise SettingsError(f"cannot write the feed state {self.path}: {error.strerror or error}") from error

    def note(self, url: str, page: FetchedPage, mark: str | None = None) -> None:
        """Remember how `url` was found, the latest at the end."""
        values = {"etag": page.etag, "last_modified": page.last_modified, "mark": mark}
        self.known.pop(url, None)
        self.known[url] = {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class FeedReader:
    """Addresses of feeds and pages, and how far to go for them."""

    urls: Sequence[str]
    state: FeedState
    limits: FetchLimits = field(default_factory=FetchLimits)
    follow: bool = True
    """Whether the pages that entries link to are fetched; otherwise what the feed itself says is all."""
    most_entries: int = 2_000
    """New entries of one feed that are read in one load; the next one takes the rest."""

    ignored: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The addresses."""
        return ", ".join(self.urls)

    def fingerprint(self, *salt: str) -> str | None:  # noqa: ARG002
        """None: the web may say something else the next time, so there is nothing to go back to."""
        return None

    def loaded(self) -> None:
        """Remember what was read."""
        self.state.save()

    def articles(self) -> Iterator[Article | MalformedRecord]:
        """All that is new or changed, in the order of the addresses.

        Raises SourceUnavailable when none of the addresses answers, AddressRefused.
        """
        problems: list[tuple[str, SourceUnavailable]] = []
        with Fetcher(self.limits) as fetcher:
            for url in self.urls:
                try:
                    page = self._get(fetcher, url)
                except AddressRefused:
                    raise
                except SourceUnavailable as error:
                    problems.append((url, error))
                    continue
                if page.content is not None:
                    complete = True
                    for item in self._read(fetcher, url, page):
                        complete = complete and isinstance(item, Article)
                        yield item
                    if complete:  # else the next load looks at the feed again, and takes what failed this time
                        self.state.note(url, page)
        if len(problems) == len(self.urls):
            raise problems[0][1]
        for url, problem in problems:
            yield MalformedRecord(url, 1, None, str(problem), raw=url)

    def _read(self, fetcher: Fetcher, url: str, page: FetchedPage) -> Iterator[Article | MalformedRecord]:
        assert page.content is not None
        if not page.content.strip():
            yield MalformedRecord(url, 1, None, "the answer is empty", raw=url)
            return
        feed = parsed_feed(page.content, page.content_type, page.url)
        if not feed.get("version"):
            article = article_of_page(page.content, url=page.url, content_type=page.content_type)
            problem = "is neither a feed nor a page with running text of its own"
            yield article or MalformedRecord(url, 1, None, problem, raw=url)
            return
        read = 0
        for number, entry in enumerate(feed.entries, 1):
            if read >= self.most_entries:
                left = f"has {len(feed.entries) - number + 1:,} more entries, which the next load reads"
                yield MalformedRecord(url, number, None, left, raw=url)
                return
            for item in self._entry(fetcher, url, number, entry, feed):
                read += 1
                yield item

    def _entry(
        self, fetcher: Fetcher, url: str, number: int, entry: Mapping[str, Any], feed: Any
    ) -> Iterator[Article | MalformedRecord]:
        try:
            link = urljoin(url, str(entry.get("link") or ""))
            key = address(link)
            own = entries.said(entry, key, feed)
        except ValueError as error:
            yield MalformedRecord(url, number, "link", f"is no address: {error}", raw=str(entry.get("link"))[:200])
            return
        if not key.startswith(("http://", "https://")) or link == url:
            yield MalformedRecord(url, number, "link", "is missing", raw=str(entry.get("title"))[:200])
            return
        mark = entries.mark(entry)
        if self.state.known.get(key, {}).get("mark") == mark:
            return
        readable = len(own.text) >= entries.SHORTEST
        if not self.follow:
            if readable:
                yield own
                self.state.note(key, FetchedPage(link, None, "", None, None), mark)
            else:
                problem = f"is too short to read; leave out --no-follow: {link}"
                yield MalformedRecord(url, number, "summary", problem, raw=link)
            return
        problem = "the page has no running text of its own"
        try:
            page = self._get(fetcher, link, key)
            if page.content is None:
                return
            article = article_of_page(page.content, url=key, content_type=page.content_type)
            if article is not None:
                yield entries.with_entry(article, own)
                self.state.note(key, page, mark)
                return
        except SourceUnavailable as error:
            problem = str(error)
        yield own if readable else MalformedRecord(url, number, "link", problem, raw=link)

    def _get(self, fetcher: Fetcher, url: str, key: str | None = None) -> FetchedPage:
        known = self.state.known.get(key or url, {})
        return fetcher.get(url, etag=known.get("etag"), last_modified=known.get("last_modified"))


class FeedArguments(SourceArguments):
    """Of `feed`."""

    urls: Annotated[list[str], Shown("URL…")] = Field(min_length=1)
    """RSS, Atom or JSON feeds, or pages."""
    follow: bool = True
    """Fetch the pages that a feed links to."""
    allow_private: bool = False
    """Fetch from private networks and this machine too."""
    pause: float = Field(default=1.0, ge=0)
    """Seconds between two requests to one host."""
    timeout: float = Field(default=20.0, ge=1)
    """Longest wait for one page, in seconds."""
    most_kib: int = Field(default=10_240, ge=1)
    """Longest page that is read, in KiB."""
    again: bool = False
    """Read also what has not changed since the last time."""


def _feed(arguments: FeedArguments, settings: LoadSettings) -> FeedReader:
    state = FeedState(settings.feed_state) if arguments.again else FeedState.read(settings.feed_state)
    limits = FetchLimits(arguments.allow_private, arguments.timeout, arguments.most_kib * 1024, arguments.pause)
    return FeedReader(arguments.urls, state, limits, arguments.follow)


def _retried(files: Sequence[RefusedFile], _base: Sequence[str], settings: LoadSettings) -> list[FeedReader]:
    addresses = [line for file in files for line in Path(file.path).read_text("utf-8").splitlines() if line]
    return [_feed(FeedArguments(urls=addresses), settings)] if addresses else []


SOURCE = SourceDefinition(
    name="feed",
    about="""Extract statements from feeds and pages of the web, and load them.

    robots.txt is respected, and what has not changed since the last load is not read again.
    """,
    arguments=FeedArguments,
    make=_feed,
    retry=_retried,
    of_text=True,
)
