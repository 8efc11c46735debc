"""A small language model, all optimizers and seeds at once, with one token that occurs once, or rarely.

The logits of the next token are (E[x] W) · O, where E is the embedding, W a matrix and O the output embedding; in the
tied model O is E with the halves of every row swapped. Tokens follow Zipf's law, and the next token is the partner of
the present one with probability 0.7. The rare token, the last of the vocabulary, is put in by hand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from kexue.lab.seeds import generators
from kexue.sign_optimizers import rules, zipf
from kexue.sign_optimizers.subnormals import least

BETA, LION, ADAM, EPS = 0.965, (0.9, 0.99), (0.9, 0.999), 1e-8
INITIAL = 0.02  # standard deviation of the initial weights
FOLLOW = 0.7
FIRST = 100  # the step at which the rare token occurs


@dataclass(frozen=True)
class Variant:
    """One way to train.

    Args:
        name: for tables.
        embedding, rest: "tiger", "lion" or "adam", of the embedding and of the other weights.
        lazy: of the embedding.
        tied: the output embedding is the input's.
        flush: the embedding's momentum is set to zero below the smallest normal number, as flushing hardware does.
        every: the rare token occurs again every so many steps; 0 for never.
    """

    name: str
    embedding: str = "tiger"
    rest: str = "tiger"
    lazy: rules.Lazy = "off"
    tied: bool = False
    flush: bool = False
    every: int = 0


VARIANTS = (
    Variant("Tiger"),
    Variant("Tiger, flushed to zero", flush=True),
    Variant("Tiger, recurring", every=1000),
    Variant("Tiger, lazy", lazy="all"),
    Variant("Tiger, sign lazy", lazy="sign"),
    Variant("Tiger, tied", tied=True),
    Variant("Tiger with Adam embedding", embedding="adam"),
    Variant("Lion", embedding="lion", rest="lion"),
    Variant("Adam", embedding="adam", rest="adam"),
)


@dataclass(frozen=True)
class Sizes:
    """Vocabulary V, width d, batch B, steps, rate α of the sign methods, of Adam, weight decay λ, seeds."""

    vocabulary: int
    width: int
    batch: int
    steps: int
    lr: float
    adam_lr: float
    weight_decay: float
    seeds: int


@dataclass(frozen=True)
class Language:
    """What came of it; n variants, S seeds.

    Args:
        times: (T,) steps at which `largest` was taken.
        largest: (T, n, S) largest entry of the rare row, in absolute value.
        before: (n, S, d) the rare row after the step in which its token first occurred.
        momentum: (n, S, d) its momentum then; Adam's for Adam.
        after: (n, S, d) the rare row at the end.
        left: (n, S, d) its momentum at the end, in smallest subnormals.
        others: (n, S) largest entry of all other rows at the end.
        reinforced: (n, S, 3) over the entries of the rare row at all later occurrences: how many gradients would push
            the weight further out, how many would not, and how many signs of the momentum were turned.
        loss: (n, S) mean over the last tenth, nats.
        flops: floating-point operations of all matrix products.
        seconds: wall time.
    """

    sizes: Sizes
    variants: tuple[Variant, ...]
    times: np.ndarray
    largest: np.ndarray
    before: np.ndarray
    momentum: np.ndarray
    after: np.ndarray
    left: np.ndarray
    others: np.ndarray
    reinforced: np.ndarray
    loss: np.ndarray
    flops: float
    seconds: float


def flops(sizes: Sizes, variants: int) -> float:
    """2 · (d² + dV) for each token forwards and twice that backwards."""
    tokens = sizes.steps * sizes.batch * sizes.seeds * variants
    return 6.0 * tokens * (sizes.width**2 + sizes.width * sizes.vocabulary)


def train(sizes: Sizes, device: torch.device, *, seed: int = 0, variants: tuple[Variant, ...] = VARIANTS) -> Language:
    """Train every variant on every seed; seeds see the same data and start in every variant."""
    started = time.perf_counter()
    inputs, targets, weights = _prepare(sizes, len(variants), seed, device)
    every = torch.tensor([v.every for v in variants])
    tied = torch.tensor([v.tied for v in variants], device=device).view(-1, 1, 1, 1)
    state = [[torch.zeros_like(w) for w in weights] for _ in range(2)]
    keep = max(sizes.steps // 200, 1)
    track, losses, kept = [], torch.zeros(len(variants), sizes.seeds, device=device), {}
    counts = torch.zeros(len(variants), sizes.seeds, 3, device=device)
    plan = [(_groups(variants, i), i) for i in range(3)]
    last = max(sizes.steps // 10, 1)
    for k in range(sizes.steps):
        # the schedule is known beforehand: nothing is read back from the device
        again = (every > 0) & (k > FIRST) & ((k - FIRST) % every.clamp(min=1) == 0)
        shown = again | (k == FIRST)
        x = inputs[k].expand(len(variants), -1, -1)
        if shown.any():
            x = x.clone()
            x[shown.to(device), :, 0] = sizes.vocabulary - 1
        loss = _loss(weights, x, targets[k], tied)
        gradients = torch.autograd.grad(loss.sum(), weights)
        row = _row(weights[0])
        turned = _row(state[0][0]).sign()
        with torch.no_grad():
            out = _outward(row, _row(gradients[0])) if again.any() else None
            for groups, i in plan:
                for at, variant in groups:
                    parts = [each[i][at] for each in (weights, *state)]
                    _update(*parts, gradients[i][at], variant, i == 0, sizes, k + 1)
            if out is not None:
                flipped = (turned * _row(state[0][0]).sign() < 0).sum(-1)
                counts += torch.stack((*out, flipped), -1) * again.view(-1, 1, 1).to(device)
            if k == FIRST:
                kept = {"before": row.clone(), "momentum": _row(state[0][0]).clone()}
            if k % keep == 0 or k == sizes.steps - 1:
                track.append((k + 1, row.abs().amax(-1)))
            if k >= sizes.steps - last:
                losses += loss.detach() / last
    return _collect(sizes, variants, weights, state[0][0], track, kept, counts, losses, started)


def _prepare(sizes: Sizes, variants: int, seed: int, device: torch.device) -> tuple[Tensor, Tensor, list[Tensor]]:
    usual, shape = sizes.vocabulary - 1, (sizes.steps, sizes.batch)
    drawn = []
    for generator in generators(seed, sizes.seeds):
        x, fresh = (zipf.draw(shape, usual, generator) for _ in range(2))
        follows = torch.rand(shape, generator=generator) < FOLLOW
        y = torch.where(follows, zipf.partner(x, usual), fresh)
        v, d = sizes.vocabulary, sizes.width
        sized = [INITIAL * torch.randn(n, d, generator=generator) for n in (v, d, v)]
        sized[1] += torch.eye(d)
        drawn.append((x, y, *sized))
    x, y, *weights = (torch.stack(each) for each in zip(*drawn, strict=True))
    spread = [w.expand(variants, *w.shape).clone().to(device).requires_grad_() for w in weights]
    return x.transpose(0, 1).to(device), y.transpose(0, 1).to(device), spread


def swap(embedding: Tensor) -> Tensor:
    """The halves of every row exchanged."""
    return embedding.roll(embedding.shape[-1] // 2, -1)


def _loss(weights: list[Tensor], x: Tensor, y: Tensor, tied: Tensor) -> Tensor:
    """Mean cross entropy of each run, (n, S)."""
    embedding, matrix, output = weights
    found = embedding.gather(2, x.unsqueeze(-1).expand(*x.shape, embedding.shape[-1]))  # (n, S, B, d)
    output = torch.where(tied, swap(embedding), output)
    logits = found @ matrix @ output.transpose(-1, -2)  # (n, S, B, V)
    y = y.expand(*x.shape)
    return cross_entropy(logits.flatten(0, 2), y.flatten(), reduction="none").view(x.shape).mean(-1)


def _row(rows: Tensor) -> Tensor:
    return rows.detach()[:, :, -1]


def _outward(row: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
    push = -gradient * row
    return (push > 0).sum(-1), (push < 0).sum(-1)


def _groups(variants: tuple[Variant, ...], which: int) -> list[tuple[slice, Variant]]:
    """Neighbouring variants that update the weights of this number in the same way, to be updated at once."""

    def same(v: Variant) -> tuple:
        return (v.embedding, v.lazy, v.flush) if which == 0 else (v.rest,)

    found, start = [], 0
    for _, members in groupby(variants, same):
        members = list(members)
        found.append((slice(start, start + len(members)), members[0]))
        start += len(members)
    return found


def _update(
    θ: Tensor, m: Tensor, v: Tensor, g: Tensor, variant: Variant, embedding: bool, sizes: Sizes, count: int
) -> None:
    """One step of these runs, by the same rules as the optimizers'."""
    method = variant.embedding if embedding else variant.rest
    if method == "adam":
        rules.adam([θ], [m], [v], [g], count, ADAM, EPS, rules.Step(sizes.adam_lr, sizes.weight_decay))
        return
    step = rules.Step(sizes.lr, sizes.weight_decay, "row", variant.lazy if embedding else "off")
    if method == "lion":
        rules.lion([θ], [m], [g], LION, step)
        return
    rules.tiger([θ], [m], [g], BETA, step)
    if embedding and variant.flush:
        m.masked_fill_(m.abs() < torch.finfo(m.dtype).smallest_normal, 0)


def _collect(sizes, variants, weights, momentum, track, kept, counts, losses, started) -> Language:
    times, largest = zip(*track, strict=True)
    unit = least(torch.float32)
    rows = weights[0].detach()
    tensors = {
        "largest": torch.stack(largest),
        **kept,
        "after": rows[:, :, -1],
        "left": (momentum[:, :, -1].double() / unit).round(),
        "others": rows[:, :, :-1].abs().amax((-1, -2)),
        "reinforced": counts,
        "loss": losses,
    }
    arrays = {name: tensor.cpu().double().numpy() for name, tensor in tensors.items()}
    done = flops(sizes, len(variants))
    return Language(sizes, variants, np.array(times), flops=done, seconds=time.perf_counter() - started, **arrays)
