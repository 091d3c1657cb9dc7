"""Each question of docs/api.md runs against the bundled sample and answers with what the page says."""

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path

import httpx
import pytest

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import RecordInput, TextInput
from loaders.loading.pipeline import load
from loaders.settings import LoadSettings
from loaders.sources.news import News
from loaders.sources.triples import Triples

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def questions() -> Iterator[tuple[str, str, list[str]]]:
    """Title, query and expected words of each question."""
    for title, rest in re.findall(r"^### (\d+\..*?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL):
        ((query, told),) = re.findall(r"```graphql\n(.*?)```\s+Answers with (.*)", rest, re.DOTALL)
        yield title, query, re.findall(r"`([^`]+)`", told)


async def test_the_questions_are_answered_as_the_page_says(
    graph: Graph, client_of: Callable[..., httpx.AsyncClient], tmp_path: Path
) -> None:
    await schema.apply(graph)
    refused = DeadLetterFile(tmp_path / "refused.jsonl")
    with as_file(files("loaders.sample")) as folder:
        news = TextInput("news", News([str(folder / "bulletins.jsonl")]), spacy_extractor())
        given = RecordInput("triples", Triples([str(folder / "statements.csv")]))
        for each in (news, given):
            await load(graph, each, job="sample", settings=LoadSettings(), dead_letters=refused)
    asked = list(questions())
    assert len(asked) >= 20
    wrong = {}
    async with client_of(graph) as client:
        for title, query, told in asked:
            answer = (await client.post("/graphql", json={"query": query})).json()
            text = json.dumps(answer, ensure_ascii=False)
            if missing := [one for one in told if one not in text]:
                wrong[title] = (missing, text[:600])
            if "errors" in answer:
                wrong[title] = (["no errors"], text[:600])
    assert wrong == {}
