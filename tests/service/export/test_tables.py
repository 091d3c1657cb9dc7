"""The tables of an export."""

import pytest

from service.export.tables import CLAIMS, DOCUMENTS, ENTITIES, RELATIONS, TOLD_RELATIONS, Column, Table


@pytest.mark.parametrize("table", [ENTITIES, RELATIONS, TOLD_RELATIONS, CLAIMS, DOCUMENTS])
def test_a_table_begins_with_its_id_and_names_each_column_once(table: Table) -> None:
    assert table.columns[0] == Column("id")
    assert len(set(table.names)) == len(table.names)


def test_evidence_is_one_column_more() -> None:
    assert TOLD_RELATIONS.names == [*RELATIONS.names, "evidence"]
