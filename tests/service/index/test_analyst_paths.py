"""SPECIFICITY against the paths that analysts would show, of analyst_paths.yaml: each question is the ends of its path.

The sources' real files may not be redistributed: questions over them are asked where they lie (CHOKEPOINT_SHARED).
"""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import yaml

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.execution import Plan, execute
from loaders.loading.inputs import Input, RecordInput, TextInput
from loaders.settings import LoadSettings
from loaders.sources.eto import SupplyChain
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.news import News
from loaders.sources.triples import Triples
from service.engines.cypher import CypherEngine
from service.index.compile import main as make_machine_code
from service.index.engine import IndexEngine
from service.index.keeper import IndexKeeper
from service.index.loading import load
from service.paths.report import EngineName
from service.paths.search import PathWeight
from service.searches.desk import Searches
from service.searches.paths import PathRequest
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio

QUESTIONS = yaml.safe_load(Path(__file__).with_name("analyst_paths.yaml").read_text("utf-8"))
REAL = Path(os.environ.get("CHOKEPOINT_SHARED") or Path(__file__).parents[4] / "shared") / "data"
LISTS = ("us_cn_restricted", "zala.entities")
MOST_SHOWN = 3


def inputs(folder: Path, data: set[str]) -> Iterator[Input]:
    """The sample, and the real files where they are wanted."""
    yield TextInput("news", News([str(folder / "bulletins.jsonl")]), spacy_extractor())
    yield RecordInput("triples", Triples([str(folder / "statements.csv")]))
    if "eto" in data:
        yield RecordInput("eto", SupplyChain(str(REAL / "eto_supply_chain")), "eto")
    if "ftm" in data:
        paths = [str(REAL / "ftm_sample" / f"{name}.ftm.json") for name in LISTS]
        yield RecordInput("ftm", FollowTheMoney(paths), "ftm")


async def ranks(graph: Graph, paths: list[list[str]]) -> list[int]:
    """The place from 1 of each path among those shown by the index; 0 where it is not among them."""
    make_machine_code()  # a question that waited for it would run out of time
    options, found = ServiceSettings(), []
    with ThreadPoolExecutor(1) as executor:
        keeper = IndexKeeper(graph, executor, most_megabytes=100, poll_s=1)
        keeper.snapshot = await load(graph, most_megabytes=100, progress=lambda *_: None)
        cypher = CypherEngine(graph, hub_degree=options.hub_degree)
        searches = Searches(IndexEngine(graph, keeper, cypher, executor, options), options)
        for names in paths:
            meant = await searches.lookup(names)
            request = PathRequest((names[0],), (names[-1],), k=MOST_SHOWN, weight=PathWeight.SPECIFICITY)
            answer = await searches.run(request)
            assert answer.report.engine is EngineName.INDEX
            shown = [[path.hops[0].source.id, *(hop.target.id for hop in path.hops)] for path in answer.paths]
            wanted = [meant[name].id for name in names]
            found.append(shown.index(wanted) + 1 if wanted in shown else 0)
    return found


@pytest.mark.parametrize(
    ("data", "first", "among_three"),
    [
        pytest.param({"sample"}, 20, 22, id="sample"),
        pytest.param(
            {"sample", "eto", "ftm"},
            *(24, 28),
            marks=pytest.mark.skipif(not REAL.is_dir(), reason="the sources' real files are not here"),
            id="all thirty",
        ),
    ],
)
async def test_the_paths_of_analysts_come_first(
    graph: Graph, tmp_path: Path, data: set[str], first: int, among_three: int
) -> None:
    await schema.apply(graph)
    with as_file(files("loaders.sample")) as folder:
        plan = Plan(list(inputs(folder, data)), "analysts", LoadSettings())
        await execute(graph, plan, DeadLetterFile(tmp_path / "refused.jsonl"), stop=asyncio.Event())
    asked = [one["path"] for one in QUESTIONS if one["data"] in data]
    found = dict(zip(map(" · ".join, asked), await ranks(graph, asked), strict=True))
    assert len(found) == len(asked)
    assert sum(rank == 1 for rank in found.values()) >= first, found
    assert sum(rank > 0 for rank in found.values()) >= among_three, found
