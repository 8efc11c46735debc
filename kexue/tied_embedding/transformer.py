"""A decoder-only transformer with a leading run dimension, and five ways to share its embedding with the output.

Blocks are normalised at their input, attention has rotary positions, and what leaves a block is multiplied by a matrix
that begins at zero: the model begins as the identity, as in the article's analysis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor

from kexue.lab.seeds import generators
from kexue.tied_embedding.initial import rotations, swap_halves

SETTINGS = ("tied", "tied, σ = log n/d", "half-swap", "orthogonal", "untied")
SWAPPED, ROTATED = SETTINGS.index("half-swap"), SETTINGS.index("orthogonal")
TINY = 1e-12  # beside the mean square of an embedding, σ² > 1e-6


@dataclass(frozen=True)
class Shape:
    """Of each run's model.

    Args:
        n: tokens; d: dimension, a multiple of twice the heads; layers, heads: of the transformer.
    """

    n: int
    d: int
    layers: int
    heads: int

    def __post_init__(self):
        if self.d % (2 * self.heads):
            raise ValueError(f"d is {self.d}, expected a multiple of {2 * self.heads}: heads with rotary pairs")

    @property
    def sigmas(self) -> tuple[float, ...]:
        """σ of the input embedding in each setting: 1/√d, so that its length is one, or the article's (log n)/d."""
        return tuple(np.log(self.n) / self.d if "σ" in setting else self.d**-0.5 for setting in SETTINGS)


class Models:
    """The models of all runs; run k has the setting k // seeds and the seed k % seeds.

    Args:
        seed: of the first weights; a seed's are the same in all settings, up to the embeddings' scale.
    """

    def __init__(self, shape: Shape, seed: int, seeds: int, device: torch.device):
        self.shape, self.seeds, self.runs, self.device = shape, seeds, len(SETTINGS) * seeds, device
        self.own = generators(seed, seeds)
        d, runs = shape.d, self.runs
        scale = torch.tensor(shape.sigmas, dtype=torch.float32).repeat_interleave(seeds).view(-1, 1, 1)
        self.embedding = self._parameter(self._drawn(shape.n, d) * scale)
        self.output = self._parameter(self._drawn(shape.n, d)[-seeds:] * d**-0.5)  # the untied runs' alone
        self.layers = []
        for _ in range(shape.layers):
            self.layers += [self._parameter(self._drawn(d, m) * d**-0.5) for m in (3 * d, 4 * d)]
            self.layers += [self._parameter(torch.zeros(runs, m, d)) for m in (d, 4 * d)]
        self.gains = self._parameter(torch.ones(2 * shape.layers + 1, runs, 1, d))
        turn = torch.stack([rotations(1, d, generator=g, device=g.device, dtype=torch.float32)[0] for g in self.own])
        self.rotation = turn.to(device)  # is not trained

    def _drawn(self, *shape: int) -> Float[Tensor, "runs ..."]:
        return torch.stack([torch.randn(shape, generator=g) for g in self.own]).repeat(len(SETTINGS), 1, 1)

    def _parameter(self, value: Tensor) -> Tensor:
        return value.to(self.device).requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        return [self.embedding, self.output, *self.layers, self.gains]

    def logits(self, ids: Int64[Tensor, "runs batch time"]) -> Float[Tensor, "runs places n"]:
        """Of the next token at every place."""
        runs, batch = ids.shape[:2]
        rows = ids + self.shape.n * torch.arange(runs, device=ids.device).view(-1, 1, 1)
        x = F.embedding(rows.reshape(runs, -1), self.embedding.flatten(0, 1))  # (runs, places, d)
        for k in range(self.shape.layers):
            into, wide, out, narrow = self.layers[4 * k : 4 * k + 4]
            mixed = attend(torch.bmm(normalised(x) * self.gains[2 * k], into), batch, self.shape.heads)
            x = x + torch.bmm(mixed, out)
            x = x + torch.bmm(F.gelu(torch.bmm(normalised(x) * self.gains[2 * k + 1], wide)), narrow)
        return torch.bmm(self.turned(normalised(x) * self.gains[-1]), self.outputs().transpose(1, 2))

    def outputs(self) -> Float[Tensor, "runs n d"]:
        """The matrix that makes logits: the input's, except for the untied runs."""
        return torch.cat([self.embedding[: -self.seeds], self.output])

    def turned(self, x: Float[Tensor, "runs places d"]) -> Float[Tensor, "runs places d"]:
        """S of each setting: nothing, the half-swap, or each seed's rotation."""
        parts = list(x.split(self.seeds))
        parts[SWAPPED] = swap_halves(parts[SWAPPED])
        parts[ROTATED] = torch.bmm(parts[ROTATED], self.rotation)
        return torch.cat(parts)

    def losses(self, ids: Int64[Tensor, "runs batch time_and_one"]) -> Float[Tensor, " runs"]:
        """Mean cross entropy of the next token, in nats."""
        targets = ids[..., 1:].reshape(len(ids), -1)
        logits = self.logits(ids[..., :-1])
        losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        return losses.view_as(targets).mean(dim=1)


def normalised(x: Tensor) -> Tensor:
    """√d x/‖x‖."""
    return x * (x.square().mean(dim=-1, keepdim=True) + TINY).rsqrt()


def attend(qkv: Float[Tensor, "runs places three_d"], batch: int, heads: int) -> Float[Tensor, "runs places d"]:
    """Causal attention over each text of a batch, with rotary positions (Su et al. 2021)."""
    runs, places, width = qkv.shape
    parts = qkv.view(runs * batch, places // batch, 3, heads, width // 3 // heads)
    q, k, v = parts.permute(2, 0, 3, 1, 4)  # each (runs · batch, heads, time, d / heads)
    q, k = rotary(q), rotary(k)
    return F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(runs, places, width // 3)


def rotary(x: Float[Tensor, "texts heads time e"]) -> Float[Tensor, "texts heads time e"]:
    """Pairs of coordinates turned by the place times 10000^{−2i/e}."""
    time, half = x.shape[-2], x.shape[-1] // 2
    rate = 10000.0 ** (-torch.arange(half, device=x.device, dtype=x.dtype) / half)
    angle = torch.arange(time, device=x.device, dtype=x.dtype).unsqueeze(-1) * rate  # (time, half)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)


def flops(shape: Shape, seeds: int, places: int, time: int) -> float:
    """Of one training step of all runs, counted: 2 a multiplication and addition of a matrix product, nothing else.

    A weight matrix costs 2 forward and 4 backward for each number and place, attention 4·time·d forward and twice
    that backward (as if nothing were masked or computed again), the rotation, which is not trained, 2 and 2.
    """
    d, runs = shape.d, len(SETTINGS) * seeds
    each = 6 * (12 * d * d * shape.layers + shape.n * d) + 12 * time * d * shape.layers
    return float(places * (runs * each + seeds * 4 * d * d))
