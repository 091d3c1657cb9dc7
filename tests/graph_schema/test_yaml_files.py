"""YAML files that people write, and where their mistakes stand."""

from pathlib import Path

import pytest

from graph_schema.errors import SettingsError
from graph_schema.yaml_files import YamlFile


def test_a_part_is_told_by_its_line_or_by_that_of_what_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("rows:\n  - name: a\n    more:\n      - b\n")
    file = YamlFile.read(path)
    assert file.rows("rows") == [{"name": "a", "more": ["b"]}]
    assert file.place("rows", 0, "more", 0) == f"{path}:4"
    assert file.place("rows", 0, "missing") == f"{path}:2"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rows: [", "a.yaml:1: is not YAML"),
        ("other: []", "a.yaml:1: expected one key, `rows`, with a list of rows"),
        ("rows: 3", "a.yaml:1: expected one key, `rows`"),
        ("rows: []\nmore: 1", "a.yaml:1: expected one key, `rows`"),
        ("[" * 20_000, "a.yaml: is nested too deeply to be read"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        YamlFile.read(path).rows("rows")
    assert str(refused.value).removeprefix(f"{tmp_path}/").startswith(told)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        YamlFile.read(tmp_path / "none.yaml")
