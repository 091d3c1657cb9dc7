"""Tests lie where what they test lies: each module has a test of its name, and the list of those without one only shrinks."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNMIRRORED = Path(__file__).with_name("unmirrored.txt")


def modules() -> Iterator[Path]:
    """All modules of the product, from the root of the repository."""
    for package in ("graph_schema", "loaders", "service"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name != "__init__.py":
                yield path.relative_to(ROOT)


def has_test(module: Path) -> bool:
    """Whether a test has the module's name; a package within a wing may have one for all of its modules."""
    named = [ROOT / "tests" / module.with_name(f"test_{module.name}")]
    folder = module.parent
    while len(folder.parts) > 2:
        named.append(ROOT / "tests" / folder.parent / f"test_{folder.name}.py")
        folder = folder.parent
    return any(path.exists() for path in named)


def test_a_new_module_comes_with_a_test_of_its_name_and_the_list_of_others_only_shrinks() -> None:
    listed = UNMIRRORED.read_text("utf-8").split()
    assert listed == sorted(set(listed))
    without = {module.as_posix() for module in modules() if not has_test(module)}
    assert without - set(listed) == set(), "write a test of the module's name, as tests/<folders>/test_<module>.py"
    assert set(listed) - without == set(), f"these have a test now, or are gone: strike them from {UNMIRRORED.name}"
