"""Lines with their true numbers: what cannot be read costs one line, and no input can fill the memory."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.errors import MalformedRecord, SourceError, SourceUnavailable
from loaders.sources.lines import MOST_BYTES, Lines, fingerprint, must_be_there, names_of, opened


def read(content: bytes) -> list[tuple[int, str] | str]:
    """Number and text of each line, or why it cannot be read."""
    lines, found = Lines(io.BytesIO(content), "a.txt"), list[tuple[int, str] | str]()
    while True:
        try:
            line = next(lines, None)
        except MalformedRecord as error:
            found.append(str(error))
            continue
        if line is None:
            return found
        found.append((line.number, line.text))


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\ufeff", codec="utf-8"), max_size=20), max_size=8))
def test_lines_come_as_they_stand(texts: list[str]) -> None:
    content = "".join(f"{text}\n" for text in texts).encode()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    assert read(content) == [(number, f"{text}\n") for number, text in enumerate(texts, 1)]


def test_a_line_that_is_no_utf_8_or_too_long_is_one_refusal_and_the_next_one_follows() -> None:
    content = b"one\n\xff\xe9\n" + b"x" * (MOST_BYTES + 10) + b"\nfour"
    assert read(content) == [
        (1, "one\n"),
        "a.txt:2: is not UTF-8 at byte 1",
        "a.txt:3: the line is longer than 4 MiB",
        (4, "four"),
    ]


def test_a_byte_order_mark_is_no_part_of_the_text_and_utf_16_is_said() -> None:
    assert read(b"\xef\xbb\xbfa\n") == [(1, "a\n")]
    with pytest.raises(SourceError, match="UTF-16"):
        read("a\n".encode("utf-16"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"gone\.txt: no such file"), opened(str(tmp_path / "gone.txt")):
        pass
    with pytest.raises(SourceUnavailable, match="is a directory"):
        must_be_there(str(tmp_path))


def test_a_fingerprint_follows_from_content_and_salt_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("same")
    one, other = str(tmp_path / "a"), str(tmp_path / "b")
    assert fingerprint([one], "s") == fingerprint([other], "s") != fingerprint([other], "t")
    assert fingerprint(["-"]) is None


def test_many_files_are_named_by_the_first_and_the_last() -> None:
    assert names_of(["x/a.csv", "-"]) == "a.csv, stdin"
    assert names_of([f"{letter}.csv" for letter in "abcd"]) == "a.csv … d.csv (4 files)"
    assert names_of(["news/"]) == "news"
