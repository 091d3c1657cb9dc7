"""The open benchmark is whole: every passage stands up to the checker, and the documentation tells its size."""

import os
import re
from pathlib import Path

import pytest

from benchmarks.reading.markup import faults
from benchmarks.reading.page import BEGIN, END
from benchmarks.reading.passages import Passage, gold_files, read_passages
from benchmarks.reading.scoring import Prediction, score
from graph_schema.errors import MalformedRecord

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CHOKEPOINT_SHARED") or ROOT.parent / "shared") / "gold"


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    return read_passages(gold_files())


def test_every_passage_is_without_fault(passages: list[Passage]) -> None:
    assert len(passages) >= 800
    assert {passage.id: found for passage in passages if (found := list(faults(passage)))} == {}


def test_all_is_free_to_use(passages: list[Passage]) -> None:
    assert {passage.licence for passage in passages} == {"own words, CC0"}


def test_a_reader_that_finds_all_of_it_scores_one(passages: list[Passage]) -> None:
    found = [
        Prediction(passage.id, triple.subject, triple.relation, triple.object, triple.modality)
        for passage in passages
        for triple in passage.triples
    ]
    result = score(passages, found)
    assert (result.triples.f1, result.with_modality.f1, result.pairs.f1) == (1.0, 1.0, 1.0)


def test_the_page_tells_the_size_of_what_was_measured(passages: list[Passage]) -> None:
    page = (ROOT / "docs" / "extraction.md").read_text("utf-8")
    section = page.split(BEGIN)[1].split(END)[0]
    assert re.findall(r"^(\d+) annotated passages", section, re.MULTILINE) == [str(len(passages))]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the texts of others, which may not lie here, are not at hand")
@pytest.mark.parametrize("name", ["real.jsonl", "dev.jsonl"])
def test_real_text_of_others_is_not_among_it(passages: list[Passage], name: str) -> None:
    others = {passage.text for passage in read_passages([SHARED / name])}
    assert not {passage.text for passage in passages} & others


def test_a_wrong_line_is_told_by_file_line_and_field(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text('\n{"id": "a", "text": "x", "entities": [], "triples": [{"subject": "s"}]}\n', "utf-8")
    with pytest.raises(MalformedRecord, match=r"own\.jsonl:2: triples\.0\.relation"):
        read_passages([file])
