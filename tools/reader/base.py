"""The encoder that training begins from: read as it is published, or packed small for a machine without a network."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch


def load_base(path: Path) -> dict[str, torch.Tensor]:
    """Weights by their names in BERT: from safetensors, from ONNX, or as `pack` wrote them."""
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        loaded: dict[str, torch.Tensor] = load_file(str(path))
        return loaded
    if path.suffix == ".onnx":
        return _from_onnx(path)
    with np.load(path) as stored:
        weights = {}
        for name in stored.files:
            if name.endswith(("!scale", "!rows")):
                continue
            value = stored[name].astype(np.float32)
            if name + "!scale" in stored.files:
                value = value * stored[name + "!scale"].astype(np.float32)
            if name + "!rows" in stored.files:
                whole = np.zeros((30522, value.shape[1]), dtype=np.float32)
                whole[stored[name + "!rows"]] = value
                value = whole
            weights[name] = torch.from_numpy(value)
        return weights


def _from_onnx(path: Path) -> dict[str, torch.Tensor]:
    """Weights of a BERT that was exported: its matrices lost their names, and are told by the node that uses them."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    weights = {name: value for name, value in values.items() if not name.startswith("onnx::")}
    for node in graph.node:
        if node.op_type == "MatMul" and len(node.input) == 2 and node.input[1].startswith("onnx::"):
            weights[node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"] = values[
                node.input[1]
            ].T
    return {name: torch.from_numpy(value.copy()) for name, value in weights.items()}


def pack(base: dict[str, torch.Tensor], output: Path, pieces: set[int], *, small: bool) -> None:
    """Write the weights at half precision, or as bytes with a scale for each row; of the pieces' vectors those that are used."""
    stored: dict[str, Any] = {}
    for name, tensor in base.items():
        if "pooler" in name or "position_ids" in name:
            continue
        value = tensor.float().numpy()
        if name == "embeddings.word_embeddings.weight":
            rows = np.array(sorted(pieces), dtype=np.int32)
            stored[name + "!rows"] = rows
            value = value[rows]
        if value.ndim == 2 and (small or "word_embeddings" in name):
            scale = np.maximum(np.abs(value).max(axis=1, keepdims=True) / 127.0, 1e-12)
            stored[name] = np.round(value / scale).astype(np.int8)
            stored[name + "!scale"] = scale.astype(np.float32)
        else:
            stored[name] = value.astype(np.float16)
    np.savez_compressed(output, **stored)


def used_pieces(data: Path) -> set[int]:
    """The pieces that stand in the examples, and the marks."""
    with data.open("rb") as file:
        _, made, extra = pickle.load(file)
    return {int(piece) for example in [*made, *extra] for piece in example.window.ids}
