"""How well a reader reads: its triples against annotated ones, passage by passage.

Scored over distinct (passage, subject, relation, object); symmetric relations match in either order. RELATED_TO counts as a pair
alone, for its wording is free.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks.reading.names import EntityNames, normalised
from benchmarks.reading.passages import Passage
from graph_schema.vocabulary import Modality, RelationType, vocabulary

_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Prediction:
    """A triple that a reader found in a passage."""

    passage: str
    subject: str
    relation: str
    object: str
    modality: str = Modality.ASSERTED
    confidence: float = 1.0
    """In [0, 1]."""
    subject_mention: str | None = None
    """The words of the text that stand for the subject, where the reader tells them."""
    object_mention: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Prediction":
        """A line that `chokepoint extract` prints. Raises KeyError when it lacks doc, subject, relation or object."""
        return cls(
            passage=row["doc"],
            subject=row["subject"],
            relation=row["relation"],
            object=row["object"],
            modality=row.get("modality", Modality.ASSERTED),
            confidence=row.get("confidence", 1.0),
            subject_mention=row.get("subject_mention"),
            object_mention=row.get("object_mention"),
        )


class Key(NamedTuple):
    """What makes two triples the same."""

    passage: str
    subject: str
    relation: str
    object: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were to be found, were found, and were rightly found."""

    gold: int
    predicted: int
    right: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0.0 where nothing was found."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of what was to be found that was found; 0.0 where there was nothing."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_json(self) -> dict[str, float]:
        """Figures to four places."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "gold": self.gold,
            "predicted": self.predicted,
            "right": self.right,
        }


@dataclass(frozen=True, slots=True)
class Tenth:
    """The triples whose confidence lies in one tenth of [0, 1]."""

    lowest: float
    predicted: int
    right: int
    mean_confidence: float

    @property
    def precision(self) -> float:
        """Share that is right; a reader whose numbers hold has it near `mean_confidence`."""
        return self.right / self.predicted


@dataclass(frozen=True, slots=True)
class Score:
    """All figures of one reader on one set."""

    passages: int
    triples: Counts
    with_modality: Counts
    """A triple counts only where its modality is right too."""
    pairs: Counts
    """Which two entities are tied, whatever the relation and its direction."""
    interval: tuple[float, float]
    """95 % of the triples' F1 over passages drawn again: two readers closer than that are not told apart."""
    modality_right: float
    """Of the right triples, the share whose modality is right."""
    by_relation: dict[str, Counts]
    by_group: dict[str, Counts]
    calibration: tuple[Tenth, ...]
    unknown_passages: int
    """Predictions that name no passage of the set."""
    missed: tuple[Key, ...]
    wrong: tuple[Key, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "passages": self.passages,
            "triples": self.triples.as_json(),
            "triples+modality": self.with_modality.as_json(),
            "pairs": self.pairs.as_json(),
            "interval": [round(end, 3) for end in self.interval],
            "modality_right": round(self.modality_right, 4),
            "by_relation": {relation: counts.as_json() for relation, counts in self.by_relation.items()},
            "by_group": {group: counts.as_json() for group, counts in self.by_group.items()},
            "calibration": [
                {
                    "from": tenth.lowest,
                    "predicted": tenth.predicted,
                    "confidence": round(tenth.mean_confidence, 3),
                    "precision": round(tenth.precision, 3),
                }
                for tenth in self.calibration
            ],
        }


def score(
    passages: Sequence[Passage],
    predictions: Iterable[Prediction],
    group: Callable[[Passage], str] = lambda passage: passage.publisher,
) -> Score:
    """Score predictions about `passages`; `group` names what `by_group` is broken down by."""
    gold: set[Key] = set()
    gold_modalities: set[tuple[Key, str]] = set()
    gold_pairs: set[tuple[str, str, str]] = set()
    for passage in passages:
        for triple in passage.triples:
            key = _key(passage.id, normalised(triple.subject), triple.relation, normalised(triple.object))
            gold_pairs.add(_pair(key))
            if triple.relation is not RelationType.RELATED_TO:
                gold.add(key)
                gold_modalities.add((key, triple.modality))

    names = {passage.id: EntityNames(passage.entities) for passage in passages}
    found: dict[Key, float] = {}
    modalities: set[tuple[Key, str]] = set()
    pairs: set[tuple[str, str, str]] = set()
    unknown = 0
    for prediction in predictions:
        if (known := names.get(prediction.passage)) is None:
            unknown += 1
            continue
        subject = known.find(prediction.subject, prediction.subject_mention)
        object = known.find(prediction.object, prediction.object_mention)
        key = _key(prediction.passage, subject, prediction.relation, object)
        pairs.add(_pair(key))
        if prediction.relation != RelationType.RELATED_TO:
            found[key] = max(found.get(key, 0.0), prediction.confidence)
            modalities.add((key, prediction.modality))

    predicted = set(found)
    right = gold & predicted
    groups = {passage.id: group(passage) for passage in passages}
    return Score(
        passages=len(passages),
        triples=_counts(gold, predicted),
        with_modality=_counts(gold_modalities, modalities),
        pairs=_counts(gold_pairs, pairs),
        interval=_interval(gold, predicted, sorted(names)),
        modality_right=len({key for key, _ in gold_modalities & modalities}) / len(right) if right else 0.0,
        by_relation=_by(gold, predicted, lambda key: key.relation),
        by_group=_by(gold, predicted, lambda key: groups[key.passage]),
        calibration=_calibration(found, gold),
        unknown_passages=unknown,
        missed=tuple(sorted(gold - predicted)),
        wrong=tuple(sorted(predicted - gold)),
    )


def _key(passage: str, subject: str, relation: str, object: str) -> Key:
    known = relation in RelationType.__members__
    if known and vocabulary().relations[RelationType(relation)].symmetric and object < subject:
        subject, object = object, subject
    return Key(passage, subject, str(relation), object)


def _pair(key: Key) -> tuple[str, str, str]:
    one, other = sorted((key.subject, key.object))
    return key.passage, one, other


def _counts(gold: set[Any], predicted: set[Any]) -> Counts:
    return Counts(len(gold), len(predicted), len(gold & predicted))


def _by(gold: set[Key], predicted: set[Key], group: Callable[[Key], str]) -> dict[str, Counts]:
    """Counts by group, the largest first."""
    parts: defaultdict[str, tuple[set[Key], set[Key]]] = defaultdict(lambda: (set(), set()))
    for which, keys in enumerate((gold, predicted)):
        for key in keys:
            parts[group(key)][which].add(key)
    return {name: _counts(*both) for name, both in sorted(parts.items(), key=lambda part: (-len(part[1][0]), part[0]))}


def _interval(gold: set[Key], predicted: set[Key], passages: Sequence[str]) -> tuple[float, float]:
    in_gold, in_predicted, in_both = (
        Counter(key.passage for key in keys) for keys in (gold, predicted, gold & predicted)
    )
    randomness = random.Random(1)
    figures = []
    for _ in range(_RESAMPLES):
        drawn = randomness.choices(passages, k=len(passages))
        both = sum(in_both[passage] for passage in drawn)
        all = sum(in_gold[passage] + in_predicted[passage] for passage in drawn)
        figures.append(2 * both / all if all else 0.0)
    figures.sort()
    return figures[_RESAMPLES // 40], figures[_RESAMPLES - _RESAMPLES // 40 - 1]


def _calibration(found: Mapping[Key, float], gold: set[Key]) -> tuple[Tenth, ...]:
    tenths: defaultdict[int, list[Key]] = defaultdict(list)
    for key, confidence in found.items():
        tenths[min(int(confidence * 10 + 1e-9), 9)].append(key)
    return tuple(
        Tenth(
            lowest=tenth / 10,
            predicted=len(keys),
            right=sum(key in gold for key in keys),
            mean_confidence=sum(found[key] for key in keys) / len(keys),
        )
        for tenth, keys in sorted(tenths.items())
    )
