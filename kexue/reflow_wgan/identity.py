"""The cross term of ReFlow's loss: by one random time, and by the difference of the ends, its mean over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from kexue.lab.seeds import generators
from kexue.reflow_wgan.laws import EightGaussians
from kexue.reflow_wgan.networks import forward, initial, slope

NODES = (2, 4, 8, 16, 32, 64)
STEEP = 3.0  # by which the first weights are multiplied: a critic that bends along the lines


@dataclass(frozen=True)
class Identity:
    """What was found for random critics, one for each seed.

    Args:
        errors: largest |∫ ⟨∇D(x_t), x_1 − x_0⟩ dt − (D(x_1) − D(x_0))| over pairs and seeds, for each number of nodes.
        single: ⟨∇D(x_t), x_1 − x_0⟩ at one uniform t.
        ends: D(x_1) − D(x_0).
        within: the variance of the first over t, for each pair, by quadrature.
    """

    errors: dict[int, float]
    single: Float[np.ndarray, "seeds pairs"]
    ends: Float[np.ndarray, "seeds pairs"]
    within: Float[np.ndarray, "seeds pairs"]

    @property
    def deviations(self) -> tuple[Float[np.ndarray, " seeds"], Float[np.ndarray, " seeds"]]:
        """Standard deviations of one draw: with a random time, and with the difference of the ends."""
        return self.single.std(axis=1, ddof=1), self.ends.std(axis=1, ddof=1)


def identity(seed: int, seeds: int, pairs: int, device: torch.device) -> Identity:
    """Random critics tanh(2 → 32 → 32 → 1), independent pairs of a Gaussian and of eight, float64.

    >>> found = identity(0, 2, 100, torch.device("cpu"))
    >>> found.errors[64] < 1e-8 < found.errors[2]
    True
    """
    own = generators(seed, seeds)
    critic = [p.detach() for p in initial((2, 32, 32, 1), own, 1, device, torch.float64)]
    critic[0] *= STEEP
    draw = torch.Generator(device).manual_seed(seed)
    x0 = torch.randn(seeds, pairs, 2, generator=draw, device=device, dtype=torch.float64)
    x1 = EightGaussians(2.0, 0.02).sample(seeds, pairs, generator=draw, dtype=torch.float64)
    t = torch.rand(seeds, pairs, 1, generator=draw, device=device, dtype=torch.float64)
    ends = (forward(critic, x1, torch.tanh) - forward(critic, x0, torch.tanh)).squeeze(-1)
    errors, within = {}, ends
    for n in NODES:
        mean, within = _moments(critic, x0, x1, n)
        errors[n] = float((mean - ends).abs().max())
    single = _cross(critic, x0, x1, t)
    return Identity(errors, *(v.cpu().numpy() for v in (single, ends, within)))


def _cross(critic: list[Tensor], x0: Tensor, x1: Tensor, t: Tensor) -> Float[Tensor, "seeds pairs"]:
    return (slope(critic, torch.lerp(x0, x1, t), torch.tanh, graph=False) * (x1 - x0)).sum(dim=-1)


def _moments(critic: list[Tensor], x0: Tensor, x1: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """Mean and variance over t of each pair, by Gauss and Legendre's n nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    values = torch.stack([_cross(critic, x0, x1, torch.full_like(x0[..., :1], (u + 1) / 2)) for u in nodes])
    w = torch.as_tensor(weights / 2, dtype=x0.dtype, device=x0.device)[:, None, None]
    mean = (w * values).sum(dim=0)
    return mean, (w * (values - mean) ** 2).sum(dim=0)
