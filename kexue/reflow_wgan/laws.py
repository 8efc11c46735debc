"""The laws of the experiments: eight Gaussians on a circle, and Gaussian mixtures on a line."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
import torch
from jaxtyping import Float
from scipy.special import ndtr
from torch import Tensor


@dataclass(frozen=True)
class EightGaussians:
    """Eight equal Gaussians around a circle.

    Args:
        radius: of the circle, > 0.
        width: standard deviation of each of them, ≥ 0.
    """

    radius: float
    width: float

    @property
    def spread(self) -> float:
        """Standard deviation of one coordinate: √(radius²/2 + width²)."""
        return sqrt(self.radius**2 / 2 + self.width**2)

    @property
    def centres(self) -> Float[np.ndarray, "8 2"]:
        """The law itself but for its width; W₂ to it is off by at most √2 width."""
        angle = np.arange(8) * pi / 4
        return self.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    def sample(self, *shape: int, generator: torch.Generator, dtype: torch.dtype) -> Float[Tensor, "... 2"]:
        """Independent draws, of shape (*shape, 2), on the generator's device.

        >>> law = EightGaussians(2.0, 0.0)
        >>> drawn = law.sample(5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        >>> drawn.norm(dim=1).round(decimals=9).tolist()
        [2.0, 2.0, 2.0, 2.0, 2.0]
        """
        where = generator.device
        angle = torch.randint(8, shape, generator=generator, device=where).to(dtype) * (pi / 4)
        centres = self.radius * torch.stack([angle.cos(), angle.sin()], dim=-1)
        return centres + self.width * torch.randn(*shape, 2, generator=generator, device=where, dtype=dtype)


@dataclass(frozen=True)
class Mixture:
    """A mixture of Gaussians on a line.

    Args:
        weights: positive, of sum 1.
        means, widths: of the components; widths are standard deviations, > 0.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    widths: tuple[float, ...]

    def __post_init__(self):
        if not len(self.weights) == len(self.means) == len(self.widths):
            raise ValueError(f"{len(self.weights)} weights, {len(self.means)} means, {len(self.widths)} widths: differ")
        if abs(sum(self.weights) - 1) > 1e-12 or min(self.weights) <= 0 or min(self.widths) <= 0:
            raise ValueError(
                f"weights {self.weights} and widths {self.widths}: expected positive numbers, sum of weights 1"
            )

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """F(x), in float64."""
        return sum(w * ndtr((x - m) / s) for w, m, s in self.components)

    def density(self, x: np.ndarray) -> np.ndarray:
        """F′(x)."""
        return sum(w * _bell((x - m) / s) / s for w, m, s in self.components)

    @property
    def components(self) -> list[tuple[float, float, float]]:
        """(weight, mean, width) of each."""
        return list(zip(self.weights, self.means, self.widths, strict=True))

    def quantiles(self, n: int) -> Float[np.ndarray, " n"]:
        """The (k − ½)/n quantiles, k = 1 … n, by bisection to rounding."""
        levels = (np.arange(n) + 0.5) / n
        reach = 12 * max(self.widths)
        low, high = np.full(n, min(self.means) - reach), np.full(n, max(self.means) + reach)
        for _ in range(80):
            middle = (low + high) / 2
            below = self.cdf(middle) < levels
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2

    def sample(self, *shape: int, generator: torch.Generator) -> Float[Tensor, ...]:
        """Independent draws in float64, on the generator's device."""
        where = generator.device
        weights = torch.tensor(self.weights, dtype=torch.float64, device=where)
        kind = torch.multinomial(weights, int(np.prod(shape)), replacement=True, generator=generator).reshape(shape)
        means, widths = (torch.tensor(v, dtype=torch.float64, device=where)[kind] for v in (self.means, self.widths))
        return means + widths * torch.randn(*shape, generator=generator, device=where, dtype=torch.float64)


def _bell(z: np.ndarray) -> np.ndarray:
    return np.exp(-(z**2) / 2) / sqrt(2 * pi)
