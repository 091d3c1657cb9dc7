"""The network as PyTorch runs it, for measuring what was just trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.network import marks
from loaders.extraction.reader.reading import Scores
from tools.reader.model import Reader


class TorchNetwork:
    """The network as PyTorch runs it, for measuring what was just trained."""

    def __init__(self, reader: Reader, labels: Labels, device: str) -> None:
        self.reader, self.labels, self.device = reader.eval(), labels, device

    def _put(self, array: Any) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)

    @torch.no_grad()
    def find(self, window: Any) -> tuple[np.ndarray, Tensor]:
        """Scores of spans, and the states."""
        scores, states = self.reader.find(self._put(window.ids)[None], self._put(window.cases)[None], None)
        return scores[0].float().cpu().numpy(), states

    @torch.no_grad()
    def read(self, window: Any, states: Any, found: Any, tied: Any, table: Any, pairs: Any, apart: Any) -> Scores:
        """Scores of pairs."""
        first, last, types = (
            self._put(np.array([getattr(one, name) for one in found], dtype=np.int64))
            for name in ("first", "last", "type")
        )
        put = self._put
        ties = self.reader.ties(states, first, last, types, put(tied[:, 0]), put(tied[:, 1]), put(table))
        inside = put(marks(window, found, len(self.labels.types)))[None]
        x, attention = self.reader.read(states, None, inside)
        rows = torch.zeros_like(first)
        relations, modalities, speaks = self.reader.pairs(
            x, attention, first, last, types, rows, put(pairs[:, 0]), put(pairs[:, 1]), put(apart)
        )
        return Scores(*(each.float().cpu().numpy() for each in (ties, relations, modalities, speaks)))
