"""Articles from texts, folders and JSON lines."""

import datetime as dt
from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord, SourceUnavailable
from loaders.sources.news import read_articles
from loaders.triple import Article


def test_a_text_file_is_one_article_with_every_character_kept(tmp_path: Path) -> None:
    file = tmp_path / "tariffs.txt"
    file.write_bytes("\ufeffChina said no.\r\nPhoto: EPA\r\n".encode())
    assert list(read_articles([str(file)])) == [Article(key="tariffs", text="China said no.\nPhoto: EPA\n")]


def test_a_folder_gives_its_texts_at_any_depth_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt", "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [item.key for item in read_articles([str(tmp_path)]) if isinstance(item, Article)] == ["a", "b", "c"]


def test_a_json_line_carries_what_is_known_of_the_article(tmp_path: Path) -> None:
    file = tmp_path / "n.jsonl"
    file.write_text(
        '{"id":"7","text":"A. B.","title":"T","url":"https://e.org","publisher":"P","published":"2025-10-18T09:00:00Z",'
        '"section":"x"}\n{"text":"C."}\n'
    )
    ignored: set[str] = set()
    assert list(read_articles([str(file)], ignored)) == [
        Article("7", "A. B.", title="T", url="https://e.org", publisher="P", published=dt.date(2025, 10, 18)),
        Article("n.jsonl:2", "C."),
    ]
    assert ignored == {"section"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        pytest.param("a.txt", b"", "a.txt:1: text is empty", id="empty file"),
        pytest.param("a.txt", b"ok\nnot \xff", "a.txt:2: is not UTF-8 at byte 8", id="not UTF-8"),
        pytest.param("a.txt", b"ok\n\0", "a.txt:2: text contains a NUL character", id="binary"),
        pytest.param("a.jsonl", b'{"id":1}', "a.jsonl:1: text is missing", id="no text"),
        pytest.param("a.jsonl", b'{"text":[]}', "a.jsonl:1: text is not text", id="a list for a text"),
        pytest.param("a.jsonl", b'{"text":"x"', "a.jsonl:1: is not JSON: unexpected end of data", id="cut short"),
        pytest.param(
            "a.jsonl",
            b'{"text":"x","published":"yesterday"}',
            "a.jsonl:1: published is 'yesterday', expected a date as YYYY-MM-DD",
            id="bad date",
        ),
    ],
)
def test_an_unreadable_article_is_refused_and_the_next_one_read(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "next.txt").write_text("Next.")
    first, second = read_articles([str(tmp_path / name), str(tmp_path / "next.txt")])
    assert isinstance(first, MalformedRecord)
    assert str(first) == problem
    assert isinstance(second, Article)


def test_a_path_that_holds_nothing_is_named_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="nothing: no such file or directory"):
        list(read_articles([str(tmp_path / "nothing")]))
    with pytest.raises(SourceUnavailable, match="holds no"):
        list(read_articles([str(tmp_path)]))


def test_markdown_and_json_are_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: x\n---\n# Deal\n\nMarl **acquired** [Veld](http://a/).\n")
    (tmp_path / "b.json").write_text(
        '[{"id": "1", "text": "Marl acquired Veld."}, {"id": "2", "text": "Marl sued Tarn."}]'
    )
    found = list(read_articles([str(tmp_path / "a.md"), str(tmp_path / "b.json")]))
    assert [article.text.strip() for article in found if isinstance(article, Article)] == [
        "Deal\n\nMarl acquired Veld.",
        "Marl acquired Veld.",
        "Marl sued Tarn.",
    ]
