"""From a text to statements, whatever runs the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from loaders.extraction.reader.clustering import Linking, TextMention, links, pair_features
from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.relations import StatedRelation, pairs_of, statements
from loaders.extraction.reader.shape import same_by_shape
from loaders.extraction.reader.spans import Found, spans
from loaders.extraction.reader.windows import Window, windows

_NEAR = (3, 10, 25)
"""Word pieces between two mentions, where one class of distance ends and the next begins."""
MOST_MENTIONS = 90
"""In a window: a list of names beyond that is read in part, for pairs grow with the square."""


class Scores(NamedTuple):
    """What the network says of the mentions of a window."""

    ties: NDArray[np.float32]
    """Of each pair of mentions, that both stand for the same; above 0: rather than for nothing named before."""
    relations: NDArray[np.float32]
    modalities: NDArray[np.float32]
    speaks: NDArray[np.float32]
    """Of each mention, that what its sentence states is stated by it."""


class Network(Protocol):
    """Something that runs the trained network."""

    def find(self, window: Window) -> tuple[NDArray[np.float32], object]:
        """[first piece, last piece, 1 + types] scores of spans; and what `read` needs of it."""

    def read(
        self,
        window: Window,
        states: object,
        found: Sequence[Found],
        tied: NDArray[np.int64],
        table: NDArray[np.float32],
        pairs: NDArray[np.int64],
        apart: NDArray[np.int64],
    ) -> Scores:
        """Scores of the pairs `tied` and `pairs` of mentions."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is taken for said."""

    mention: float = 0.5
    tie: float = 0.0
    speaker: float = 0.5


def distances(
    pairs: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64], sentences: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The class of distance of each pair of mentions, 0 to 7."""
    between = np.maximum(first[pairs[:, 1]] - last[pairs[:, 0]], 0)
    apart = np.minimum(np.abs(sentences[pairs[:, 1]] - sentences[pairs[:, 0]]), 1)
    classes: NDArray[np.int64] = apart * 4 + np.searchsorted(np.array(_NEAR), between, side="right")
    return classes


def all_pairs(count: int) -> NDArray[np.int64]:
    """(earlier, later) numbers of `count` mentions."""
    one, other = np.triu_indices(count, 1)
    return np.stack([one, other], axis=1).astype(np.int64)


def read_text(
    text: str, tokenizer: Tokenizer, network: Network, labels: Labels, thresholds: Thresholds
) -> list[StatedRelation]:
    """All statements of a text with the network's own scores, in the order of their ends in the text."""
    linking = Linking()
    seen: list[tuple[list[TextMention], NDArray[np.int64], Scores]] = []
    for window in windows(text, tokenizer):
        scores, states = network.find(window)
        found = spans(scores, window, thresholds.mention)[:MOST_MENTIONS]
        if len(found) < 2:
            continue
        mentions = [_mention(text, window, one, labels) for one in found]
        tied, pairs = all_pairs(len(found)), pairs_of(mentions)
        if not len(pairs):
            continue
        first = np.array([one.first for one in found], dtype=np.int64)
        last = np.array([one.last for one in found], dtype=np.int64)
        sentences = np.array([mention.sentence for mention in mentions], dtype=np.int64)
        read = network.read(
            window, states, found, tied, pair_features(mentions, tied), pairs, distances(pairs, first, last, sentences)
        )
        for mention in mentions:
            linking.add(mention)
        for first_named, again in same_by_shape(text, mentions):
            linking.link(first_named, again)
        for one, other in links(tied, read.ties, thresholds.tie):
            linking.link(mentions[one], mentions[other])
        seen.append((mentions, pairs, read))
    clusters = linking.clusters()
    stated: dict[tuple[int, str, int], StatedRelation] = {}
    speakers: dict[int, tuple[float, TextMention]] = {}
    for mentions, pairs, read in seen:
        statements(mentions, pairs, read.relations, read.modalities, clusters, labels, stated)
        for mention, score in zip(mentions, _logistic(read.speaks), strict=True):
            if score >= max(thresholds.speaker, speakers.get(mention.sentence, (0.0, mention))[0]):
                speakers[mention.sentence] = (score, mention)
    for statement in stated.values():
        speaker = speakers.get(max(statement.subject_mention.sentence, statement.object_mention.sentence))
        if speaker is not None:
            cluster = clusters[speaker[1].start, speaker[1].end]
            statement.speaker = None if cluster is statement.subject else cluster
    return sorted(
        stated.values(),
        key=lambda one: (
            one.subject_mention.start,
            one.subject_mention.end,
            one.object_mention.start,
            one.object_mention.end,
            one.relation,
        ),
    )


def _logistic(scores: NDArray[np.float32]) -> list[float]:
    return [float(each) for each in 1.0 / (1.0 + np.exp(-scores.astype(np.float64)))]


def _mention(text: str, window: Window, found: Found, labels: Labels) -> TextMention:
    start, end = int(window.starts[found.first]), int(window.ends[found.last])
    return TextMention(
        start, end, text[start:end], labels.types[found.type], int(window.sentences[found.first]), found.probability
    )
