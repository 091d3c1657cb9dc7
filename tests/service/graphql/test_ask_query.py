"""`ask`: a question in words is told as an operation, and run as one."""

import json
from collections.abc import Callable

import httpx
import pytest

from graph_schema.database.graph import Graph
from tests.service.asking.test_model import NOTHING, model
from tests.service.conftest import Ask, asker

pytestmark = pytest.mark.anyio

ASKED = "query ($text: String!) { ask(text: $text) { understood call by reason nearest entities { name } document variables } }"


async def test_a_question_is_told_as_a_call_whose_document_answers_it(ask: Ask) -> None:
    told = (await ask(ASKED, text="Who supplies TSMC?"))["data"]["ask"]
    assert (told["understood"], told["by"], told["reason"], told["nearest"]) == (True, "FORMS", None, [])
    assert told["call"] == 'neighbors(id: "company:tsmc", where: {types: [SUPPLIES], direction: IN}, first: 20)'
    assert told["entities"] == [{"name": "TSMC"}]
    answer = await ask(told["document"], **told["variables"])
    assert [one["entity"]["name"] for one in answer["data"]["neighbors"]["nodes"]] == ["Gudeng Precision"]


async def test_what_is_not_understood_is_refused_with_what_would_be(ask: Ask) -> None:
    told = (await ask(ASKED, text="Which company will win the AI race?"))["data"]["ask"]
    assert (told["understood"], told["call"], told["document"]) == (False, None, None)
    assert told["reason"] == "no form of question fits"
    assert len(told["nearest"]) == 3


async def test_the_model_is_asked_only_where_no_form_fits_and_its_names_must_be_known(
    story_graph: Graph, client_of: Callable[..., httpx.AsyncClient]
) -> None:
    chosen = NOTHING | {"operation": "upstream", "names": {"id": "TSMC"}}
    with model(json.dumps(chosen)) as (settings, sent):
        given = {"ask_model_url": settings.ask_model_url, "ask_model": settings.ask_model}
        async with client_of(story_graph, **given) as client:
            ask = asker(client)
            by_form = (await ask(ASKED, text="Is Intel sanctioned?"))["data"]["ask"]
            assert (by_form["by"], sent) == ("FORMS", [])
            by_model = (await ask(ASKED, text="Whose wares end up at TSMC?"))["data"]["ask"]
    assert (by_model["by"], by_model["call"]) == ("MODEL", 'upstream(id: "company:tsmc", tiers: 4, first: 20)')
    with model(json.dumps(chosen | {"names": {"id": "Atlantis"}})) as (settings, _):
        given = {"ask_model_url": settings.ask_model_url, "ask_model": settings.ask_model}
        async with client_of(story_graph, **given) as client:
            unknown = (await asker(client)(ASKED, text="Whose wares end up at Atlantis?"))["data"]["ask"]
    assert not unknown["understood"]
