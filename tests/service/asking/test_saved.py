"""Saved questions of watch lists: their answers as what is seen, and how these differ."""

import pytest

from graph_schema.database.graph import Graph
from graph_schema.domain import Document
from graph_schema.ids import DocumentId
from graph_schema.vocabulary import EntityType, RelationType
from service.asking.saved import SavedQuestions
from service.settings import ServiceSettings
from service.watchlists import store
from service.watchlists.definition import WatchList
from service.watchlists.news import NewsKind
from service.watchlists.observing import SeenInPart
from tests.service.build import GraphBuilder, story
from tests.service.watchlists.test_keeper import END, NEW, STATUS, changed, keeper, told

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Who supplies TSMC?", ["Gudeng Precision"]),
        ("How is Intel tied to ACM Research?", ["Intel TESTED ACM Research (asserted)"]),
        ("Is ACM Research Shanghai half owned by ACM Research?", ["POSSIBLE", "ACM Research"]),
        (
            "What would EV magnets lose without rare earths?",
            ["rare earths (cuts off 1), rare earths (from China alone)", "China (lost)"],
        ),
        ("How is Intel tied to Unconnected Works?", []),
        ("Is Intel exposed to firms sanctioned by the United States?", ["ACM Research Shanghai"]),
        ("What depends on rare earths?", ["EV magnets"]),
        ("What does EV magnets depend on?", ["rare earths", "China"]),
        ("Where do sources disagree on Huawei?", []),
        ("Who is Huawei?", ["United States SANCTIONS Huawei (asserted)", "ACM Research SUPPLIES Huawei (possible)"]),
    ],
)
async def test_what_is_seen_of_an_answer(graph: Graph, question: str, texts: list[str]) -> None:
    await story().write(graph)
    seen = await SavedQuestions(graph, ServiceSettings())(question)
    assert [one["text"] for one in seen.values()] == texts


async def test_each_claim_of_a_timeline_is_a_part_of_the_answer(graph: Graph) -> None:
    await story().write(graph)
    seen = await SavedQuestions(graph, ServiceSettings())("What happened to Huawei?")
    assert seen
    assert {key.removeprefix("answer|") for key in seen} == {one["claim"] for one in seen.values()}


async def test_what_comes_into_an_answer_changes_in_it_and_leaves_it_is_told_once(graph: Graph) -> None:
    await story().write(graph, version=7)
    for watch in (
        WatchList(name="rivals", question="Who competes with Intel?"),
        WatchList(name="gone", question="Who competes with Intel?", news=(NewsKind.ENDED_ANSWER,)),
        WatchList(name="tie", question="How is Intel tied to TSMC?"),
    ):
        await graph.write(store.put_watch, watch)
    looking = keeper(graph, ask=SavedQuestions(graph, ServiceSettings()))
    for version, query in enumerate((NEW, STATUS, END), start=8):
        await looking.look()
        await graph.write(changed, query, version)
    assert (await looking.look(), await looking.look()) == (3, 0)
    rivals = [(NewsKind.NEW_ANSWER, "new in the answer: TSMC"), (NewsKind.ENDED_ANSWER, "no more in the answer: TSMC")]
    assert await told(graph, "rivals") == rivals
    assert await told(graph, "gone") == rivals[1:]
    assert await told(graph, "tie") == [
        (NewsKind.NEW_ANSWER, "new in the answer: Intel COMPETES_WITH TSMC (planned)"),
        (NewsKind.CHANGED_ANSWER, "changed in the answer: Intel COMPETES_WITH TSMC (asserted)"),
        (NewsKind.ENDED_ANSWER, "no more in the answer: Intel COMPETES_WITH TSMC (asserted)"),
    ]


async def test_a_partial_answer_is_not_taken_for_all(graph: Graph) -> None:
    build = GraphBuilder()
    tsmc, wire = (
        build.entity(EntityType.COMPANY, "TSMC"),
        build.document(Document(DocumentId("doc:wire"), title="Wire")),
    )
    for number in range(21):
        supplier = build.entity(EntityType.COMPANY, f"Supplier {number}")
        build.state(supplier, RelationType.SUPPLIES, tsmc, f"Supplier {number} supplies TSMC.", wire)
    await build.write(graph)
    ask = SavedQuestions(graph, ServiceSettings(max_page=20))
    with pytest.raises(SeenInPart, match=r"the answer to 'Who supplies TSMC\?' is partial: more of it follow"):
        await ask("Who supplies TSMC?")


async def test_where_nothing_answers_questions_the_list_says_so(graph: Graph) -> None:
    await story().write(graph)
    await graph.write(store.put_watch, WatchList(name="a", question="Who supplies TSMC?"))
    await keeper(graph).look()
    (stored,) = await graph.read(store.watches)
    assert (stored.error or "").startswith("nothing here answers saved questions")
