"""A trained network as the package carries it: two ONNX graphs of bytes, its labels, and the tokenizer.

python -m tools.reader.export WEIGHTS.npz BASE DATA.pickle OUTPUT --tokenizer tokenizer.json
"""

import argparse
import json
import pickle
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from loaders.extraction.reader.clustering import FEATURES
from tools.reader.base import load_base
from tools.reader.model import Reader, Shape

OPSET = 17


class Find(nn.Module):
    """The first stack and the tagger, for one window."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: Tensor, cases: Tensor) -> Any:
        scores, states = self.reader.find(ids[None], cases[None], None)
        return scores[0], states[0]


class Read(nn.Module):
    """The second stack and the heads that look at mentions, for one window."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(
        self,
        states: Tensor,
        inside: Tensor,
        first: Tensor,
        last: Tensor,
        types: Tensor,
        tied: Tensor,
        table: Tensor,
        pairs: Tensor,
        apart: Tensor,
    ) -> Any:
        ties = self.reader.ties(states[None], first, last, types, tied[:, 0], tied[:, 1], table)
        x, attention = self.reader.read(states[None], None, inside[None])
        return (
            ties,
            *self.reader.pairs(
                x, attention, first, last, types, torch.zeros_like(first), pairs[:, 0], pairs[:, 1], apart
            ),
        )


def stored_reader(weights: Path, base: Path, shape: Shape) -> Reader:
    """The network as `tools.reader.folds --save` kept it."""
    reader = Reader(shape)
    state = reader.state_dict()
    with np.load(weights) as stored:
        for name in stored.files:
            if name in state:
                value = stored[name].astype(np.float32)
                if name + "!scale" in stored.files:
                    value = value * stored[name + "!scale"]
                state[name].copy_(torch.from_numpy(value))
    state["pieces.weight"].copy_(load_base(base)["embeddings.word_embeddings.weight"])
    reader.eval()
    return reader


def export(reader: Reader, output: Path) -> None:
    """Write `find.onnx` and `read.onnx`."""
    length, mentions = 24, 3
    ids, cases = torch.randint(1000, 2000, (length,)), torch.zeros(length, dtype=torch.long)
    states, inside = torch.randn(length, reader.shape.width), torch.zeros(length, 3 * reader.shape.types)
    first = torch.tensor([2, 6, 9])
    tied = torch.tensor([[0, 1], [0, 2], [1, 2]])
    for name, module, inputs, names, outputs, dynamic in (
        (
            "find",
            Find(reader),
            (ids, cases),
            ["ids", "cases"],
            ["spans", "states"],
            {"ids": {0: "length"}, "cases": {0: "length"}},
        ),
        (
            "read",
            Read(reader),
            (
                states,
                inside,
                first,
                first + 1,
                torch.zeros(mentions, dtype=torch.long),
                tied,
                torch.zeros(3, FEATURES),
                tied,
                torch.zeros(3, dtype=torch.long),
            ),
            ["states", "inside", "first", "last", "types", "tied", "table", "pairs", "apart"],
            ["ties", "relations", "modalities", "speaks"],
            {
                "states": {0: "length"},
                "inside": {0: "length"},
                "first": {0: "mentions"},
                "last": {0: "mentions"},
                "types": {0: "mentions"},
                "tied": {0: "ties"},
                "table": {0: "ties"},
                "pairs": {0: "pairs"},
                "apart": {0: "pairs"},
            },
        ),
    ):
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = Path(folder) / f"{name}.onnx"
            torch.onnx.export(
                module,
                inputs,
                str(whole),
                input_names=names,
                output_names=outputs,
                dynamic_axes=dynamic,
                opset_version=OPSET,
                dynamo=False,
            )
            quantize_dynamic(
                whole,
                output / f"{name}.onnx",
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
                extra_options={"MatMulConstBOnly": True},
            )
        onnx.checker.check_model(str(output / f"{name}.onnx"))


def main() -> None:
    """Write all that the package carries but the calibration."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    options = parser.parse_args()
    with options.data.open("rb") as file:
        labels = pickle.load(file)[0]
    shape = Shape(len(labels.types), len(labels.relations), len(labels.modalities))
    options.output.mkdir(parents=True, exist_ok=True)
    export(stored_reader(options.weights, options.base, shape), options.output)
    labels.write(options.output / "labels.json")
    tokenizer = json.loads(options.tokenizer.read_text("utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (options.output / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )


if __name__ == "__main__":
    main()
