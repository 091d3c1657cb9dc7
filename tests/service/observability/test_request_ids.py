"""Ids of requests."""

import re

import pytest

from service.observability.request_ids import request_id


@pytest.mark.parametrize("given", ["4bf92f3577b34da6", "a.b:c/d+e=f@g_h-i", "x" * 128])
def test_a_usable_id_is_kept(given: str) -> None:
    assert request_id(given) == given


@pytest.mark.parametrize("given", [None, "", "a b", "a\nb", '"', "x" * 129, "ü", "\x1b[31m"])
def test_what_a_log_could_take_for_more_than_text_is_replaced(given: str | None) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", request_id(given))
    assert request_id(given) != request_id(given)
