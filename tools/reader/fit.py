"""Training: one network on a set of examples, reproducible by its seed, resumable from checkpoints."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from loaders.extraction.reader.labels import Labels
from tools.reader.batch import Batch, Prepared, Recipe
from tools.reader.model import Reader, Shape, from_base


def loss_of(reader: Reader, batch: Batch, recipe: Recipe, *, whole: bool = True) -> Tensor:
    """What is to be made small."""
    loss = torch.zeros((), device=batch.ids.device)
    scores, states = reader.find(batch.ids, batch.cases, batch.mask)
    if whole:
        chosen = scores[batch.known].float()
        loss = loss + functional.cross_entropy(chosen, batch.spans[batch.known], reduction="sum") / max(
            batch.tie_count, 1
        )
        if batch.tie_count and len(batch.tie_one):
            ties = reader.ties(
                states,
                batch.tie_first,
                batch.tie_last,
                batch.tie_types,
                batch.tie_one,
                batch.tie_other,
                batch.tie_table,
            ).float()
            table = torch.full((batch.tie_count, batch.tie_count + 1), -1e4, device=ties.device)
            table[:, 0] = 0.0
            table[batch.tie_other, batch.tie_one + 1] = ties
            right = torch.full_like(table, -1e4)
            same = batch.tie_same
            right[batch.tie_other[same], batch.tie_one[same] + 1] = ties[same]
            alone = torch.ones(batch.tie_count, dtype=torch.bool, device=ties.device)
            alone[batch.tie_other[same]] = False
            right[alone, 0] = 0.0
            loss = loss + recipe.ties * (table.logsumexp(1) - right.logsumexp(1)).mean()
    if not len(batch.one):
        return loss
    x, attention = reader.read(states, batch.mask, batch.inside)
    relations, modalities, speaks = reader.pairs(
        x, attention, batch.first, batch.last, batch.types, batch.rows, batch.one, batch.other, batch.apart
    )
    relations, modalities, speaks = relations.float(), modalities.float(), speaks.float()
    count = max(len(batch.groups), 1)
    wrong = (functional.softplus(relations) * batch.weights).sum()
    pair, label, group = batch.positive[:, 0], batch.positive[:, 1], batch.positive[:, 2]
    picked = relations[pair, label]
    top = torch.full((len(batch.groups),), -1e4, device=picked.device).scatter_reduce(0, group, picked.detach(), "amax")
    share = (picked - top[group]).exp()
    pooled = top + torch.zeros_like(top).scatter_add(0, group, share).clamp_min(1e-9).log()
    right = functional.softplus(-pooled).sum()
    loss = loss + recipe.relations * (wrong + right) / count
    if len(pair):
        each = functional.cross_entropy(modalities[pair], batch.positive[:, 3], reduction="none")
        portion = share.detach() / torch.zeros_like(top).scatter_add(0, group, share.detach())[group]
        loss = loss + recipe.modalities * (each * portion).sum() / count
    if whole:
        loss = loss + recipe.speaks * functional.binary_cross_entropy_with_logits(
            speaks, batch.speaks, reduction="none"
        ).sum() / len(batch.ids)
    return loss


def fit(
    examples: Sequence[Any],
    extra: Sequence[Any],
    labels: Labels,
    shape: Shape,
    base: dict[str, Tensor],
    recipe: Recipe,
    device: str,
    say: Callable[[str], None] = print,
    checkpoint: Path | None = None,
) -> Reader:
    """A trained network. With `checkpoint`: its state is kept there after each epoch, and gone on from."""
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    reader: Reader = from_base(shape, base).to(device)
    if recipe.freeze:
        reader.pieces.weight.requires_grad_(requires_grad=False)
    prepared = [Prepared(example) for example in examples if len(example.mentions) > 1]
    more = [Prepared(example) for example in extra] if recipe.aux else []
    inner = [
        p
        for n, p in reader.named_parameters()
        if n.startswith(("below.", "above.", "pieces", "places", "kind", "norm")) and p.requires_grad
    ]
    outer = [
        p
        for n, p in reader.named_parameters()
        if not n.startswith(("below.", "above.", "pieces", "places", "kind", "norm"))
    ]
    optimiser = torch.optim.AdamW(
        [{"params": inner, "lr": recipe.rate}, {"params": outer, "lr": recipe.head_rate}],
        weight_decay=recipe.decay,
        fused=device == "cuda",
    )
    steps = recipe.epochs * (-(-len(prepared) // recipe.batch))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(
            (step + 1) / max(1.0, recipe.warm_up * steps),
            max(0.0, (steps - step) / max(1.0, (1 - recipe.warm_up) * steps)),
        ),
    )
    begun = 0
    if checkpoint is not None and checkpoint.exists():
        stored = torch.load(checkpoint, map_location=device, weights_only=False)
        if stored["recipe"] == asdict(recipe):
            reader.load_state_dict(stored["reader"])
            optimiser.load_state_dict(stored["optimiser"])
            schedule.load_state_dict(stored["schedule"])
            rng.setstate(stored["rng"])
            torch.set_rng_state(stored["torch"].cpu())
            begun = stored["epoch"]
    start = time.monotonic()
    for epoch in range(begun, recipe.epochs):
        reader.train()
        order = list(range(len(prepared)))
        rng.shuffle(order)
        total = 0.0
        cuts = [order[at : at + recipe.batch] for at in range(0, len(order), recipe.batch)]
        for number, cut in enumerate(cuts):
            with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
                loss = loss_of(reader, Batch([prepared[at] for at in cut], recipe, labels, rng, device), recipe)
                if more and number % 3 == 0:
                    drawn = rng.sample(more, min(24, len(more)))
                    loss = loss + recipe.aux * loss_of(
                        reader, Batch(drawn, recipe, labels, rng, device), recipe, whole=False
                    )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) if number % 8 == 0 else 0.0
        if epoch % 5 == 4 or epoch + 1 == recipe.epochs or epoch == 0:
            say(
                f"epoch {epoch + 1} loss {total / max(1, -(-len(cuts) // 8)):.3f} after {time.monotonic() - start:.0f} s"
            )
        if checkpoint is not None:
            torch.save(
                {
                    "recipe": asdict(recipe),
                    "reader": reader.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "rng": rng.getstate(),
                    "torch": torch.get_rng_state(),
                    "epoch": epoch + 1,
                },
                checkpoint,
            )
    reader.eval()
    return reader
