"""Watch lists by the API: who may set them, what they tell."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from graph_schema.database.graph import Graph
from loaders.submissions import SubmissionWriter
from service.app import create_app
from service.asking.saved import SavedQuestions
from service.settings import ServiceSettings
from service.watchlists import store
from tests.service.watchlists.test_keeper import END, NEW, STATUS, changed, keeper

pytestmark = pytest.mark.anyio

TOKEN = "token for the tests"
PUT = """mutation ($list: WatchListInput!) { putWatchList(list: $list) { name entities watched graphVersion error } }"""


@pytest.fixture
async def writing(story_graph: Graph) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(ServiceSettings(write_token=SecretStr(TOKEN)), story_graph, make_writer=SubmissionWriter)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


async def asked(
    client: httpx.AsyncClient, query: str, *, token: str | None = TOKEN, **variables: object
) -> dict[str, Any]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    found: dict[str, Any] = answer.json()
    return found


async def refused(client: httpx.AsyncClient, **given: object) -> str:
    answer = await asked(client, PUT, list={"name": "intel", "entities": ["Intel"], **given})
    (error,) = answer["errors"]
    return str(error["message"])


async def test_a_question_is_watched_in_place_of_entities(writing: httpx.AsyncClient, story_graph: Graph) -> None:
    rivals = {"name": "rivals", "question": "Who competes with Intel?", "news": ["NEW_ANSWER"]}
    assert "errors" not in await asked(writing, PUT, list=rivals)
    looking = keeper(story_graph, ask=SavedQuestions(story_graph, ServiceSettings()))
    await looking.look()
    for version, query in ((8, NEW), (9, END)):
        await story_graph.write(changed, query, version)
        await looking.look()
    told = await asked(
        writing,
        '{ watchLists { name entities question news error } notices(list: "rivals") { nodes { kind entity text } } }',
    )
    assert told["data"] == {
        "watchLists": [rivals | {"entities": [], "error": None}],
        "notices": {
            "nodes": [{"kind": "NEW_ANSWER", "entity": "company:intel", "text": "new in the answer: TSMC"}],
        },
    }
    loved = await asked(writing, PUT, list={"name": "loved", "question": "Who loves Intel?"})
    assert "cannot be watched: no form of question fits" in loved["errors"][0]["message"]


async def test_a_list_is_set_told_of_and_removed(writing: httpx.AsyncClient, story_graph: Graph) -> None:
    put = await asked(writing, PUT, list={"name": "intel", "entities": ["Intel"]})
    assert put["data"] == {
        "putWatchList": {
            "name": "intel",
            "entities": ["Intel"],
            "watched": ["EXPOSURE", "RELATIONS"],
            "graphVersion": None,
            "error": None,
        }
    }
    await keeper(story_graph).look()
    for version, query in ((8, NEW), (9, STATUS)):
        await story_graph.write(changed, query, version)
        await keeper(story_graph).look()
    told = await asked(
        writing,
        '{ watchLists { name graphVersion } notices(list: "intel", first: 1) '
        "{ nodes { number kind change entity text details } pageInfo { hasNextPage } } }",
    )
    assert told["data"] == {
        "watchLists": [{"name": "intel", "graphVersion": 9}],
        "notices": {
            "nodes": [
                {
                    "number": 2,
                    "kind": "CHANGED_STATUS",
                    "change": "CHANGED",
                    "entity": "company:intel",
                    "text": "status changed: Intel COMPETES_WITH TSMC (asserted, 2 sources)",
                    "details": {
                        "type": "COMPETES_WITH",
                        "relation": "rivals",
                        "subject": "company:intel",
                        "object": "company:tsmc",
                        "status": "asserted",
                        "sources": 2,
                    },
                }
            ],
            "pageInfo": {"hasNextPage": True},
        },
    }
    removed = 'mutation { removeWatchList(name: "intel") }'
    assert [await asked(writing, removed) for _ in range(2)] == [
        {"data": {"removeWatchList": True}},
        {"data": {"removeWatchList": False}},
    ]
    assert await story_graph.read(store.watches) == []


async def test_who_may_only_read_sets_nothing(writing: httpx.AsyncClient) -> None:
    answer = await asked(writing, PUT, token=None, list={"name": "intel", "entities": ["Intel"]})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "NOT_AUTHORIZED"


async def test_what_is_wrong_is_named(writing: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await refused(writing, name="In tel")).startswith("name: String should match pattern")
    assert "no entity 'Nobody At All'" in await refused(writing, entities=["Nobody At All"])
    hook = {"webhook": "https://hooks.example/x", "secret": "HOOK_SECRET"}
    assert "CHOKEPOINT_WATCH_WEBHOOK_HOSTS" in await refused(writing, **hook)
    monkeypatch.setenv("CHOKEPOINT_WATCH_WEBHOOK_HOSTS", '["hooks.example"]')
    assert "data" in await asked(writing, PUT, list={"name": "intel", "entities": ["Intel"], **hook})
