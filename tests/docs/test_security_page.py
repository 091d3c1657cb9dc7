"""Every test that the pages on security name exists: a file, and in it the function."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


@pytest.mark.parametrize("page", ["docs/security.md", "SECURITY.md"])
def test_each_test_that_a_page_names_exists(page: str) -> None:
    named = NAMED.findall((ROOT / page).read_text("utf-8"))
    assert len(named) > 5
    lacking = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file() or (test and test not in functions(ROOT / file))
    ]
    assert lacking == []


def test_each_line_of_the_tables_names_a_test() -> None:
    text = (ROOT / "docs/security.md").read_text("utf-8")
    for table in text.split("## Threats")[1].split("## What is left")[0].split("|---|---|---|\n")[1:]:
        rows = [line for line in table.split("\n\n")[0].splitlines() if line.startswith("|")]
        assert rows
        assert [row for row in rows if not NAMED.search(row)] == []
