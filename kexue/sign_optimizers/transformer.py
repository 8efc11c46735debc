"""A decoder-only transformer with a Zipf vocabulary, trained by the optimizers of this package one after the other."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

from kexue.sign_optimizers.language import swap
from kexue.sign_optimizers.optimizers import Lion, SignOptimizer, Tiger, embeddings_by_adam

BINS = np.linspace(-6, 3, 73)  # of log10 |entry|
SEEN = (1, 2, 4, 8, 16, 32, 64, 128, 1024)  # from this many occurrences up to the next
NAMES = ("Tiger", "Tiger, lazy", "Tiger, tied", "Tiger with Adam embedding", "Lion", "Adam")


@dataclass(frozen=True)
class Shape:
    """Vocabulary, width, layers, heads, context and batch (in sequences), steps; rates α and Adam's; weight decay."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    context: int
    batch: int
    steps: int
    lr: float
    adam_lr: float
    weight_decay: float

    def flops(self) -> float:
        """Of the matrix products of one training: three times those forwards."""
        tokens = float(self.steps * self.batch * self.context)
        weights = 12 * self.layers * self.width**2 + self.width * self.vocabulary
        return 6 * tokens * (weights + self.layers * self.context * self.width)  # attention, half of it masked


@dataclass(frozen=True)
class Trained:
    """What an optimizer left.

    Args:
        histogram: of log₁₀|entry| of the embedding, in `BINS`; the ends take what is beyond.
        largest: largest entry, in absolute value.
        outliers: share of entries above half of 1/λ.
        size: RMS of rows by how often their token had occurred: for each of `SEEN`, and first for none; 0 where no row.
        rows: how many rows these are.
        loss: mean over the last tenth of the steps, nats.
    """

    name: str
    histogram: np.ndarray
    largest: float
    outliers: float
    size: np.ndarray
    rows: np.ndarray
    loss: float
    seconds: float


class Block(nn.Module):
    """Attention and a two-layer network, each behind a normalisation without parameters."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.mix, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.mix(_norm(x)).chunk(3, -1))
        mixed = scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).flatten(-2))
        return x + self.down(gelu(self.up(_norm(x))))


class Transformer(nn.Module):
    """Tokens (batch, context) to logits (batch, context, vocabulary); positions by the causal mask alone."""

    def __init__(self, shape: Shape, tied: bool):
        super().__init__()
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape.width, shape.heads) for _ in range(shape.layers))
        self.output = None if tied else nn.Linear(shape.width, shape.vocabulary, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return _norm(x) @ (swap(self.embedding.weight) if self.output is None else self.output.weight).t()


def _norm(x: Tensor) -> Tensor:
    return nn.functional.rms_norm(x, x.shape[-1:])


def optimizer(name: str, model: nn.Module, shape: Shape) -> SignOptimizer:
    """The optimizer of that name (`NAMES`), with the row rate for the sign methods."""
    options = {"lr": shape.lr, "weight_decay": shape.weight_decay, "rate": "row"}
    if name == "Lion":
        return Lion(model.parameters(), **options)
    if name == "Adam":
        return Tiger(model.parameters(), **options | {"lr": shape.adam_lr}, adam=True)
    if name == "Tiger with Adam embedding":
        return Tiger(embeddings_by_adam(model, lr=shape.adam_lr), **options)
    if name == "Tiger, lazy":
        others = [p for n, p in model.named_parameters() if n != "embedding.weight"]
        return Tiger([{"params": [model.embedding.weight], "lazy": "all"}, {"params": others}], **options)
    return Tiger(model.parameters(), **options)


def train(name: str, shape: Shape, tokens: Tensor, device: torch.device, *, seed: int) -> Trained:
    """Train one model on a sequence of tokens, (N,) int64 on the CPU; start and data depend on the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    model = Transformer(shape, tied=name == "Tiger, tied")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.02, generator=generator)
    model.to(device)
    rule = optimizer(name, model, shape)
    starts = torch.randint(
        len(tokens) - shape.context, (shape.steps, shape.batch), generator=torch.Generator().manual_seed(seed + 1)
    )
    tokens, starts = tokens.to(device), starts.to(device)
    offsets = torch.arange(shape.context + 1, device=device)
    seen = torch.zeros(shape.vocabulary, device=device)
    losses = torch.zeros(shape.steps, device=device)
    precision = torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext()
    started = time.perf_counter()
    for k in range(shape.steps):
        window = tokens[starts[k].unsqueeze(-1) + offsets]  # (batch, context + 1)
        x, y = window[:, :-1], window[:, 1:]
        with precision:
            logits = model(x)
        loss = cross_entropy(logits.flatten(0, 1).float(), y.flatten())
        rule.zero_grad()
        loss.backward()
        rule.step()
        losses[k] = loss.detach()
        seen.index_add_(0, x.flatten(), torch.ones((), device=device).expand(x.numel()))
    last = float(losses[-max(shape.steps // 10, 1) :].mean())
    seconds = time.perf_counter() - started
    return _look(name, model.embedding.weight.detach(), seen, shape, last, seconds)


def _look(name: str, embedding: Tensor, seen: Tensor, shape: Shape, loss: float, seconds: float) -> Trained:
    sizes = embedding.abs()
    logs = sizes.clamp(min=1e-30).log10().clamp(BINS[0] + 1e-6, BINS[-1] - 1e-6).cpu().numpy()
    rms = sizes.square().mean(-1).sqrt().cpu().numpy()
    bins = np.digitize(seen.cpu().numpy(), SEEN)
    rows = np.bincount(bins, minlength=len(SEEN) + 1)
    size = np.bincount(bins, rms, minlength=len(SEEN) + 1) / np.maximum(rows, 1)
    return Trained(
        name,
        np.histogram(logs, BINS)[0],
        float(sizes.max()),
        float((sizes > 0.5 / shape.weight_decay).double().mean()),
        size,
        rows,
        loss,
        seconds,
    )
