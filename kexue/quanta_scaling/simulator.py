"""Pure quanta: nothing but frequencies, counts and a threshold; no network.

Every sample needs one quantum, k with probability p_k, and a quantum is learned once it was seen τ times. The counts of
D samples are drawn as independent Poisson numbers of means D p_k, for all γ, D and seeds at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import zeta

from kexue.lab.seeds import generators
from kexue.quanta_scaling import exact


@dataclass(frozen=True)
class Pure:
    """What was drawn.

    Args:
        gammas: γ.
        samples: D, for each γ. (γ, D)
        hard: loss with the hard threshold. (seed, γ, D)
        soft: loss where a quantum is learned with probability 1 − e^(−D p_k/τ), drawn too. (seed, γ, D)
        mean: what `hard` is on average, from the exact sum. (γ, D)
        smooth: what `soft` is on average. (γ, D)
    """

    gammas: tuple[float, ...]
    samples: np.ndarray
    hard: np.ndarray
    soft: np.ndarray
    mean: np.ndarray
    smooth: np.ndarray

    def exponents(self, which: str) -> np.ndarray:
        """α_D of "hard" or "soft", by seed and γ. (seed, γ)"""
        losses = getattr(self, which)
        return np.array(
            [[exact.exponent(d, row) for d, row in zip(self.samples, each, strict=True)] for each in losses]
        )

    def expected(self, which: str) -> np.ndarray:
        """The same of the exact sums "mean" or "smooth". (γ,)"""
        return np.array([exact.exponent(d, row) for d, row in zip(self.samples, getattr(self, which), strict=True)])


def reach(gamma: float, quanta: np.ndarray, need: float) -> np.ndarray:
    """The samples D = τ Z n^(γ+1) at which n quanta have been seen τ times, on average."""
    return need * zeta(gamma + 1) * quanta ** (gamma + 1)


def draw(gammas: Sequence[float], quanta: int, need: int, seeds: int, seed: int, points: int = 10) -> Pure:
    """Draw counts for D between n(D) = 100 and n(D) = quanta/100, at equal ratios.

    Args:
        quanta: K, above which no quantum is drawn; the weight of those stays unlearned.
        need: τ.

    Raises:
        ValueError: ``quanta`` leaves no room for the window.
    """
    if quanta < 20_000:
        raise ValueError(f"quanta is {quanta}, expected at least 20000: the window ends at a hundredth of them")
    reached = np.geomspace(100, quanta / 100, points)
    samples = np.stack([reach(g, reached, need) for g in gammas])  # (γ, D)
    p = np.stack([exact.frequencies(g, quanta, truncated=False) for g in gammas])  # (γ, K)
    late = np.array([float(zeta(g + 1, quanta + 1) / zeta(g + 1)) for g in gammas])
    frequency, many = torch.from_numpy(p), torch.from_numpy(samples)
    hard, soft = np.empty((seeds, *samples.shape)), np.empty((seeds, *samples.shape))
    for i, generator in enumerate(generators(seed, seeds)):
        for j in range(points):  # a slice at a time, for memory
            mean = many[:, j, None] * frequency  # (γ, K)
            seen = torch.poisson(mean, generator=generator)
            hard[i, :, j] = ((seen < need) * frequency).sum(1).numpy() + late
            missed = torch.rand(mean.shape, generator=generator, dtype=mean.dtype) < torch.exp(-mean / need)
            soft[i, :, j] = (missed * frequency).sum(1).numpy() + late
    mean = np.stack([exact.after(g, d, quanta, need) for g, d in zip(gammas, samples, strict=True)])
    smooth = np.stack([exact.softly(g, d, quanta, need) for g, d in zip(gammas, samples, strict=True)])
    return Pure(tuple(gammas), samples, hard, soft, mean, smooth)
