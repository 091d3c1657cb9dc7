"""Examples as the network learns from them: many at once, their mentions marked as an imperfect tagger would mark them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from loaders.extraction.reader.clustering import PRONOUN, pair_features
from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.reading import all_pairs, distances
from loaders.extraction.reader.relations import SENTENCES_APART
from loaders.extraction.reader.spans import LONGEST_MENTION


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    epochs: int = 40
    batch: int = 16
    rate: float = 2.5e-4
    head_rate: float = 8e-4
    decay: float = 0.01
    warm_up: float = 0.06
    seed: int = 1
    drop: float = 0.12
    """Share of mentions left unmarked for the second stack, as a tagger that misses some will leave them."""
    mistype: float = 0.08
    spurious: float = 2.0
    """Mentions made up per window, on average."""
    ties: float = 1.0
    modalities: float = 0.3
    speaks: float = 0.2
    relations: float = 1.0
    aux: float = 0.3
    """Weight of sentences that tell of one pair alone; 0: they are left out."""
    freeze: bool = True
    """Keep the pieces' vectors as they came."""


class Prepared:
    """An example as arrays."""

    def __init__(self, example: Any) -> None:
        self.example = example
        self.window = example.window
        self.n = len(example.mentions)
        self.first = np.array(example.first, dtype=np.int64)
        self.last = np.array(example.last, dtype=np.int64)
        self.types = np.array(example.types, dtype=np.int64)
        self.entities = np.array(example.entities, dtype=np.int64)
        self.sentences = np.array([mention.sentence for mention in example.mentions], dtype=np.int64)
        self.speaks = np.array(example.speaks, dtype=np.float32)
        self.tied = all_pairs(self.n)
        self.table = pair_features(example.mentions, self.tied)
        self.unsure = np.array(
            []
            if example.pronouns
            else [
                at
                for at in range(1, len(self.window) - 1)
                if PRONOUN.fullmatch(example.text[self.window.starts[at] : self.window.ends[at]])
            ],
            dtype=np.int64,
        )


def noisy(
    one: Prepared, recipe: Recipe, rng: random.Random, types: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """first, last, type, number of the true mention or -1: as an imperfect tagger would mark them."""
    rows = []
    for number in range(one.n):
        if one.example.whole and rng.random() < recipe.drop:
            continue
        kind = int(one.types[number])
        if one.example.whole and rng.random() < recipe.mistype:
            kind = rng.randrange(types)
        rows.append((int(one.first[number]), int(one.last[number]), kind, number))
    if one.example.whole:
        taken = {(first, last) for first, last, _, _ in rows}
        length = len(one.window)
        for _ in range(sum(rng.random() < recipe.spurious / 3 for _ in range(3))):
            first = rng.randrange(1, length - 1)
            last = min(first + rng.randrange(3), length - 2)
            if (first, last) not in taken and one.window.sentences[first] == one.window.sentences[last]:
                rows.append((first, last, rng.randrange(types), -1))
                taken.add((first, last))
    rows.sort(key=lambda row: (row[0], -row[1]))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


class Batch:
    """Examples put together, on the device."""

    def __init__(
        self, examples: Sequence[Prepared], recipe: Recipe, labels: Labels, rng: random.Random, device: str
    ) -> None:
        length = max(len(one.window) for one in examples)
        count = len(examples)
        ids, cases = np.zeros((count, length), dtype=np.int64), np.zeros((count, length), dtype=np.int64)
        mask = np.zeros((count, length), dtype=bool)
        spans = np.zeros((count, length, length), dtype=np.int64)
        known = np.zeros((count, length, length), dtype=bool)
        inside = np.zeros((count, length, 3 * len(labels.types)), dtype=np.float32)
        first, last, types, rows, speaks, heard = [], [], [], [], [], []
        tie_first, tie_last, tie_types, tie_one, tie_other, tie_table, tie_same = [], [], [], [], [], [], []
        one_, other_, apart_, weights = [], [], [], []
        positive: list[tuple[int, int, int, int]] = []
        groups: list[int] = []
        total = pairs_total = tie_total = 0
        at = np.arange(length)
        band = (at[None] - at[:, None] >= 0) & (at[None] - at[:, None] < LONGEST_MENTION)
        for row, one in enumerate(examples):
            size = len(one.window)
            ids[row, :size], cases[row, :size], mask[row, :size] = one.window.ids, one.window.cases, True
            if one.example.whole:
                spans[row, one.first, one.last] = one.types + 1
                real = (at >= 1) & (at < size - 1)
                known[row] = band & real[None] & real[:, None]
                known[row, one.unsure, one.unsure] = False
                tie_first.append(one.first + row * length)
                tie_last.append(one.last + row * length)
                tie_types.append(one.types)
                tie_one.append(one.tied[:, 0] + tie_total)
                tie_other.append(one.tied[:, 1] + tie_total)
                tie_table.append(one.table)
                tie_same.append(one.entities[one.tied[:, 0]] == one.entities[one.tied[:, 1]])
                tie_total += one.n
            f, g, t, true = noisy(one, recipe, rng, len(labels.types))
            for a, b, kind in zip(f.tolist(), g.tolist(), t.tolist(), strict=True):
                inside[row, a, 3 * kind] += 1
                inside[row, a : b + 1, 3 * kind + 1] += 1
                inside[row, b, 3 * kind + 2] += 1
            sentences = one.window.sentences[f]
            pairs = all_pairs(len(f))
            pairs = pairs[np.abs(sentences[pairs[:, 0]] - sentences[pairs[:, 1]]) <= SENTENCES_APART]
            place = {
                (true[a], true[b]): number
                for number, (a, b) in enumerate(pairs.tolist())
                if true[a] >= 0 and true[b] >= 0
            }
            weight = labels.allowed[t[pairs[:, 0]], t[pairs[:, 1]]].astype(np.float32)
            for a, b, label in one.example.ignored:
                if (number := place.get((a, b))) is not None:
                    weight[number, label] = 0.0
            for held, label, modality in one.example.groups:
                numbers = [place[pair] for pair in held if pair in place]
                if not numbers:
                    continue
                for number in numbers:
                    weight[number, label] = 0.0
                    positive.append((number + pairs_total, label, len(groups), modality))
                groups.append(modality)
            first.append(f + row * length)
            last.append(g + row * length)
            types.append(t)
            rows.append(np.full(len(f), row))
            said = np.where(true >= 0, one.speaks[np.maximum(true, 0)] if one.n else 0.0, 0.0)
            speaks.append(said.astype(np.float32))
            heard.append(np.full(len(f), one.example.whole))
            one_.append(pairs[:, 0] + total)
            other_.append(pairs[:, 1] + total)
            apart_.append(distances(pairs, f, g, sentences))
            weights.append(weight)
            total += len(f)
            pairs_total += len(pairs)

        def put(parts: Any, kind: torch.dtype | None = None) -> Tensor:
            array = np.concatenate(parts) if isinstance(parts, list) else parts
            tensor = torch.from_numpy(np.ascontiguousarray(array))
            return (
                tensor.to(device, non_blocking=True)
                if kind is None
                else tensor.to(device=device, dtype=kind, non_blocking=True)
            )

        self.ids, self.cases, self.mask, self.spans, self.known, self.inside = map(
            put, (ids, cases, mask, spans, known, inside)
        )
        self.first, self.last, self.types, self.rows, self.speaks, self.heard = map(
            put, (first, last, types, rows, speaks, heard)
        )
        self.one, self.other, self.apart, self.weights = map(put, (one_, other_, apart_, weights))
        table = np.array(positive, dtype=np.int64).reshape(-1, 4)
        self.positive = put(table)
        self.groups = put(np.array(groups, dtype=np.int64))
        self.tie_count = tie_total
        if tie_total:
            self.tie_first, self.tie_last, self.tie_types = put(tie_first), put(tie_last), put(tie_types)
            self.tie_one, self.tie_other, self.tie_table, self.tie_same = (
                put(tie_one),
                put(tie_other),
                put(tie_table),
                put(tie_same),
            )
