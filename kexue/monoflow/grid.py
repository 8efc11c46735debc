"""The MonoFlow on a line, by finite volumes: ∂q/∂t = −∂(q ∂h(log p/q)) for several h at once.

p = N(0, 1). What flows is q h'(log r) ∂log r = −h'(log r) p ∂(q/p), so the flux between two cells is the mean of h'
times the harmonic mean of p times the difference of q/p over their distance; none leaves. As p is log-concave, a cell
loses at most 2 max h'/dx² of what it has in a unit of time: below the reciprocal of that, Euler's step keeps q
positive. log r stays in the range that it has at the start, and so does h'. Second order in dx; first in
dt ∝ dx², so of second order together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, pi

import numpy as np
import torch
from torch import Tensor

from kexue.monoflow.heights import slopes

SHOWN = ("identity", "logsigmoid", "softplus", "exp", "sigmoid", "tanh")
START = (2.0, 2.0)  # mean and variance of q_0: wider than p, so that p/q is bounded
HALF = 10.0  # the line ends at ± this
SAFETY = 0.8  # of the step that a cell can bear


@dataclass(frozen=True)
class Flow:
    """What became of q_0 under each h.

    Args:
        names: of the h, one each.
        x: centres of the cells.
        times: at which the following are kept.
        kl: (time, h).
        dissipation: E_q[h'(log r) (∂ log r)²] by central differences and the trapezoidal rule, (time, h).
        density: (snapshot, h, cell) at `SNAPSHOTS`.
        mass: largest |∫q − 1|.
    """

    names: tuple[str, ...]
    x: np.ndarray
    times: np.ndarray
    kl: np.ndarray
    dissipation: np.ndarray
    density: np.ndarray
    snapshots: np.ndarray
    mass: float

    def mismatch(self) -> np.ndarray:
        """|−dKL/dt − dissipation| over the dissipation at the start, the largest of each h."""
        rate = -(self.kl[2:] - self.kl[:-2]) / (self.times[2:] - self.times[:-2])[:, None]
        return np.abs(rate - self.dissipation[1:-1]).max(0) / self.dissipation[0]


def log_normal(x: Tensor, mean: float, variance: float) -> Tensor:
    """The logarithm of a normal density."""
    return -((x - mean) ** 2) / (2 * variance) - log(2 * pi * variance) / 2


def flow(
    cells: int,
    horizon: float,
    device: torch.device,
    names: Sequence[str] = SHOWN,
    *,
    kept: int = 120,
    snapshots: int = 7,
) -> Flow:
    """Let the density flow under each h, all in one tensor."""
    dx = 2 * HALF / cells
    x = torch.linspace(-HALF + dx / 2, HALF - dx / 2, cells, dtype=torch.float64, device=device)
    log_p, q = log_normal(x, 0, 1), log_normal(x, *START).exp().repeat(len(names), 1)
    q = q / (q.sum(1, keepdim=True) * dx)
    every = ceil(horizon / kept / stable(names, log_p - q.log(), dx))
    dt = horizon / kept / every
    kl, dissipation, density = [], [], []
    for step in range(kept + 1):
        kl.append((q * (q.log() - log_p)).sum(1) * dx)
        dissipation.append(_dissipation(names, q, log_p, dx))
        if step % (kept // (snapshots - 1)) == 0:
            density.append(q)
        for _ in range(every if step < kept else 0):
            q = advance(names, q, log_p.exp(), dt, dx)
    times = np.linspace(0, horizon, kept + 1)
    arrays = (torch.stack(found).cpu().numpy() for found in (kl, dissipation, density))
    mass = float((torch.stack(density).sum(2) * dx - 1).abs().max())
    return Flow(tuple(names), x.cpu().numpy(), times, *arrays, times[:: kept // (snapshots - 1)], mass)


def stable(names: Sequence[str], ratio: Tensor, dx: float) -> float:
    """A step of Euler's method that keeps q positive, for log r in the range that it has at the start."""
    low, high = (float(end) for end in ratio.aminmax())
    between = torch.linspace(low, high, 400, dtype=ratio.dtype, device=ratio.device).repeat(len(names), 1)
    return SAFETY * dx**2 / (2 * float(slopes(names, between).abs().max()))


def advance(names: Sequence[str], q: Tensor, p: Tensor, dt: float, dx: float) -> Tensor:
    """One step of Euler's method."""
    weight, slope = q / p, slopes(names, p.log() - q.log())
    harmonic = 2 * p[1:] * p[:-1] / (p[1:] + p[:-1])
    flux = -(slope[:, 1:] + slope[:, :-1]) / 2 * harmonic * weight.diff(dim=1) / dx  # (h, cell − 1)
    return q - dt / dx * torch.nn.functional.pad(flux, (1, 1)).diff(dim=1)


def _dissipation(names: Sequence[str], q: Tensor, log_p: Tensor, dx: float) -> Tensor:
    """E_q[h'(log r) (∂ log r)²] from the cells' own values: not the scheme's form of it."""
    ratio = log_p - q.log()
    (gradient,) = torch.gradient(ratio, spacing=dx, dim=1)
    return (q * slopes(names, ratio) * gradient**2).sum(1) * dx
