"""The calibration weighs what stands around a statement too, by passages that the network has not learned from.

python -m tools.reader.recalibrate OUTPUT GOLD… [--prior CALIBRATION]
The packaged reader reads them as it stands; what it is worth is printed, cross-validated by publisher.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reading.names import EntityNames, normalised
from benchmarks.reading.passages import Passage, read_passages
from graph_schema.vocabulary import RelationType, vocabulary
from loaders.extraction.reader.calibration import Calibration, Signs
from loaders.extraction.reader.extractor import reader_extractor
from loaders.extraction.reader.network import WEIGHTS
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Triple
from tools.reader.calibrate import fit
from tools.reader.split import fold_of

FOLDS = 7

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """What the reader sees in a passage."""

    fold: int
    key: _Key
    """Passage, subject, relation, object: several rows of one key count once."""
    signs: Signs
    right: bool


def rows_of(passage: Passage, annotated: set[_Key]) -> list[Row]:
    """All that the packaged reader sees in a passage, however unsure."""
    [extraction] = spacy_extractor().extract_batch([passage.article])
    names = EntityNames(passage.entities)
    rows = []
    for triple, signs in reader_extractor().weighed(extraction):
        if triple.relation is None or triple.relation is RelationType.RELATED_TO:
            continue
        ends = (
            names.find(triple.subject.name, _words(triple, passage, 0)),
            names.find(triple.object.name, _words(triple, passage, 1)),
        )
        key = _key(passage.id, ends[0], triple.relation, ends[1])
        rows.append(Row(fold_of(passage.publisher or passage.id, FOLDS), key, signs, key in annotated))
    return rows


def annotated_in(passage: Passage) -> set[_Key]:
    """The statements of the annotators."""
    return {
        _key(passage.id, normalised(triple.subject), triple.relation, normalised(triple.object))
        for triple in passage.triples
        if triple.relation != RelationType.RELATED_TO
    }


def _words(triple: Triple, passage: Passage, end: int) -> str | None:
    span = (triple.subject_mention, triple.object_mention)[end]
    return None if span is None else passage.text[span.start : span.end]


def _key(id: str, subject: str, relation: RelationType, object: str) -> _Key:
    one, other = sorted((subject, object)) if vocabulary().relations[relation].symmetric else (subject, object)
    return id, one, str(relation), other


def learned(rows: Sequence[Row], prior: Calibration) -> Calibration:
    """`prior` times a weight, and weights for all but the single relations, for which the passages are too few."""
    weighed = fit([_features(row.signs, prior) for row in rows], [row.right for row in rows]).weights
    whole = {name: weight * weighed["prior"] for name, weight in prior.weights.items()}
    for name, weight in weighed.items():
        if name != "prior":
            whole[name] = whole.get(name, 0.0) + weight
    return Calibration({name: round(weight, 4) for name, weight in sorted(whole.items())})


def _features(signs: Signs, prior: Calibration) -> dict[str, float]:
    single = {f"network.{signs.relation}", f"rules.{signs.relation}"}
    own = {name: value for name, value in signs.features().items() if name not in single}
    return {"prior": prior.log_odds(signs), **own}


def worth(rows: Sequence[Row], confidences: Sequence[float], annotated: int) -> list[str]:
    """Precision, recall and F1 at each confidence; and how much of each tenth is right."""
    lines = []
    for least in (0.2, 0.3, 0.4, 0.45, 0.5, 0.8):
        kept = {row.key: row.right for row, sure in zip(rows, confidences, strict=True) if sure >= least}
        right = sum(kept.values())
        lines.append(
            f">= {least}: precision {right / max(len(kept), 1):.3f} recall {right / annotated:.3f} "
            f"F1 {2 * right / (len(kept) + annotated):.3f}"
        )
    for tenth in range(2, 10):
        within = [
            (sure, row.right) for row, sure in zip(rows, confidences, strict=True) if tenth <= sure * 10 < tenth + 1
        ]
        if within:
            mean, right_ = (sum(each) / len(within) for each in zip(*within, strict=True))
            lines.append(
                f"{tenth / 10} to {tenth / 10 + 0.1:.1f}: {len(within)} triples, mean {mean:.2f}, right {right_:.2f}"
            )
    return lines


def main() -> None:
    """Read, cross-validate, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--prior", type=Path, default=WEIGHTS / "calibration.json", help="what calibrate.py wrote")
    options = parser.parse_args()
    prior = Calibration.read(options.prior)
    rows: list[Row] = []
    annotated = 0
    for passage in read_passages(options.gold):
        stated = annotated_in(passage)
        annotated += len(stated)
        rows += rows_of(passage, stated)
    confidences = [0.0] * len(rows)
    for fold in range(FOLDS):
        calibration = learned([row for row in rows if row.fold != fold], prior)
        for place, row in enumerate(rows):
            if row.fold == fold:
                confidences[place] = round(calibration.confidence(row.signs), 2)
    print("before:", *worth(rows, [round(prior.confidence(row.signs), 2) for row in rows], annotated), sep="\n")
    print("cross-validated:", *worth(rows, confidences, annotated), sep="\n")
    options.output.write_text(json.dumps(dict(learned(rows, prior).weights), indent=0), "utf-8")


if __name__ == "__main__":
    main()
