"""What the release check looks for: files that a package lacks, has too much or has otherwise."""

import sys
import zipfile
from pathlib import Path

import pytest

from tools.release.check import holds
from tools.release.contents import NEEDED, differences, expected, of_wheel
from tools.release.environments import interpreter, pinned
from tools.release.trial import Failed

FILES = dict.fromkeys(NEEDED, "1")


def test_the_checkout_has_each_kind_of_data() -> None:
    wanted = expected()
    assert differences(wanted, wanted, "the checkout") == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        pytest.param({**FILES}, "x.whl lacks service/app.py", id="a module is missing"),
        pytest.param(
            {**FILES, "service/app.py": "1", "service/leftover.py": "1"},
            "x.whl has service/leftover.py, which the checkout lacks",
            id="one too many",
        ),
        pytest.param({**FILES, "service/app.py": "2"}, "x.whl has another service/app.py", id="an old one"),
    ],
)
def test_a_wheel_that_is_not_the_checkout_is_told(found: dict[str, str], told: str) -> None:
    with pytest.raises(Failed, match=f"^{told}$"):
        holds(found, {**FILES, "service/app.py": "1"}, "x.whl")


def test_data_that_neither_checkout_nor_wheel_has_is_missed() -> None:
    without = {name: "1" for name in NEEDED if not name.endswith("read.onnx")}
    assert differences(without, without, "x.whl") == ["x.whl lacks loaders/extraction/reader/weights/read.onnx"]


def test_the_metadata_of_a_wheel_is_not_its_content(tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel := tmp_path / "x.whl", "w") as archive:
        archive.writestr("chokepoint.py", "")
        archive.writestr("chokepoint-0.1.0.dist-info/RECORD", "")
    assert set(of_wheel(wheel)) == {"chokepoint.py"}


def test_a_python_is_found_by_its_version_and_an_absent_one_is_none() -> None:
    assert interpreter(f"{sys.version_info.major}.{sys.version_info.minor}") == Path(sys.executable)
    assert interpreter("3.2") is None


def test_the_constraints_are_read_with_extras_and_markers() -> None:
    versions = pinned()
    assert {"neo4j", "neo4j-rust-ext", "spacy", "pyjwt"} <= set(versions)
    assert all(version[0].isdigit() for version in versions.values())
