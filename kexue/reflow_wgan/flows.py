"""Particles that are moved by a learnt field, again and again: asked at time nought, without time, and as a gradient.

Each outer step fits the field to the lines from the present particles to the data by Adam, and then moves every
particle by ε times the field. Three fields: v(x, t) asked at t = 0, v(x), and ∇D(x) fitted by the critic's loss
½E‖∇D(x_t)‖² − E D(x_1) + E D(x_0). The first two are one batch of networks, whose time is multiplied by 1 or 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import silu

from kexue.lab.seeds import generators
from kexue.reflow_wgan.laws import EightGaussians
from kexue.reflow_wgan.networks import adam, descend, forward, initial, slope

DATA = EightGaussians(2.0, 0.02)
START = 0.5  # standard deviation of the particles' first law
FIELDS = ("v(x, 0)", "v(x)", "∇D(x)")
BETAS = (0.9, 0.99)


@dataclass(frozen=True)
class Flow:
    """Where the particles were.

    Args:
        steps: outer steps at each record.
        places: of the particles, for each field.
        rate: ε.
    """

    steps: list[int]
    places: dict[str, Float[np.ndarray, "records seeds particles 2"]]
    rate: float

    def spread(self, field: str) -> Float[np.ndarray, "records seeds"]:
        """Standard deviation of a coordinate of the particles."""
        return np.sqrt(self.places[field].var(axis=2, ddof=1).mean(axis=-1))

    def predicted_spread(self) -> Float[np.ndarray, " records"]:
        """(1 − ε)^k times the first one: of the exact field at time nought, which points to the data's mean."""
        return START * (1 - self.rate) ** np.array(self.steps)


@dataclass(frozen=True)
class Effort:
    """How large the experiment is.

    Args:
        particles: of each run; also the batch of a regression step.
        outer, inner: moves, and regression steps before each.
        width: of the two hidden layers.
        rate: ε of a move; learning: Adam's rate.
        records: how often places are kept, besides the first.
    """

    particles: int
    outer: int = 120
    inner: int = 20
    width: int = 64
    rate: float = 0.05
    learning: float = 3e-3
    records: int = 12


def flow(seed: int, seeds: int, effort: Effort, device: torch.device, dtype: torch.dtype = torch.float32) -> Flow:
    """All seeds of all three fields; both batches start from the same particles."""
    draw = torch.Generator(device).manual_seed(seed)
    start = START * torch.randn(seeds, effort.particles, 2, generator=draw, device=device, dtype=dtype)
    timed = _moved(seed, start.repeat(2, 1, 1), effort, _Velocities(seed, seeds, effort, device, dtype))
    critics = _moved(seed, start, effort, _Critics(seed, seeds, effort, device, dtype))
    places = dict(zip(FIELDS, (*np.split(timed, 2, axis=1), critics), strict=True))
    every = effort.outer // effort.records
    return Flow([every * k for k in range(len(critics))], places, effort.rate)


class _Velocities:
    """v(x, t) and v(x) by regression on x_1 − x_0: twice as many runs as seeds."""

    def __init__(self, seed: int, seeds: int, effort: Effort, device: torch.device, dtype: torch.dtype):
        sizes = (3, effort.width, effort.width, 2)
        self.parameters = initial(sizes, generators(seed, seeds), 2, device, dtype)
        self.sees = torch.tensor([1.0, 0.0], device=device, dtype=dtype).repeat_interleave(seeds)[:, None, None]

    def losses(self, x0: Tensor, x1: Tensor, t: Tensor) -> Float[Tensor, " runs"]:
        move = self._at(torch.lerp(x0, x1, t), t) - (x1 - x0)
        return (move**2).sum(dim=-1).mean(dim=-1) / 2

    def field(self, x: Tensor) -> Float[Tensor, "runs n 2"]:
        return self._at(x, torch.zeros_like(x[..., :1]))

    def _at(self, x: Tensor, t: Tensor) -> Tensor:
        return forward(self.parameters, torch.cat([x, t * self.sees], dim=-1), silu)


class _Critics:
    """∇D(x), by the critic's loss."""

    def __init__(self, seed: int, seeds: int, effort: Effort, device: torch.device, dtype: torch.dtype):
        self.parameters = initial((2, effort.width, effort.width, 1), generators(seed, seeds), 1, device, dtype)

    def losses(self, x0: Tensor, x1: Tensor, t: Tensor) -> Float[Tensor, " runs"]:
        penalty = (slope(self.parameters, torch.lerp(x0, x1, t), silu, graph=True) ** 2).sum(dim=-1).mean(dim=-1) / 2
        ends = forward(self.parameters, x1, silu) - forward(self.parameters, x0, silu)
        return penalty - ends.squeeze(-1).mean(dim=-1)

    def field(self, x: Tensor) -> Float[Tensor, "runs n 2"]:
        return slope(self.parameters, x, silu, graph=False)


def _moved(seed: int, x: Float[Tensor, "runs n 2"], effort: Effort, model: _Velocities | _Critics) -> np.ndarray:
    draw = torch.Generator(x.device).manual_seed(seed + 1)
    optimizer = adam(model.parameters, effort.learning, BETAS)
    places, every = [x], effort.outer // effort.records
    for step in range(1, effort.outer + 1):
        for _ in range(effort.inner):
            x1 = DATA.sample(*x.shape[:2], generator=draw, dtype=x.dtype)
            t = torch.rand(x.shape[0], x.shape[1], 1, generator=draw, device=x.device, dtype=x.dtype)
            descend(optimizer, model.losses(x, x1, t), model.parameters)
        with torch.no_grad():
            x = x + effort.rate * model.field(x)
        if step % every == 0:
            places.append(x)
    return torch.stack(places).detach().cpu().numpy()
