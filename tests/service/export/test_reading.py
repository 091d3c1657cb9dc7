"""The rows of an export."""

import json
from collections.abc import Sequence

import pytest

from graph_schema.database.graph import Graph
from service.export.files import ExportFormat
from service.export.reading import read_tables, state_of
from service.export.tables import ENTITIES, RELATIONS, TOLD_RELATIONS, Table
from service.queries.exported import Row

pytestmark = pytest.mark.anyio


async def test_evidence_is_read_in_parts_that_fit(story_graph: Graph) -> None:
    async def told(most: int) -> tuple[list[Row], int]:
        before = await state_of(story_graph)
        batches: list[tuple[Table, Sequence[Row]]] = [
            batch async for batch in read_tables(story_graph, [TOLD_RELATIONS], before, claims_at_once=most)
        ]
        return [row for _, rows in batches for row in rows], len(batches)

    (rows, few), (same, many) = await told(5000), await told(1)
    assert rows == same
    assert many > few
    assert all(len(json.loads(row[-1])) == row[RELATIONS.names.index("claims")] for row in rows)


async def test_rows_fit_their_columns(story_graph: Graph) -> None:
    before = await state_of(story_graph)
    tables = ExportFormat.CSV.tables(evidence=True)
    async for table, rows in read_tables(story_graph, tables, before):
        assert all(len(row) == len(table.columns) for row in rows)
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert tables[0] is ENTITIES
