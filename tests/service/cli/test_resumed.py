"""A file that a killed command goes on with."""

from contextlib import suppress
from pathlib import Path

import pytest

from service.cli.resumed import OutputUnusable, ResumedFile


class Killed(Exception):
    """Stands for a process that ends in the middle."""


def resumed(folder: Path, *, overwrite: bool = False, made_of: str = "a") -> ResumedFile:
    return ResumedFile(folder / "out", {"of": made_of}, folder / "beside", overwrite=overwrite)


def begin(folder: Path) -> None:
    """Two records taken, and half of a third written."""
    with suppress(Killed), resumed(folder) as file:
        file.write(b"1\n2\n")
        (folder / "beside").write_text("refused\n")
        file.counts = {"match": 2}
        file.commit(2)
        file.write(b"half")
        (folder / "beside").write_text("refused\nagain\n")
        raise Killed


def test_a_run_goes_on_after_what_was_committed_and_nothing_stands_twice(tmp_path: Path) -> None:
    begin(tmp_path)
    assert not (tmp_path / "out").exists()
    with resumed(tmp_path) as file:
        assert (file.taken, file.counts) == (2, {"match": 2})
        file.write(b"3\n")
        file.commit(3)
        file.finish()
    assert (tmp_path / "out").read_text() == "1\n2\n3\n"
    assert (tmp_path / "beside").read_text() == "refused\n"
    assert {path.name for path in tmp_path.iterdir()} == {"out", "beside"}


def test_another_input_a_finished_file_and_two_writers_are_refused(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(OutputUnusable, match="another input"), resumed(tmp_path, made_of="b"):
        pass
    with resumed(tmp_path) as file:
        with pytest.raises(OutputUnusable, match="another process"), resumed(tmp_path):
            pass
        file.finish()
    with pytest.raises(OutputUnusable, match="exists"), resumed(tmp_path):
        pass
    with resumed(tmp_path, overwrite=True) as file:
        assert file.taken == 0
        file.finish()
    assert (tmp_path / "out").read_text() == ""
