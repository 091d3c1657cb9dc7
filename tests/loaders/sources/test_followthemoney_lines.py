"""Lines of FollowTheMoney: what every entity must have, named where it is missing."""

from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord
from loaders.sources.followthemoney_lines import FollowTheMoneyRecord, read_lines


def read(folder: Path, line: str, ignored: set[str] | None = None) -> FollowTheMoneyRecord | MalformedRecord:
    (folder / "e.json").write_text(f"\n{line}\n")
    (record,) = read_lines(str(folder / "e.json"), set() if ignored is None else ignored)
    return record


def test_an_entity_and_a_change_of_one_are_read_alike(tmp_path: Path) -> None:
    entity = '{"id": "a", "schema": "Company", "properties": {"name": ["A"]}, "datasets": ["lists"], "colour": "red"}'
    ignored: set[str] = set()
    plain, change = read(tmp_path, entity, ignored), read(tmp_path, f'{{"op": "MOD", "entity": {entity}}}')
    assert isinstance(plain, FollowTheMoneyRecord)
    assert isinstance(change, FollowTheMoneyRecord)
    assert (plain.line, plain.op, plain.first("name"), plain.publisher) == (2, "ADD", "A", "lists")
    assert (change.op, change.id, change.properties) == ("MOD", plain.id, plain.properties)
    assert ignored == {"colour"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("{", "is not JSON", id="no JSON"),
        pytest.param("[]", "is no JSON object", id="a list"),
        pytest.param('{"schema": "Company", "properties": {}}', "id is missing", id="no id"),
        pytest.param('{"id": "a", "properties": {}}', "schema is missing", id="no schema"),
        pytest.param('{"id": "a", "schema": "Company"}', "properties is missing", id="no properties"),
        pytest.param('{"id": "a", "schema": "X", "properties": {"name": "A"}}', "name is no list", id="no list"),
        pytest.param('{"op": "PUT", "entity": {"id": "a"}}', "op is 'PUT', expected ADD", id="operation"),
    ],
)
def test_what_is_no_entity_is_told_by_line_and_field(tmp_path: Path, line: str, problem: str) -> None:
    record = read(tmp_path, line)
    assert isinstance(record, MalformedRecord)
    assert problem in str(record)
    assert (record.line, record.raw) == (2, line)
