"""A score as text for a terminal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.reading.scoring import Counts, Score

_SMALLEST_GROUP = 3
"""Passages below which a publisher's figures say nothing; they are told together."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One reader on one set."""

    set: str
    reader: str
    score: Score
    passages_of: Mapping[str, int]
    """How many passages each group of the set has."""


def report(measured: Measured, *, errors: int = 0) -> str:
    """All figures, and up to `errors` missed and as many wrong triples."""
    return "\n".join(_lines(measured, errors))


def _lines(measured: Measured, errors: int) -> Iterator[str]:
    score = measured.score
    low, high = score.interval
    yield f"{measured.reader} on {measured.set}: {score.passages} passages"
    for name, counts in (
        ("triples", score.triples),
        ("with their modality", score.with_modality),
        ("pairs", score.pairs),
    ):
        yield _figures(name, counts)
    yield f"F1 of triples lies in {low:.3f} to {high:.3f} (95 %); modality right for {score.modality_right:.3f} of right triples"
    if score.unknown_passages:
        yield f"{score.unknown_passages} predictions name no passage of the set"
    yield from ("", f"{'relation':<22}{_HEAD}")
    yield from (_row(relation, counts) for relation, counts in score.by_relation.items())
    yield from ("", f"{'group':<42}{_HEAD}")
    yield from (_row(name, counts, 42) for name, counts in grouped(score.by_group, measured.passages_of).items())
    yield from ("", "confidence   predicted  mean   right")
    for tenth in score.calibration:
        span = f"{tenth.lowest:.1f} to {tenth.lowest + 0.1:.1f}"
        yield f"{span:<12} {tenth.predicted:>9}  {tenth.mean_confidence:.2f}   {tenth.precision:.2f}"
    for title, keys in (("missed", score.missed), ("wrong", score.wrong)):
        if errors:
            yield from ("", f"{title}:")
            yield from (f"  {key.passage}: {key.subject} {key.relation} {key.object}" for key in keys[:errors])


def grouped(groups: Mapping[str, Counts], passages_of: Mapping[str, int]) -> dict[str, Counts]:
    """Groups of a few passages put together as `others`."""
    large = {name: counts for name, counts in groups.items() if passages_of[name] >= _SMALLEST_GROUP}
    small = [counts for name, counts in groups.items() if name not in large]
    if small:
        large[f"others ({len(small)})"] = Counts(
            sum(counts.gold for counts in small),
            sum(counts.predicted for counts in small),
            sum(counts.right for counts in small),
        )
    return large


_HEAD = "  gold  predicted  right     P     R    F1"


def _figures(name: str, counts: Counts) -> str:
    shares = f"P {counts.precision:.3f}  R {counts.recall:.3f}  F1 {counts.f1:.3f}"
    return f"{name:<20} {shares}   ({counts.right} right of {counts.predicted} found, {counts.gold} annotated)"


def _row(name: str, counts: Counts, width: int = 22) -> str:
    shares = f"{counts.precision:5.2f} {counts.recall:5.2f} {counts.f1:5.2f}"
    return f"{name[: width - 2]:<{width}}{counts.gold:>6} {counts.predicted:>10} {counts.right:>6} {shares}"
