"""What the machine has left."""

from pathlib import Path

import psutil
import pytest

from graph_schema.database.embedded.resources import available_memory, size_of


def container(folder: Path, limit: str) -> None:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text("700\n")
    (folder / "memory.stat").write_text("anon 300\ninactive_file 200\n")


def test_the_limit_of_a_container_counts_without_the_files_it_has_read(tmp_path: Path) -> None:
    container(tmp_path, "1000")
    assert available_memory(tmp_path) == 1000 - 700 + 200


@pytest.mark.parametrize("limit", ["max", "nonsense"])
def test_without_a_limit_the_machine_counts(limit: str, tmp_path: Path) -> None:
    container(tmp_path, limit)
    assert 0 < available_memory(tmp_path) <= psutil.virtual_memory().total


def test_the_size_of_a_folder_is_that_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a").write_bytes(b"12")
    (tmp_path / "deep" / "b").write_bytes(b"345")
    assert size_of(tmp_path) == 5
    assert size_of(tmp_path / "missing") == 0
