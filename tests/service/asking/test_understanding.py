"""Questions in words, over the sample: what each is taken for, and that nothing is guessed."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.errors import EntityNotFound
from graph_schema.vocabulary import EntityType
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import RecordInput, TextInput
from loaders.loading.pipeline import load
from loaders.settings import LoadSettings
from loaders.sources.news import News
from loaders.sources.triples import Triples
from service.asking.operations import OperationCall
from service.asking.understanding import understand
from service.searches.endpoints import lookup
from tests.service.build import story

pytestmark = pytest.mark.anyio

QUESTIONS = Path(__file__).parents[2] / "data" / "asking"
NAMES = ("id", "from", "to", "avoid", "lists", "owners", "without", "entityIds", "countries", "name")


async def test_questions_are_mapped_right_or_refused_and_never_mapped_wrong(graph: Graph, tmp_path: Path) -> None:
    await load_sample(graph, tmp_path)
    right, refused, wrong = await measured(graph, "questions.yaml")
    assert wrong == {}
    assert len(right) + len(refused) == 80
    assert len(right) >= 78, refused
    right, refused, wrong = await measured(graph, "held-out.yaml")
    assert wrong == {}
    assert len(right) >= 28, refused


async def test_what_is_not_understood_is_told_with_close_names_and_questions_that_are(story_graph: Graph) -> None:
    no_form = await understand(story_graph, "Which firm will win?")
    no_name = await understand(story_graph, "Is Intl sanctioned?")
    assert (no_form.call, no_form.reason) == (None, "no form of question fits")
    assert (no_name.call, no_name.reason) == (None, "no entity 'Intl'; close: Intel")
    assert len(no_form.nearest) == len(no_name.nearest) == 3
    assert any("exposed" in one for one in no_name.nearest)


async def test_a_question_of_two_meanings_is_refused_with_both(graph: Graph) -> None:
    build = story()
    build.entity(EntityType.COMPANY, "Intel and TSMC")
    build.entity(EntityType.COMPANY, "TSMC and Huawei")
    await build.write(graph)
    found = await understand(graph, "paths between Intel and TSMC and Huawei")
    assert found.call is None
    assert (found.reason or "").count("shortestPaths(") == 2


async def test_a_name_in_any_script_and_letter_case_is_met(story_graph: Graph) -> None:
    found = await understand(story_graph, "how is 英特尔 tied to huawei?")
    assert found.call is not None
    assert found.call.text == 'shortestPaths(from: ["company:intel"], to: ["company:huawei"], k: 3)'
    assert [entity.name for entity in found.meant] == ["Intel", "Huawei"]


async def load_sample(graph: Graph, tmp_path: Path) -> None:
    await schema.apply(graph)
    dead = DeadLetterFile(tmp_path / "refused.jsonl")
    with as_file(files("loaders.sample")) as folder:
        news = TextInput("news", News([str(folder / "bulletins.jsonl")]), spacy_extractor())
        given = RecordInput("triples", Triples([str(folder / "statements.csv")]))
        for each in (news, given):
            await load(graph, each, job="sample", settings=LoadSettings(), dead_letters=dead)


async def measured(graph: Graph, file: str) -> tuple[list[str], dict[str, str | None], dict[str, str]]:
    """Questions mapped right, those that were refused in spite of an answer, and those mapped wrong."""
    right, refused, wrong = [], {}, {}
    for question in yaml.safe_load((QUESTIONS / file).read_text("utf-8")):
        found = await understand(graph, question["ask"])
        if found.call is None:
            if question.get("cannot"):
                right.append(question["ask"])
            else:
                refused[question["ask"]] = found.reason
        elif question.get("operation") == found.call.operation and said(found.call) == await key(graph, question):
            right.append(question["ask"])
        else:
            wrong[question["ask"]] = found.call.text
    return right, refused, wrong


def said(call: OperationCall) -> dict[str, Any]:
    """The arguments of a call in the notation of the questions, sizes apart."""
    flat = {name: value for name, value in call.variables.items() if name not in ("first", "k", "tiers", "clock")}
    for name in ("supplier", "customer", "by"):
        flat |= flat.pop(name, {})
    if call.operation == "neighbors":
        where, other = flat.pop("where"), flat.pop("object", {})
        flat |= where | ({"kinds": other["types"]} if "types" in other else {})
    if call.operation == "entity":
        flat["name"] = flat.pop("id")
    return {name: value if isinstance(value, list) else [value] for name, value in flat.items()}


async def key(graph: Graph, question: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a question, names as ids. The direction of a relation that holds both ways says nothing."""
    expected = {}
    for name, value in question["arguments"].items():
        values = value if isinstance(value, list) else [value]
        expected[name] = [await id_of(graph, one) for one in values] if name in NAMES else values
    if question["operation"] == "neighbors" and expected["types"] == ["COMPETES_WITH"]:
        del expected["direction"]
    return expected


async def id_of(graph: Graph, name: str) -> str:
    try:
        return (await lookup(graph, [name]))[name].id
    except EntityNotFound:
        return name
