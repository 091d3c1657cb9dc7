"""News in: texts, folders of them, HTML pages, JSON lines and Parquet; out: articles, in the order in which they were named."""

import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
from pydantic import Field

from graph_schema.errors import MalformedRecord, SourceUnavailable
from loaders.settings import LoadSettings
from loaders.sources import fields
from loaders.sources.definition import RefusedFile, Shown, SourceArguments, SourceDefinition
from loaders.sources.fields import FieldProblem
from loaders.sources.lines import (
    STDIN,
    Lines,
    each_line,
    fingerprint,
    json_object,
    names_of,
    opened,
    shown,
    source_name,
)
from loaders.sources.pages import article_of_page
from loaders.sources.parquet import SUFFIX as PARQUET
from loaders.sources.parquet import read_parquet
from loaders.triple import Article

MOST_TEXT_BYTES = 8 * 1024 * 1024
"""Largest text file that is read as one article."""

_PAGE_SUFFIXES = {".html", ".htm", ".xhtml"}
_JSON_SUFFIXES = {".jsonl", ".ndjson"}
_JSON_SUFFIX = ".json"
_MARKDOWN = {".md", ".markdown"}
_MARKS = re.compile(
    r"\A---\n.{0,20000}?\n---\n|^```.{0,20000}?^```|!\[[^\]\n]*\]\([^)\n]*\)|\[(?P<words>[^\]\n]+)\]\([^)\n]*\)"
    r"|^[ \t]{0,3}(?:#{1,6}|>|[-*+])[ \t]+|[*_]{2,3}|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)",
    re.DOTALL | re.MULTILINE,
)
_BOM = "\ufeff"
_KNOWN = {"id", "text", "title", "url", "publisher", "published", "language"}


@dataclass(frozen=True, slots=True)
class News:
    """Texts, folders of texts, pages and tables of texts, one after the other."""

    paths: Sequence[str]
    ignored: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The files' or folders' names."""
        return names_of(self.paths)

    def fingerprint(self, *salt: str) -> str | None:
        """Of the contents."""
        return fingerprint(article_files(self.paths), "news", *salt)

    def articles(self) -> Iterator[Article | MalformedRecord]:
        """All texts in the order in which they were named."""
        return read_articles(self.paths, self.ignored)

    def loaded(self) -> None:
        """Nothing to remember."""


class NewsArguments(SourceArguments):
    """Of `news`."""

    paths: Annotated[list[str], Shown("PATH…")] = Field(min_length=1)
    """Texts, Markdown, folders of *.txt, HTML pages, JSON, JSON lines, Parquet; - for standard input."""


def _news(arguments: NewsArguments, _: LoadSettings) -> News:
    article_files(arguments.paths)
    return News(arguments.paths)


def _retried(files: Sequence[RefusedFile], _base: Sequence[str], _: LoadSettings) -> list[News]:
    return [News([file.path for file in files])]


SOURCE = SourceDefinition(
    name="news",
    about="""Extract statements from news and load them.

    A line of a .jsonl file is {"text", "id", "title", "url", "publisher", "published", "language"}; only text is needed. A
    text whose address was loaded before replaces what was found there then.
    """,
    arguments=NewsArguments,
    make=_news,
    retry=_retried,
    of_text=True,
)


def article_files(paths: Sequence[str]) -> list[str]:
    """The files that `paths` name: a folder stands for its *.txt files, at any depth, in the order of their names.

    Raises SourceUnavailable when one does not exist or a folder holds no text.
    """
    files = []
    for path in paths:
        if path == STDIN:
            files.append(path)
        elif Path(path).is_dir():
            found = sorted(str(file) for file in Path(path).rglob("*.txt") if file.is_file())
            if not found:
                raise SourceUnavailable(f"{path}: the folder holds no *.txt file")
            files.extend(found)
        else:
            with opened(path):
                files.append(path)
    return files


def read_articles(paths: Sequence[str], ignored: set[str] | None = None) -> Iterator[Article | MalformedRecord]:
    """All articles of `paths`, lazily; one that cannot be read gives the MalformedRecord that says why.

    A path is a text file, an HTML page, a folder, a .jsonl or .parquet file with `id, text, title, url, publisher, published,
    language` per line or row (only `text` is needed), or `-`. Keys that nothing reads are
    added to `ignored`. Raises SourceUnavailable.
    """
    ignored = set() if ignored is None else ignored
    for path in article_files(paths):
        suffix = "" if path == STDIN else Path(path).suffix.lower()
        if suffix == PARQUET:
            yield from row_articles(read_parquet(path), source_name(path), ignored)
            continue
        with opened(path) as stream:
            if suffix in _PAGE_SUFFIXES:
                yield _page_article(path, stream)
            elif suffix == _JSON_SUFFIX:
                yield from _json_file_articles(path, stream, ignored)
            elif _is_jsonl(path, stream):
                yield from json_articles(Lines(stream, source_name(path)), ignored)
            else:
                yield _text_article(path, stream)


def _is_jsonl(path: str, stream: BinaryIO) -> bool:
    if path != STDIN:
        return Path(path).suffix.lower() in _JSON_SUFFIXES
    peek = getattr(stream, "peek", None)
    return peek is not None and peek(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _text_article(path: str, stream: BinaryIO) -> Article | MalformedRecord:
    name = source_name(path)
    data = _whole(path, stream)
    if isinstance(data, MalformedRecord):
        return data
    try:
        text = data.decode().removeprefix(_BOM).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return MalformedRecord(name, line, None, f"is not UTF-8 at byte {error.start + 1}", raw=shown(data))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return MalformedRecord(name, line, "text", "contains a NUL character", raw=shown(data))
    if not text.strip():
        return MalformedRecord(name, 1, "text", "is empty")
    if Path(path).suffix.lower() in _MARKDOWN:
        text = _without_markdown(text)
    return Article(key="stdin" if path == STDIN else Path(path).stem, text=text)


def _without_markdown(text: str) -> str:
    """The text of a Markdown file: front matter, pictures, code and marks are left out, links keep their words."""
    return _MARKS.sub(lambda match: match["words"] or "", text)


def _json_file_articles(path: str, stream: BinaryIO, ignored: set[str]) -> Iterator[Article | MalformedRecord]:
    """The articles of a JSON file: one object, or a list of them."""
    data = _whole(path, stream)
    if isinstance(data, MalformedRecord):
        yield data
        return
    name = source_name(path)
    try:
        content = orjson.loads(data.removeprefix(_BOM.encode()))
    except orjson.JSONDecodeError as error:
        yield from (
            json_articles(Lines(io.BytesIO(data), name), ignored)
            if data.count(b"\n")
            else [MalformedRecord(name, 1, None, f"is not JSON: {error.msg}", raw=shown(data))]
        )
        return
    rows = content if isinstance(content, list) else [content]
    if not all(isinstance(row, dict) for row in rows):
        yield MalformedRecord(name, 1, None, "is no JSON object and no list of them", raw=shown(data))
        return
    yield from row_articles(enumerate(rows, 1), name, ignored)


def _page_article(path: str, stream: BinaryIO) -> Article | MalformedRecord:
    data = _whole(path, stream)
    if isinstance(data, MalformedRecord):
        return data
    article = article_of_page(data, key=Path(path).stem)
    return article or MalformedRecord(source_name(path), 1, "text", "is missing: the page has no running text")


def _whole(path: str, stream: BinaryIO) -> bytes | MalformedRecord:
    try:
        data = stream.read(MOST_TEXT_BYTES + 1)
    except OSError as error:
        raise SourceUnavailable(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if len(data) > MOST_TEXT_BYTES:
        problem = f"the text is longer than {MOST_TEXT_BYTES // 1024**2} MiB"
        return MalformedRecord(source_name(path), 1, None, problem)
    return data


def row_articles(
    rows: Iterable[tuple[int, dict[str, Any]]], source: str, ignored: set[str]
) -> Iterator[Article | MalformedRecord]:
    """The article of each numbered row of a table; keys that nothing reads are added to `ignored`."""
    for number, row in rows:
        ignored.update(row.keys() - _KNOWN)
        values = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.items()}
        try:
            yield _article(values, source, number)
        except _Wrong as wrong:
            raw = shown(json.dumps(row, default=str, ensure_ascii=False))
            yield MalformedRecord(source, number, wrong.at, str(wrong), raw=raw)


def json_articles(lines: Lines, ignored: set[str]) -> Iterator[Article | MalformedRecord]:
    """The article of each line of JSON; keys that nothing reads are added to `ignored`."""
    return each_line(lines, lambda text: _json_article(lines, text, ignored))


def _json_article(lines: Lines, line: str, ignored: set[str]) -> Article:
    record = json_object(lines, line)
    ignored.update(record.keys() - _KNOWN)
    try:
        return _article(record, lines.source, lines.number)
    except _Wrong as wrong:
        raise lines.malformed(wrong.at, str(wrong), raw=shown(line)) from None


class _Wrong(FieldProblem):
    """A field of a record does not hold what it should."""

    def __init__(self, at: str, problem: str) -> None:
        super().__init__(problem)
        self.at = at


def _article(record: Mapping[str, Any], source: str, number: int) -> Article:
    at = "text"
    try:
        text = record.get("text")
        if not isinstance(text, str) or not text.strip():
            raise FieldProblem("is missing" if text is None else "is empty" if text == "" else "is not text")
        if "\0" in text:
            raise FieldProblem("contains a NUL character")
        return Article(
            text=text,
            key=fields.text(record.get(at := "id"), fields.LONGEST_NAME) or f"{source}:{number}",
            title=fields.text(record.get(at := "title")),
            url=fields.text(record.get(at := "url")),
            publisher=fields.text(record.get(at := "publisher"), fields.LONGEST_NAME),
            published=fields.date(record.get(at := "published")),
            language=fields.text(record.get(at := "language"), fields.LONGEST_NAME),
        )
    except FieldProblem as problem:
        raise _Wrong(at, str(problem)) from None
