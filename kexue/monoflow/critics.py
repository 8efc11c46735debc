"""Particles on a line that follow a learned critic: no generator, no parameters of the samples, only places.

Every outer step trains the critic a little, from where it was, to tell p from the particles; then every particle takes
a step ε along h'(D) ∇D. All h and all seeds advance together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from kexue.lab.seeds import generators
from kexue.monoflow.heights import slopes
from kexue.monoflow.nets import Adam, Shape, apply, initial, views
from kexue.monoflow.transport import on_a_line

FOLLOWED = ("identity", "logsigmoid", "softplus", "exp", "decreasing")
CENTRES, SPREAD = (-1.5, 1.0), 0.5  # p is the mean of two normal laws
START = (0.5, 1.5)  # mean and standard deviation of q_0: wider than p, so that p/q is bounded
RATE = 0.16  # of Adam, over the width
HORIZON = 12.0  # outer steps times ε


@dataclass(frozen=True)
class Chase:
    """What the particles did.

    Args:
        names: of the h.
        times: outer steps times ε, at which the distances are kept.
        distance: W₂ from p, (time, h, seed).
        floor: W₂ between two samples of p of that size, the mean over seeds.
        paths: some particles of the first seed, (time, h, particle).
        final: (h, particle) of the first seed.
        flops: of the critics' training.
    """

    names: tuple[str, ...]
    times: np.ndarray
    distance: np.ndarray
    floor: float
    paths: np.ndarray
    final: np.ndarray
    flops: float


def target(count: int, draws: Sequence[torch.Generator], dtype: torch.dtype) -> Tensor:
    """Samples of p, (seed, count, 1)."""
    centres = torch.tensor(CENTRES, dtype=dtype)
    picked = [torch.randint(len(CENTRES), (count, 1), generator=g) for g in draws]
    noise = [torch.randn(count, 1, generator=g, dtype=dtype) for g in draws]
    return torch.stack([centres[i] + SPREAD * z for i, z in zip(picked, noise, strict=True)])


def quantiles(count: int) -> Tensor:
    """Quantiles of p at (i + ½)/count, by bisection."""
    levels = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    low, high = torch.full_like(levels, -20.0), torch.full_like(levels, 20.0)
    for _ in range(60):
        middle = (low + high) / 2
        mass = sum(torch.special.ndtr((middle - c) / SPREAD) for c in CENTRES) / len(CENTRES)
        low, high = torch.where(mass < levels, middle, low), torch.where(mass < levels, high, middle)
    return (low + high) / 2


def chase(
    seeds: int,
    particles: int,
    outer: int,
    width: int,
    device: torch.device,
    *,
    seed: int = 0,
    inner: int = 5,
    names: Sequence[str] = FOLLOWED,
    horizon: float = HORIZON,
) -> Chase:
    """Let the particles follow their critics up to the time ``horizon``, by ``outer`` steps."""
    epsilon = horizon / outer
    shape, dtype, count = Shape((1, width, width, 1)), torch.float32, len(names)
    draws = generators(seed, seeds)
    start = torch.stack([torch.randn(particles, 1, generator=g, dtype=dtype) for g in draws])
    x = (START[0] + START[1] * start).to(device).repeat(count, 1, 1)  # (h·seed, particle, 1)
    flat = initial(shape, draws, dtype).to(device).repeat(count, 1)
    adam, exact = Adam(flat, RATE / width), quantiles(particles).to(device, dtype)
    distances, paths, times = [], [], []
    every = max(outer // 40, 1)
    for step in range(outer + 1):
        if step % every == 0:
            distances.append(on_a_line(x[..., 0], exact))
            paths.append(x.view(count, seeds, particles)[:, 0, :24])
            times.append(step * epsilon)
        for _ in range(inner if step < outer else 0):
            real = target(particles, draws, dtype).to(device).repeat(count, 1, 1)
            learn(shape, adam, real, x)
        if step < outer:
            x = x + epsilon * velocity(names, views(shape, flat), x)
    first = target(particles, draws, dtype)[..., 0], exact.cpu()
    flops = outer * inner * 2 * particles * count * seeds * (shape.forward_flops() + shape.weight_flops())
    return Chase(
        tuple(names),
        np.array(times),
        torch.stack(distances).view(-1, count, seeds).cpu().numpy(),
        float(on_a_line(*first).mean()),
        torch.stack(paths).cpu().numpy(),
        x.view(count, seeds, particles)[:, 0].cpu().numpy(),
        float(flops),
    )


def learn(shape: Shape, adam: Adam, real: Tensor, fake: Tensor) -> None:
    """One step of the critics: maximise mean log σ(D(real)) + mean log(1 − σ(D(fake)))."""
    layers = [layer.requires_grad_() for layer in views(shape, adam.flat)]
    half = real.shape[1]
    scores = apply(layers, torch.cat((real, fake), dim=1))
    loss = (softplus(-scores[:, :half]) + softplus(scores[:, half:])).mean((1, 2)).sum()
    adam.step(torch.autograd.grad(loss, layers))


def ascent(layers: Sequence[Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """The critics' scores D and their gradients ∇D at the points, (run, point, 1) and (run, point, dim)."""
    points = x.detach().requires_grad_()
    scores = apply(layers, points)
    (gradient,) = torch.autograd.grad(scores.sum(), points)
    return scores.detach(), gradient


def velocity(names: Sequence[str], layers: Sequence[Tensor], x: Tensor) -> Tensor:
    """h'(D) ∇D, the runs being as many of the first h as of the others."""
    scores, gradient = ascent(layers, x)
    each = slopes(names, scores.view(len(names), -1)).view_as(scores)
    return each * gradient
