"""A score that a network learns: several networks at once, one batched product a layer, by conditional score matching.

s_θ(x, t) = −x + network(x, t/T, e^{−t/2}); the loss is E ‖√(1 − e^{−t}) (s_θ(x_t, t) − ∇log p(x_t | x_0))‖².
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from kexue.wasserstein_bound.ring import Ring

FIRST = 0.01  # the earliest time that is trained: the conditional score has no variance at 0


@dataclass(frozen=True)
class Training:
    """How the training went.

    Args:
        losses: of every network, over the last tenth of the iterations.
        flops: all floating-point operations of its matrix products.
        seconds: wall time, after one iteration that is not counted.
    """

    losses: tuple[float, ...]
    flops: float
    seconds: float

    @property
    def rate(self) -> float:
        """FLOP/s reached."""
        return self.flops / self.seconds


class Score:
    """Networks (nets, …) with SiLU between their layers.

    Args:
        sizes: width of every layer, from the four inputs to the two outputs.
    """

    def __init__(self, nets: int, width: int, depth: int, T: float, generator: torch.Generator):
        self.sizes = (4, *[width] * depth, 2)
        self.T = T
        self.layers: list[tuple[Tensor, Tensor]] = []
        for a, b in zip(self.sizes, self.sizes[1:], strict=False):
            weight = torch.randn(nets, a, b, generator=generator, device=generator.device) / math.sqrt(a)
            self.layers.append((weight, weight.new_zeros(nets, 1, b)))

    @property
    def parameters(self) -> list[Tensor]:
        return [tensor for layer in self.layers for tensor in layer]

    def to(self, dtype: torch.dtype) -> Score:
        """A copy of that precision, which no gradient flows into."""
        copy = object.__new__(Score)
        copy.sizes, copy.T = self.sizes, self.T
        copy.layers = [(w.detach().to(dtype), b.detach().to(dtype)) for w, b in self.layers]
        return copy

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        """s_θ of (nets, particles, 2) at times that broadcast against (nets, particles, 1)."""
        t = t.expand(*x.shape[:-1], 1)
        h = torch.cat([x, t / self.T, torch.exp(-t / 2)], dim=-1)
        for weight, bias in self.layers[:-1]:
            h = torch.nn.functional.silu(torch.baddbmm(bias, h, weight))
        weight, bias = self.layers[-1]
        return torch.baddbmm(bias, h, weight) - x

    def flops(self, points: int) -> float:
        """Of one forward and backward pass on so many points of every network: 6 a weight, 4 in the first layer."""
        products = [a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False)]
        nets = self.layers[0][0].shape[0]
        return nets * points * (6 * sum(products) - 2 * products[0])


def noised(ring: Ring, shape: tuple[int, ...], t: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(x_t, ε) for fresh data: x_t = e^{−t/2} x_0 + √(1 − e^{−t}) ε; the conditional score is −ε/√(1 − e^{−t})."""
    kept = torch.exp(-t)
    data = ring.draw(shape, generator, t.dtype)
    ε = torch.randn(data.shape, generator=generator, device=data.device, dtype=t.dtype)
    return torch.sqrt(kept) * data + torch.sqrt(1 - kept) * ε, ε


def train(score: Score, ring: Ring, batch: int, iterations: int, generator: torch.Generator) -> Training:
    """Adam with a cosine schedule; every network sees its own samples."""
    nets, losses, tail = score.layers[0][0].shape[0], [], max(1, iterations // 10)
    for tensor in score.parameters:
        tensor.requires_grad_()
    optimizer = torch.optim.Adam(score.parameters, lr=3e-3, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, iterations)
    started = time.perf_counter()
    for k in range(iterations):
        if k == 1:
            _wait(generator.device)
            started = time.perf_counter()
        u = torch.rand((nets, batch, 1), generator=generator, device=generator.device)
        t = FIRST + (score.T - FIRST) * u
        x, ε = noised(ring, (nets, batch), t, generator)
        each = (torch.sqrt(1 - torch.exp(-t)) * score(x, t) + ε).square().sum(-1).mean(-1)  # (nets,)
        optimizer.zero_grad(set_to_none=True)
        each.sum().backward()
        optimizer.step()
        schedule.step()
        if k >= iterations - tail:
            losses.append(each.detach())
    _wait(generator.device)
    seconds = time.perf_counter() - started
    mean = torch.stack(losses).mean(0)
    return Training(tuple(mean.tolist()), score.flops(batch) * max(1, iterations - 1), seconds)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def steepest(score: Score, points: Tensor, t: Tensor) -> Tensor:
    """The largest eigenvalue of the symmetric part of the Jacobian at every point: (nets, points)."""
    x = points.expand(score.layers[0][0].shape[0], -1, -1).detach().clone().requires_grad_()
    out = score(x, t)
    rows = [torch.autograd.grad(out[..., i].sum(), x, retain_graph=i == 0)[0] for i in range(2)]
    a, b, d = rows[0][..., 0], (rows[0][..., 1] + rows[1][..., 0]) / 2, rows[1][..., 1]
    return (a + d) / 2 + torch.sqrt(((a - d) / 2) ** 2 + b**2)
