"""The trained network, run by ONNX Runtime on one processor core."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.reading import Scores
from loaders.extraction.reader.spans import Found
from loaders.extraction.reader.windows import Window

WEIGHTS = Path(__file__).parent / "weights"


class OnnxNetwork:
    """Two graphs: one finds mentions, the other reads what is said between them."""

    def __init__(self, labels: Labels, folder: Path = WEIGHTS) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it keeps the largest window's memory for ever
        options.log_severity_level = 3
        self._types = len(labels.types)
        self._find, self._read = (
            onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
            for name in ("find.onnx", "read.onnx")
        )

    def find(self, window: Window) -> tuple[NDArray[np.float32], object]:
        """[first piece, last piece, 1 + types] scores of spans, and the states that `read` goes on from."""
        scores, states = self._find.run(None, {"ids": window.ids, "cases": window.cases})
        return scores, states

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
        columns = np.array([(one.first, one.last, one.type) for one in found], dtype=np.int64)
        inputs = {
            "states": states,
            "inside": marks(window, found, self._types),
            "first": columns[:, 0].copy(),
            "last": columns[:, 1].copy(),
            "types": columns[:, 2].copy(),
            "tied": tied,
            "table": table,
            "pairs": pairs,
            "apart": apart,
        }
        return Scores(*self._read.run(None, inputs))


def marks(window: Window, found: Sequence[Found], types: int) -> NDArray[np.float32]:
    """[piece, 3 * types]: how many mentions of each type begin at each piece, hold it, and end there."""
    inside = np.zeros((len(window), 3 * types), dtype=np.float32)
    for one in found:
        inside[one.first, 3 * one.type] += 1
        inside[one.first : one.last + 1, 3 * one.type + 1] += 1
        inside[one.last, 3 * one.type + 2] += 1
    return inside
