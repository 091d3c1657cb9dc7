"""Asked again as it was: at the end of a history every version answers as it did while it was the newest, removals included."""

import datetime as dt
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.domain import Document, Judgement, LoadRun, Span, Verdict
from graph_schema.errors import EntityNotFound, JudgementContradicts
from graph_schema.ids import DocumentId, EntityId, RunId, document_id
from graph_schema.publishers import Publisher
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.judgements.folding import explode, judge
from loaders.loading import runs
from loaders.loading.pipeline import write_folded
from loaders.resolution.linking import state
from loaders.triple import NamedEntity, Triple
from loaders.writing.batch import Batch
from loaders.writing.retraction import retract_document, retract_run
from loaders.writing.weights import weigh
from service.engines.cypher import CypherEngine
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.compiling import made_in_another_process
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper
from service.index.loading import load
from service.paths.budget import Budget
from service.paths.report import EngineName
from service.paths.search import PathWeight
from service.searches.desk import Searches
from service.searches.exposure import ExposureAnswer, ExposureRequest
from service.searches.ownership import OwnershipAnswer, OwnershipReading, OwnershipRequest
from service.searches.paths import PathAnswer, PathRequest
from service.settings import ServiceSettings
from tests.loaders.writing.test_change import EMPTY, _rows

pytestmark = pytest.mark.anyio

FIRMS = {EntityId(f"company:qq-{name.lower()}"): f"QQ {name}" for name in ("Fab", "Fabs", "Works", "Wafers")}
USA = NamedEntity("United States", EntityType.COUNTRY)
DOCUMENTS = [DocumentId(document_id(url=f"https://example.org/{number}")) for number in range(3)]
BUDGET = Budget(max_depth=5, timeout_s=60)


def firm(number: int, *aliases: str) -> NamedEntity:
    return NamedEntity(list(FIRMS.values())[number], EntityType.COMPANY, aliases)


def said(subject: NamedEntity, relation: RelationType, object: NamedEntity, **more: Any) -> Triple:
    predicate = more.pop("predicate", relation.value.replace("_", " ").lower())
    return Triple(subject, predicate, object, "", Span(0, 0), relation=relation, **more)


R = RelationType
STATEMENTS = (
    said(firm(0), R.SUPPLIES, firm(3)),
    said(firm(0), R.SUPPLIES, firm(3), modality=Modality.ENDED, date=dt.date(2025, 6, 1)),
    said(firm(1), R.SUPPLIES, firm(2, "QQ Plant"), modality=Modality.ALLEGED),
    said(firm(3), R.SUPPLIES, firm(2), valid_from=dt.date(2020, 1, 1)),
    said(firm(2), R.OWNS, firm(0), share=0.6),
    said(firm(2), R.OWNS, firm(0), share=0.3, date=dt.date(2025, 3, 1)),
    said(firm(2), R.OWNS, firm(3), predicate="holds a majority stake in"),
    said(firm(3), R.SUBSIDIARY_OF, firm(1)),
    said(firm(1), R.INVESTS_IN, firm(0), predicate="took 20 % of"),
    said(firm(2), R.PARTNERS_WITH, firm(1)),
    said(USA, R.SANCTIONS, firm(2)),
    said(USA, R.SANCTIONS, firm(1)),
    said(USA, R.SANCTIONS, firm(2), modality=Modality.ENDED),
)

Step: TypeAlias = tuple[str, int, int, float]
"""What is done, with which statement or firm, in which document, how sure."""
STEP = st.tuples(
    st.sampled_from(
        ["give", "give", "give", "read", "publish", "share", "judge", "judge", "explode", "document", "run", "weigh"]
    ),
    st.integers(0, len(STATEMENTS) - 1),
    st.integers(0, 2),
    st.sampled_from([0.4, 0.9]),
)


async def do(graph: Graph, step: Step) -> None:
    """One thing that changes the graph, or does not."""
    what, which, number, sure = step
    match what:
        case "judge":
            known = {row["id"] for row in await graph.read(_rows, "MATCH (e:Entity) RETURN e.id AS id")}
            first, second = list(FIRMS)[which % 4], list(FIRMS)[(which + number + 1) % 4]
            if first != second and {first, second} <= known:
                at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
                try:
                    await graph.write(judge, Judgement(first, second, Verdict.SAME, "ann", at, None))
                except JudgementContradicts:
                    return
        case "explode":
            await graph.write(explode, list(FIRMS)[which % 4])
        case "document":
            await retract_document(graph, DOCUMENTS[number])
        case "run":
            await retract_run(graph, RunId(f"run:{number % 2}"))
        case "weigh":
            await weigh(graph, [Publisher("Wire", 0.5 if sure < 0.5 else 1.0)], documents_at_once=1)
        case _:
            publisher = ("Wire", "", "Blog", None)[which % 4] if what == "publish" else "Wire"
            published = dt.date(2024, 1, 1 + which) if what == "publish" else dt.date(2025, 1, 1)
            url = f"https://example.org/{number}"
            document = Document(DOCUMENTS[number], url=url, publisher=publisher, published=published)
            statement = state(replace(STATEMENTS[which], confidence=sure), document)
            assert statement is not None
            batch = Batch()
            if what == "read":
                batch.add_reading(document, "rules/1", [statement])
            else:
                batch.add(document, statement)
            await graph.write(write_folded, batch, RunId("run:1" if what == "share" else "run:0"))


def questions() -> list[Any]:
    """Paths, exposures and holdings that between them look at all that an answer may follow from."""
    names = [*FIRMS.values(), "QQ Plant", "United States"]
    everything = Walk(via=RelationFilter(modalities=tuple(Modality)), hubs=HubPolicy(mode=HubMode.NONE))
    walks = (
        Walk(),
        everything,
        Walk(via=RelationFilter(exclude_publishers=("Blog",), min_confidence=0.5)),
        Walk(via=RelationFilter(publishers=("Wire",), min_share=0.5), through=EntityFilter(listed=False)),
        Walk(via=RelationFilter(valid_at=dt.date(2025, 2, 1), min_sources=1)),
        Walk(via=RelationFilter(known_at=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))),
    )
    ends = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    weights = list(PathWeight)
    paths = [
        PathRequest((a,), (b,), k=3, walk=walks[i % len(walks)], weight=weights[i % len(weights)], budget=BUDGET)
        for i, (a, b) in enumerate(ends)
    ]
    ties = [ExposureRequest(name, budget=BUDGET) for name in FIRMS.values()]
    readings = [(name, reading) for name in FIRMS.values() for reading in OwnershipReading]
    held = [OwnershipRequest((name,), reading=reading, budget=BUDGET) for name, reading in readings]
    of_day = [OwnershipRequest((name,), as_of=dt.date(2025, 2, 1), budget=BUDGET) for name in FIRMS.values()]
    owners = [
        OwnershipRequest(("QQ Fab",), owners=("QQ Works",), budget=BUDGET),
        OwnershipRequest(("QQ Fab",), lists=("United States",), budget=BUDGET),
    ]
    return [*paths, *ties, *held, *of_day, *owners]


def plain(answer: Any) -> Any:
    """What an answer says, apart from who found it and how long that took."""
    if isinstance(answer, PathAnswer):
        return answer.sources, answer.targets, answer.paths, report(answer)
    if isinstance(answer, ExposureAnswer):
        return answer.entity, answer.exposures, report(answer)
    assert isinstance(answer, tuple)
    return [holdings(one) for one in answer]


def report(answer: Any) -> Any:
    one = answer.report
    return one.status, one.limited_by, one.hubs_skipped, one.undated, one.hint


def holdings(answer: OwnershipAnswer) -> Any:
    """With sums to nine digits: the order in which they are added up may differ."""
    told = {
        (
            *(one.owner, one.owned, one.lower, one.upper, one.basis, one.day, one.claims),
            *(frozenset(one.relations), rounded(one.part_lower), rounded(one.part_upper)),
        )
        for one in answer.holdings
    }
    parties = {(one.entity, frozenset(one.listings), rounded(one.lower), rounded(one.upper)) for one in answer.parties}
    sums = rounded(answer.lower), rounded(answer.upper), rounded(answer.recorded)
    listings = frozenset(answer.listings)
    return answer.entity, answer.verdict, sums, listings, parties, told, set(answer.overstated), report(answer)


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


async def answered(searches: Searches, question: Any, *, at: int | None = None) -> Any:
    try:
        answer = await searches.run(question, at=at)
    except EntityNotFound as unknown:
        return unknown.wanted
    engine = (answer[0] if isinstance(answer, tuple) else answer).report
    assert (engine.engine is EngineName.PAST, engine.version) == (at is not None, at or engine.version)
    return plain(answer)


@dataclass(frozen=True)
class Asking:
    """The same graph by both ways."""

    graph: Graph
    keeper: IndexKeeper
    now: Searches
    then: Searches

    async def begin(self) -> None:
        """An empty graph of two runs."""
        await schema.apply(self.graph)
        await self.graph.write(_rows, EMPTY)
        await weigh(self.graph, [])
        for number in range(2):
            started = dt.datetime(2026, 1, 1 + number, tzinfo=dt.UTC)
            run = LoadRun(RunId(f"run:{number}"), "job", f"{number}.csv", started)
            await self.graph.write(runs.start, run, None, None)

    async def index(self) -> None:
        """What former versions are told from: read when all has happened."""
        self.keeper.snapshot = await load(self.graph, most_megabytes=100, progress=lambda *_: None)
        self.keeper.loads += 1

    async def version(self) -> int:
        return await self.graph.read(graph_version)


@pytest.fixture
async def asking(graph: Graph) -> AsyncIterator[Asking]:
    await made_in_another_process()
    options = ServiceSettings()
    cypher = CypherEngine(graph, hub_degree=1_000)
    with ThreadPoolExecutor(2) as executor:
        keeper = IndexKeeper(graph, executor, most_megabytes=100, poll_s=60)
        then = Searches(IndexEngine(graph, keeper, cypher, executor, options), options)
        yield Asking(graph, keeper, Searches(cypher, options), then)


@pytest.mark.timeout(900)  # thousands of questions to a server that has just started
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@example(
    [
        *(("give", which, which % 3, 0.9) for which in (0, 3, 4, 10)),
        *(("weigh", 0, 0, 0.4), ("give", 1, 1, 0.4), ("weigh", 0, 0, 0.9), ("document", 0, 0, 0.9)),
    ]
)
@given(st.lists(STEP, min_size=4, max_size=14))
async def test_every_version_answers_as_it_did_while_it_was_the_newest(asking: Asking, steps: list[Step]) -> None:
    await asking.begin()
    asked, told = questions(), dict[int, list[Any]]()
    for step in steps:
        await do(asking.graph, step)
        if (version := await asking.version()) not in told:
            told[version] = [await answered(asking.now, question) for question in asked]
    await asking.index()
    for version, answers in told.items():
        for question, expected in zip(asked, answers, strict=True):
            assert await answered(asking.then, question, at=version) == expected, (version, question)
