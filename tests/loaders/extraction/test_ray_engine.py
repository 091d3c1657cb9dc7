"""Extraction over blocks, and with Ray Data on a local Ray; the latter is skipped where `chokepoint[ray]` is not installed."""

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("fsspec", reason="chokepoint[ray] is not installed")

from graph_schema.errors import MalformedRecord, SettingsError, SourceError, SourceUnavailable
from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.extraction.distributed.blocks import plan, read_block
from loaders.extraction.distributed.output import BlockFormat, Output
from loaders.extraction.distributed.ray_engine import BlockDone, BlockReader, extract_blocks
from loaders.extraction.rows import open_row
from loaders.triple import Article

OPEN = Choice(ExtractorKind.RULES, open_triples=True)
TEXTS = [f"Intel tested {number} tools from ACM Research in Arizona." for number in range(12)]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    lines = [json.dumps({"id": f"n{number}", "text": text}) for number, text in enumerate(TEXTS)]
    lines.insert(5, "{broken")
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    ray = pytest.importorskip("ray", reason="chokepoint[ray] is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def articles(path: Path, block_bytes: int) -> list[list[Article | MalformedRecord]]:
    return [list(read_block(block)) for block in plan([f"file://{path}"], block_bytes)]


def keys(blocks: list[list[Article | MalformedRecord]]) -> list[str]:
    return [article.key for block in blocks for article in block if isinstance(article, Article)]


def rows(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(folder.glob("triples-*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


@pytest.mark.parametrize("block_bytes", [1, 50, 100, 333, 1 << 20])
def test_each_line_belongs_to_one_block_wherever_the_cuts_fall(news: Path, block_bytes: int) -> None:
    blocks = articles(news, block_bytes)
    assert keys(blocks) == [f"n{number}" for number in range(12)]
    assert sum(isinstance(article, MalformedRecord) for block in blocks for article in block) == 1


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=12), st.integers(1, 80))
def test_no_text_and_no_cut_loses_or_doubles_a_line(texts: list[str], block_bytes: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        import fsspec

        store = fsspec.filesystem("memory")
        store.store.clear()
        patch.setattr(store, "pseudo_dirs", [""])
        store.pipe(
            "/n.jsonl", "\n".join(json.dumps({"id": str(i), "text": f"x{t}"}) for i, t in enumerate(texts)).encode()
        )
        if texts:
            found = [list(read_block(block)) for block in plan(["memory://n.jsonl"], block_bytes)]
            assert keys(found) == [str(number) for number in range(len(texts))]


def test_row_groups_of_parquet_are_blocks(tmp_path: Path) -> None:
    table = pyarrow.table({"id": [f"n{number}" for number in range(12)], "text": TEXTS})
    pyarrow.parquet.write_table(table, tmp_path / "news.parquet", row_group_size=5)
    blocks = [list(read_block(block)) for block in plan([str(tmp_path)], 1)]
    assert [len(block) for block in blocks] == [5, 5, 2]
    assert keys(blocks) == [f"n{number}" for number in range(12)]


def test_a_changed_file_or_another_extractor_makes_other_blocks(news: Path) -> None:
    [before] = plan([str(news)], 1 << 20)
    with news.open("a") as stream:
        stream.write("\n" + json.dumps({"id": "late", "text": "Intel tested tools."}))
    [after] = plan([str(news)], 1 << 20)
    assert len({before.id("spacy"), after.id("spacy"), after.id("open")}) == 3


def test_what_cannot_be_read_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="no such file"):
        plan([str(tmp_path / "none.jsonl")], 1)
    with pytest.raises(SourceUnavailable, match="holds no"):
        plan([str(tmp_path)], 1)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(SourceError, match="JSON lines"):
        plan([str(tmp_path / "a.txt")], 1)
    with pytest.raises(SourceError, match="nosuch"):
        plan(["nosuch://bucket/a.jsonl"], 1)


def test_a_block_that_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    output = Output(f"file://{tmp_path}", BlockFormat.JSONL)

    def failing() -> Iterator[dict[str, Any]]:
        yield {"doc": "a"}
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        output.write("b1", failing(), [])
    assert list(tmp_path.iterdir()) == []
    assert output.finished() == set()


def test_parquet_output_keeps_types_and_aliases(tmp_path: Path) -> None:
    text = "ACM Research (盛美半導體), a maker of tools, supplies Intel."
    article = Article("a", text, url="https://example.org/a")
    [extraction] = make_extractor(Choice(ExtractorKind.RULES)).extract([article])
    from loaders.extraction.rows import typed_row

    wanted = [typed_row(article, triple) for triple in extraction.triples]
    Output(str(tmp_path), BlockFormat.PARQUET).write("b", iter(wanted), [])
    found = pyarrow.parquet.read_table(tmp_path / "triples-b.parquet").to_pylist()
    assert wanted
    assert [(row["subject"], row["relation"], row["object"], row["url"]) for row in found] == [
        (row["subject"], row["relation"], row["object"], "https://example.org/a") for row in wanted
    ]
    assert [dict(row["aliases"] or ()) for row in found] == [row.get("aliases", {}) for row in wanted]


def test_a_block_that_cannot_be_read_does_not_stop_the_others(news: Path, tmp_path: Path) -> None:
    reader = BlockReader(OPEN, Output(str(tmp_path / "out"), BlockFormat.JSONL, open_triples=True))
    gone = {"path": f"file://{tmp_path}/gone.jsonl", "start": 0, "end": 9, "version": ""}
    assert "no such file" in reader(gone)["problem"]


def test_a_language_model_is_not_run_by_ray(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="offline"):
        list(extract_blocks(["x.jsonl"], Output(str(tmp_path), BlockFormat.JSONL), Choice(ExtractorKind.LLM)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # Ray warns of its own defaults
def test_ray_finds_what_one_process_finds_and_does_only_what_is_left(ray: None, news: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    output = Output(f"file://{folder}", BlockFormat.JSONL, open_triples=True)

    def run() -> list[BlockDone]:
        return list(extract_blocks([f"file://{news}"], output, OPEN, workers=1, block_bytes=300))

    done = run()
    counts = sum((block.counts for block in done), Counter[str]())
    assert [block.problem for block in done] == [None] * len(done)
    assert len(done) > 2
    assert (counts["articles"], counts["refused"]) == (12, 1)
    local = [
        open_row(extraction.article, triple)
        for extraction in make_extractor(OPEN).extract(
            [Article(f"n{number}", text) for number, text in enumerate(TEXTS)]
        )
        for triple in extraction.triples
    ]

    def by_words(row: dict[str, Any]) -> tuple[str, ...]:
        return row["doc"], row["subject"], row["predicate"], row["object"]

    assert sorted(rows(folder), key=by_words) == sorted(local, key=by_words)
    [refusal] = [json.loads(path.read_text("utf-8")) for path in folder.glob("refused-*.jsonl")]
    assert "JSON" in refusal["reason"]

    assert run() == []
    lost, *kept = sorted(folder.glob("triples-*.jsonl"))
    times = {path: path.stat().st_mtime_ns for path in kept}
    lost.unlink()
    assert len(run()) == 1
    assert lost.exists()
    assert {path: path.stat().st_mtime_ns for path in kept} == times
