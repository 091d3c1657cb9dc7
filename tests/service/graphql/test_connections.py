"""Cursors: each place has one, and what is none of ours is refused, however it is made."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.errors import QuestionError
from service.graphql.connections import Window, cursor, position

ANY = st.text(max_size=40) | st.binary(max_size=30).map(lambda data: base64.urlsafe_b64encode(data).decode())


@given(st.integers(0, 10**12 - 1))
def test_a_cursor_leads_to_its_place(place: int) -> None:
    assert position(cursor(place)) == place
    assert Window.of(3, cursor(place), None, None, most=10) == Window(place + 1, 3)


@given(ANY)
def test_what_is_no_cursor_is_refused_or_a_place_that_the_database_can_count_to(text: str) -> None:
    try:
        place = position(text)
    except QuestionError:
        return
    assert 0 <= place < 2**53


@pytest.mark.parametrize("place", [-1, 10**12, 10**40])
def test_a_place_that_no_list_has_is_refused(place: int) -> None:
    with pytest.raises(QuestionError, match="is not a cursor of this API"):
        position(cursor(place))
