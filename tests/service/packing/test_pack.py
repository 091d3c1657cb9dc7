"""Evidence packs: the same bytes each time, and what cannot be packed."""

import json

import pytest

from graph_schema.database.graph import Graph
from graph_schema.errors import QuestionError
from service.packing.pack import FoundPaths, make_pack, path_by_id
from tests.service.build import story
from tests.service.packing.packed import KEY, QUESTION, files, packed

pytestmark = pytest.mark.anyio


async def test_the_same_question_of_the_same_version_gives_the_same_bytes(graph: Graph) -> None:
    await story().write(graph)
    first, second = await packed(graph, KEY), await packed(graph, KEY)
    assert first.content == second.content
    assert (first.signed, first.paths >= 1, first.claims >= first.paths) == (True, True, True)


async def test_a_path_is_packed_by_its_id_and_nothing_is_refused(graph: Graph) -> None:
    await story().write(graph)
    answer = json.loads(files((await packed(graph)).content)["answer.json"])
    found = await path_by_id(graph, answer["paths"][0]["id"])
    assert found.paths[0].id == answer["paths"][0]["id"]
    with pytest.raises(QuestionError, match="not the id of a path"):
        await path_by_id(graph, "path:company:intel")

    async def none() -> FoundPaths:
        return await path_by_id(graph, "path:company:intel>company:nobody")

    with pytest.raises(QuestionError, match="nothing to pack"):
        await make_pack(graph, QUESTION, none, key=None)
