"""Claims listed through the API: in pages, under each condition, counted only when the client asks."""

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx
import pytest
from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.settings import GraphSettings
from service.app import create_app
from service.settings import ServiceSettings
from tests.service.conftest import Ask, asker
from tests.service.serving import writing

pytestmark = pytest.mark.anyio
P = ParamSpec("P")
T = TypeVar("T")

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  claims(first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def claims(ask: Ask, query: str, **variables: Any) -> dict[str, Any]:
    answer = await ask(query, **variables)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]["claims"]
    return found


async def sentences(ask: Ask, arguments: str) -> set[str]:
    found = await claims(ask, f"{{ claims({arguments}) {{ totalCount nodes {{ sentence }} }} }}")
    stated = {one["sentence"] for one in found["nodes"]}
    assert found["totalCount"] == len(stated)
    return stated


async def test_pages_of_claims_join_up_forward_and_backward(ask: Ask) -> None:
    everything = await claims(ask, PAGE, first=100)
    ids = [one["id"] for one in everything["nodes"]]
    assert (len(ids), everything["totalCount"], ids) == (14, 14, sorted(ids))
    seen: list[str] = []
    starts, after = [], None
    while True:
        page = await claims(ask, PAGE, first=5, after=after)
        seen += [one["id"] for one in page["nodes"]]
        starts.append(page["pageInfo"]["startCursor"])
        assert page["totalCount"] == 14
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == ids
    back = await claims(ask, PAGE, last=5, before=starts[2])
    assert [one["id"] for one in back["nodes"]] == ids[5:10]
    assert back["pageInfo"]["hasPreviousPage"]
    assert back["pageInfo"]["hasNextPage"]


TESTED = {"Intel tested tools from ACM Research.", "Intel evaluated two ACM tools."}
LISTED = {"Washington put the unit on its list.", "The United States blacklisted Huawei."}
SECOND_RUN = {
    "Gudeng supplies wafer pods to TSMC.",
    "TSS Holdings builds in Arizona.",
    "Gudeng funds TSS Holdings.",
}


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        pytest.param('subjectIds: ["英特爾"]', {*TESTED, "Intel no longer supplies Huawei."}, id="subject"),
        pytest.param('objectIds: ["company:acm-research"]', TESTED, id="object"),
        pytest.param('subjectIds: ["Intel"], objectIds: ["Huawei"]', {"Intel no longer supplies Huawei."}, id="both"),
        pytest.param(
            'entityIds: ["TSS Holdings", "Arizona"]', SECOND_RUN - {"Gudeng supplies wafer pods to TSMC."}, id="ends"
        ),
        pytest.param("types: [SANCTIONS]", LISTED, id="type"),
        pytest.param(
            "modalities: [POSSIBLE, ENDED]",
            {"ACM Research may supply Huawei.", "Intel no longer supplies Huawei."},
            id="modality",
        ),
        pytest.param('documentIds: ["doc:memo"]', {"ACM Research may supply Huawei."}, id="document"),
        pytest.param('documentIds: ["doc:none"]', set(), id="unknown-document"),
        pytest.param(
            'publishers: ["Island Daily"], types: [TESTED]', {"Intel evaluated two ACM tools."}, id="publisher"
        ),
        pytest.param('runIds: ["run:2"]', SECOND_RUN, id="run"),
        pytest.param(
            'runIds: ["run:2"], subjectIds: ["家登"]',
            SECOND_RUN - {"TSS Holdings builds in Arizona."},
            id="run-and-subject",
        ),
        pytest.param('types: [SANCTIONS], since: "2020-01-01"', {"Washington put the unit on its list."}, id="since"),
        pytest.param('types: [SANCTIONS], until: "2020-01-01"', {"The United States blacklisted Huawei."}, id="until"),
        pytest.param('types: [SANCTIONS], since: "2020-01-01", clock: PUBLISHED', LISTED, id="by-publication"),
        pytest.param(
            'entityIds: ["ACMR"], since: "0001-01-01", types: [SUPPLIES]', set(), id="undated-lie-in-no-period"
        ),
    ],
)
async def test_claims_are_listed_under_each_condition(ask: Ask, arguments: str, wanted: set[str]) -> None:
    assert await sentences(ask, arguments) == wanted


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param('subjectIds: ["Intell"]', "ENTITY_NOT_FOUND", id="unknown-name"),
        pytest.param("first: 100000", "LIMIT_EXCEEDED", id="page-too-large"),
        pytest.param("last: 2", "BAD_QUESTION", id="last-without-before"),
        pytest.param(f"runIds: {['run:1'] * 201}".replace("'", '"'), "LIMIT_EXCEEDED", id="too-many-ids"),
    ],
)
async def test_a_wrong_question_about_claims_is_refused(ask: Ask, arguments: str, code: str) -> None:
    answer = await ask(f"{{ claims({arguments}) {{ nodes {{ id }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == code


class Counting(Graph):
    """A graph that counts what is read from it."""

    reads = 0

    def guarded(self) -> Graph:
        """What the application reads from counts too."""
        return self

    def telling_slow_queries(self) -> Graph:
        """As `guarded`."""
        return self

    async def read_within(
        self,
        seconds: float,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        self.reads += 1
        return await super().read_within(seconds, work, *args, **kwargs)


async def test_claims_are_counted_only_when_the_client_asks(story_graph: Graph, neo4j_settings: GraphSettings) -> None:
    async with Counting.connect(neo4j_settings) as graph:
        assert isinstance(graph, Counting)
        app = create_app(ServiceSettings(), graph)
        reads = []
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as client:
            for fields in ("nodes { id }", "nodes { id } totalCount"):
                before = graph.reads
                await claims(asker(client), f"{{ claims(first: 3) {{ {fields} }} }}")
                reads.append(graph.reads - before)
        assert reads == [1, 2]


TOLD = """mutation ($source: String!) { loadTriples(source: $source, triples: [{subject: "Intel", predicate: "supplies",
  object: "TSMC", sentence: "Intel supplies TSMC.", url: "https://example.org/1"}]) { runId } }"""


async def test_a_claim_is_listed_under_every_run_whose_source_states_it(graph: Graph) -> None:
    await schema.apply(graph)
    async with writing(graph) as client:
        ask = asker(client)
        told = [(await ask(TOLD, source=source))["data"]["loadTriples"]["runId"] for source in ("desk", "wire")]
        for run in told:
            assert await sentences(ask, f'runIds: ["{run}"]') == {"Intel supplies TSMC."}
            assert await sentences(ask, f'runIds: ["{run}"], types: [SUPPLIES], subjectIds: ["Intel"]')
        assert await sentences(ask, f"runIds: {told}".replace("'", '"')) == {"Intel supplies TSMC."}


async def test_a_claim_tells_which_words_mean_its_ends_where_its_source_told(ask: Ask) -> None:
    found = await claims(
        ask,
        "{ claims(first: 100) { nodes { sentence start subjectMention { start end } objectMention { start end } } } }",
    )
    by_sentence = {one["sentence"]: one for one in found["nodes"]}
    told = by_sentence["Intel tested tools from ACM Research."]
    ends = [told["sentence"][told[end]["start"] : told[end]["end"]] for end in ("subjectMention", "objectMention")]
    assert (told["start"], ends) == (0, ["Intel", "ACM Research"])
    other = by_sentence["ACM Research owns its Shanghai unit."]
    assert (other["subjectMention"], other["objectMention"]) == (None, None)
