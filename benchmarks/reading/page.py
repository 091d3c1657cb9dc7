"""The figures as they stand in the documentation, between two markers of a page."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.reading.report import Measured
from graph_schema.errors import SettingsError

BEGIN = "<!-- measured: written by `make bench-reading WRITE=docs/extraction.md`, changes here are lost -->"
END = "<!-- /measured -->"
_SETS = {
    "open benchmark": "{} annotated passages of the [open benchmark](benchmark.md), with {:,} triples.",
    "real text": "{} passages of real text of others (news, filings, releases, notices), annotated alike, with {:,} triples; "
    "they may not be redistributed.",
}


def write_measured(page: Path, measured: Sequence[Measured]) -> None:
    """Put the figures between the markers of `page`. Raises SettingsError when it has none."""
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SettingsError(f"{page}: has no line {BEGIN!r} and {END!r} after it")
    page.write_text(f"{before}{BEGIN}\n{section(measured)}\n{END}{after}", "utf-8")


def section(measured: Sequence[Measured]) -> str:
    """All sets and readers as Markdown."""
    return "\n\n".join(
        "\n".join(_set(name, list(readers))) for name, readers in groupby(measured, lambda each: each.set)
    )


def _set(name: str, readers: list[Measured]) -> Iterator[str]:
    first = readers[0].score
    yield _SETS.get(name, f"{name}: {{}} passages, {{:,}} triples.").format(first.passages, first.triples.gold)
    yield ""
    yield "| | precision | recall | F1 (95 %) | modality right | pairs: F1 |"
    yield "|---|---|---|---|---|---|"
    for each in readers:
        score, (low, high) = each.score, each.score.interval
        yield (
            f"| {each.reader} | {score.triples.precision:.2f} | {score.triples.recall:.2f} "
            f"| {score.triples.f1:.2f} ({low:.2f} to {high:.2f}) | {score.modality_right:.2f} | {score.pairs.f1:.2f} |"
        )
    yield from ("", "Of what is stated with a confidence, so much is right (and so many triples):", "")
    tenths = sorted({tenth.lowest for each in readers for tenth in each.score.calibration})
    yield "| confidence | " + " | ".join(each.reader for each in readers) + " |"
    yield "|---|" + "---|" * len(readers)
    for lowest in tenths:
        cells = [
            next((f"{t.precision:.2f} ({t.predicted:,})" for t in each.score.calibration if t.lowest == lowest), "")
            for each in readers
        ]
        yield f"| {lowest:.1f} to {lowest + 0.1:.1f} | " + " | ".join(cells) + " |"
    yield from ("", "By relation, F1 (precision, recall):", "")
    yield "| relation | annotated | " + " | ".join(each.reader for each in readers) + " |"
    yield "|---|---|" + "---|" * len(readers)
    for relation, counts in first.by_relation.items():
        if counts.gold:
            found = [each.score.by_relation[relation] for each in readers]
            cells = [f"{c.f1:.2f} ({c.precision:.2f}, {c.recall:.2f})" for c in found]
            yield f"| {relation} | {counts.gold} | " + " | ".join(cells) + " |"
