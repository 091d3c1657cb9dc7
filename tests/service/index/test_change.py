"""A change between two versions: what the reader of the database fills in and the index takes in."""

import pytest

from graph_schema.database.graph import Graph
from service.index.assemble import snapshot_of_rows
from service.index.layout import GONE
from service.index.reading import TooMuchChanged, read_change
from tests.service.build import story
from tests.service.index.in_memory import change_to

pytestmark = pytest.mark.anyio


def test_a_change_from_nothing_is_the_whole_graph() -> None:
    build = story()
    build.project()
    change = change_to(build)
    graph = snapshot_of_rows(change)
    assert {graph.ids.id_of(x) for x in range(graph.entities) if graph.types[x] & GONE != GONE} == {
        entity.id for entity in change.entities
    }
    assert graph.number_of_relations == len(change.relations)
    assert graph.claims is not None
    assert graph.claims.start[-1] == len(change.claims)


async def test_the_database_tells_what_was_written_since_a_version(graph: Graph) -> None:
    build = story()
    await build.write(graph)
    change = await graph.read(read_change, 0, 7, most=10_000)
    told = change_to(build)
    assert {row.id for row in change.entities} == {row.id for row in told.entities}
    assert {row.id: row.status for row in change.relations} == {row.id: row.status for row in told.relations}
    assert {(row.relation, row.document) for row in change.claims} == {
        (row.relation, row.document) for row in told.claims
    }
    assert not change.removed_entities
    nothing = await graph.read(read_change, 7, 7, most=10_000)
    assert (nothing.version, nothing.entities, nothing.relations) == (7, [], [])


async def test_too_large_a_change_is_refused(graph: Graph) -> None:
    await story().write(graph)
    with pytest.raises(TooMuchChanged):
        await graph.read(read_change, 0, 7, most=1)
