"""What of a spelling counts, and how text is shown on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.errors import SourceUnavailable
from graph_schema.spelling import one_line, without_accents, without_invisible


def test_what_is_not_seen_does_not_count() -> None:
    assert without_invisible("Huа\u200bwei\u00ad") == "Huаwei"


@pytest.mark.parametrize(
    ("written", "kept"), [("Škoda", "Skoda"), ("がん", "がん"), ("й", "й"), ("ｱｰﾑ", "アーム"), ("Intel", "Intel")]
)
def test_accents_are_set_aside_where_they_only_help_to_read(written: str, kept: str) -> None:
    assert without_accents(written) == kept


def test_an_error_that_quotes_a_file_name_cannot_drive_the_terminal() -> None:
    assert (
        str(SourceUnavailable("cannot read \x1b]0;owned\x07\n.csv\udcff"))
        == r"cannot read \x1b]0;owned\x07\n.csv\udcff"
    )


@given(st.text())
def test_what_is_shown_is_one_line_that_can_be_encoded(text: str) -> None:
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in shown)
    shown.encode()
