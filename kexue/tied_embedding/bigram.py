"""The cyclic bigram: every token is followed by the next one, the last by the first. Which models can learn it?

Logits of token k after token i are S(x_i)·v_k with x_i the embedding w_i, or √d w_i/‖w_i‖. With the half-swap they are
symmetric without normalisation, and the loss is at least log 2, as the derivation proves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from kexue.tied_embedding.initial import rotations, swap_halves

MODELS = ("half-swap", "orthogonal", "untied")


@dataclass(frozen=True)
class Bigrams:
    """What came out, for each model, without and with normalisation.

    Args:
        steps: at each record.
        losses: mean over tokens; worst: the largest loss of a token at the end.
    """

    steps: list[int]
    losses: Float[np.ndarray, "records models normalised seeds"]
    worst: Float[np.ndarray, "models normalised seeds"]

    def end(self, model: str, *, normalised: bool) -> Float[np.ndarray, " seeds"]:
        return self.losses[-1, MODELS.index(model), int(normalised)]


def logits(
    w: Float[Tensor, "models two seeds n d"], v: Float[Tensor, "models two seeds n d"], turn: Float[Tensor, "seeds d d"]
) -> Float[Tensor, "models two seeds n n"]:
    """Of all models, in the order of `MODELS`; the second of two is normalised."""
    d = w.shape[-1]
    x = torch.stack([w[:, 0], w[:, 1] * (d**0.5 / w[:, 1].norm(dim=-1, keepdim=True))], dim=1)
    x = torch.stack([swap_halves(x[0]), x[1] @ turn, x[2]])
    return x @ torch.cat([w[:2], v[2:]]).transpose(-1, -2)


def train(
    *, seeds: int, n: int, d: int, steps: int, rate: float, generator: torch.Generator, device: torch.device
) -> Bigrams:
    """All models by Adam on the whole table, in float64, every 1/20 of the steps kept.

    Args:
        n: tokens, at least 3; d: dimension, even.
    """
    draw = {"generator": generator, "device": device, "dtype": torch.float64}
    start = torch.randn(2, seeds, n, d, **draw) / d**0.5
    w, v = start[:, None, None].repeat(1, len(MODELS), 2, 1, 1, 1).unbind()  # the seeds start alike in all models
    turn = rotations(seeds, d, **draw)
    parameters = [w.clone().requires_grad_(), v.clone().requires_grad_()]
    optimizer = torch.optim.Adam(parameters, lr=rate, fused=True)
    kept, every = [], max(1, steps // 20)
    for step in range(steps + 1):
        losses = cycle_losses(logits(*parameters, turn))
        if step % every == 0:
            kept.append(losses.detach().mean(dim=-1))
        optimizer.zero_grad(set_to_none=True)
        losses.mean(dim=-1).sum().backward()
        optimizer.step()
    with torch.no_grad():
        losses = cycle_losses(logits(*parameters, turn))
    found = torch.stack([*kept, losses.mean(dim=-1)]).cpu().numpy()
    return Bigrams([*(every * k for k in range(len(kept))), steps + 1], found, losses.amax(dim=-1).cpu().numpy())


def cycle_losses(table: Float[Tensor, "... n n"]) -> Float[Tensor, "... n"]:
    """log Σ_k e^{l_ik} − l_{i, i+1} of every row, the last one's target being the first token."""
    following = table.roll(-1, dims=-1).diagonal(dim1=-2, dim2=-1)
    return table.logsumexp(dim=-1) - following
