"""What is said of two entities: the network's scores for pairs of mentions, gathered into statements about the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.extraction.reader.clustering import Cluster, TextMention
from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.shape import names_around

SENTENCES_APART = 1
_LEAST = 0.04
"""Scores below say nothing worth keeping, even before calibration."""


def pairs_of(mentions: Sequence[TextMention]) -> NDArray[np.int64]:
    """(earlier, later) numbers of the mentions, in text order, that are near enough to be related: neighbouring sentences."""
    found = [
        (one, other)
        for one in range(len(mentions))
        for other in range(one + 1, len(mentions))
        if abs(mentions[other].sentence - mentions[one].sentence) <= SENTENCES_APART
        and (mentions[one].start, mentions[one].end) != (mentions[other].start, mentions[other].end)
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


@dataclass(slots=True)
class StatedRelation:
    """A relation between two entities of the text, at the mentions where the network is surest of it."""

    subject: Cluster
    relation: str
    object: Cluster
    score: float
    """The network's probability, before calibration."""
    modality: str
    modality_score: float
    subject_mention: TextMention
    object_mention: TextMention
    seen: int = 1
    """Pairs of mentions between which the network sees it."""
    speaker: Cluster | None = None
    """Who is said to state it."""


def _beside_its_name(
    subject: tuple[int, int], object: tuple[int, int], around: Mapping[tuple[int, int], set[tuple[int, int]]]
) -> bool:
    """Whether one is only a part of a name, and the other not that name: what is said of a firm is not said of its country."""
    return any(part in around and other not in around[part] for part, other in ((subject, object), (object, subject)))


def statements(
    mentions: Sequence[TextMention],
    pairs: NDArray[np.int64],
    relation_scores: NDArray[np.float32],
    modality_scores: NDArray[np.float32],
    clusters: Mapping[tuple[int, int], Cluster],
    labels: Labels,
    found: dict[tuple[int, str, int], StatedRelation],
) -> None:
    """Add what a window states to `found`, by (number of the subject, relation, number of the object); the surest place wins."""
    if not len(pairs):
        return
    number = {name: place for place, name in enumerate(labels.types)}
    owners = [clusters[mention.start, mention.end] for mention in mentions]
    places = [(mention.start, mention.end) for mention in mentions]
    around = names_around(mentions)
    kinds = np.array([number[owner.type] for owner in owners])
    scores = 1.0 / (1.0 + np.exp(-relation_scores.astype(np.float64)))
    scores *= labels.allowed[kinds[pairs[:, 0]], kinds[pairs[:, 1]]]
    for row, place in zip(*np.nonzero(scores > _LEAST), strict=True):
        relation, reversed = labels.relations[place]
        one, other = (int(each) for each in pairs[row])
        subject, object = (other, one) if reversed else (one, other)
        if owners[subject] is owners[object] or _beside_its_name(places[subject], places[object], around):
            continue
        key = (owners[subject].number, relation, owners[object].number)
        if relation in labels.symmetric and (swapped := (key[2], relation, key[0])) in found:
            key = swapped
        score = float(scores[row, place])
        known = found.get(key)
        if known is not None:
            known.seen += 1
            if known.score >= score:
                continue
        kind = int(modality_scores[row].argmax())
        spread = np.exp(modality_scores[row] - modality_scores[row].max())
        found[key] = StatedRelation(
            owners[subject],
            relation,
            owners[object],
            score,
            labels.modalities[kind],
            float(spread[kind] / spread.sum()),
            mentions[subject],
            mentions[object],
            seen=1 if known is None else known.seen,
        )
