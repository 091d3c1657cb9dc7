"""What can be watched."""

import pytest

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from service.asking.watchable import must_be_watchable
from service.watchlists.definition import WatchList
from tests.service.build import story

pytestmark = pytest.mark.anyio


async def test_what_is_not_understood_cannot_be_watched(graph: Graph) -> None:
    await story().write(graph)
    await must_be_watchable(graph, WatchList(name="a", question="Who supplies TSMC?"))
    for question, why in (("Who loves TSMC?", "no form of question fits"), ("Who supplies Gone Works?", "no entity")):
        with pytest.raises(QuestionError, match=why):
            await must_be_watchable(graph, WatchList(name="a", question=question))
