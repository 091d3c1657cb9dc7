"""The network: a small encoder that finds mentions and ties them, and a second stack that reads what is said between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from loaders.extraction.reader.clustering import FEATURES
from loaders.extraction.reader.windows import CASES


@dataclass(frozen=True)
class Shape:
    """Sizes of the network."""

    types: int
    relations: int
    modalities: int
    vocabulary: int = 30522
    width: int = 384
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    below: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    """Layers of the base that find mentions."""
    above: tuple[int, ...] = (6, 7, 8, 9, 10, 11)
    """Layers of the base that go on from there, the mentions marked, and read what is said between them."""
    dropout: float = 0.1


class Layer(nn.Module):
    """One layer of a BERT-like encoder."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query, self.key, self.value, self.out = (nn.Linear(shape.width, shape.width) for _ in range(4))
        self.up, self.down = nn.Linear(shape.width, shape.inner), nn.Linear(shape.inner, shape.width)
        self.norm, self.norm2 = nn.LayerNorm(shape.width, eps=1e-12), nn.LayerNorm(shape.width, eps=1e-12)
        self.drop = nn.Dropout(shape.dropout)
        self.rate = shape.dropout

    def forward(self, x: Tensor, mask: Tensor | None, *, with_attention: bool = False) -> tuple[Tensor, Tensor | None]:
        """States after the layer, and the attention averaged over the heads."""
        batch, length, width = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        attention = None
        if with_attention:
            scores = q @ k.transpose(-1, -2) / math.sqrt(width // self.heads)
            if mask is not None:
                scores = scores.masked_fill(~mask[:, None, None, :], -1e4)
            weights = scores.softmax(-1)
            attention = weights.mean(1)
            y = self.drop(weights) @ v
        else:
            bias = None if mask is None else mask[:, None, None, :]
            y = functional.scaled_dot_product_attention(
                q, k, v, attn_mask=bias, dropout_p=self.rate if self.training else 0.0
            )
        y = y.transpose(1, 2).reshape(batch, length, width)
        x = self.norm(x + self.drop(self.out(y)))
        return self.norm2(x + self.drop(self.down(functional.gelu(self.up(x))))), attention


class Reader(nn.Module):
    """Both stacks and their heads."""

    SPAN, TIE, PAIR = 160, 256, 512

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape, width = shape, shape.width
        self.pieces = nn.Embedding(shape.vocabulary, width)
        self.places = nn.Embedding(shape.positions, width)
        self.kind = nn.Parameter(torch.zeros(width))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.cases = nn.Embedding(CASES, width)
        self.marks = nn.Embedding(3 * shape.types, width)
        for table in (self.cases, self.marks):
            nn.init.normal_(table.weight, std=0.02)
        self.below = nn.ModuleList(Layer(shape) for _ in shape.below)
        self.above = nn.ModuleList(Layer(shape) for _ in shape.above)
        self.drop = nn.Dropout(shape.dropout)
        # mentions
        self.first, self.last = nn.Linear(width, self.SPAN), nn.Linear(width, self.SPAN)
        self.both = nn.Parameter(torch.randn(shape.types + 1, self.SPAN + 1, self.SPAN + 1) * 0.01)
        with torch.no_grad():
            self.both[0, -1, -1] = 5.0  # most spans are nothing
        # who is who
        self.tie = nn.Linear(2 * width, self.TIE)
        self.tie_types = nn.Embedding(shape.types, 32)
        self.tie_one, self.tie_other, self.tie_product = (nn.Linear(self.TIE, self.TIE, bias=False) for _ in range(3))
        self.tie_features = nn.Linear(FEATURES + 64, self.TIE)
        self.tie_out = nn.Sequential(nn.GELU(), nn.Dropout(0.2), nn.Linear(self.TIE, 1))
        # what is said
        self.one, self.other = nn.Linear(2 * width, self.PAIR), nn.Linear(2 * width, self.PAIR)
        self.fold = nn.Linear(2 * width, self.TIE)
        self.product = nn.Linear(self.TIE, self.PAIR, bias=False)
        self.context = nn.Linear(width, self.PAIR, bias=False)
        self.pair_types = nn.Embedding(shape.types * shape.types, self.PAIR)
        self.apart = nn.Embedding(8, self.PAIR)
        for table in (self.pair_types, self.apart):
            nn.init.normal_(table.weight, std=0.02)
        self.mid = nn.Sequential(nn.GELU(), nn.Dropout(0.25))
        self.relation = nn.Linear(self.PAIR, shape.relations)
        self.modality = nn.Linear(self.PAIR, shape.modalities)
        self.speaks = nn.Linear(2 * width, 1)
        nn.init.constant_(self.relation.bias, -4.0)

    def embed(self, ids: Tensor, cases: Tensor) -> Tensor:
        """Piece, place and case."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.pieces(ids) + self.places(places)[None] + self.kind)
        return self.drop(x + self.cases(cases))

    def find(self, ids: Tensor, cases: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """[batch, first, last, 1 + types] scores of spans, and the states."""
        x = self.embed(ids, cases)
        for layer in self.below:
            x, _ = layer(x, mask)
        y = self.drop(x)
        one = functional.gelu(self.first(y))
        other = functional.gelu(self.last(y))
        ones = torch.ones_like(one[..., :1])
        one, other = torch.cat([one, ones], -1), torch.cat([other, ones], -1)
        batch, length, size = one.shape
        kinds = self.shape.types + 1
        weight = self.both.permute(1, 0, 2).reshape(size, kinds * size)
        left = (one @ weight).view(batch, length * kinds, size)
        scores = (left @ other.transpose(1, 2)).view(batch, length, kinds, length).permute(0, 1, 3, 2)
        return scores, x

    def ties(
        self, states: Tensor, first: Tensor, last: Tensor, types: Tensor, one: Tensor, other: Tensor, table: Tensor
    ) -> Tensor:
        """Scores that mentions `one` and `other` (numbers) stand for the same. `first`, `last`: flat places of pieces."""
        flat = states.reshape(-1, self.shape.width)
        m = functional.gelu(self.tie(self.drop(torch.cat([flat[first], flat[last]], -1))))
        kinds = self.tie_types(types)
        extra = torch.cat([table, kinds[one], kinds[other]], -1)
        mixed = (
            self.tie_one(m)[one]
            + self.tie_other(m)[other]
            + self.tie_product(m[one] * m[other])
            + self.tie_features(extra)
        )
        return self.tie_out(mixed).squeeze(-1)

    def read(self, states: Tensor, mask: Tensor | None, inside: Tensor) -> tuple[Tensor, Tensor]:
        """States and attention of the second stack. `inside`: [batch, length, 3 * types] counts of marks at each piece."""
        x = self.drop(states + inside @ self.marks.weight)
        attention = None
        for number, layer in enumerate(self.above):
            x, attention = layer(x, mask, with_attention=number == len(self.above) - 1)
        assert attention is not None
        return x, attention

    def pairs(
        self,
        x: Tensor,
        attention: Tensor,
        first: Tensor,
        last: Tensor,
        types: Tensor,
        window: Tensor,
        one: Tensor,
        other: Tensor,
        apart: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """[pair, relation] and [pair, modality] scores, and how much each mention speaks. `window`: the row of each mention."""
        batch, length, width = x.shape
        flat = x.reshape(-1, width)
        m = self.drop(torch.cat([flat[first], flat[last]], -1))
        looks = attention.reshape(-1, length)[first] + attention.reshape(-1, length)[last]
        both = looks[one] * looks[other]
        both = both / (both.sum(-1, keepdim=True) + 1e-6)
        if batch == 1:
            seen = both @ x[0]
        else:
            seen = torch.zeros(len(one), width, device=x.device, dtype=x.dtype)
            rows = window[one]
            for row in range(batch):
                at = (rows == row).nonzero().squeeze(-1)
                seen = seen.index_copy(0, at, (both[at] @ x[row]).to(seen.dtype))
        small = functional.gelu(self.fold(m))
        mixed = self.one(m)[one] + self.other(m)[other] + self.product(small[one] * small[other]) + self.context(seen)
        mixed = mixed + self.pair_types(types[one] * self.shape.types + types[other]) + self.apart(apart)
        hidden = self.mid(mixed)
        return self.relation(hidden), self.modality(hidden), self.speaks(m).squeeze(-1)


def from_base(shape: Shape, base: dict[str, Tensor]) -> Reader:
    """A network that begins as a BERT-like encoder."""
    reader = Reader(shape)
    own = reader.state_dict()

    def put(name: str, value: Tensor) -> None:
        own[name].copy_(value.float())

    put("pieces.weight", base["embeddings.word_embeddings.weight"])
    put("places.weight", base["embeddings.position_embeddings.weight"])
    put("kind", base["embeddings.token_type_embeddings.weight"][0])
    put("norm.weight", base["embeddings.LayerNorm.weight"])
    put("norm.bias", base["embeddings.LayerNorm.bias"])
    names = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "out": "attention.output.dense",
        "norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for stack, layers in (("below", shape.below), ("above", shape.above)):
        for number, layer in enumerate(layers):
            for mine, theirs in names.items():
                for part in ("weight", "bias"):
                    put(f"{stack}.{number}.{mine}.{part}", base[f"encoder.layer.{layer}.{theirs}.{part}"])
    return reader
