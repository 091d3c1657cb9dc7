"""Cross-validation by publisher: each fold is read by a network that saw none of its publishers.

python -m tools.reader.folds DATA.pickle BASE OUTPUT --fold N [--folds 5] [--config JSON] [--limit N]
"""

import argparse
import json
import pickle
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from loaders.extraction.reader.reading import Thresholds, read_text
from loaders.extraction.reader.spans import spans
from tools.reader.base import load_base
from tools.reader.batch import Recipe
from tools.reader.fit import fit
from tools.reader.model import Shape
from tools.reader.split import fold_of
from tools.reader.torch_network import TorchNetwork


def rows(passage: str, stated: Any) -> list[dict[str, Any]]:
    """What was read, as lines of predictions."""
    found = []
    for one in stated:
        subject, object = one.subject.best, one.object.best
        if subject is None or object is None:
            continue
        found.append(
            {
                "doc": passage,
                "subject": subject.text,
                "relation": one.relation,
                "object": object.text,
                "modality": one.modality,
                "modality_score": round(one.modality_score, 3),
                "confidence": round(one.score, 4),
                "scores": [round(score, 3) for score in sorted(one.scores, reverse=True)[:4]],
                "subject_mention": subject.text,
                "object_mention": object.text,
                "subject_type": one.subject.type,
                "object_type": one.object.type,
                "at": [
                    one.subject_mention.start,
                    one.subject_mention.end,
                    one.object_mention.start,
                    one.object_mention.end,
                ],
                "subject_mentions": [mention.text for mention in one.subject.mentions][:8],
                "object_mentions": [mention.text for mention in one.object.mentions][:8],
                "speaker": None if one.speaker is None else one.speaker.text,
            }
        )
    return found


class GivenMentions:
    """A network that is told the mentions: what its relations are worth by themselves."""

    def __init__(self, network: TorchNetwork, examples: list[Any]) -> None:
        self.network = network
        self.read = network.read
        self.known = {(int(one.window.starts[1]), len(one.window), one.text): one for one in examples}
        self.text = ""

    def find(self, window: Any) -> Any:
        """Scores that leave no doubt."""
        _, states = self.network.find(window)
        one = self.known[int(window.starts[1]), len(window), self.text]
        scores = np.zeros((len(window), len(window), len(self.network.labels.types) + 1), dtype=np.float32)
        scores[..., 0] = 20.0
        scores[one.first, one.last, np.array(one.types, dtype=int) + 1] = 40.0
        return scores, states


def mention_figures(network: TorchNetwork, examples: list[Any], at_least: float) -> str:
    """Precision, recall and F1 of spans, and F1 with the type."""
    right = typed = found_ = known_ = 0
    for one in examples:
        scores, _ = network.find(one.window)
        found = {(each.first, each.last): each.type for each in spans(scores, one.window, at_least)}
        known = dict(zip(zip(one.first, one.last, strict=True), one.types, strict=True))
        right += len(found.keys() & known.keys())
        typed += sum(found[key] == known[key] for key in found.keys() & known.keys())
        found_, known_ = found_ + len(found), known_ + len(known)
    precision, recall, both = right / max(found_, 1), right / max(known_, 1), max(found_ + known_, 1)
    return f"mentions at {at_least}: P {precision:.3f} R {recall:.3f} F1 {2 * right / both:.3f} typed {2 * typed / both:.3f}"


def save_small(reader: torch.nn.Module, path: Path) -> None:
    """Weights as bytes with a scale for each row, the pieces' vectors left out: they are the base's."""
    stored: dict[str, Any] = {}
    for name, tensor in reader.state_dict().items():
        value = tensor.float().cpu().numpy()
        if name == "pieces.weight":
            continue
        if value.ndim == 2 and name.startswith(("below.", "above.")):
            scale = np.maximum(np.abs(value).max(axis=1, keepdims=True) / 127.0, 1e-12)
            stored[name] = np.round(value / scale).astype(np.int8)
            stored[name + "!scale"] = scale.astype(np.float32)
        else:
            stored[name] = value.astype(np.float16)
    np.savez(path, **stored)


def main() -> None:
    """Train one fold, read the passages that it did not learn from, and say how well it found their mentions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--fold", type=int, required=True, help="-1: train on all")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--recipe", type=json.loads, default={})
    parser.add_argument("--share", type=float, default=1.0, help="of the passages to train on")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--name", default="run")
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with options.data.open("rb") as file:
        labels, made, extra = pickle.load(file)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    train = [one for one in made if fold_of(one.group, options.folds) != options.fold]
    test = [one for one in made if fold_of(one.group, options.folds) == options.fold]
    if options.share < 1:
        names = sorted({one.passage for one in train})
        kept = set(random.Random(7).sample(names, int(len(names) * options.share)))
        train = [one for one in train if one.passage in kept]
    if options.limit:
        train, test = train[: options.limit], test[: options.limit]
    base = load_base(options.base)
    shape = Shape(len(labels.types), len(labels.relations), len(labels.modalities))
    recipe = Recipe(**options.recipe)
    start = time.monotonic()
    tag = f"{options.name}.{options.fold}"

    def say(line: str) -> None:
        print(f"[{tag} {time.monotonic() - start:4.0f}] {line}", flush=True)

    say(f"{len(train)} windows to train on, {len(test)} to test on")
    options.output.mkdir(parents=True, exist_ok=True)
    done = options.output / (f"{tag}.npz" if options.save else f"{tag}.jsonl")
    if done.exists():
        say("done before")
        return
    reader = fit(train, extra, labels, shape, base, recipe, device, say, options.output / f"{tag}.checkpoint")
    network = TorchNetwork(reader, labels, device)
    texts = {one.passage: one.text for one in test}
    for at_least in (0.4, 0.6):
        say(mention_figures(network, test, at_least))
    given = GivenMentions(network, test)
    with (options.output / f"{tag}.given.jsonl").open("w") as file:
        for passage, text in texts.items():
            given.text = text
            for row in rows(passage, read_text(text, tokenizer, given, labels, Thresholds())):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    with (options.output / f"{tag}.jsonl").open("w") as file:
        for passage, text in texts.items():
            for row in rows(passage, read_text(text, tokenizer, network, labels, Thresholds(mention=0.4))):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    say("read")
    (options.output / f"{tag}.checkpoint").unlink(missing_ok=True)
    if options.save:
        save_small(reader, options.output / f"{tag}.npz")
        say("saved")


if __name__ == "__main__":
    main()
