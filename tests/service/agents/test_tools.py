"""Sixty questions over the sample and, where it is at hand, ETO's data, answered through the tools."""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.resources import as_file, files
from math import ceil
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.errors import EntityNotFound
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import RecordInput, TextInput
from loaders.loading.pipeline import load
from loaders.settings import LoadSettings
from loaders.sources.eto import SupplyChain
from loaders.sources.news import News
from loaders.sources.triples import Triples
from service.searches.endpoints import lookup
from tests.service.agents.tool_client import agent, answer_of, cited, lines, told

pytestmark = pytest.mark.anyio

ETO = Path(os.environ.get("CHOKEPOINT_SHARED") or Path(__file__).parents[4] / "shared") / "data" / "eto_supply_chain"
QUESTIONS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "agents" / "questions.yaml").read_text("utf-8")
)
NAMED = ("source", "target", "a", "b", "entity")
LISTS = ("candidates", "paths", "ties", "chains", "choke_points", "single_country_inputs", "lost_without")
MOST_WRONG = 0.05
"""Three of sixty, two of the thirty-five that need only the sample."""


@pytest.mark.parametrize(
    "sources",
    [
        ("sample",),
        pytest.param(("sample", "eto"), marks=pytest.mark.skipif(not ETO.is_dir(), reason="ETO's data is not at hand")),
    ],
    ids=" and ".join,
)
async def test_questions_are_answered_through_the_tools_and_no_statement_lacks_its_citation(
    graph: Graph, tmp_path: Path, sources: tuple[str, ...]
) -> None:
    await schema.apply(graph)
    refused = DeadLetterFile(tmp_path / "refused.jsonl")
    with as_file(files("loaders.sample")) as folder:
        news = TextInput("news", News([str(folder / "bulletins.jsonl")]), spacy_extractor())
        given = RecordInput("triples", Triples([str(folder / "statements.csv")]))
        inputs: list[TextInput | RecordInput] = [news, given]
        if "eto" in sources:
            inputs.append(RecordInput("eto", SupplyChain(str(ETO))))
        for each in inputs:
            await load(graph, each, job="sample", settings=LoadSettings(), dead_letters=refused)
    asked = [question for source in sources for question in QUESTIONS[source]]
    wrong = {}
    names = await names_shown(graph, asked)
    async with agent(graph) as client:
        for question in asked:
            if problems := await problems_of(client, names, question):
                wrong[question["ask"]] = problems
    assert len(wrong) <= ceil(MOST_WRONG * len(asked)), wrong


async def problems_of(client: Client, names: Mapping[str, str], question: dict[str, Any]) -> list[str]:
    """What an agent that looks names up first, and then asks the tool, gets wrong."""
    arguments = dict(question["with"])
    for name in NAMED:
        if name in arguments:
            found = await answer_of(client, "find_entity", name=arguments[name], limit=1)
            arguments[name] = found["candidates"][0]["entity"]["id"] if found["candidates"] else arguments[name]
    result = await client.call_tool(question["tool"], arguments)
    if result.is_error:
        return [told(result)]
    answer = cited(result)
    said, listed = lines(answer), names_in(answer)

    def shown(name: str) -> str:
        return names.get(name, name)

    def stated(line: str) -> str:
        subject, relation, object = re.split(r" ([A-Z_]{4,}) ", line)
        return f"{shown(subject)} {relation} {shown(object)}"

    problems = [f"does not state {one}" for one in map(stated, question.get("states", ())) if one not in said]
    problems += [f"does not list {one}" for one in map(shown, question.get("finds", ())) if one not in listed]
    problems += [f"lists {one}" for one in map(shown, question.get("lacks", ())) if one in listed]
    if (expected := question.get("status")) and answer["status"] not in expected:
        problems.append(f"ends as {answer['status']}")
    if (words := question.get("quotes")) and not any(words in one["quotation"] for one in answer["citations"]):
        problems.append(f"does not quote {words!r}")
    return [f"{one}; it says {sorted(said)}, {sorted(listed)}"[:600] for one in problems]


async def names_shown(graph: Graph, asked: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Under which name the graph shows each entity of the key, which names it as the sources do."""
    found = {}
    for question in asked:
        ends = [name for line in question.get("states", ()) for name in re.split(r" [A-Z_]{4,} ", line)]
        for name in (*ends, *question.get("finds", ()), *question.get("lacks", ())):
            with suppress(EntityNotFound):
                found[name] = (await lookup(graph, [name]))[name].name
    return found


def names_in(answer: dict[str, Any]) -> set[str]:
    """Names of the entities that an answer lists."""
    items = [item for name in LISTS for item in answer.get(name, ())]
    entities = [entity for item in items for entity in [item.get("entity"), *item.get("entities", ())] if entity]
    return {entity["name"] for entity in entities}
