"""Whether an entity is one with another, asked of a service that stands alone; with loaders see test_judgements_api."""

import pytest

from tests.service.conftest import Ask
from tests.service.test_judgements_api import SAME_AS

pytestmark = pytest.mark.anyio


async def test_without_loaders_nobody_tells_who_may_be_one(ask: Ask) -> None:
    told = (await ask(SAME_AS, id="Intel"))["data"]["sameAs"]
    assert told == {"entity": {"id": "company:intel"}, "judgements": [], "candidates": None}
