"""Bookmarks of a process: none is lost where transactions overlap."""

import pytest

from graph_schema.database.commits import SeenCommits

pytestmark = pytest.mark.anyio


async def test_a_transaction_waits_for_all_that_others_have_ended_with() -> None:
    seen = SeenCommits()
    await seen.update_bookmarks([], ["8"])
    await seen.update_bookmarks(["8"], ["10"])
    await seen.update_bookmarks(["8"], ["9"])  # one that began before, and is told of later
    assert set(await seen.get_bookmarks()) == {"9", "10"}
    await seen.update_bookmarks(["9", "10"], ["11"])
    assert set(await seen.get_bookmarks()) == {"11"}


async def test_after_an_outage_it_waits_for_nothing() -> None:
    seen = SeenCommits()
    await seen.update_bookmarks([], ["8"])
    seen.forget()
    assert set(await seen.get_bookmarks()) == set()
