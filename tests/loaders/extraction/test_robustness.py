"""Nothing in a text can break extraction, and neither its length nor the number of processes changes what is found."""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.extraction.extractor import Extraction
from loaders.triple import Article

SENTENCE = "Intel tested tools from ACM Research in Arizona."
MARKUP = ["<p>", "</p>", "<br/>", "<div class='a'>", "<", ">", "<!--", "-->", "&nbsp;", "&amp;", "&#8217;", "&bogus;"]
CHINESE = ["英特爾", "盛美半導體", "台積電", "測試", "，", "。", "（", "）", "\u3000", "中芯国际"]
LEFTOVERS = st.lists(
    st.one_of(st.sampled_from([*MARKUP, *CHINESE, SENTENCE, "\n", "\r\n", "\t"]), st.text(max_size=12)), max_size=30
).map("".join)


def extract_with(
    articles: Iterable[Article], *, open_triples: bool = False, processes: int = 1
) -> Iterator[Extraction]:
    return make_extractor(Choice(ExtractorKind.RULES, open_triples), processes=processes).extract(articles)


def sure(extraction: Extraction) -> None:
    """It yields or says why not, and each sentence stands where the triple says."""
    assert extraction.problem is None or not extraction.triples
    for triple in extraction.triples:
        assert extraction.article.text[triple.span.start : triple.span.end] == triple.sentence


@pytest.mark.parametrize("open_triples", [False, True])
def test_a_line_of_a_megabyte_is_read_to_its_end(open_triples: bool) -> None:
    """Filled with what the parser need not look at, so that the test stays short; the length is what it is about."""
    filler = "0123456789abcdef" * 40 + " "
    text = filler * (1_005_000 // len(filler)) + SENTENCE
    assert len(text) > 1_000_000
    assert "\n" not in text
    [extraction] = extract_with([Article("a", text)], open_triples=open_triples)
    assert extraction.problem is None
    assert extraction.triples
    assert all(triple.sentence.endswith(SENTENCE) for triple in extraction.triples)
    sure(extraction)


@pytest.mark.parametrize("open_triples", [False, True])
def test_an_empty_text_gives_nothing_and_no_problem(open_triples: bool) -> None:
    [extraction] = extract_with([Article("a", "")], open_triples=open_triples)
    assert (extraction.triples, extraction.problem) == ((), None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEFTOVERS, st.booleans())
def test_markup_and_chinese_between_the_words_break_nothing(text: str, open_triples: bool) -> None:
    [extraction] = extract_with([Article("a", text)], open_triples=open_triples)
    sure(extraction)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(MARKUP + CHINESE + ["\n", " "]), max_size=12).map("".join))
def test_what_stands_in_the_next_paragraph_takes_nothing_away(rest: str) -> None:
    [extraction] = extract_with([Article("a", f"{SENTENCE}\n\n{rest.replace('<', ' ')}")])
    assert ("Intel", "ACM Research") in {(triple.subject.name, triple.object.name) for triple in extraction.triples}


def articles() -> Iterator[Article]:
    for number in range(150):
        yield Article(
            f"a{number}", f"Intel bought {number} tools from ACM Research. {'The firm agreed. ' * (number % 7)}"
        )


@pytest.mark.parametrize("open_triples", [False, True])
def test_two_processes_find_the_same_in_the_same_order(open_triples: bool) -> None:
    one = list(extract_with(articles(), open_triples=open_triples))
    two = list(extract_with(articles(), open_triples=open_triples, processes=2))
    assert [extraction.article.key for extraction in one] == [f"a{number}" for number in range(150)]
    assert one == two


def test_the_memory_of_a_stream_does_not_grow() -> None:
    """New words in each text: what is kept of them would show. Bounds what Python holds."""
    stream = extract_with(
        Article(f"a{number}", f"Zor{number}ax Ltd bought Qix{number}el Inc, a maker of tools in Vu{number}k.")
        for number in range(500)
    )
    for _ in range(100):
        next(stream)
    tracemalloc.start()
    try:
        for _ in range(300):
            next(stream)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2_000_000


def test_the_command_says_why_candidates_are_no_triples(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{SENTENCE} They imposed sanctions.", "utf-8")

    def run(*options: str, output: str = "out.jsonl") -> tuple[str, str]:
        command = [sys.executable, "-m", "loaders.cli.extract", "a.txt", "-o", output, *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
        return done.stdout, done.stderr

    counts = json.loads(run("--json")[1])
    rejected = {name.removeprefix("rejected."): count for name, count in counts.items() if name.startswith("rejected.")}
    assert rejected
    written = (tmp_path / "out.jsonl").read_text("utf-8")
    assert counts["triples"] == len(written.splitlines())
    printed, told = run(output="-")
    assert printed == written
    assert not (tmp_path / "-").exists()
    last = told.splitlines()[-1]
    assert last.startswith("candidates that are no triples: ")
    assert all(f"{count} {reason}" in last for reason, count in rejected.items())
