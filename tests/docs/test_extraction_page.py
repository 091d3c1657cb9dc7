"""docs/extraction.md is true: its sentences give its rows, its additions to the data work as they stand, its reasons are all."""

import ast
import datetime as dt
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from loaders.extraction import assemble
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extraction.md").read_text("utf-8")
WORKED = re.compile(r"<!-- sentence(?:, published (\S+))? -->\n> (.+)\n\n\|.*\|\n\|[-|]+\|\n((?:\|.*\|\n)+)")
ADDITION = re.compile(r"```\w+\n# (\S+), (below|above) `([^`\n]+)`\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMISE = re.compile(r'"([^"]+)" gives `(.+) \| (.+) \| (.+)`')
Ends = tuple[str, str, str]


def worked() -> Iterator[tuple[dt.date | None, str, list[list[str]]]]:
    """Day, sentence and rows of each worked sentence."""
    for day, sentence, rows in WORKED.findall(PAGE):
        cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]
        yield dt.date.fromisoformat(day) if day else None, sentence, cells


def promises() -> dict[str, Ends]:
    """Sentence and triple of each addition."""
    return {sentence: (subject, relation, object) for sentence, subject, relation, object in PROMISE.findall(PAGE)}


def add(file: Path, where: str, anchor: str, lines: str) -> None:
    """Put `lines` next to the first line that reads `anchor`, indentation aside."""
    content = file.read_text("utf-8").splitlines(keepends=True)
    at = [line.strip() for line in content].index(anchor) + (where == "below")
    file.write_text("".join([*content[:at], lines, *content[at:]]), "utf-8")


def found_in(folder: Path, sentences: list[str]) -> dict[str, set[Ends]]:
    """What the copy of the product in `folder` finds in each sentence."""
    texts = folder / "texts.jsonl"
    texts.write_text("\n".join(json.dumps({"id": sentence, "text": sentence}) for sentence in sentences), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "loaders.cli.extract", "--extractor", "rules", str(texts)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, set[Ends]] = {sentence: set() for sentence in sentences}
    for row in map(json.loads, done.stdout.splitlines()):
        found[row["doc"]].add((row["subject"], row["relation"], row["object"]))
    return found


def test_the_worked_sentences_give_the_rows_of_the_page() -> None:
    sentences = list(worked())
    assert len(sentences) == 2
    for published, sentence, rows in sentences:
        [extraction] = spacy_extractor().extract([Article("a", sentence, published=published)])
        assert sorted(
            [
                triple.subject.name,
                str(triple.relation),
                triple.object.name,
                str(triple.modality),
                "" if triple.attribution is None else triple.attribution.name,
                triple.predicate,
            ]
            for triple in extraction.triples
        ) == sorted(rows)


def test_an_alias_a_pattern_and_a_relation_are_added_as_the_page_says(tmp_path: Path) -> None:
    wanted = promises()
    assert len(wanted) == 3
    for package in ("loaders", "graph_schema"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    before = found_in(tmp_path, list(wanted))
    assert [sentence for sentence, triple in wanted.items() if triple in before[sentence]] == []
    additions = ADDITION.findall(PAGE)
    assert len(additions) == 5
    for file, where, anchor, lines in additions:
        add(tmp_path / file, where, anchor, lines)
    after = found_in(tmp_path, list(wanted))
    assert {sentence: triple for sentence, triple in wanted.items() if triple not in after[sentence]} == {}


def test_every_reason_is_explained() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.split("## What is left out")[1].split("## Measured")[0]))
    assert reasons() <= told


def reasons() -> set[str]:
    """The codes in the code: what is counted anywhere in the package, and what a candidate is refused for."""
    counted = [
        node
        for file in (ROOT / "loaders" / "extraction").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "count"
    ]
    refused = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(assemble)))
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant)
    ]
    assert counted
    assert refused
    return {
        inner.value
        for node in [*counted, *refused]
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    }
